#!/usr/bin/env python3
"""docs/visibility.md says of each kind of record who sees it: the same as
daemon/deeds/sight.c, word for letter (R42).

usage: visibility_test.py SOURCE JIXIAO [--print]    (--print: the table as it should be)
"""
import os
import re
import subprocess
import sys

source, jixiao = sys.argv[1], os.path.abspath(sys.argv[2])
DOCUMENT = os.path.join(source, "docs/visibility.md")
WORDS = {"a": "全部", "o": "本单位", "p": "公布后", "r": "所审核单位", "i": "本部门所评", "f": "所核实单位", "t": "本组单位",
         "c": "所分管单位", "l": "本人的表", "e": "本人的，组长见全组", "v": "本单位，到达后", "n": "发给本人的", "s": "会议结束后",
         "w": "踏查结束后见种子", "k": "本单位自己报送的"}
ROW = re.compile(r"^\t\{(?:RECORD|PAPER)_(\w+),\s*" + r",\s*".join([r'"([a-z-]+)"'] * 8) + r"\},$", re.M)


def kinds():
    """name → its words, as the program gives them."""
    env = {**os.environ, "LC_ALL": "zh_CN.UTF-8"}
    text = subprocess.run([jixiao, "help", "list"], env=env, capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^  (\w+) +(\S+)$", text.split("数据的类:")[1], re.M))


def said(letters):
    return "—" if letters == "-" else "；".join(WORDS[letter] for letter in letters)


with open(os.path.join(source, "daemon/deeds/sight.c"), encoding="utf-8") as file:
    rows = {row[0].lower(): [said(cell) for cell in row[1:]] for row in ROW.findall(file.read())}
names = kinds()
lines = [f"| {names[kind]} `{kind}` | " + " | ".join(rows[kind]) + " |" for kind in names if kind in rows]
if "--print" in sys.argv:
    print("\n".join(lines))
    sys.exit(0)
faults = [f"{kind}: no row in sight.c: nobody sees it" for kind in names if kind not in rows]
with open(DOCUMENT, encoding="utf-8") as file:
    present = [line for line in file.read().splitlines() if re.match(r"^\| \S+ `\w+` \|", line)]
faults += [f"says otherwise than sight.c, or has no place: {line}" for line in present if line not in lines]
faults += [f"is missing: {line}" for line in lines if line not in present]
for fault in faults:
    print(f"docs/visibility.md: {fault}")
print(f"{len(lines)} kinds, {len(faults)} faults")
sys.exit(1 if faults or not lines else 0)
