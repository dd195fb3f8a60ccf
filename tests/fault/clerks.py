"""Clerks in the field, and the proof that what they sent arrived exactly once:
what the tests of bad links and of kill -9 share.

A clerk is a client with a home of its own, who registers one task of the city
again and again (task push), each time with another text: its versions in the
store count how often that was applied.
"""
import ctypes
import hashlib
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, SOURCE, Daemon, Tally, merkle_check  # noqa: E402

CLIENT_SECONDS_MAX = 300
QUEUED = 3
sodium = ctypes.CDLL("libsodium.so.23")
sodium.sodium_init()


def verify(public_key):
    """Ed25519 by libsodium itself, not by the client."""
    def check(message, signature):
        return sodium.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), public_key) == 0
    return check


def query(daemon, sql, seconds=20):
    """Rows of the daemon's own database, as its owner."""
    run = os.path.join(daemon.data, "run")
    until = time.monotonic() + seconds
    while True:
        result = subprocess.run(["psql", "-h", run, "-U", "jixiao", "-d", "jixiao", "-AtXc", sql], capture_output=True, text=True)
        if result.returncode == 0:
            return [line.split("|") for line in result.stdout.splitlines() if line]
        if time.monotonic() > until:
            raise RuntimeError(f"psql: {result.stderr}")
        time.sleep(0.1)


def breaches(daemon):
    """What sql/checks.sql finds."""
    with open(os.path.join(SOURCE, "sql/checks.sql"), encoding="utf-8") as file:
        return [" | ".join(row) for row in query(daemon, file.read())]


