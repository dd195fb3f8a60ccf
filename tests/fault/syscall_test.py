#!/usr/bin/env python3
"""kill -9 of the client before every single system call of queueing, sealing,
sending and receiving the receipt (strace injects it). After each, the client
runs again as usual: nothing it spoke of is lost, nothing arrives twice, and
whatever counts as sent has its receipt on the disk (R16, R18, R19; G1, G2).

usage: syscall_test.py JIXIAOD JIXIAO BADLINK [--every] [--seed N] [--expect-violation]

--every: every occurrence of every system call (some 1,500 cases, some minutes)
instead of the first, a middle one and the last of each kind, and all of those
that write. --expect-violation: passes only if something was found (the client
has a bug planted in it).
"""
import concurrent.futures
import json
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from badlink import BadLink, enter_own_network  # noqa: E402
from clerks import QUEUED, Clerk, Tally, Year, chain_breaks, exactly_once  # noqa: E402

enter_own_network()
every, expects = "--every" in sys.argv, "--expect-violation" in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 20261125
jixiaod, jixiao, badlink = (os.path.abspath(a) for a in sys.argv[1:4])
chance = random.Random(seed)
tally = Tally()
WORKERS = 6
KILLED = 137, -9
TRACED = {"ASAN_OPTIONS": "detect_leaks=0"} # the leak check is a tracer itself
# What leaves something behind: each of them counts.
WRITES = {"write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate", "mkdir", "connect", "sendto", "openat", "flock"}
# What says that it was stored, or will be sent.
SAID = re.compile("已存入发件箱|已办理|回执：")


class Step:
    """One of the ways to run: words(clerk) are the command's; prepare(clerk) comes before."""

    def __init__(self, name, status, words, prepare, is_push):
        self.name, self.status, self.words, self.prepare, self.is_push = name, status, words, prepare, is_push


def queue_one(clerk):
    clerk.line(False)
    assert clerk.push(1).returncode == QUEUED, clerk.log[-1]
    clerk.line(True)


STEPS = [
    Step("without a link: queue, seal", QUEUED, lambda c: c.next_push(1), lambda c: c.line(False), True),
    Step("with one: seal, send, receive", 0, lambda c: c.next_push(), lambda c: c.line(True), True),
    Step("outbox send", 0, lambda c: ["outbox", "send"], queue_one, False),
]


class Traveller(Clerk):
    """A clerk with a line of its own, at an address of its own, which is there or is not."""

    def __init__(self, year, name):
        self.link = BadLink(badlink, year.daemon.address)
        self.has_line = False
        self.line(True)
        self.link.arguments[1] = str(self.link.port)
        super().__init__(year, name, self.link.address)

    def line(self, is_there):
        if self.has_line != is_there:
            (self.link.__enter__ if is_there else self.link.__exit__)()
        self.has_line = is_there


def trace(clerk, step):
    """Name of each system call of an undisturbed run, in order; and the trace's lines."""
    path = os.path.join(clerk.home, "trace")
    step.prepare(clerk)
    words = step.words(clerk)
    result = clerk.run(*words, env=TRACED, prefix=("strace", "-f", "-y", "-o", path))
    assert result.returncode == step.status, (step.name, result)
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    return [m.group(1) for m in (re.match(r"\d+ +(\w+)\(", line) for line in lines) if m], lines


