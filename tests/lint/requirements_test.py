#!/usr/bin/env python3
"""The documents against the programs. docs/requirements.md: every requirement has its row; what the row names is
there; and the deeds' and views' own requirements (jixiaod --routes) say the
same as the table. Everywhere: the commands are there.

usage: requirements_test.py SOURCE JIXIAOD JIXIAO
"""
import os
import re
import subprocess
import sys

source, jixiaod, jixiao = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
DOCUMENT = "docs/requirements.md"
COUNT = 47
COLUMNS = ["requirement", "deeds", "commands", "tests", "remarks"]
faults = []


def fault(number, text):
    faults.append(f"{DOCUMENT}:{number}: {text}")


def read_routes():
    """(requests, deed or view → its requirements)."""
    text = subprocess.run([jixiaod, "--routes"], capture_output=True, text=True, check=True).stdout
    requests, *tables = text.split("\n\n")
    named = {}
    for table in tables:
        for line in table.splitlines()[1:]:
            words = line.split()
            named[words[0]] = set() if words[-1] == "-" else set(words[-1].split(","))
    return {line.split()[0] for line in requests.splitlines()[1:]}, named


def read_rows():
    """R id → (line, {column: text})."""
    rows = {}
    with open(os.path.join(source, DOCUMENT), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not re.match(r"\| R\d\d ", line):
                continue
            cells = [c.strip() for c in line.strip().strip("|").split(" | ")]
            if len(cells) != len(COLUMNS):
                fault(number, f"{len(cells)} columns, expected {len(COLUMNS)}")
                continue
            key = cells[0][:3]
            if key in rows:
                fault(number, f"{key} has two rows")
            rows[key] = number, dict(zip(COLUMNS, cells))
            for column, cell in zip(COLUMNS, cells):
                if not cell:
                    fault(number, f"{key}: {column} is empty")
    return rows


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def is_command(words, known={}):
    if words not in known:
        help_text = subprocess.run([jixiao, *words.split(), "--help"], capture_output=True, text=True,
                                   env={**os.environ, "LC_ALL": "en_US.UTF-8"})
        known[words] = help_text.returncode == 0 and re.match(rf"usage: jixiao {re.escape(words)}\b", help_text.stdout)
    return known[words]


def check_row(key, number, row, requests, named):
    here = set(quoted(row["deeds"]))
    for name in sorted(here - requests - set(named)):
        fault(number, f"{key}: {name} is no request, deed or view")
    for name in sorted(here & set(named)):
        if key not in named[name]:
            fault(number, f"{key}: {name} does not name {key} in its row (.requirement)")
    for name in sorted(n for n, ids in named.items() if key in ids and n not in here):
        fault(number, f"{key}: {name} is for {key}, by its own row, and is missing")
    for words in quoted(row["commands"]):
        if not words.startswith("jixiao ") or not is_command(words.removeprefix("jixiao ")):
            fault(number, f"{key}: no such command: {words}")
    tests = quoted(row["tests"])
    if not tests:
        fault(number, f"{key}: names no test")
    for path in tests:
        if not os.path.isfile(os.path.join(source, path)):
            fault(number, f"{key}: no such file: {path}")
        else:
            with open(os.path.join(source, path), encoding="utf-8") as file:
                if key not in file.read():
                    fault(number, f"{key}: {path} does not name {key}")


def check_commands(name):
    """Commands that the other documents name are there."""
    with open(os.path.join(source, name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for words in re.findall(r"(?:^|`)jixiao ((?:[a-z]+ ?)+)", line):
                words = words.strip()
                if not any(is_command(" ".join(words.split()[:count])) for count in (3, 2, 1)):
                    faults.append(f"{name}:{number}: no such command: jixiao {words}")


requests, named = read_routes()
rows = read_rows()
for i in range(1, COUNT + 1):
    if f"R{i:02}" not in rows:
        fault(1, f"R{i:02} has no row")
for key, (number, row) in rows.items():
    check_row(key, number, row, requests, named)
for name, ids in named.items():
    if not ids or not all(re.fullmatch(r"R\d\d", key) and 1 <= int(key[1:]) <= COUNT for key in ids):
        faults.append(f"jixiaod --routes: {name} names no requirement of the table: {sorted(ids)}")
for name in ("README.md", "README.en.md", "NEWS.md", "docs/visibility.md"):
    check_commands(name)
for line in faults:
    print(line)
print(f"{len(rows)} requirements, {len(faults)} faults")
sys.exit(1 if faults else 0)
