#!/usr/bin/python3
"""The year-end calculation a second time, written from the rules alone.

Reads a bundle folder and prints the result as JSON. Shares no code with the
daemon: python3-yaml for the scheme, csv for the rest, fractions for arithmetic.

    oracle.py DIR
"""
import csv
import json
import os
import sys
import unicodedata
from collections import defaultdict
from fractions import Fraction

import yaml

COMPONENTS = ["basic", "progress", "visits", "self", "common",
              "democratic", "key", "leaders", "bonus"]


def number(text):
    return Fraction(unicodedata.normalize("NFKC", text).strip())


def read_scheme(folder):
    # BaseLoader leaves every scalar text, so no number passes through a float.
    with open(os.path.join(folder, "scheme.yaml"), encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.BaseLoader)


def read_rows(folder, name):
    path = os.path.join(folder, name + ".csv")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{key: value.strip() for key, value in row.items()}
                for row in csv.DictReader(file)]


def mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values) if values else Fraction(0)


def half_up(value):
    return (value + Fraction(1, 2)).__floor__()


def published(value, digits):
    whole = half_up(value * 10 ** digits)
    if digits == 0:
        return str(whole)
    text = str(whole).rjust(digits + 1, "0")
    return text[:-digits] + "." + text[-digits:]


class Year:
    def __init__(self, folder):
        self.scheme = read_scheme(folder)
        names = ("units leaders supervision goals basic progress visits self common ballots "
                 "group leader_marks bonus vetoes contributions").split()
        self.rows = {name: read_rows(folder, name) for name in names}
        self.by_unit = {name: defaultdict(list) for name in names}
        for name in names:
            for row in self.rows[name]:
                if "unit" in row:
                    self.by_unit[name][row["unit"]].append(row)
        self.digits = int(self.scheme["rounding"]["digits"])
        self.exact = self.scheme["rounding"].get("compare", "published") == "exact"
        self.kind_of = {row["unit"]: self.scheme["classes"][row["class"]]["kind"]
                        for row in self.rows["units"]}

    def figure(self, value):
        """What comparisons see."""
        return value if self.exact else Fraction(published(value, self.digits))


