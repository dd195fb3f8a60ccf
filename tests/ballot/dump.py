"""What an attacker with every right on the machine has in hand after the vote:
every table with its system columns, the WAL, the logs, all receipts, all cards.
Facts of cards and of ballots' rows, for attack.py.
"""
import csv
import glob
import io
import json
import os
import pwd
import re
import subprocess

from attack import World
from hall import CITY, YEAR

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
SYSTEM = ("ctid", "xmin", "cmin", "xmax", "tableoid")
csv.field_size_limit(1 << 24)


class Database:
    """The daemon's private cluster, as its owner."""

    def __init__(self, daemon):
        self.folder = os.path.join(daemon.data, "pg")
        self.socket = self._socket(daemon)
        self.as_owner = []
        if os.geteuid() == 0:
            uid = os.stat(self.folder).st_uid
            if uid != 0:
                name = pwd.getpwuid(uid).pw_name
                self.as_owner = ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups"]

    @staticmethod
    def _socket(daemon):
        with open(os.path.join(daemon.data, "pg/postmaster.pid"), encoding="utf-8") as file:
            return file.read().split("\n")[4]

    def _run(self, *arguments):
        result = subprocess.run([*self.as_owner, *arguments], capture_output=True, text=True, cwd="/")
        if result.returncode != 0:
            raise RuntimeError(f"{arguments}: {result.stderr}")
        return result.stdout

    def sql(self, text):
        return self._run("psql", "-h", self.socket, "-U", "postgres", "-d", "jixiao", "-AtXqc", text)

    def keep_wal(self):
        self.sql("ALTER SYSTEM SET wal_keep_size = '8GB'")
        self.sql("SELECT pg_reload_conf()")

    def rows(self, table):
        """Dicts of text, with the system columns."""
        columns = ", ".join(f't.{name}::text AS "sys.{name}"' for name in SYSTEM)
        text = self.sql(f"COPY (SELECT {columns}, t.* FROM {table} t ORDER BY t.ctid) TO STDOUT WITH (FORMAT csv, HEADER)")
        return list(csv.DictReader(io.StringIO(text)))

    def tables(self):
        text = self.sql("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n"
                        " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog',"
                        " 'information_schema') ORDER BY 1")
        return text.split()

    def filenodes(self):
        text = self.sql("SELECT pg_relation_filenode(c.oid), quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
                        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_relation_filenode(c.oid) IS NOT NULL")
        return dict(line.split("|") for line in text.split())

    def wal_files(self):
        folder = os.path.join(self.folder, "pg_wal")
        return sorted(os.path.join(folder, n) for n in os.listdir(folder) if re.fullmatch("[0-9A-F]{24}", n))

    def inserts(self):
        """table -> {(block, offset): LSN of its insert}, from pg_waldump."""
        files, nodes, found = self.wal_files(), self.filenodes(), {}
        end = self.sql("SELECT pg_current_wal_lsn()").strip()
        first = os.path.basename(files[0])
        start = "%X/%X" % (int(first[8:16], 16), int(first[16:], 16) << 24)
        text = subprocess.run([*self.as_owner, f"{BIN}/pg_waldump", "-p", os.path.dirname(files[0]), "-s", start, "-e", end,
                               "-r", "Heap", "-r", "Heap2"], capture_output=True, text=True, cwd="/").stdout
        pattern = re.compile(r"lsn: ([0-9A-F]+)/([0-9A-F]+),.*desc: INSERT off (\d+).*blkref #0: rel \d+/\d+/(\d+) blk (\d+)")
        many = re.compile(r"lsn: ([0-9A-F]+)/([0-9A-F]+),.*desc: MULTI_INSERT.*blkref #0: rel \d+/\d+/(\d+) blk (\d+)")
        count = 0
        for line in text.split("\n"):
            count += bool(line)
            match = pattern.search(line)
            if match:
                high, low, offset, node, block = match.groups()
                found.setdefault(nodes.get(node, node), {})[int(block), int(offset)] = int(high, 16) << 32 | int(low, 16)
            elif many.search(line):
                high, low, node, block = many.search(line).groups()
                found.setdefault(nodes.get(node, node), {})[int(block), 0] = int(high, 16) << 32 | int(low, 16)
        return found, count

    def raw_wal(self):
        data = b""
        for path in self.wal_files():
            with open(path, "rb") as file:
                data += file.read()
        return data


def place(ctid):
    block, offset = ctid.strip("()").split(",")
    return int(block), int(offset)


def facts_of(table, row, inserts):
    """A row's own: every column, system columns, when it came into the WAL."""
    facts = {}
    for name, value in row.items():
        if name == "sys.tableoid":
            continue
        if name == "sys.ctid":
            block, offset = place(value)
            facts[f"{table} ctid"] = block << 16 | offset
            lsn = inserts.get(table, {}).get((block, offset))
            if lsn is not None:
                facts[f"{table} lsn"] = lsn
        elif value:
            facts[f"{table} {name}"] = bytes.fromhex(value[2:]) if value.startswith("\\x") else value
    return facts


def pattern_places(data, pattern):
    """word -> where it stands first and last in the bytes, of all words that the pattern finds."""
    places = {}
    for match in re.finditer(pattern, data):
        first, _ = places.get(match.group(), (match.start(), 0))
        places[match.group()] = (first, match.start())
    return places


def add_places(facts, name, places):
    for which, at in zip(("first", "last"), places):
        if at >= 0:
            facts[f"{name} {which}"] = at


class Dump:
    """polls: name -> (cards in the order of their sheets, receipts by card or None, units)."""

    def __init__(self, daemon, polls):
        self.database = Database(daemon)
        self.tables = {name: self.database.rows(name) for name in self.database.tables()}
        self.inserts, self.record_count = self.database.inserts()
        self.wal = self.database.raw_wal()
        self.polls = polls
        self.hexed = pattern_places(self.wal, rb"[0-9a-f]{64}")
        self.labels = pattern_places(self.wal, rb"[A-Z]-[0-9a-z]{13}")
        self._index()
        with open(daemon.log_path, encoding="utf-8", errors="replace") as file:
            self.daemon_log = file.read()
        self.postgres_log = ""
        for path in glob.glob(os.path.join(daemon.data, "**/*.log"), recursive=True):
            with open(path, encoding="utf-8", errors="replace") as file:
                self.postgres_log += file.read()

    def row_count(self):
        return sum(map(len, self.tables.values()))

    def _index(self):
        """Hex words of op ids and hashes -> table -> the rows that hold them."""
        self.words = {}
        for table, rows in self.tables.items():
            for number, row in enumerate(rows):
                for word in re.findall(r"\b(?:x|\\x)?([0-9a-f]{64}|[0-9a-f]{32})\b", "\n".join(v for v in row.values() if v)):
                    self.words.setdefault(word, {}).setdefault(table, set()).add(number)

    def _about(self, word):
        """Facts of every row that names it, whichever table that is in."""
        facts = {}
        for table, at in self.words.get(word, {}).items():
            if len(at) == 1:
                facts.update(facts_of(table, self.tables[table][min(at)], self.inserts))
        return facts

    def world(self, poll):
        cards, receipts, units = self.polls[poll]
        known = []
        for number, card in enumerate(cards):
            receipt = receipts.get(card.hash)
            if receipt is None:
                continue  # not cast: its ballot is none
            facts = {"sheet": number, "code": card.code, "token": card.token, "card": card.hash,
                     "receipt batch": receipt.batch << 20 | receipt.index, "receipt at": receipt.received_us,
                     "receipt sealed": receipt.sealed_us, "receipt op": receipt.op_id,
                     "receipt content": receipt.content_hash, "receipt root": receipt.root}
            facts.update(self._about(card.hash.hex()))
            facts.update(self._about(receipt.op_id.hex()))
            add_places(facts, "wal raw", (self.wal.find(card.hash), self.wal.rfind(card.hash)))
            add_places(facts, "wal hex", self.hexed.get(card.hash.hex().encode(), ()))
            for name, value in list(facts.items()):
                if name.endswith(" sealed") and isinstance(value, bytes):
                    facts["nonce"], facts["tag"], facts["sealed size"] = value[:24], value[-16:], len(value)
            known.append(facts)
        return World(known, {unit: self._ballots(poll, unit) for unit in units}, poll)

    def remarks(self, group):
        """Facts of the opinions from a group's cards; "answers": the text."""
        rows = []
        for row in self.tables["jx.paper"]:
            said = json.loads(row["row"]) if row["kind"] == "remarks" else {}
            if said.get("group") == group:
                facts = facts_of("jx.paper", {k: v for k, v in row.items() if k != "row"}, self.inserts)
                rows.append({**facts, "label": said["remark"], "unit": said["unit"], "answers": (said["text"],)})
        return rows

    def _ballots(self, poll, unit):
        rows = []
        for row in self.tables["jx_record.ballots"]:
            if row["unit"] != unit or not row["card"].startswith(poll + "-") or (row["city"], row["year"]) != (CITY, str(YEAR)):
                continue
            facts = facts_of("ballots", {k: v for k, v in row.items() if k not in ("unit", "group", "answers")},
                             {"ballots": self.inserts.get("jx_record.ballots", {})})
            add_places(facts, "wal", self.labels.get(row["card"].encode(), ()))
            facts["answers"] = tuple(0 if a in ('""', "") else ord(a) - ord("A") + 1
                                     for a in row["answers"].strip("{}").split(","))
            rows.append(facts)
        return rows
