#!/usr/bin/env python3
"""jixiao without a daemon: compute, help, settings, errors, exit codes, and how
its output looks on a terminal and in a pipe.

usage: compute_test.py JIXIAO BUNDLE
"""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import Tally  # noqa: E402
from terminal import ESCAPE, on_terminal, width  # noqa: E402

jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:3])
tally = Tally()
work = tempfile.mkdtemp(prefix="jx-compute-")
ENV = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "LC_", "LANG", "NO_COLOR"))}
ENV.update(HOME=work, XDG_STATE_HOME=f"{work}/state", XDG_CONFIG_HOME=f"{work}/config", TERM="xterm")
FAULT = re.compile(r"^[\w.-]+:\d+:\d+: .+")
ERROR = re.compile(r"^错误: .+ · .+ \[E_[A-Z_]+\]$")


def run(*arguments, **env):
    return subprocess.run([jixiao, *arguments], env={**ENV, **env}, capture_output=True, text=True, timeout=120)


def changed(name, file, change):
    """A copy of the bundle with one file's lines changed by a function."""
    folder = os.path.join(work, name)
    shutil.copytree(bundle, folder)
    path = os.path.join(folder, file)
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(change(lines)) + "\n")
    return folder


def forms():
    result = run("compute", bundle, "--json")
    data = json.loads(result.stdout)
    tally.check("compute exits 0", result.returncode == 0, result.stderr)
    tally.check("keys of the format", list(data)[:4] == ["city", "year", "missing", "units"], list(data))
    tally.check("figures are text", all(isinstance(u["total"], str) for u in data["units"]))
    tally.check("no hole, no word on stderr", data["missing"] == [] and result.stderr == "", result.stderr)
    tsv = run("compute", bundle)
    rows = list(csv.DictReader(io.StringIO(tsv.stdout), delimiter="\t", quoting=csv.QUOTE_NONE))
    comma = list(csv.DictReader(io.StringIO(run("compute", bundle, "--csv").stdout)))
    tally.check("TSV and CSV say the same", rows == comma and len(rows) == len(data["units"]))
    for row, unit in zip(rows, data["units"]):
        same = all(row[k] == str(unit[k]) for k in ("unit", "class", "total", "grade", "rank", "rank_in_kind", "exact")) \
            and all(row[k] == v for k, v in unit["components"].items()) and row["awards"] == ",".join(unit["awards"])
        tally.check(f"TSV of {unit['unit']} is its JSON", same, row)
    tally.check("no colour in a pipe", "\x1b" not in tsv.stdout + tsv.stderr)
    final = run("compute", bundle, "--final", "--json")
    tally.check("final gives the same bytes", final.returncode == 0 and final.stdout == result.stdout, final.stderr)
    tally.check("a provisional run says so", "试算" in tsv.stderr, tsv.stderr)
    both = run("compute", bundle, "--final", "--provisional")
    tally.check("final and provisional: usage", both.returncode == 2, both.stderr)


def screen():
    for columns, components in ((140, True), (80, False)):
        status, text = on_terminal([jixiao, "compute", bundle], ENV, columns)
        lines = [ESCAPE.sub("", line.split("\r")[-1]) for line in text.split("\n")] # without the bar drawn over
        heads = [i for i, line in enumerate(lines) if line.startswith("名次")]
        tally.check(f"{columns} columns: exit 0, a heading a class", status == 0 and len(heads) == 3, text)
        tally.check(f"{columns} columns: components shown or not", ("民主" in lines[heads[0]]) == components, lines[heads[0]])
        tally.check(f"{columns} columns: no line is longer", all(width(line) <= columns for line in lines), text)
        edge = width(lines[heads[0]].split("总分")[0]) + 4
        start = width(lines[heads[0]].split("等次")[0])
        for i in heads:
            for line in lines[i + 1:]:
                if not line[:4].strip().isdigit():
                    break
                at = re.search(r"\d+\.\d\d", line)
                tally.check("totals end under their heading", width(line[:at.end()]) == edge, line)
                after = line[at.end():]
                tally.check("grades start under their heading",
                            width(line[:at.end()]) + len(after) - len(after.lstrip()) == start, line)
    tally.check("colour on a terminal", "\x1b[" in text)
    plain = on_terminal([jixiao, "compute", bundle], {**ENV, "NO_COLOR": "1"})[1]
    tally.check("NO_COLOR is honoured", "\x1b[1m" not in plain and "\x1b[31m" not in plain, plain)
    english = on_terminal([jixiao, "compute", bundle], {**ENV, "LANG": "en_US.UTF-8"})[1]
    tally.check("English by LANG", "Rank" in english and "provisional" in english, english)
    chinese = on_terminal([jixiao, "compute", bundle], {**ENV, "LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"})[1]
    tally.check("LC_ALL goes before LANG", "名次" in chinese)


