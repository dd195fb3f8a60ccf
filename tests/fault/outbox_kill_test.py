#!/usr/bin/env python3
"""The client's outbox, killed at every system call of a clerk's day (seal, draft,
edit, send, receipt, refusal, prune, new password), robbed of power, and with each
call failing once: what was acknowledged is there, what was not is there whole or
not at all (G1, G2, R14).

usage: outbox_kill_test.py DRIVER [--only=kill|power|failure] [--step=N: of the calls, every Nth] [--expect-violation]

Kill: strace ends the driver with SIGKILL on entering its n-th call of a kind, for
every n of every kind that a whole run makes. Power: from the trace of a whole run
the disk is rebuilt as it is after each write, sync and name: what was synced is on
it for certain; of the rest nothing, or a part drawn by a seeded dice. Failure: the call answers EIO (a
write: ENOSPC); the driver says so and ends, it never falls, and what was not
acknowledged is not there.

--expect-violation: passes only if a violation was found (a bug is planted).
"""
import collections
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

driver = os.path.abspath(sys.argv[1])
only = next((a.removeprefix("--only=") for a in sys.argv if a.startswith("--only=")), None)
step = int(next((a.removeprefix("--step=") for a in sys.argv if a.startswith("--step=")), 1))
expects_violation = "--expect-violation" in sys.argv
SEED = 20261125
SECTOR = 512

# The driver's answers, and what there must be in the file once each was given.
ITEM = {1: "1 waiting 0 0  whole", 2: "2 waiting 0 0  whole", 3: "3 waiting 0 2  whole"}
STEPS = [
    ("begun", []),
    ("unlocked", []),
    ("sealed 1", [ITEM[1]]),
    ("sealed 2", [ITEM[1], ITEM[2]]),
    ("drafted", [ITEM[1], ITEM[2], "draft=short"]),
    ("edited", [ITEM[1], "2 replaced 0 0  whole", ITEM[3], "draft=short"]),
    ("locked", [ITEM[1], "2 replaced 0 0  whole", ITEM[3], "draft=short"]),
    ("sending", ["1 sending 1 0  whole", "2 replaced 0 0  whole", ITEM[3], "draft=short"]),
    ("sent", ["1 sent 1 0 receipt whole", "2 replaced 0 0  whole", ITEM[3], "draft=short"]),
    ("refused", ["1 sent 1 0 receipt whole", "2 replaced 0 0  whole", "3 refused 0 2 fail whole", "draft=short"]),
    ("drafted again", ["1 sent 1 0 receipt whole", "2 replaced 0 0  whole", "3 refused 0 2 fail whole",
                       "draft=another, longer text"]),
    ("removed", ["1 sent 1 0 receipt whole", "2 replaced 0 0  whole", "3 refused 0 2 fail whole"]),
    ("half pruned", ["1 sent 1 0 receipt whole", "3 refused 0 2 fail whole"]), # never said: two calls
    ("pruned", ["3 refused 0 2 fail whole"]),
    ("device", ["3 refused 0 2 fail whole"]),
    ("relocked", ["second password", "3 refused 0 2 fail whole"]),
    ("closed", ["second password", "3 refused 0 2 fail whole"]),
]
INDEX = {name: number for number, (name, _) in enumerate(STEPS)}
violations, seen = [], collections.Counter()


def violation(text):
    violations.append(text)
    print("VIOLATION: " + text, flush=True)


def judge(where, folder, acknowledged, is_exact=False):
    """What is in the folder against what was acknowledged last, or (not is_exact) the next step done and not yet said."""
    out = subprocess.run([driver, "check", folder], capture_output=True, text=True, timeout=60)
    last = INDEX[acknowledged[-1]] if acknowledged else 0
    may = [STEPS[last][1]]
    for number in range(last + 1, len(STEPS)):
        may.append(STEPS[number][1])
        if STEPS[number][0] != "half pruned":
            break
    if is_exact:
        may = may[:-1] or may # half a prune may have been done
    if out.returncode != 0:
        violation(f"{where}, after {acknowledged[-1:]}: does not open: {out.stderr.strip()}")
    elif out.stdout.splitlines() not in may:
        violation(f"{where}, after {acknowledged[-1:]}: {out.stdout.splitlines()} instead of one of {may}")
    else:
        seen[may.index(out.stdout.splitlines())] += 1


# ---- One whole run, as strace saw it.

