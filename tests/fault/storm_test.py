#!/usr/bin/env python3
"""kill -9 of the daemon, of PostgreSQL and of its backends at random instants
while 50 clients work all the time: deeds, accounts, views, imports, runs, evidence, ballots. Each
client asks again for what was not answered, under the same op id, as a client
in the field does. Afterwards: acknowledged ⊆ stored ⊆ sent, nothing twice,
whoever was acknowledged reads his own writes, every receipt verifies against
the published key and stands in the chain of batches (R16, R19; G1, G2, G3, G10).

usage: storm_test.py JIXIAOD JIXIAO INSTANTS [SEED] [--expect-violation]

--expect-violation: passes only if a violation was found (the daemon has a bug
planted in it), and ends with the first that shows while the storm goes on.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clerks import PB, SOURCE, Tally, Year, breaches, chain_breaks, query, receipt_of, same_receipt, verify  # noqa: E402
from peer import Refused, merkle_check, op_id  # noqa: E402
from cards import Card, ask_form, ballot_bytes, open_poll  # noqa: E402

flags = [a for a in sys.argv[1:] if a.startswith("--")]
jixiaod, jixiao, instants, *rest = [a for a in sys.argv[1:] if not a.startswith("--")]
seed = int(rest[0]) if rest else 20261125
chance = random.Random(seed)
account_pb, ballot_pb, deed_pb, evidence_pb, run_pb, year_pb, records_pb = (PB[n] for n in ("account", "ballot", "deed", "evidence", "run", "year", "records"))
# How many of each: 50 in all.
CLIENTS = {"deeds": 19, "accounts": 8, "views": 8, "imports": 4, "runs": 3, "chunks": 4, "ballots": 4}
CARDS = 700 # of each voter's table; then they come a second time
TRANSIENT = ("E_UNAVAILABLE", "E_BUSY", "E_THROTTLED", "E_SESSION")
START_SECONDS_MAX = 5.0 # with a busy machine around; kill_test.py says 2
GAP_SECONDS = (0.15, 1.1) # between one blow and the next
SHOWN_MAX = 20
STUCK_SECONDS = 60        # a client without any answer for so long is a finding
violations, slow_starts = [], []
stop = threading.Event()


def violation(text):
    violations.append(text)
    if len(violations) <= SHOWN_MAX:
        print("VIOLATION: " + text, flush=True)


class Client(threading.Thread):
    """One that works until told to stop. sent: op id -> message; acked: op id -> receipt."""

    def __init__(self, year, kind, number):
        super().__init__(daemon=True)
        self.year, self.kind, self.number = year, kind, number
        self.name_ = f"{kind}{number}"
        self.peer = None
        self.sent, self.acked, self.answers = {}, {}, 0
        self.chunks = {} # hash -> was it acknowledged
        self.votes = {}  # card -> [what was cast, the receipt or None]
        self.dice = random.Random(f"{seed} {self.name_}")

    def run(self):
        try:
            while not stop.is_set():
                getattr(self, "do_" + self.kind)()
        except Exception as error: # noqa: BLE001: whatever breaks is a finding
            violation(f"{self.name_}: {type(error).__name__} {error}")

    def ask(self, **body):
        """Until it is answered; None: the storm is over. The same request each time."""
        heard = time.monotonic()
        while not stop.is_set():
            try:
                if self.peer is None:
                    peer = self.year.daemon.peer(timeout=10)
                    if self.kind != "ballots": # voters have no account
                        peer.call(resume=PB["session"].Resume(token=self.year.token))
                    self.peer = peer # not before: what is not logged in may not send
                reply = self.peer.call(**body)
                self.answers += 1
                return reply
            except Refused as refused:
                if refused.code not in TRANSIENT:
                    raise
                if refused.code == "E_SESSION":
                    self.peer = None
            except (OSError, ConnectionError, AssertionError, ValueError):
                self.peer = None
            if time.monotonic() - heard > STUCK_SECONDS:
                raise RuntimeError(f"no answer for {STUCK_SECONDS} s")
            stop.wait(self.dice.uniform(0.02, 0.1))
        return None

    def write(self, key, **body):
        self.sent[key] = body
        reply = self.ask(**body)
        if reply is not None:
            self.acked[key] = reply.receipt.SerializeToString()
        return reply

    def do_deeds(self):
        text = f"{self.name_} {len(self.sent)}"
        rows = records_pb.Records()
        rows.tasks.add(task=self.name_, source="storm", text=text)
        key = op_id()
        if self.write(key, deed=deed_pb.Deed(op_id=key, city=self.year.city, year=self.year.year, deed="task.push", rows=rows)) is None:
            return
        if len(self.acked) % 8 == 0:
            self.read_own(text)

    def read_own(self, text):
        view = deed_pb.View(city=self.year.city, year=self.year.year, view="list", kind="tasks",
                            filters=[deed_pb.Filter(field="task", value=self.name_)])
        table = self.ask(view=view)
        if table is not None and not any(text in row.cells for row in table.rows):
            violation(f"{self.name_} does not read its own acknowledged write: {text}")

    def do_accounts(self):
        key = op_id()
        self.write(key, account_disable=account_pb.AccountDisable(op_id=key, account="target", reason=f"{self.name_} {len(self.sent)}"))

    def do_views(self):
        where = {"city": self.year.city, "year": self.year.year}
        self.ask(**self.dice.choice((
            {"view": deed_pb.View(view="todo", **where)}, {"view": deed_pb.View(view="list", kind="tasks", **where)},
            {"years": year_pb.Years()}, {"runs": run_pb.Runs(**where)}, {"account_list": account_pb.AccountList()},
            {"records_read": year_pb.RecordsRead(kind="visits", batch=self.year.batch, **where)})))
        stop.wait(0.02)

    def do_runs(self):
        key = op_id()
        started = self.write(key, run_start=run_pb.RunStart(op_id=key, city=self.year.city, year=self.year.year))
        if started is None:
            return
        done = self.ask(run_watch=run_pb.RunWatch(city=self.year.city, year=self.year.year, run=started.run.run))
        if done is not None and done.run.state != "done":
            violation(f"run {started.run.run} ended {done.run.state}")
        stop.wait(self.dice.uniform(0.1, 0.5))

    def do_chunks(self):
        """Content is its own identity: what was acknowledged is there, whole, once."""
        data = self.dice.randbytes(self.dice.randrange(1, 48 << 10))
        reply = self.ask(evidence_chunk=evidence_pb.EvidenceChunk(city=self.year.city, year=self.year.year, unit=self.year.unit, data=data))
        self.chunks[hashlib.sha256(data).digest()] = reply is not None
        if reply is not None and reply.hash != hashlib.sha256(data).digest():
            violation(f"{self.name_}: stored under another hash")

    def do_ballots(self):
        """A card each; now and then one comes a second time, with the same content or with another."""
        cards = self.year.cards[self.number]
        fresh = len(self.votes) < len(cards) and self.dice.random() < 0.8
        card = cards[len(self.votes)] if fresh else self.dice.choice(cards[:len(self.votes) or 1])
        answers = [[self.dice.randint(1, self.year.options) for _ in range(self.year.questions)] for _ in range(self.year.unit_count)]
        vote = self.votes.setdefault(card.hash, [ballot_bytes(answers), None])
        sent = vote[0] if self.dice.random() < 0.8 else ballot_bytes(answers)
        try:
            reply = self.ask(ballot_cast=ballot_pb.BallotCast(token=card.token, answers=sent))
        except Refused as refused:
            if refused.code != "E_CARD_USED" or sent == vote[0] or vote[1] is None:
                raise
            return
        if reply is None:
            return
        receipt = reply.receipt.SerializeToString()
        if vote[1] is not None and (sent != vote[0] or receipt != vote[1]):
            violation(f"{self.name_}: a card was taken twice, or has two receipts")
        vote[:] = [sent, receipt]
        stop.wait(0.05)

    def do_imports(self):
        """The house's own client, each into a year of its own; every time one visit more."""
        folder = os.path.join(self.year.daemon.folder, self.name_)
        if not os.path.isdir(folder):
            shutil.copytree(os.path.join(SOURCE, "tests/data/small"), folder)
            path = os.path.join(folder, "scheme.yaml")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(f"\nyear: {self.year.year}", f"\nyear: {2100 + self.number}"))
        with open(os.path.join(folder, "units.csv"), encoding="utf-8") as file:
            unit = file.read().splitlines()[1].split(",")[0]
        with open(os.path.join(folder, "visits.csv"), "a", encoding="utf-8") as file:
            file.write(f"{unit},S{self.answers}-{len(self.sent)},{len(self.sent) % 100}\n")
        receipt = os.path.join(self.year.daemon.folder, f"{self.name_}.{len(self.sent)}.json")
        client = subprocess.run([jixiao, "import", folder, "--receipt", receipt, "--timeout", "60"], capture_output=True, text=True,
                                env={**self.year.daemon.client_env(), "XDG_STATE_HOME": folder + ".state"})
        self.sent[len(self.sent)] = None
        if client.returncode == 0:
            self.answers += 1
            with open(receipt, encoding="utf-8") as file:
                told = json.load(file)
            self.acked[bytes.fromhex(told["op_id"])] = told
        elif client.returncode != 3:
            violation(f"{self.name_}: import: {client.returncode} {client.stderr[-300:]}")