class Unit:
    """One unit's nine components, from the first to the last."""

    def __init__(self, year, row):
        self.year = year
        self.code = row["unit"]
        self.klass = row["class"]
        self.kind = year.kind_of[self.code]
        self.rules = year.scheme["kinds"][self.kind]
        self.missing = []
        self.awards = []
        self.parts = {name: getattr(self, name)() for name in COMPONENTS}
        self.total = sum(self.parts.values(), Fraction(0))

    def rows(self, name):
        return self.year.by_unit[name][self.code]

    def weight(self, component):
        return number(self.rules["weights"][component])

    def hole(self, what):
        self.missing.append(what)
        return Fraction(0)

    def basic(self):
        given = {row["item"]: number(row["points"]) for row in self.rows("basic")}
        items = self.year.scheme["basic"]
        got = sum(given[item["item"]] if item["item"] in given
                  else self.hole("basic:" + item["item"]) for item in items)
        return self.weight("basic") * got / sum(number(item["points"]) for item in items)

    def progress_rate(self, listed):
        given = {int(row["round"]): number(row["mark"]) for row in self.rows("progress")}
        rounds = range(1, int(self.year.scheme["progress"]["rounds"]) + 1)
        if listed:
            for number_of_round in rounds:
                if number_of_round not in given:
                    self.hole("progress:%d" % number_of_round)
        return mean(given.get(one, Fraction(0)) / 100 for one in rounds)

    def progress(self):
        return self.weight("progress") * self.progress_rate(True)

    def visits(self):
        marks = [number(row["mark"]) / 100 for row in self.rows("visits")]
        if marks:
            return self.weight("visits") * mean(marks)
        if self.year.scheme.get("visits", {}).get("unsampled") == "zero":
            return Fraction(0)
        return self.weight("visits") * self.progress_rate(False)

    def self(self):
        return self.weight("self") * sum(
            (number(row["points"]) for row in self.rows("self")), Fraction(0)) / 100

    def common(self):
        items = self.rules["common"]
        got = Fraction(0)
        for item in items:
            marks = [number(row["points"]) for row in self.rows("common")
                     if row["item"] == item["item"]]
            got += mean(marks) if marks else self.hole("common:" + item["item"])
        full = sum(number(item["points"]) for item in items)
        return self.weight("common") * got / full if full else Fraction(0)

    def democratic(self):
        ballot = self.year.scheme["ballot"]
        marks = {code: number(mark) for code, mark in ballot["options"].items()}
        questions = [question["question"] for question in ballot["questions"]]
        points = Fraction(0)
        for voters in self.rules["voters"]:
            means = []
            for row in self.rows("ballots"):
                if row["group"] != voters["group"]:
                    continue
                answers = [marks[row[question]] for question in questions if row[question]]
                if answers:
                    means.append(mean(answers))
            if means:
                points += number(voters["weight"]) * mean(means) / 100
            else:
                self.hole("ballots:" + voters["group"])
        return points

    def key(self):
        goals = self.rows("goals")
        if not goals:
            return self.hole("goals")
        got = Fraction(0)
        for goal in goals:
            marks = [number(row["points"]) for row in self.rows("group")
                     if row["goal"] == goal["goal"]]
            got += mean(marks) if marks else self.hole("group:" + goal["goal"])
        return self.weight("key") * got / number(self.rules["key_points"])

    def leader_mark(self, rank, leader, value):
        if rank["method"] == "tier":
            return number(self.year.scheme["tiers"][value])
        if rank["method"] == "mark":
            return number(value)
        rule = self.year.scheme["rank_marks"]
        best, least, place = number(rule["best"]), number(rule["least"]), int(number(value))
        if "step" in rule:
            return max(best - number(rule["step"]) * (place - 1), least)
        charge = sum(1 for row in self.year.rows["supervision"]
                     if row["leader"] == leader and self.year.kind_of[row["unit"]] == self.kind)
        return best if charge == 1 else best - (best - least) * (place - 1) / (charge - 1)

    def leaders(self):
        mine = {row["leader"] for row in self.rows("supervision")}
        values = {row["leader"]: row["value"] for row in self.rows("leader_marks")}
        redistribute = self.year.scheme.get("unsupervised", "redistribute") == "redistribute"
        points = remaining = Fraction(0)
        dropped = False
        for rank in self.rules["leaders"]:
            asked = [row["leader"] for row in self.year.rows["leaders"]
                     if row["rank"] == rank["rank"]
                     and (rank["method"] != "rank" or row["leader"] in mine)]
            if not asked and rank["method"] == "rank" and redistribute:
                dropped = True
                continue
            remaining += number(rank["weight"])
            if not asked:
                self.hole("leaders:" + rank["rank"])
                continue
            points += number(rank["weight"]) * mean(
                self.leader_mark(rank, leader, values[leader]) if leader in values
                else self.hole("leader:" + leader) for leader in asked) / 100
        if dropped and remaining == 0:
            return self.hole("leaders")
        if not dropped:
            return points
        return points * sum(number(rank["weight"]) for rank in self.rules["leaders"]) / remaining

    def bonus(self):
        if "bonus" not in self.year.scheme:
            return Fraction(0)
        worth = {one["kind"]: number(one["points"]) for one in self.year.scheme["bonus"]["kinds"]}
        granted = {row["kind"] for row in self.rows("bonus") if row["status"] == "granted"}
        return min(number(self.year.scheme["bonus"]["cap"]),
                   sum((worth[kind] for kind in granted), Fraction(0)))

    def standing(self):
        """Smaller is better."""
        figures = [self.total] + [self.parts[name] for name in self.year.scheme.get("tie_break", [])]
        return tuple(-self.year.figure(figure) for figure in figures)


def grade(unit):
    grades = unit.year.scheme["grades"]
    place = next((i for i, one in enumerate(grades)
                  if number(one["from"]) <= unit.year.figure(unit.total)), len(grades) - 1)
    unit.vetoed = any(row["status"] == "confirmed" for row in unit.rows("vetoes"))
    unit.grade_before = place
    if unit.vetoed:
        place = min(place + int(unit.year.scheme["veto"]["levels"]), len(grades) - 1)
    unit.grade = place