# The sanitizer's leak check is a tracer itself, and its own memory is not the program's to lose.
TRACED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}


def unhex(text):
    return bytes.fromhex(text.replace("\\x", ""))


def whole_run(base):
    folder, trace = os.path.join(base, "whole"), os.path.join(base, "trace")
    subprocess.run(["strace", "-y", "-xx", "-s", "100000", "-o", trace, driver, "run", folder], check=True,
                   capture_output=True, env=TRACED)
    lines = open(trace, encoding="ascii").read().splitlines()
    calls = [re.match(r"(\w+)\((.*)", line) for line in lines]
    calls = [(m.group(1), m.group(2)) for m in calls if m]
    begun = next(i for i, (name, rest) in enumerate(calls) if name == "write" and rest.startswith("1<"))
    return folder, calls, begun


# ---- Killed.

def kill_points(calls, begun):
    """(call, n): the n-th call of that kind of the whole process, for all since it began."""
    counts = collections.Counter()
    for number, (name, _) in enumerate(calls):
        counts[name] += 1
        if number > begun:
            yield name, counts[name]


def kill_at(base, call, count):
    folder = os.path.join(base, f"kill-{call}-{count}")
    out = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:signal=SIGKILL:when={count}", driver, "run", folder],
                         capture_output=True, text=True, timeout=120, env=TRACED)
    acknowledged = out.stdout.splitlines()
    died = acknowledged[-1:] != ["closed"]
    judge(f"killed at {call} {count}", folder, acknowledged)
    shutil.rmtree(folder, ignore_errors=True)
    return died


# ---- Failing.

# What the C library or the loader does not survive, or does not ask for an answer.
NEVER_FAILS = {"write", "exit_group", "getrandom", "futex", "mmap", "munmap", "mprotect", "madvise", "sigaltstack", "close",
               "getpid", "geteuid", "brk"}


def fail_at(base, call, count):
    """Each call of that kind fails once; what it was for is refused or done without it."""
    if call in NEVER_FAILS:
        return 0
    folder = os.path.join(base, f"fail-{call}-{count}")
    error = "ENOSPC" if call == "pwrite64" else "EIO"
    out = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:error={error}:when={count}", driver, "run", folder],
                         capture_output=True, text=True, timeout=120, env=TRACED)
    where = f"{error} at {call} {count}"
    if out.returncode not in (0, 1) or (out.returncode == 1) != bool(re.fullmatch(r"\w+: E_\w+", out.stderr.strip())):
        violation(f"{where}: ended with {out.returncode}: {out.stderr.strip()}")
    if os.path.exists(folder):
        judge(where, folder, out.stdout.splitlines(), is_exact=out.returncode == 1)
        shutil.rmtree(folder)
    return out.returncode


# ---- Robbed of power.