# ---- Blows.

def backends(daemon):
    out = subprocess.run(["pgrep", "-P", str(daemon.postgres_pid()), "-f", "jixiao"], capture_output=True, text=True)
    return out.stdout.split()


def strike(year, victim):
    daemon = year.daemon
    try:
        if victim == "daemon":
            daemon.kill()
        elif victim == "postgres":
            os.kill(daemon.postgres_pid(), signal.SIGKILL)
        else:
            os.kill(int(chance.choice(backends(daemon))), signal.SIGKILL)
    except (OSError, ValueError, IndexError):
        return False # it was just starting again
    return True


def revive(daemon):
    if daemon.process.poll() is not None:
        started = time.monotonic()
        daemon.start(port=int(daemon.address.rsplit(":", 1)[1]))
        slow_starts.append(time.monotonic() - started)


def storm(year):
    blows = dict.fromkeys(("daemon", "postgres", "backend"), 0)
    while sum(blows.values()) < int(instants):
        time.sleep(chance.uniform(*GAP_SECONDS))
        victim = chance.choices(("daemon", "postgres", "backend"), (4, 3, 2))[0]
        blows[victim] += strike(year, victim)
        revive(year.daemon)
        if violations and "--expect-violation" in flags:
            break
    return blows


# ---- The reckoning.