def holes():
    """R31: a final result wants every input; a provisional one says what is missing (R45)."""
    folder = changed("holes", "basic.csv", lambda lines: lines[:1] + lines[2:])
    with open(os.path.join(bundle, "basic.csv"), encoding="utf-8") as f:
        unit, item = f.read().splitlines()[1].split(",")[:2]
    hole = {"unit": unit, "missing": f"basic:{item}"}
    provisional = run("compute", folder, "--json")
    tally.check("provisional: the hole is in the JSON",
                provisional.returncode == 0 and json.loads(provisional.stdout)["missing"] == [hole], provisional.stdout)
    tally.check("provisional: the hole is on stderr", f"basic:{item}" in run("compute", folder).stderr)
    final = run("compute", folder, "--final", "--json")
    data = json.loads(final.stdout)
    tally.check("final is refused", final.returncode == 1 and data["missing"] == [hole] and data["units"] == [], final.stdout)
    tally.check("… and says what is missing", f"basic:{item}" in final.stderr and "E_HOLES" in final.stderr, final.stderr)
    quiet = run("compute", folder, "--final")
    tally.check("… and gives no figure", quiet.returncode == 1 and quiet.stdout == "", quiet.stdout)


def faults():
    folder = changed("faults", "basic.csv",
                     lambda lines: lines + ["NOBODY,organisation,1", lines[1].rsplit(",", 1)[0] + ",12.345"])
    for flags in ([], ["--json"], ["--final"], ["--csv"]):
        result = run("compute", folder, *flags)
        *lines, last = result.stderr.splitlines()
        tally.check(f"faults {flags}: exit 6, nothing on stdout", result.returncode == 6 and result.stdout == "", result.stdout)
        tally.check(f"faults {flags}: each on its own line", len(lines) >= 2 and all(map(FAULT.match, lines)), result.stderr)
        tally.check(f"faults {flags}: a summary", ERROR.match(last) and "E_FAULTS" in last, last)
    english = run("compute", folder, LANG="en_US.UTF-8").stderr
    tally.check("faults in English", "error: " in english and not re.search("[一-鿿]", english), english)
    nowhere = run("compute", f"{work}/nowhere")
    tally.check("no such folder: exit 2, E_FILE", nowhere.returncode == 2 and "E_FILE" in nowhere.stderr, nowhere.stderr)


def usage():
    table = run("--help").stdout
    names = re.findall(r"^  ([a-z]+(?:[ -][a-z]+)*)(?= |$)", table, re.M)
    tally.check("help lists the commands", set(names) >= {
        "login", "logout", "whoami", "passwd", "import", "export", "run", "runs", "results", "explain", "compute",
        "account add", "account list", "account disable", "receipt verify", "help"}, names)
    for name in names:
        asked, told = run(*name.split(), "--help"), run("help", *name.split())
        tally.check(f"{name} --help", asked.returncode == 0 and asked.stdout.startswith(f"用法: jixiao {name}"), asked.stdout)
        tally.check(f"help {name}", told.returncode == 0 and told.stdout == asked.stdout, told.stdout)
        tally.check(f"{name} takes no password in argv", "--password " not in asked.stdout)
    for arguments in ([], ["bogus"], ["account"], ["account", "bogus"], ["import"], ["import", "a", "b"], ["run", "--bogus"],
                      ["results", "--run"], ["whoami", "extra"], ["help", "bogus"]):
        result = run(*arguments)
        tally.check(f"{arguments}: exit 2", result.returncode == 2 and result.stderr and not result.stdout, result.stderr)
    tally.check("--version", re.fullmatch(r"jixiao \d+\.\d+\.\d+\n", run("--version").stdout))
    with open("/dev/full", "w") as full:
        status = subprocess.run([jixiao, "compute", bundle], env=ENV, stdout=full, stderr=subprocess.DEVNULL).returncode
    tally.check("a full disk is no success", status == 2, status)
    head = subprocess.run(f"'{jixiao}' compute '{bundle}' 2>/dev/null | head -n 1", shell=True, env=ENV, capture_output=True)
    tally.check("a reader may stop reading", head.stdout.startswith(b"class\t"), head)


