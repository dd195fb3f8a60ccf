#!/usr/bin/python3
"""Whole cities through the real client and the real daemon, against the oracle:
import, run, results, explain, export, import into another daemon.

    daemon_test.py JIXIAOD JIXIAO COUNT [FIRST_SEED]

Every bundle says the same city and year, so each import also brings the year
of the one before up to the new bundle.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../protocol"))
from golden_test import differences  # noqa: E402
from peer import Daemon, Tally  # noqa: E402

jixiaod, jixiao, count, *rest = sys.argv[1:]
first = int(rest[0]) if rest else 7001
SOURCE = os.path.dirname(os.path.dirname(HERE))
tally = Tally()


def call(daemon, *arguments):
    """(exit status, standard output as bytes, standard error as text)"""
    done = subprocess.run([jixiao, *arguments], env=daemon.client_env(), capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def oracle(folder):
    return json.loads(subprocess.run([sys.executable, os.path.join(HERE, "oracle.py"), folder], check=True,
                                     capture_output=True).stdout)


def same(name, found, wanted):
    """Every value of every key; what is missing comes in any order."""
    found = json.loads(found)
    by = lambda hole: (hole["unit"], hole["missing"])  # noqa: E731
    if sorted(map(by, found["missing"])) != sorted(map(by, wanted["missing"])):
        tally.check(name, False, ("missing", found["missing"][:3], wanted["missing"][:3]))
        return
    found = dict(found, missing=[])
    wrong = list(differences(found, dict(wanted, missing=[])))
    tally.check(name, not wrong, wrong[:3])


def recombined(node):
    """A node's value from its leaves alone."""
    children = [(recombined(c), int(c.get("count", 1))) for c in node.get("children", [])]
    factor = Fraction(node.get("factor", "1"))
    total = sum((value * times for value, times in children), Fraction(0))
    if node["op"] == "sum":
        value = factor * total
    elif node["op"] == "mean":
        times = sum(times for _, times in children)
        value = factor * total / times if times else Fraction(0)
    elif node["op"] == "cap":
        value = min(Fraction(node["cap"]), total)
    else:
        value = Fraction(node["value"])
    assert value == Fraction(node["value"]), node
    return value


def explained(daemon, name, results, units):
    for unit in units:
        status, out, err = call(daemon, "explain", unit["unit"], "--json")
        tree = json.loads(out) if status == 0 else {}
        try:
            good = recombined((tree.get("nodes") or [tree])[0]) == Fraction(unit["exact"])
        except (AssertionError, KeyError) as error:
            good, err = False, repr(error)[:300]
        tally.check(f"{name}: the leaves of {unit['unit']} make its total", good, err)


def content(folder):
    return {name: open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))}


def play(daemon, other, folder, work, name, every_unit):
    wanted = oracle(folder)
    status, out, err = call(daemon, "compute", folder, "--json")
    tally.check(f"{name}: compute", status == 0, err)
    same(f"{name}: compute equals the oracle", out, wanted)
    status, out, err = call(daemon, "import", folder, "--dry-run")
    tally.check(f"{name}: a dry run", status == 0, err)
    status, out, err = call(daemon, "import", folder)
    tally.check(f"{name}: import", status == 0, (status, err))
    status, out, err = call(daemon, "run", "--final")
    tally.check(f"{name}: a final run is refused exactly when there are holes", status == (1 if wanted["missing"] else 0), (status, err))
    if wanted["missing"]:
        told = out.decode() + err
        tally.check(f"{name}: every hole is listed", all(h["missing"] in told for h in wanted["missing"]), err[:500])
        status, out, err = call(daemon, "run", "--provisional")
        tally.check(f"{name}: a provisional run computes", status == 0, err)
    status, results, err = call(daemon, "results", "--json")
    same(f"{name}: results equal the oracle", results, wanted)
    units = json.loads(results)["units"]
    explained(daemon, name, results, units if every_unit else units[:3])

    status, out, err = call(daemon, "import", folder)
    tally.check(f"{name}: the same import changes nothing and says so", status == 0 and "未作任何改动" in out.decode() + err, out.decode() + err)
    export = os.path.join(work, "export")
    status, out, err = call(daemon, "export", export)
    tally.check(f"{name}: export", status == 0, err)
    status, out, err = call(daemon, "compute", export, "--json")
    same(f"{name}: compute of the export", out, wanted)
    status, out, err = call(other, "import", export)
    tally.check(f"{name}: the export goes into another daemon", status == 0, err)
    status, out, err = call(other, "run", "--provisional" if wanted["missing"] else "--final")
    status, again, err = call(other, "results", "--json")
    tally.check(f"{name}: and gives the same results, byte for byte", again == results, err)
    second = os.path.join(work, "second")
    call(other, "export", second)
    tally.check(f"{name}: and the same export", content(export) == content(second))


with Daemon(jixiaod) as daemon, Daemon(jixiaod) as other:
    for number in range(int(count) + 1):
        work = tempfile.mkdtemp(prefix="jx-golden-")
        folder = os.path.join(work, "bundle")
        if number == 0:
            folder, name = os.path.join(SOURCE, "tests/data/small"), "small"
        else:
            name = f"seed {first + number - 1}"
            subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), str(first + number - 1), folder], check=True)
            # One city, one year for all of them.
            path = os.path.join(folder, "scheme.yaml")
            lines = open(path, encoding="utf-8").read().split("\n")
            lines = ["city: \"990100\"" if l.startswith("city:") else "year: 2010" if l.startswith("year:") else l for l in lines]
            open(path, "w", encoding="utf-8").write("\n".join(lines))
        play(daemon, other, folder, work, name, number == 0)
        shutil.rmtree(work)
    # The city that the project ships, every unit explained; its own results are kept.
    work = tempfile.mkdtemp(prefix="jx-golden-")
    with Daemon(jixiaod) as third, Daemon(jixiaod) as fourth:
        play(third, fourth, os.path.join(SOURCE, "deploy/city"), work, "deploy/city", True)
        with open(os.path.join(HERE, "city.expected.json"), encoding="utf-8") as file:
            same("deploy/city: results as kept", call(third, "results", "--json")[1], json.load(file))
    shutil.rmtree(work)
tally.close()