def check_stored(year, clients):
    rows = query(year.daemon, "SELECT encode(op_id, 'hex'), action, year, encode(receipt, 'hex') FROM jx.op")
    stored = {bytes.fromhex(op): (action, number, bytes.fromhex(receipt)) for op, action, number, receipt in rows}
    if len(stored) != len(rows):
        violation(f"{len(rows) - len(stored)} ops are stored twice")
    told = {key: receipt for c in clients for key, receipt in c.acked.items()}
    lost = [key for key in told if key not in stored]
    if lost:
        violation(f"{len(lost)} of {len(told)} acknowledged are not stored: {[k.hex() for k in lost[:3]]}")
    sent = {key for c in clients if c.kind != "imports" for key in c.sent}
    strange = [k.hex() for k, (action, _, _) in stored.items() if action in ("deed", "run_start", "account_disable") and k not in sent | year.before]
    if strange:
        violation(f"stored, but nobody sent it: {strange[:3]}")
    for client in (c for c in clients if c.kind == "imports"):
        count = sum(1 for action, number, _ in stored.values() if action == "import" and int(number) == 2100 + client.number)
        if not len(client.acked) <= count <= len(client.sent):
            violation(f"{client.name_}: {len(client.acked)} acknowledged, {count} stored, {len(client.sent)} sent")
    for key, receipt in told.items():
        if key not in stored:
            continue
        same = same_receipt(receipt, receipt_of(stored[key][2])) if isinstance(receipt, dict) else receipt == stored[key][2]
        if not same:
            violation(f"another receipt than the stored one: {key.hex()}")
    return stored, told


def check_applied(year, clients, stored):
    """Each stored op has had its effect once."""
    for client in (c for c in clients if c.kind == "deeds"):
        texts = [t for t, in query(year.daemon, f"SELECT \"row\" ->> 'text' FROM jx.paper WHERE kind = 'tasks' AND key = '{client.name_}' ORDER BY version")]
        count = sum(1 for key in client.sent if key in stored)
        if len(texts) != len(set(texts)) or len(texts) != count:
            violation(f"{client.name_}: {count} ops stored, {len(texts)} versions with {len(set(texts))} texts")
    count = sum(1 for action, _, _ in stored.values() if action == "run_start")
    runs = int(query(year.daemon, "SELECT count(*) FROM jx.run")[0][0])
    if runs != count:
        violation(f"{count} ops started {runs} runs")


def check_ballots(year, clients, stored):
    votes = {card: receipt for c in clients for card, (_, receipt) in c.votes.items()}
    rows = [bytes.fromhex(card) for card, in query(year.daemon, "SELECT encode(card, 'hex') FROM jx.card_vote")]
    if lost := {card for card, receipt in votes.items() if receipt is not None} - set(rows):
        violation(f"{len(lost)} acknowledged ballots are not stored")
    if len(rows) != len(set(rows)) or not set(rows) <= set(votes):
        violation(f"{len(rows)} ballots stored on {len(set(rows))} cards, {len(set(rows) - set(votes))} never cast")
    kept = {receipt for _, _, receipt in stored.values()}
    if strange := [r for r in votes.values() if r is not None and r not in kept]:
        violation(f"{len(strange)} ballots have another receipt than the stored one")


