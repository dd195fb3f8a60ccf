#!/usr/bin/env python3
"""kill -9 of the daemon, the client and PostgreSQL at random instants: during
imports, during runs, during deeds, between batches. Afterwards: nothing
half-stored, every receipted write there, once, with the same receipt; the
invariants of sql/checks.sql hold; the next start serves within 2 s (G1, G2, G3).

usage: kill_test.py JIXIAOD JIXIAO BUNDLE ROUNDS [SEED] [--expect-violation]

--expect-violation: passes only if a violation was found (the daemon has a bug
planted in it); otherwise passes only if none was.
"""
import filecmp
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, SOURCE, Daemon, Refused, Tally, merkle_check, op_id, verify_by_openssl  # noqa: E402

flags = [a for a in sys.argv[1:] if a.startswith("--")]
jixiaod, jixiao, bundle, rounds, *rest = [a for a in sys.argv[1:] if not a.startswith("--")]
seed = int(rest[0]) if rest else 20261123
chance = random.Random(seed)
print(f"seed {seed}")
violations, slow_starts, counts = [], [], {}
START_SECONDS_MAX = 2.0
account_pb, deed_pb, run_pb, year_pb = PB["account"], PB["deed"], PB["run"], PB["year"]
TRANSIENT = ("E_UNAVAILABLE", "E_BUSY", "E_THROTTLED")


def violation(text):
    violations.append(text)
    print("VIOLATION: " + text, flush=True)


def patiently(daemon, function, seconds=30):
    """function(peer) until the database is back; connections and time-outs are retried."""
    until = time.monotonic() + seconds
    while True:
        try:
            peer = daemon.admin()
            try:
                return function(peer)
            finally:
                peer.sock.close()
        except Refused as refused:
            if refused.code not in TRANSIENT or time.monotonic() > until:
                raise
        except (OSError, ConnectionError):
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def revive(daemon):
    if daemon.process.poll() is not None:
        started = time.monotonic()
        daemon.start()
        seconds = time.monotonic() - started
        slow_starts.append(seconds)
        if seconds > START_SECONDS_MAX:
            violation(f"the next start took {seconds:.2f} s")


def strike(daemon, victim, client=None):
    if victim == "daemon":
        daemon.kill()
    elif victim == "postgres":
        try:
            os.kill(daemon.postgres_pid(), signal.SIGKILL)
        except (OSError, ValueError):
            pass # it was just starting again
    elif victim == "backend":
        out = subprocess.run(["pgrep", "-P", str(daemon.postgres_pid()), "-f", "jixiao"], capture_output=True, text=True)
        pids = out.stdout.split()
        if pids:
            os.kill(int(chance.choice(pids)), signal.SIGKILL)
    elif client is not None:
        client.kill()


def small_writes(daemon, victim):
    """Four connections write as fast as they can until the blow; then every op is asked for again."""
    sent, acked, lock, stop = {}, {}, threading.Lock(), threading.Event()

    def write():
        try:
            peer = daemon.admin()
            while not stop.is_set():
                op = account_pb.AccountDisable(op_id=op_id(), account="target", reason="again")
                with lock:
                    sent[op.op_id] = op
                done = peer.call(account_disable=op)
                with lock:
                    acked[op.op_id] = done.receipt.SerializeToString()
        except (Refused, OSError, ConnectionError, AssertionError, ValueError):
            pass
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.4 + chance.random() * 0.4)
    strike(daemon, victim)
    time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    revive(daemon)

    def again(peer):
        for key, op in sent.items():
            done = peer.call(account_disable=op)
            receipt = done.receipt.SerializeToString()
            if key in acked and not done.replayed:
                violation(f"acknowledged but not stored: {key.hex()} after kill of {victim}")
            elif key in acked and receipt != acked[key]:
                violation(f"another receipt for the same op: {key.hex()}")
            acked[key] = receipt
    patiently(daemon, again)
    counts["ops"] = counts.get("ops", 0) + len(sent)


def variant(folder, mark):
    """The bundle with one visit mark more: another state of the same year."""
    shutil.copytree(bundle, folder)
    path = os.path.join(folder, "visits.csv")
    unit = open(os.path.join(folder, "units.csv"), encoding="utf-8").read().splitlines()[1].split(",")[0]
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{unit},K{mark},{mark % 100}\n")


def export(daemon, where):
    env = daemon.client_env()
    for _ in range(100):
        shutil.rmtree(where, ignore_errors=True)
        result = subprocess.run([jixiao, "export", where], env=env, capture_output=True, text=True)
        if result.returncode != 3:
            break
        time.sleep(0.1)
    if result.returncode != 0:
        raise RuntimeError(f"export: {result.returncode} {result.stderr}")


