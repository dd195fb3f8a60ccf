#!/usr/bin/python3
"""The program against the oracle, over generated bundles and the example (R31):
every component (R25 R27 R30), grade and veto (R34 R35), rank and award (R36 R37).

    golden_test.py PROGRAM COUNT [--first SEED] [--inside] [--canary] [--example DIR EXPECTED]

PROGRAM compute DIR --json must give every value that the oracle gives, and the
same bytes when the rows of its files stand in another order. --inside: PROGRAM
is compute_bundle, which also explains (the leaves must recombine to the exact
total) and shuffles records in memory. --canary: PROGRAM has a bug planted; the
run fails unless it is found.
"""
import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.dont_write_bytecode = True
import generate
import oracle


class Difference(Exception):
    pass


class Refused(Difference):
    """No result at all: never what a planted bug is meant to show."""


def call(program, command, folder, option="--json"):
    done = subprocess.run([program, command, folder, option], capture_output=True)
    # 1: there are holes; the result comes all the same.
    if done.returncode not in (0, 1) or not done.stdout:
        raise Refused("%s %s: exit %d\n%s" % (command, folder, done.returncode,
                                              done.stderr.decode(errors="replace")[-3000:]))
    return done.stdout


def differences(found, wanted, path=""):
    """Every key that is wanted; found may have more."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted:
            if key not in found:
                yield "%s.%s is missing" % (path, key)
            else:
                yield from differences(found[key], wanted[key], "%s.%s" % (path, key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        for i, (one, other) in enumerate(zip(found, wanted)):
            yield from differences(one, other, "%s[%d]" % (path, i))
    elif found != wanted or type(found) is not type(wanted):
        yield "%s: found %r, wanted %r" % (path, found, wanted)


def compare(found, wanted):
    found, wanted = dict(found), dict(wanted)
    for result in (found, wanted):
        holes = [(hole["unit"], hole["missing"]) for hole in result["missing"]]
        if len(set(holes)) != len(holes):
            raise Difference("a hole is listed twice")
        result["missing"] = [list(hole) for hole in sorted(holes)]
    wrong = list(differences(found, wanted))
    if wrong:
        raise Difference("\n".join(wrong[:20]))


def recombine(node):
    """A node's value from its leaves alone; must be what the node says."""
    children = node.get("children", [])
    total = shares = Fraction(0)
    for child in children:
        total += child.get("count", 1) * recombine(child)
        shares += child.get("count", 1)
    factor = Fraction(node.get("factor", "1"))
    if node["op"] == "input":
        if children or (node.get("hole") and node["value"] != "0"):
            raise Difference("leaf with children, or a hole that counts: %r" % node)
        value = Fraction(node["value"])
    elif node["op"] == "sum":
        value = factor * total
    elif node["op"] == "mean":
        value = factor * total / shares if children else Fraction(0)
    else:
        value = min(Fraction(node["cap"]), total)
    if str(value) != node["value"]:
        raise Difference("%s %s: leaves give %s, node says %s"
                         % (node["kind"], node["code"], value, node["value"]))
    return value


def check_clauses(root, scheme):
    """Each clause is found at its line; only what the scheme leaves out has none."""
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += node.get("children", [])
        line, clause = node.get("clause_line"), node.get("clause")
        if line is None and clause not in (None, "visits.unsampled", "unsupervised", "bonus.cap"):
            raise Difference("clause %s has no line" % clause)
        if line is not None and clause.split(".")[-1] not in scheme[line - 1]:
            raise Difference("clause %s is not in line %d" % (clause, line))


def check_explanations(explanations, result, folder):
    with open(os.path.join(folder, "scheme.yaml"), encoding="utf-8") as file:
        scheme = file.read().split("\n")
    if len(explanations) != len(result["units"]):
        raise Difference("not every unit is explained")
    for explanation, unit in zip(explanations, result["units"]):
        root, = explanation["nodes"]
        parts = {node["code"]: node.get("published") for node in root["children"]}
        if explanation["unit"] != unit["unit"] or str(recombine(root)) != unit["exact"] or \
                root["published"] != unit["total"] or parts != unit["components"]:
            raise Difference("unit %s: its explanation is not that of its figures" % unit["unit"])
        check_holes(root, unit["unit"], result["missing"])
        check_clauses(root, scheme)


def check_holes(root, unit, missing):
    """As many holes in the tree as are listed; an unsampled visit shows progress again."""
    found, nodes = 0, list(root["children"])
    while nodes:
        node = nodes.pop()
        found += node.get("hole", False)
        if node["code"] != "visits":
            nodes += node.get("children", [])
    if found != sum(1 for hole in missing if hole["unit"] == unit):
        raise Difference("unit %s: holes in the tree and in the list differ" % unit)


def shuffle_rows(folder, other, seed):
    shutil.copytree(folder, other)
    for name in sorted(os.listdir(other)):
        if not name.endswith(".csv"):
            continue
        path = os.path.join(other, name)
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        random.Random(seed).shuffle(rows)
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header] + rows)


def check_bundle(options, folder, wanted):
    first = call(options.program, "compute", folder)
    result = json.loads(first)
    compare(result, wanted)
    if options.inside:
        check_explanations(json.loads(call(options.program, "explain", folder)), result,
                           folder)
        if call(options.program, "compute", folder, "--shuffle") != first:
            raise Difference("other bytes when the records stand in another order")
    with tempfile.TemporaryDirectory() as room:
        other = os.path.join(room, "shuffled")
        shuffle_rows(folder, other, len(first))
        if call(options.program, "compute", other) != first:
            raise Difference("other bytes when the rows stand in another order")


def check_seed(options, seed):
    with tempfile.TemporaryDirectory() as folder:
        generate.generate(seed, folder)
        check_bundle(options, folder, oracle.compute(folder))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--inside", action="store_true")
    parser.add_argument("--canary", action="store_true")
    parser.add_argument("--example", nargs=2)
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    failed = []
    if options.example:
        with open(options.example[1], encoding="utf-8") as file:
            wanted = json.load(file)
        compare(oracle.compute(options.example[0]), wanted)
        check_bundle(options, options.example[0], wanted)
    for seed in range(options.first, options.first + options.count):
        try:
            check_seed(options, seed)
        except Difference as difference:
            failed.append(seed)
            if options.canary and isinstance(difference, Refused):
                return "seed %d: %s" % (seed, difference)
            if not options.canary:
                print("seed %d: %s\n" % (seed, difference))
    print("%d seeds, %d differ %s" % (options.count, len(failed), failed[:50]))
    if options.canary:
        return 0 if failed else "the planted bug was not found"
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
