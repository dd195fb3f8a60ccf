#!/usr/bin/env python3
"""SIGTERM under load: requests under way are answered, new connections refused,
and clients move on by themselves to the daemon that is there next: twenty
clients, ten restarts, and none of them sees more than a wait (G1, G2, G9).

usage: drain_test.py JIXIAOD JIXIAO [RESTARTS]
"""
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clerks import PB, Clerk, Tally, Year, chain_breaks, exactly_once, query  # noqa: E402
from peer import Refused, op_id  # noqa: E402

jixiaod, jixiao = (os.path.abspath(a) for a in sys.argv[1:3])
restarts = int(sys.argv[3]) if len(sys.argv) > 3 else 10
tally = Tally()
deed_pb, run_pb, records_pb, session_pb = (PB[n] for n in ("deed", "run", "records", "session"))
CLERKS, READERS, WATCHERS = 13, 5, 2 # 20 clients
DRAIN_SECONDS_MAX = 3                # with nothing long under way
BETWEEN_SECONDS = 0.6


def port_of(daemon):
    return int(daemon.address.rsplit(":", 1)[1])


# ---- What a daemon that was told to stop still does.

def answers_what_is_under_way(year):
    """A run, which takes a while, and deeds behind each other: sent before SIGTERM, answered after it."""
    daemon = year.daemon
    runner, writer, idle = daemon.admin(), daemon.admin(), daemon.admin()
    keys = [op_id() for _ in range(8)]
    started = runner.call(run_start=run_pb.RunStart(op_id=op_id(), city=year.city, year=year.year)).run
    runner.send(run_watch=run_pb.RunWatch(city=year.city, year=year.year, run=started.run))
    for number, key in enumerate(keys):
        rows = records_pb.Records()
        rows.tasks.add(task="drain", source="drain", text=f"{number}")
        writer.send(deed=deed_pb.Deed(op_id=key, city=year.city, year=year.year, deed="task.push", rows=rows))
    while int(query(daemon, "SELECT count(*) FROM jx.deed")[0][0]) == 0:
        time.sleep(0.001)  # they have been read
    daemon.process.send_signal(signal.SIGTERM)
    told = {}
    for _ in keys:
        envelope = writer.receive()
        told[envelope.request_id] = envelope.WhichOneof("body")
    tally.check("deeds under way are answered", list(told.values()) == ["deed_reply"] * len(keys), told)
    while (body := runner.receive().WhichOneof("body")) == "progress":
        pass
    tally.check("a run that is waited for is told", body == "run_reply", body)
    try:
        idle.sock.settimeout(5)
        tally.check("an idle connection is closed in due form", idle.sock.recv(1) == b"")
    except OSError as error:
        tally.check("an idle connection is closed in due form", False, error)
    daemon.process.wait(15)
    tally.check("then it ends", daemon.process.returncode == 0, daemon.process.returncode)
    return sorted(keys)


def refuses_new_ones(year):
    """While it is busy with its last: whoever comes now is turned away at once, and does not hang."""
    daemon = year.daemon
    postgres = daemon.postgres_pid()
    writer = daemon.admin()
    children = subprocess.run(["pgrep", "-P", str(postgres)], capture_output=True, text=True).stdout.split()
    for pid in children:
        os.kill(int(pid), signal.SIGSTOP)
    rows = records_pb.Records()
    rows.tasks.add(task="drain", source="drain", text="last")
    writer.send(deed=deed_pb.Deed(op_id=op_id(), city=year.city, year=year.year, deed="task.push", rows=rows))
    time.sleep(0.3)
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    started = time.monotonic()
    try:
        daemon.peer(timeout=5)
        refused = False
    except OSError:
        refused = time.monotonic() - started < 1
    tally.check("new connections are refused at once", refused)
    writer.send(deed=deed_pb.Deed(op_id=op_id(), city=year.city, year=year.year, deed="task.push", rows=rows))
    time.sleep(0.2)
    for pid in children:
        os.kill(int(pid), signal.SIGCONT)
    first = writer.receive().WhichOneof("body")
    try:
        second = writer.receive().WhichOneof("body")
    except (OSError, ConnectionError):
        second = None
    tally.check("what came before it is answered, what came after it is not begun", first == "deed_reply" and second is None, (first, second))
    daemon.process.wait(15)