class Disk:
    """What a disk may hold: per file the synced bytes and the writes since; names likewise."""

    def __init__(self):
        self.synced, self.pending = {}, {}     # by file number
        self.names, self.names_pending = {}, []  # durable name -> number; (name, number or None) in order
        self.live, self.count = {}, 0          # name -> number as the process sees it

    def create(self, name):
        if name not in self.live:
            self.count += 1
            self.live[name] = self.count
            self.synced[self.count], self.pending[self.count] = b"", []
            self.names_pending.append((name, self.count))

    def unlink(self, name):
        if self.live.pop(name, None) is not None:
            self.names_pending.append((name, None))

    def write(self, name, offset, data):
        for at in range(0, len(data), SECTOR):
            self.pending[self.live[name]].append((offset + at, data[at:at + SECTOR]))

    def truncate(self, name, size):
        self.pending[self.live[name]].append((size, None))

    @staticmethod
    def apply(content, writes):
        content = bytearray(content)
        for offset, data in writes:
            if data is None:
                content = content[:offset] + bytes(max(0, offset - len(content)))
            else:
                content += bytes(max(0, offset - len(content)))
                content[offset:offset + len(data)] = data
        return bytes(content)

    def sync(self, name):
        number = self.live[name]
        self.synced[number] = self.apply(self.synced[number], self.pending[number])
        self.pending[number] = []

    def sync_names(self):
        for name, number in self.names_pending:
            self.names[name] = number
        self.names_pending = []

    def image(self, folder, dice):
        """Writes the files as they might be found; dice None: nothing that was not synced."""
        names = dict(self.names)
        kept = self.names_pending[:dice.randint(0, len(self.names_pending))] if dice else []
        names.update(kept)
        os.makedirs(folder, mode=0o700)
        for name, number in names.items():
            if number is None:
                continue
            writes = [w for w in self.pending[number] if dice and dice.random() < 0.5]
            with open(os.path.join(folder, name), "wb", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(self.apply(self.synced[number], writes))


def replay(folder, calls, begun):
    """After each call that changes the disk, and each answer: (where, disk, answers so far)."""
    disk, acknowledged = Disk(), []
    inside = re.escape("".join(f"\\x{b:02x}" for b in (folder + "/").encode()))
    whole = "".join(f"\\x{b:02x}" for b in folder.encode())
    for number, (call, rest) in enumerate(calls):
        paths = [unhex(p).decode() for p in re.findall(inside + r"((?:\\x[0-9a-f]{2})+)[>\"]", rest)]
        name = paths[0] if paths else None
        changed = False
        if call == "write" and rest.startswith("1<"):
            acknowledged.append(unhex(re.search(r'"([^"]*)"', rest).group(1)).decode().strip())
            changed = number >= begun
        elif call == "openat" and name and "O_CREAT" in rest and " = -1" not in rest:
            disk.create(paths[-1])
        elif call == "unlink" and name and " = 0" in rest:
            disk.unlink(name)
            changed = True
        elif call == "pwrite64" and name and not name.endswith("-shm"):
            data, size, offset = re.search(r'"([^"]*)", (\d+), (\d+)\)', rest).groups()
            data = unhex(data)
            if len(data) != int(size):
                raise ValueError("the trace does not hold all that was written")
            disk.write(name, int(offset), data)
            changed = True
        elif call == "ftruncate" and name and not name.endswith("-shm"):
            disk.truncate(name, int(re.search(r", (\d+)\)", rest).group(1)))
            changed = True
        elif call in ("fsync", "fdatasync"):
            if name:
                disk.sync(name)
            elif f"<{whole}>" in rest:
                disk.sync_names()
            changed = True
        if changed and number >= begun:
            yield f"power off after call {number} ({call})", disk, list(acknowledged)


def power_off(base, folder, calls, begun):
    dice, count = random.Random(SEED), 0
    for where, disk, acknowledged in replay(folder, calls, begun):
        for how, kind in (("nothing more", None), ("a part", dice)):
            image = os.path.join(base, "image")
            disk.image(image, kind)
            judge(f"{where}, {how} of what was not synced", image, acknowledged)
            shutil.rmtree(image)
            count += 1
        if violations and expects_violation:
            break
    return count


def at_each(function, base, points):
    """The sum of what function(base, call, n) says; ends early when a planted bug was found."""
    total = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(function, base, *point) for point in points]
        for task in concurrent.futures.as_completed(tasks):
            total += task.result()
            if violations and expects_violation:
                pool.shutdown(wait=True, cancel_futures=True)
                break
    return total


def main():
    with tempfile.TemporaryDirectory(prefix="outbox_kill_") as base:
        folder, calls, begun = whole_run(base)
        judge("a whole run", folder, ["closed"])
        points = list(kill_points(calls, begun))[::step]
        started = time.monotonic()
        if only in (None, "power"):
            print(f"{power_off(base, folder, calls, begun)} power cuts: {time.monotonic() - started:.0f} s", flush=True)
        started = time.monotonic()
        if only in (None, "kill"):
            died = at_each(kill_at, base, points)
            print(f"killed at each of {len(points)} system calls ({died} before the end): "
                  f"{time.monotonic() - started:.0f} s", flush=True)
            if not expects_violation and died < len(points) - 4:
                violation(f"only {died} of {len(points)} kills hit")
        started = time.monotonic()
        if only in (None, "failure"):
            failed = at_each(fail_at, base, points)
            print(f"{failed} refusals when each of {len([p for p in points if p[0] not in NEVER_FAILS])} calls fails "
                  f"once: {time.monotonic() - started:.0f} s", flush=True)
            if not expects_violation and failed < len(points) // 8:
                violation("hardly any failure was noticed")
    print(f"as answered {seen[0]}, one step on {sum(seen.values()) - seen[0]}; {len(violations)} violations")
    return int(bool(violations) != expects_violation)


if __name__ == "__main__":
    sys.exit(main())