def rank_of(unit, others):
    return 1 + sum(1 for other in others if other.standing() < unit.standing())


def at_least(unit, code):
    codes = [one["grade"] for one in unit.year.scheme["grades"]]
    return unit.grade <= codes.index(code)


def county_awards(year, units):
    for award in year.scheme.get("awards", {}).get("county", []):
        first, last = (int(text) for text in award["ranks"])
        for unit in units:
            if (unit.kind == "county" and first <= unit.rank_in_kind <= last
                    and ("least" not in award or at_least(unit, award["least"]))):
                unit.awards.append(award["award"])


def composite_awards(year, units):
    rule = year.scheme.get("awards", {}).get("composite")
    if rule is None:
        return
    for klass, share in rule["shares"].items():
        members = [unit for unit in units if unit.klass == klass]
        quota = half_up(number(share) / 100 * len(members))
        eligible = [unit for unit in members if at_least(unit, rule["least"])]
        for unit in eligible:
            if number(share) > 0 and rank_of(unit, eligible) <= quota:
                unit.awards.append("composite")


def quotas(rule, listed):
    """How many of each field may win."""
    if "share" in rule:
        return [half_up(number(rule["share"]) / 100 * count) for count in listed]
    places, everybody = int(rule["places"]), sum(listed)
    if everybody == 0:
        return [0] * len(listed)
    shares = [Fraction(places * count, everybody) for count in listed]
    result = [share.__floor__() for share in shares]
    order = sorted(range(len(listed)), key=lambda i: (result[i] - shares[i], i))
    for i in order[:places - sum(result)]:
        result[i] += 1
    return result


def single_awards(year, units):
    rule = year.scheme.get("awards", {}).get("single")
    if rule is None:
        return
    by_code = {unit.code: unit for unit in units}
    fields = [award["award"] for award in rule["awards"]]
    listed = {field: [row for row in year.rows["contributions"] if row["award"] == field]
              for field in fields}
    mix = {part: number(percent) / 100 for part, percent in rule["mix"].items()}
    counts = quotas(rule, [len(listed[field]) for field in fields])
    won = []
    for field, quota in zip(fields, counts):
        mixed = {}
        for row in listed[field]:
            unit = by_code[row["unit"]]
            if at_least(unit, rule["least"]) and "composite" not in unit.awards:
                mixed[unit.code] = (mix["total"] * year.figure(unit.total)
                                    + mix["contribution"] * number(row["contribution"]))
        won += [(code, field) for code, value in mixed.items()
                if 1 + sum(1 for other in mixed.values() if other > value) <= quota]
    for code, field in won:
        by_code[code].awards.append(field)


def compute(folder):
    year = Year(folder)
    units = [Unit(year, row) for row in year.rows["units"]]
    for unit in units:
        grade(unit)
        unit.rank = rank_of(unit, [one for one in units if one.klass == unit.klass])
        unit.rank_in_kind = rank_of(unit, [one for one in units if one.kind == unit.kind])
    county_awards(year, units)
    composite_awards(year, units)
    single_awards(year, units)
    classes = list(year.scheme["classes"])
    units.sort(key=lambda unit: (classes.index(unit.klass), unit.rank, unit.code.encode()))
    grades = [one["grade"] for one in year.scheme["grades"]]
    return {
        "city": year.scheme["city"],
        "year": int(year.scheme["year"]),
        "missing": [{"unit": unit.code, "missing": what}
                    for unit in units for what in unit.missing],
        "units": [{
            "unit": unit.code,
            "class": unit.klass,
            "total": published(unit.total, year.digits),
            "grade": grades[unit.grade],
            "rank": unit.rank,
            "rank_in_kind": unit.rank_in_kind,
            "vetoed": unit.vetoed,
            "components": {name: published(unit.parts[name], year.digits)
                           for name in COMPONENTS},
            "exact": str(unit.total),
            "awards": sorted(unit.awards, key=str.encode),
            "grade_before_veto": grades[unit.grade_before],
        } for unit in units],
    }


if __name__ == "__main__":
    json.dump(compute(sys.argv[1]), sys.stdout, ensure_ascii=False, indent=1)
    print()