# ---- Twenty clients, ten restarts.

class Worker(threading.Thread):
    def __init__(self, clerk, work):
        super().__init__(daemon=True)
        self.clerk, self.work, self.bad, self.done, self.longest = clerk, work, [], 0, 0.0

    def run(self):
        while not stop.is_set():
            started = time.monotonic()
            result = self.work(self.clerk)
            self.longest = max(self.longest, time.monotonic() - started)
            self.done += 1
            if result is not None and result.returncode != 0:
                self.bad.append((result.returncode, result.stderr[-300:]))


stop = threading.Event()


def write(clerk):
    return clerk.push()


def read(clerk):
    return clerk.run("list", "tasks", "--city", clerk.year.city, "--year", str(clerk.year.year), "--json")


def watch(clerk):
    """One that stays connected: it goes on after each restart, until it is stopped."""
    process = subprocess.Popen(clerk.arguments("watch", "--city", clerk.year.city, "--year", str(clerk.year.year)), env=clerk.env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not stop.wait(0.1) and process.poll() is None:
        pass
    alive = process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    return subprocess.CompletedProcess([], 0 if alive else process.returncode or -1, "", said)


def under_load(year):
    workers = [Worker(Clerk(year, f"w{n}").login(), write) for n in range(CLERKS)]
    workers += [Worker(Clerk(year, f"r{n}").login(), read) for n in range(READERS)]
    workers += [Worker(Clerk(year, f"n{n}").login(), watch) for n in range(WATCHERS)]
    for worker in workers:
        worker.start()
    drains, gaps = [], []
    for _ in range(restarts):
        time.sleep(BETWEEN_SECONDS)
        started = time.monotonic()
        year.daemon.process.send_signal(signal.SIGTERM)
        year.daemon.process.wait(20)
        drains.append(time.monotonic() - started)
        tally.check("it ends by itself", year.daemon.process.returncode == 0, year.daemon.process.returncode)
        year.daemon.start(port=port_of(year.daemon))
        gaps.append(time.monotonic() - started)
    time.sleep(BETWEEN_SECONDS)
    stop.set()
    for worker in workers:
        worker.join(60)
    bad = [(w.clerk.name, *b) for w in workers for b in w.bad]
    tally.check("nobody saw more than a wait", not bad, bad[:3])
    tally.check("all of them worked", all(w.done for w in workers), [(w.clerk.name, w.done) for w in workers])
    tally.check("drained soon", max(drains) < DRAIN_SECONDS_MAX, max(drains))
    wrong = exactly_once(year, [w.clerk for w in workers if w.work is write]) + chain_breaks(year)
    tally.check("exactly once", not wrong, wrong[:3])
    print(f"{len(workers)} clients, {restarts} restarts: drained in {max(drains):.2f} s at most, served again after {max(gaps):.2f} s at most; "
          f"{sum(w.done for w in workers)} commands, the longest took {max(w.longest for w in workers if w.work is not watch):.2f} s")


def main():
    with Year(jixiaod, jixiao) as year:
        under_load(year)
        keys = answers_what_is_under_way(year)
        year.daemon.start(port=port_of(year.daemon))
        stored = query(year.daemon, "SELECT encode(op_id, 'hex') FROM jx.op WHERE action = 'deed'")
        tally.check("what was answered is stored", {k.hex() for k in keys} <= {row[0] for row in stored})
        refuses_new_ones(year)
        year.daemon.start(port=port_of(year.daemon))
    tally.close()


main()