def cases_of(step, names):
    """(system call, which one of its kind): those that are killed. A planted bug lies between two that write."""
    counts = {name: names.count(name) for name in names if name not in ("execve", "exit_group")}
    if every:
        return [(name, n) for name, count in counts.items() for n in range(1, count + 1)]
    if expects:
        return [(name, n) for name, count in counts.items() if step is STEPS[1] and name in WRITES - {"openat"} for n in range(1, count + 1)]
    return [(name, n) for name, count in counts.items()
            for n in (range(1, count + 1) if name in WRITES - {"openat"} else sorted({1, (count + 1) // 2, count}))]


def kill_at(clerk, step, name, number):
    """One case. What is wrong, as a text, or None; and whether it was hit."""
    step.prepare(clerk)
    words = step.words(clerk)
    inject = f"inject={name}:signal=SIGKILL:when={number}"
    result = clerk.run(*words, env=TRACED, prefix=("strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e", inject))
    hit = result.returncode in KILLED
    if not hit and result.returncode != step.status:
        return f"{step.name}, {name} {number}: exit {result.returncode} {result.stderr[-300:]}", hit
    if step.is_push and hit and not SAID.search(result.stderr):
        clerk.unsaid.add(clerk.texts[-1])
    clerk.line(True)
    again = clerk.run("outbox", "send")
    if again.returncode != 0:
        return f"{step.name}, {name} {number}: then exit {again.returncode} {again.stderr[-300:]}", hit
    return None, hit


def some_cases(year, number, cases):
    clerk = Traveller(year, f"s{number}")
    clerk.login()
    found, hits = [], 0
    for step, name, occurrence in cases:
        wrong, hit = kill_at(clerk, step, name, occurrence)
        hits += hit
        if wrong is not None:
            found.append(wrong)
    clerk.line(True)
    found += check_outbox(clerk)
    return clerk, found, hits


def check_outbox(clerk):
    """Everything is sent, and what is sent has its receipt as a file."""
    wrong = []
    receipts = clerk.receipts()
    items = clerk.run("outbox", "list", "all", "--json")
    if items.returncode != 0:
        return [f"{clerk.name}: the outbox cannot be read: {items.stderr}"]
    for item in json.loads(items.stdout):
        if item["state"] != "sent":
            wrong.append(f"{clerk.name}: item {item['number']} is {item['state']}")
        elif item["op_id"].replace("-", "") not in receipts:
            wrong.append(f"{clerk.name}: item {item['number']} counts as sent, and there is no receipt")
    for op in list(receipts)[:3]:
        path = next(os.path.join(clerk.home, "state/jixiao/receipts", n) for n in os.listdir(clerk.home + "/state/jixiao/receipts")
                    if n.replace("-", "") == op + ".json")
        result = clerk.run("receipt", "verify", path)
        if result.returncode != 0:
            wrong.append(f"{clerk.name}: receipt verify: {result.stderr}")
    return wrong


def first(lines, pattern, after=0):
    return next((i for i, line in enumerate(lines) if i >= after and re.search(pattern, line)), None)


def in_order(lines):
    """What kill -9 cannot show, for the kernel survives it: on the disk, and then the next step."""
    wal = r"f(data)?sync\(\d+<[^>]*\.db-wal>\) = 0"
    sealed = first(lines, wal)
    connected = first(lines, r"connect\(.*sin_port=htons")
    tally.check("the op id is on the disk before a connection is made", None not in (sealed, connected) and sealed < connected, (sealed, connected))
    written = first(lines, r"fsync\(\d+<[^>]*/receipts/[^>]+>\) = 0", connected or 0)
    named = first(lines, r"rename\(.*/receipts/", written or 0)
    folder = first(lines, r"fsync\(\d+<[^>]*/receipts>\) = 0", named or 0)
    counted = first(lines, wal, folder or 0)
    tally.check("the receipt is on the disk, and its name, before the deed counts as sent",
                None not in (written, named, folder, counted) and written < named < folder < counted, (written, named, folder, counted))


def main():
    print(f"seed {seed}")
    started = time.monotonic()
    with Year(jixiaod, jixiao) as year:
        scout = Traveller(year, "scout")
        scout.login()
        assert scout.push().returncode == 0 # the store and the keys are there
        cases = []
        for step in STEPS:
            names, lines = trace(scout, step)
            mine = [(step, *case) for case in cases_of(step, names)]
            print(f"{step.name}: {len(names)} system calls of {len(set(names))} kinds, {len(mine)} killed")
            cases += mine
            if step is STEPS[1] and not expects:
                in_order(lines)
        scout.line(True)
        scout.settle()
        chance.shuffle(cases)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            done = list(pool.map(lambda n: some_cases(year, n, cases[n::WORKERS]), range(WORKERS)))
        found = [w for _, some, _ in done for w in some]
        hits = sum(h for _, _, h in done)
        found += exactly_once(year, [clerk for clerk, _, _ in done] + [scout]) + chain_breaks(year)
        print(f"{len(cases)} cases, {hits} killed, {time.monotonic() - started:.1f} s")
        for text in found[:10]:
            print(("found: " if expects else "VIOLATION: ") + text)
        if expects:
            tally.check("the planted bug is caught", found)
        else:
            tally.check("nothing lost, nothing twice, receipts there and valid", not found, found[:3])
            tally.check("they were killed", hits >= len(cases) * 0.9, f"{hits} of {len(cases)}")
        for clerk, _, _ in [*done, (scout, 0, 0)]:
            clerk.line(False)
    tally.close()


main()