def settings():
    online = dict(JIXIAO_SERVER="127.0.0.1:1")
    tally.check("no server: exit 2", run("whoami").returncode == 2)
    tally.check("server without port: exit 2", run("whoami", JIXIAO_SERVER="localhost").returncode == 2)
    result = run("whoami", **online)
    tally.check("not logged in: exit 4", result.returncode == 4 and "E_SESSION" in result.stderr, result.stderr)
    secret = os.path.join(work, "password")
    with open(secret, "w", encoding="utf-8") as f:
        f.write("secret\n")
    who = dict(online, JIXIAO_USER="admin", JIXIAO_PASSWORD_FILE=secret)
    started = time.monotonic()
    result = run("whoami", "--timeout", "1", **who)
    tally.check("nobody listens: exit 3", result.returncode == 3 and "E_CONNECTION" in result.stderr, result.stderr)
    tally.check("… within the time given", time.monotonic() - started < 3)
    tally.check("--timeout takes seconds", run("whoami", "--timeout", "soon", **who).returncode == 2)
    result = run("whoami", JIXIAO_CA=f"{work}/none.pem", **who)
    tally.check("no CA file: exit 2", result.returncode == 2 and "none.pem" in result.stderr, result.stderr)
    result = run("whoami", **dict(who, JIXIAO_PASSWORD_FILE=f"{work}/none"))
    tally.check("no password file: exit 2", result.returncode == 2 and "E_FILE" in result.stderr, result.stderr)
    result = run("login", "admin", **online)
    tally.check("no terminal to ask for the password: exit 2", result.returncode == 2 and "JIXIAO_PASSWORD_FILE" in result.stderr,
                result.stderr)
    os.makedirs(f"{work}/config/jixiao")
    config = f"{work}/config/jixiao/config.yaml"
    for text, status, word in (("server: 127.0.0.1:1\nuser: admin\npassword_file: " + secret, 3, "127.0.0.1:1"),
                               ("# nothing\n", 2, "JIXIAO_SERVER"), ("", 2, "JIXIAO_SERVER"),
                               ("server: a:1\nsever: b:2\n", 2, "config.yaml:2"), ("server: [1\n", 2, "config.yaml"),
                               ("- server\n", 2, "config.yaml"), ("server: {a: 1}\n", 2, "config.yaml:1")):
        with open(config, "w", encoding="utf-8") as f:
            f.write(text)
        result = run("whoami", "--timeout", "1")
        tally.check(f"config {text!r}: exit {status}", result.returncode == status and word in result.stderr, result.stderr)
    with open(config, "w", encoding="utf-8") as f:
        f.write("server: nowhere.invalid:1\nuser: admin\npassword_file: " + secret)
    result = run("whoami", "--timeout", "1", **online)
    tally.check("the environment goes before the file", "127.0.0.1:1" in result.stderr, result.stderr)
    os.remove(config)


def receipts():
    for name, text in (("empty", ""), ("no receipt", "{}"), ("a number", "1"), ("half", '{"op_id": "00"}')):
        path = os.path.join(work, "receipt.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        result = run("receipt", "verify", path)
        tally.check(f"receipt: {name}: exit 1", result.returncode == 1 and "E_RECEIPT" in result.stderr, result.stderr)
    tally.check("receipt: no file: exit 2", run("receipt", "verify", f"{work}/none").returncode == 2)


try:
    for part in (forms, screen, holes, faults, usage, settings, receipts):
        part()
finally:
    shutil.rmtree(work, ignore_errors=True)
tally.close()