def same(left, right):
    names = os.listdir(left)
    return sorted(names) == sorted(os.listdir(right)) and not filecmp.cmpfiles(left, right, names, shallow=False)[1]


def an_import(daemon, victim, work, number):
    """One import under the blow: afterwards the year is the old one or the new one, whole."""
    before, after, now = (os.path.join(work, f"{name}{number}") for name in ("before", "after", "now"))
    export(daemon, before)
    new = os.path.join(work, f"new{number}")
    variant(new, 1 + number % 99)
    client = subprocess.Popen([jixiao, "import", new], env=daemon.client_env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(chance.random() * 0.7)
    strike(daemon, victim, client)
    if victim == "daemon":
        time.sleep(0.1)
        client.kill()
    revive(daemon)
    client.communicate(timeout=60)
    said_done = client.returncode == 0
    patiently(daemon, lambda peer: peer.call(years=year_pb.Years()))
    export(daemon, now)
    is_old = same(before, now)
    result = subprocess.run([jixiao, "import", new], env=daemon.client_env(), capture_output=True, text=True)
    if result.returncode != 0:
        violation(f"import after the blow: {result.returncode} {result.stderr}")
    export(daemon, after)
    is_new = same(after, now)
    if said_done and not is_new:
        violation(f"the client said done, but the year is not the new one (kill of {victim})")
    if not is_old and not is_new:
        violation(f"the year is half one, half the other (kill of {victim})")
    for folder in (before, after, now, new):
        shutil.rmtree(folder)
    counts["imports"] = counts.get("imports", 0) + 1


def a_run(daemon, victim, digests):
    """A run under the blow finishes by itself, and gives what every run of the same state gives."""
    started = {}
    op = None

    def begin(peer):
        nonlocal op
        year = peer.call(years=year_pb.Years()).years[0]
        op = op or run_pb.RunStart(op_id=op_id(), city=year.city, year=year.year)
        started["run"] = peer.call(run_start=op).run
    patiently(daemon, begin)
    time.sleep(chance.random() * 0.5)
    strike(daemon, victim)
    revive(daemon)
    run = started["run"]
    done = patiently(daemon, lambda peer: peer.call(run_watch=run_pb.RunWatch(city=run.city, year=run.year, run=run.run)).run)
    if done.state != "done":
        violation(f"run {run.run} ended {done.state} (kill of {victim})")
    elif digests.setdefault(done.batch, done.result_digest) != done.result_digest:
        violation(f"run {run.run}: another result from the same inputs")
    again = patiently(daemon, lambda peer: peer.call(run_start=op))
    if not again.replayed or again.run.run != run.run:
        violation(f"run {run.run} was started twice")
    counts["runs"] = counts.get("runs", 0) + 1


def query(daemon, sql):
    """Rows of the daemon's own database, as its owner."""
    run = os.path.join(daemon.data, "run")
    for _ in range(100):
        result = subprocess.run(["psql", "-h", run, "-U", "jixiao", "-d", "jixiao", "-AtXc", sql], capture_output=True, text=True)
        if result.returncode == 0:
            return [line.split("|") for line in result.stdout.splitlines() if line]
        time.sleep(0.1)
    raise RuntimeError(f"psql: {result.stderr}")


def check_invariants(daemon):
    with open(os.path.join(SOURCE, "sql/checks.sql"), encoding="utf-8") as file:
        for breach in query(daemon, file.read()):
            violation("checks.sql: " + " | ".join(breach))


def deeds(daemon, victim):
    """Some clients open and close phases of one year until the blow; then every deed is asked for again."""
    sent, acked, lock, stop = {}, {}, threading.Lock(), threading.Event()
    year = patiently(daemon, lambda peer: peer.call(years=year_pb.Years())).years[0]

    def play(number):
        phase = ("goals", "self", "claims")[number % 3]
        try:
            peer = daemon.admin()
            while not stop.is_set():
                name = "phase.close" if len(sent) % 2 else "phase.open"
                op = deed_pb.Deed(op_id=op_id(), city=year.city, year=year.year, deed=name, value=phase)
                with lock:
                    sent[op.op_id] = op
                try:
                    reply = peer.call(deed=op)
                except Refused as refused:
                    if refused.code == "E_LIFE": # to close what is not open
                        continue
                    raise
                with lock:
                    acked[op.op_id] = reply.receipt
        except (Refused, OSError, ConnectionError, AssertionError, ValueError):
            pass
    threads = [threading.Thread(target=play, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3 + chance.random() * 0.4)
    strike(daemon, victim)
    time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    revive(daemon)
    told = dict(acked)
    # Those without an answer too: each ends stored or refused, and stays so.
    patiently(daemon, lambda peer: ask_deeds_again(peer, sent, told, victim), 60)
    check_deeds(daemon, sent, told)
    counts["deeds"] = counts.get("deeds", 0) + len(sent)


def ask_deeds_again(peer, sent, told, victim):
    for key, op in sent.items():
        try:
            reply = peer.call(deed=op)
        except Refused as refused:
            if refused.code in TRANSIENT:
                raise
            if key in told:
                violation(f"acknowledged, then refused with {refused.code}: {key.hex()} after kill of {victim}")
            continue
        if key in told and not reply.replayed:
            violation(f"acknowledged but not stored: {key.hex()} after kill of {victim}")
        elif key in told and reply.receipt != told[key]:
            violation(f"another receipt for the same deed: {key.hex()}")
        told[key] = reply.receipt


def check_deeds(daemon, sent, told):
    """Stored is what was acknowledged, each once and with the receipt that was given; receipts verify on their own."""
    stored = {bytes.fromhex(op): (batch, bytes.fromhex(receipt)) for op, batch, receipt in query(
        daemon, "SELECT encode(op_id, 'hex'), batch, encode(receipt, 'hex') "
                "FROM jx.op WHERE action = 'deed'")}
    for key in sent:
        if (key in told) != (key in stored):
            violation(f"deed {key.hex()}: acknowledged {key in told}, stored {key in stored}")
        elif key in told and told[key].SerializeToString() != stored[key][1]:
            violation(f"deed {key.hex()} is stored with another receipt than it was given")
    if len({batch for batch, _ in stored.values()}) != len(stored):
        violation("two deeds of one year in one batch")
    if int(query(daemon, "SELECT count(*) FROM jx.deed")[0][0]) != len(stored):
        violation("as many deeds are not stored as there are ops of deeds")
    keys = patiently(daemon, lambda peer: peer.call(keys=PB["session"].Keys())).keys
    for key in chance.sample(sorted(told), min(3, len(told))):
        public = next(k.public_key for k in keys if k.key_id == told[key].key_id)
        if not merkle_check(told[key], verify_by_openssl(public)):
            violation(f"the receipt of deed {key.hex()} does not verify")


def a_frozen_database(daemon):
    """While the database can commit nothing, nothing may be acknowledged; then it dies."""
    postgres = daemon.postgres_pid()
    peer = daemon.admin()
    pids = [postgres] + [int(p) for p in subprocess.run(["pgrep", "-P", str(postgres)], capture_output=True, text=True).stdout.split()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    op = account_pb.AccountDisable(op_id=op_id(), account="target", reason="frozen")
    peer.sock.settimeout(0.7)
    acknowledged = False
    try:
        peer.call(account_disable=op)
        acknowledged = True
    except (Refused, OSError, ConnectionError):
        pass
    for pid in reversed(pids):
        os.kill(pid, signal.SIGKILL)
    peer.sock.close()
    if acknowledged:
        violation("acknowledged while the database could not commit")
    done = patiently(daemon, lambda p: p.call(account_disable=op))
    if acknowledged and not done.replayed:
        violation("… and it was lost")


def main():
    work = tempfile.mkdtemp(prefix="jx-kill-")
    digests = {}
    with Daemon(jixiaod) as daemon:
        result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        admin = daemon.admin()
        admin.call(account_add=account_pb.AccountAdd(op_id=op_id(), account="target", role="auditor", city="*", password="kill-password-1"))
        admin.sock.close()
        a_frozen_database(daemon)
        started = time.monotonic()
        for number in range(int(rounds)):
            kind = chance.choices(("writes", "import", "run", "deeds"), (5, 3, 2, 4))[0]
            try:
                if kind == "writes":
                    small_writes(daemon, chance.choice(("daemon", "postgres", "backend")))
                elif kind == "import":
                    an_import(daemon, chance.choice(("daemon", "postgres", "client", "backend")), work, number)
                elif kind == "deeds":
                    deeds(daemon, chance.choice(("daemon", "postgres", "backend")))
                else:
                    a_run(daemon, chance.choice(("daemon", "postgres", "backend")), digests)
                check_invariants(daemon)
            except Exception as error: # noqa: BLE001: whatever breaks is a finding, with its round
                violation(f"round {number} {kind}: {type(error).__name__} {error}")
                revive(daemon)
            if violations and "--expect-violation" in flags:
                break
        seconds = time.monotonic() - started
        print(f"{rounds} blows in {seconds:.1f} s; {counts}; starts after kill: "
              f"{len(slow_starts)}, slowest {max(slow_starts, default=0):.2f} s")
    shutil.rmtree(work, ignore_errors=True)
    tally = Tally()
    if "--expect-violation" in flags:
        tally.check("the planted bug is caught", violations)
    else:
        tally.check("no violation", not violations, violations[:3])
        tally.check("every kind of work was under the blow", int(rounds) < 50 or len(counts) == 4, counts)
    tally.close()


main()