def check_chunks(year, clients):
    chunks = {key: told for c in clients for key, told in c.chunks.items()}
    rows = query(year.daemon, "SELECT encode(hash, 'hex'), hash = sha256(bytes) FROM jx.chunk")
    stored = {bytes.fromhex(hash_) for hash_, _ in rows}
    if lost := [key for key, told in chunks.items() if told and key not in stored]:
        violation(f"{len(lost)} acknowledged chunks are not stored")
    if len(stored) != len(rows) or not stored <= set(chunks) or not all(good == "t" for _, good in rows):
        violation(f"{len(rows)} chunks stored, {len(stored)} hashes, {len(stored - set(chunks))} never sent")


def check_receipts(year, stored):
    for key, (_, _, receipt) in stored.items():
        receipt = receipt_of(receipt)
        if receipt.op_id != key or not merkle_check(receipt, verify(year.keys[receipt.key_id])):
            violation(f"the receipt of {key.hex()} does not verify")
    stands = {(row[0], row[1]) for row in query(year.daemon, "SELECT number, encode(root, 'hex') FROM jx.batch")}
    for _, _, receipt in stored.values():
        receipt = receipt_of(receipt)
        if (str(receipt.batch), receipt.root.hex()) not in stands:
            violation(f"a receipt of a batch that is not in the chain: {receipt.batch}")


def reckon(year, clients):
    year.daemon.admin().close() # the database is back
    stored, told = check_stored(year, clients)
    check_applied(year, clients, stored)
    check_chunks(year, clients)
    check_ballots(year, clients, stored)
    check_receipts(year, stored)
    for breach in breaches(year.daemon) + chain_breaks(year):
        violation(breach)
    return stored, told


def prepare(year):
    admin = year.daemon.admin()
    admin.call(account_add=account_pb.AccountAdd(op_id=op_id(), account="target", role="auditor", city="*", password="storm-password-1"))
    admin.call(deed=deed_pb.Deed(op_id=op_id(), city=year.city, year=year.year, deed="phase.open", value="democratic"))
    year.cards = [[Card() for _ in range(CARDS)] for _ in range(CLIENTS["ballots"])]
    open_poll(admin, (year.city, year.year), "P1", [card for cards in year.cards for card in cards])
    admin.close()
    peer = year.daemon.peer()
    year.token = peer.login("admin", year.daemon.admin_password, keep=True).token
    peer.close()
    time.sleep(1) # a planted daemon acknowledges what is not yet stored: that is found out later
    voter = year.daemon.peer()
    form = ask_form(voter, year.cards[0][0])
    year.questions, year.options, year.unit_count = len(form.questions), len(form.options), len(form.units)
    voter.close()
    year.before = {bytes.fromhex(op) for op, in query(year.daemon, "SELECT encode(op_id, 'hex') FROM jx.op")}


def main():
    print(f"seed {seed}")
    with Year(jixiaod, jixiao) as year:
        try:
            prepare(year)
        except Refused as refused:
            violation(f"acknowledged, and not there for the next request: {refused}")
            return finish({})
        clients = [Client(year, kind, n) for kind, count in CLIENTS.items() for n in range(count)]
        for client in clients:
            client.start()
        started = time.monotonic()
        blows = storm(year)
        seconds = time.monotonic() - started
        time.sleep(0.5)
        stop.set()
        for client in clients:
            client.join(90)
            if client.is_alive():
                violation(f"{client.name_} hangs")
        revive(year.daemon)
        stored, told = reckon(year, clients)
        work = {kind: sum(c.answers for c in clients if c.kind == kind) for kind in CLIENTS}
        sent = sum(len(c.sent) for c in clients)
        print(f"{sum(blows.values())} blows in {seconds:.1f} s {blows}; {len(clients)} clients, answers {work}; "
              f"{sent} sent, {len(told)} acknowledged, {len(stored)} stored; starts after kill: {len(slow_starts)}, "
              f"slowest {max(slow_starts, default=0):.2f} s")
    finish(work)


def finish(work):
    tally = Tally()
    if "--expect-violation" in flags:
        tally.check("the planted bug is caught", violations)
    else:
        tally.check("no violation", not violations, violations[:3])
        tally.check("all kinds of clients got their work done", work and all(count > 2 for count in work.values()), work)
        tally.check("the daemon serves again soon", max(slow_starts, default=0) < START_SECONDS_MAX, max(slow_starts, default=0))
    tally.close()


main()
