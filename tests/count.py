#!/usr/bin/env python3
"""Sums what the test programs of one CTest run say of themselves.

usage: count.py LastTest.log CTEST_STATUS
A Criterion program says "Tested: N | Passing: N | Failing: N | Crashing: N",
the others close with "N passed, N failed"; a program that says neither counts
as one test by its CTest verdict. The last line is "N passed, N failed".
"""
import re
import sys

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
passed = failed = 0
for block in re.split(r"^(?=\d+/\d+ Testing: )", text, flags=re.M)[1:]:
    good = re.search(r"^Test Passed\.$", block, re.M) is not None
    criterion = re.findall(r"Tested: *(\d+) \| Passing: *(\d+) \| Failing: *(\d+) \| Crashing: *(\d+)",
                           re.sub(r"\x1b\[[0-9;]*m", "", block))
    plain = re.findall(r"^(\d+) passed, (\d+) failed$", block, re.M)
    p = sum(int(c[1]) for c in criterion) + sum(int(c[0]) for c in plain)
    f = sum(int(c[2]) + int(c[3]) for c in criterion) + sum(int(c[1]) for c in plain)
    if p + f == 0:
        p, f = (1, 0) if good else (0, 1)
    if not good and f == 0:
        f = 1
    passed, failed = passed + p, failed + f
if sys.argv[2] != "0" and failed == 0:
    failed = 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or passed == 0 else 0)