class Year:
    """A running daemon with the small city's year in it."""

    def __init__(self, jixiaod, jixiao, **daemon):
        self.jixiao = jixiao
        self.daemon = Daemon(jixiaod, **daemon)

    def __enter__(self):
        self.daemon.start()
        bundle = os.path.join(SOURCE, "tests/data/small")
        result = subprocess.run([self.jixiao, "import", bundle], env=self.daemon.client_env(), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        peer = self.daemon.admin()
        year = peer.call(years=PB["year"].Years()).years[0]
        self.city, self.year, self.batch = year.city, year.year, year.batch
        self.keys = {k.key_id: k.public_key for k in peer.call(keys=PB["session"].Keys()).keys}
        with open(os.path.join(bundle, "units.csv"), encoding="utf-8") as file:
            self.unit = file.read().splitlines()[1].split(",")[0]
        peer.close()
        return self

    def __exit__(self, *what):
        self.daemon.__exit__(*what)


class Clerk:
    """A client with a home of its own. address: what it takes for the server."""

    def __init__(self, year, name, address=None):
        self.year, self.name = year, name
        self.home = os.path.join(year.daemon.folder, "home-" + name)
        os.makedirs(self.home, exist_ok=True)
        self.count = 0
        self.texts = []
        self.unsaid = set()  # texts of commands that were killed before they said a word of success
        self.log = []
        self.env = {**os.environ, "JIXIAO_CA": year.daemon.ca, "XDG_STATE_HOME": self.home + "/state",
                    "XDG_DATA_HOME": self.home + "/data", "XDG_CONFIG_HOME": self.home + "/none", "LC_ALL": "C.UTF-8"}
        for setting in ("JIXIAO_USER", "JIXIAO_PASSWORD_FILE"):
            self.env.pop(setting, None)
        self.at(address or year.daemon.address)

    def at(self, address):
        self.env["JIXIAO_SERVER"] = address
        return self

    def arguments(self, *words):
        return [self.year.jixiao, *words]

    def run(self, *words, env=None, prefix=(), seconds=CLIENT_SECONDS_MAX):
        result = subprocess.run([*prefix, *self.arguments(*words)], env={**self.env, **(env or {})}, capture_output=True,
                                text=True, errors="replace", timeout=seconds)
        self.log.append((words, result.returncode, result.stderr[-500:]))
        return result

    def login(self):
        secret = {"JIXIAO_PASSWORD_FILE": os.path.join(self.year.daemon.data, "admin.password")}
        for _ in range(20): # the line may be bad
            result = self.run("login", "admin", "--timeout", "30", env=secret)
            if result.returncode != QUEUED:
                break
        assert result.returncode == 0, result.stderr
        return self

    def next_push(self, timeout=30):
        """The words of one more push: never twice the same text."""
        self.count += 1
        text = f"{self.name} {self.count}"
        self.texts.append(text)
        path = os.path.join(self.home, "task.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"tasks": [{"task": self.name, "source": "field", "text": text}]}, file)
        return ["task", "push", path, "--city", self.year.city, "--year", str(self.year.year), "--timeout", str(timeout)]

    def push(self, timeout=30, **options):
        return self.run(*self.next_push(timeout), **options)

    def outbox(self):
        """The items of the outbox, as its list tells them."""
        result = self.run("outbox", "list", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def settle(self, seconds=CLIENT_SECONDS_MAX, timeout=30):
        """Sends until nothing waits. False: not within the time."""
        until = time.monotonic() + seconds
        while True:
            result = self.run("outbox", "send", "--timeout", str(timeout))
            if result.returncode != QUEUED:
                return result.returncode == 0
            if time.monotonic() > until:
                return False

    def receipts(self):
        """op id -> receipt, of every file in its folder of receipts."""
        folder = os.path.join(self.home, "state/jixiao/receipts")
        found = {}
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name.endswith(".json"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    receipt = json.load(file)
                found[receipt["op_id"]] = receipt
        return found


def receipt_of(bytes_):
    return PB["receipt"].Receipt.FromString(bytes_)


def same_receipt(told, stored):
    """The client's file against the store's bytes, field by field."""
    for field, value in stored.ListFields():
        mine = told.get(field.name)
        if field.name == "path":
            value = [v.hex() for v in value]
        elif field.type == field.TYPE_BYTES:
            value = value.hex()
        if mine != value:
            return False
    return True


def exactly_once(year, clerks):
    """What is wrong: a list of texts. What a client never confirmed may be missing (not: be there twice)."""
    wrong = list(breaches(year.daemon))
    rows = query(year.daemon, "SELECT encode(op_id, 'hex'), encode(receipt, 'hex') FROM jx.op "
                              f"WHERE action = 'deed' AND city = '{year.city}' AND year = {year.year}")
    stored = {op: receipt_of(bytes.fromhex(receipt)) for op, receipt in rows}
    if len(stored) != len(rows):
        wrong.append(f"{len(rows)} ops stored of {len(stored)} ids")
    told = {}
    for clerk in clerks:
        mine = clerk.receipts()
        told.update(mine)
        versions = query(year.daemon, "SELECT \"row\" ->> 'text' FROM jx.paper WHERE kind = 'tasks' AND key = "
                                      f"'{clerk.name}' AND city = '{year.city}' AND year = {year.year} ORDER BY version")
        applied = [text for text, in versions]
        if len(set(applied)) != len(applied):
            wrong.append(f"{clerk.name}: applied twice: {sorted(t for t in set(applied) if applied.count(t) > 1)[:3]}")
        if not set(applied) <= set(clerk.texts):
            wrong.append(f"{clerk.name}: stored, never sent: {sorted(set(applied) - set(clerk.texts))[:3]}")
        if lost := set(clerk.texts) - set(applied) - clerk.unsaid:
            wrong.append(f"{clerk.name}: lost: {sorted(lost)[:3]}")
        if applied != sorted(applied, key=lambda t: int(re.sub(r".* ", "", t))):
            wrong.append(f"{clerk.name}: out of order")
        if len(mine) != len(applied):
            wrong.append(f"{clerk.name}: {len(applied)} applied, {len(mine)} receipts")
    for op, receipt in told.items():
        if op not in stored:
            wrong.append(f"a receipt of what is not stored: {op}")
        elif not same_receipt(receipt, stored[op]):
            wrong.append(f"another receipt than the stored one: {op}")
        elif not merkle_check(stored[op], verify(year.keys[stored[op].key_id])):
            wrong.append(f"a receipt does not verify: {op}")
    return wrong


def chain_breaks(year):
    """The chain of batches by hand: numbers without a gap, each with the hash of the one before, signed."""
    wrong, before, number = [], bytes(32), 0
    for row in query(year.daemon, "SELECT number, sealed_us, encode(key_id,'hex'), encode(prev_hash,'hex'), encode(root,'hex'), "
                                  "encode(hash,'hex'), encode(signature,'hex') FROM jx.batch ORDER BY number"):
        number += 1
        prev, root, hash_, signature = (bytes.fromhex(v) for v in row[3:])
        computed = hashlib.sha256(b"jixiao-batch-1" + int(row[0]).to_bytes(8, "big") + prev + root + int(row[1]).to_bytes(8, "big")).digest()
        if int(row[0]) != number or prev != before or computed != hash_:
            wrong.append(f"batch {row[0]} does not follow")
        if not verify(year.keys[bytes.fromhex(row[2])])(computed, signature):
            wrong.append(f"batch {row[0]} is not signed")
        before = hash_
    return wrong
