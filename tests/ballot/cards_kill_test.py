#!/usr/bin/env python3
"""`jixiao cards make` killed with -9 at every system call that leaves a trace
(on the disk, on the line), then run again: every card that the daemon knows is
on a sheet, every sheet's card is known to the daemon (R21; G2).

usage: cards_kill_test.py JIXIAOD JIXIAO
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dump import Database  # noqa: E402
from hall import Hall, printed_cards  # noqa: E402
from peer import Tally  # noqa: E402

jixiaod, jixiao = sys.argv[1:3]
tally = Tally()
# Of each, every single one; those that only read leave nothing to find.
TRACED = {"ASAN_OPTIONS": "detect_leaks=0"} # the leak check is a tracer itself
CALLS = ("write", "fsync", "rename", "unlink", "mkdir", "openat")
OPENED_FIRST = {"openat": 180}  # fonts and libraries are read before: nothing has been made yet
COUNT = 3


def files_about(folder, name):
    """Endings of what stands there under that name, but for half-written files aside."""
    return tuple(sorted(n[len(name):] for n in os.listdir(folder)
                        if n.startswith(name) and n[len(name):] in ("", ".pending", ".deed")))


class Making:
    def __init__(self, hall):
        self.hall, self.sheets, self.states, self.kills = hall, [], {}, 0

    def arguments(self, path):
        return ("cards", "make", "--poll", "K", "--count", str(COUNT), "--out", path)

    def killed_at(self, call, number):
        """false: it came to its end before that."""
        path = os.path.join(self.hall.folder, f"{call}{number}.pdf")
        result = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                 f"inject={call}:signal=SIGKILL:when={number}", jixiao, *self.arguments(path)],
                                env=self.hall.daemon.client_env() | TRACED, capture_output=True, text=True, timeout=120)
        left = files_about(self.hall.folder, os.path.basename(path))
        self.sheets.append(path)
        if result.returncode not in (-9, 137):
            tally.check(f"{call}: at last it ends by itself", result.returncode == 0 and left == ("",), result)
            return False
        self.kills += 1
        self.states[left] = self.states.get(left, 0) + 1
        again = self.hall.run(*self.arguments(path))
        meant = 2 if "" in left else 0
        tally.check(f"killed at {call} {number}, then run again", again.returncode == meant, (left, again))
        tally.check(f"killed at {call} {number}, then run again: the sheets alone are there",
                    files_about(self.hall.folder, os.path.basename(path)) == ("",))
        return True


with Hall(jixiaod, jixiao) as hall:
    database, making = Database(hall.daemon), Making(hall)
    first = os.path.join(hall.folder, "first.pdf")
    hall.must("cards", "make", "--poll", "K", "--kind", "county", "--group", "municipal", "--count", "1", "--out", first)
    for call in CALLS:
        number = OPENED_FIRST.get(call, 0) + 1
        while making.killed_at(call, number):
            number += 1
    printed = [card.hash for path in [first, *making.sheets] for card in printed_cards(path)]
    stored = [bytes.fromhex(row["card"][2:]) for row in database.rows("jx.card")]
    print(f"killed at {making.kills} calls; left behind: " + ", ".join(
        f"{' and '.join(n or 'the sheets' for n in s) or 'nothing'} {c} times" for s, c in sorted(making.states.items())))
    for left in ((), (".pending",), (".deed", ".pending"), ("",)):
        tally.check(f"some kill left {left}", left in making.states)
    tally.check("each sheet holds its cards", len(printed) == len(set(printed)) == COUNT * len(making.sheets) + 1, len(printed))
    tally.check("what is printed is known, what is known is printed", sorted(printed) == sorted(stored), (len(printed), len(stored)))
tally.close()
