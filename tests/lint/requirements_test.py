#!/usr/bin/env python3
"""The documents against the programs. docs/requirements.md: every requirement
has its row; what the row names is there; and the deeds' and views' own
requirements (jixiaod --routes) say the same as the table. Everywhere: the
commands are there. Then breaches are planted, and each must be found.

usage: requirements_test.py SOURCE JIXIAOD JIXIAO
"""
import functools
import os
import re
import subprocess
import sys

source, jixiaod, jixiao = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
DOCUMENT = "docs/requirements.md"
OTHERS = ("README.md", "README.en.md", "NEWS.md", "docs/visibility.md", "docs/ballots.md", "docs/field.md")
COUNT = 47
COLUMNS = ["requirement", "deeds", "commands", "tests", "remarks"]

# text of a row that is right → what is planted instead, what the fault must say
BREACHES = [
    (r"\| R02 [^\n]*\n", "", "R02 has no row"),
    (r"(\| R03 [^\n]*\n)", r"\1\1", "R03 has two rows"),
    (r"(\| R05 .*?)`plan\.submit`", r"\1`plan.vanish`", "plan.vanish is no request, deed or view"),
    (r"(\| R05 .*?)`plan\.submit` ", r"\1", "R05: plan.submit is for R05"),
    (r"(\| R05 [^|]*\| )", r"\1`phase.open` ", "phase.open does not name R05"),
    (r"(\| R05 .*?)`jixiao plan submit`", r"\1`jixiao plan vanish`", "no such command"),
    (r"`tests/deeds/plan_test\.c`", "`tests/deeds/nothing_test.c`", "no such file"),
    (r"(\| R47 .*?)`tests/", r"\1`tests/run` `tests/", "tests/run does not name R47"),
    (r"(\| R08 .*) [^|]* \|\n", r"\1  |\n", "is empty"),
]


def read(name):
    with open(os.path.join(source, name), encoding="utf-8") as file:
        return file.read()


@functools.lru_cache(None)
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


@functools.lru_cache(None)
def is_command(words):
    result = subprocess.run([jixiao, *words.split(), "--help"], capture_output=True, text=True,
                            env={**os.environ, "LC_ALL": "en_US.UTF-8"}, check=False)
    return result.returncode == 0 and re.match(rf"usage: jixiao {re.escape(words)}\b", result.stdout)


def read_rows(text, fault):
    """R id → (line, {column: text})."""
    rows = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not re.match(r"\| R\d\d ", line):
            continue
        cells = [c.strip() for c in re.split(r" \|", line.removeprefix("|"))[:-1]]
        key = line[2:5]
        if len(cells) != len(COLUMNS):
            fault(number, f"{key} has {len(cells)} columns, expected {len(COLUMNS)}")
            continue
        if key in rows:
            fault(number, f"{key} has two rows")
        rows[key] = number, dict(zip(COLUMNS, cells))
        for column, cell in zip(COLUMNS, cells):
            if not cell:
                fault(number, f"{key}: {column} is empty")
    return rows


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def check_deeds(key, cell, fault):
    requests, named = read_routes()
    here = set(quoted(cell))
    for name in sorted(here - requests - set(named)):
        fault(f"{key}: {name} is no request, deed or view")
    for name in sorted(here & set(named)):
        if key not in named[name]:
            fault(f"{key}: {name} does not name {key} in its row (.requirement)")
    for name in sorted(n for n, ids in named.items() if key in ids and n not in here):
        fault(f"{key}: {name} is for {key}, by its own row, and is missing")


def check_tests(key, cell, fault):
    if not quoted(cell):
        fault(f"{key}: names no test")
    for path in quoted(cell):
        if not os.path.isfile(os.path.join(source, path)):
            fault(f"{key}: no such file: {path}")
        elif key not in read(path):
            fault(f"{key}: {path} does not name {key}")


def check_table(text):
    faults = []

    def fault(number, what):
        faults.append(f"{DOCUMENT}:{number}: {what}")

    rows = read_rows(text, fault)
    for key in (f"R{i:02}" for i in range(1, COUNT + 1)):
        if key not in rows:
            fault(1, f"{key} has no row")
    for key, (number, row) in rows.items():
        at = functools.partial(fault, number)
        check_deeds(key, row["deeds"], at)
        check_tests(key, row["tests"], at)
        for words in quoted(row["commands"]) + quoted(row["remarks"]):
            if not words.startswith("jixiao ") or not is_command(words.removeprefix("jixiao ")):
                at(f"{key}: no such command: {words}")
    for name, ids in read_routes()[1].items():
        if not ids or not ids <= {f"R{i:02}" for i in range(1, COUNT + 1)}:
            faults.append(f"jixiaod --routes: {name} names no requirement of the table: {sorted(ids)}")
    return faults


def check_commands(name):
    """Commands that a document names are there: the longest that its words are."""
    faults = []
    for number, line in enumerate(read(name).splitlines(), 1):
        for words in re.findall(r"(?:^|`)jixiao ((?:[a-z][a-z-]* ?)+)", line):
            words = words.split()
            if not any(is_command(" ".join(words[:count])) for count in (3, 2, 1)):
                faults.append(f"{name}:{number}: no such command: jixiao {' '.join(words)}")
    return faults


def check_breaches(text):
    known, faults = set(check_table(text)), []
    for pattern, planted, said in BREACHES:
        changed = re.sub(pattern, planted, text, count=1)
        if not any(said in fault for fault in set(check_table(changed)) - known):
            faults.append(f"a planted breach was not found: {said}")
    return faults


document = read(DOCUMENT)
found = check_table(document) + [f for name in OTHERS for f in check_commands(name)] + check_breaches(document)
for line in found:
    print(line)
print(f"{COUNT} requirements, {len(found)} faults")
sys.exit(1 if found else 0)
