#!/usr/bin/python3
"""A made-up city's year as a bundle: every rule of the scheme varied, values
from small pools, so that ties and figures exactly between two roundings are
common rather than rare. The same seed gives the same bundle.

    generate.py SEED DIR
"""
import csv
import os
import random
import re
import sys
from fractions import Fraction

import oracle

FILES = {
    "units": "unit name class",
    "leaders": "leader name rank",
    "supervision": "leader unit",
    "goals": "unit goal title part points duty",
    "basic": "unit item points",
    "progress": "unit round mark",
    "visits": "unit visit mark",
    "self": "unit goal points",
    "common": "unit item by points",
    "group": "unit goal evaluator points",
    "leader_marks": "leader unit kind value",
    "bonus": "unit kind status",
    "vetoes": "unit kind status",
    "contributions": "award unit contribution",
}
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()
DEPARTMENTS = ["监察局", "审计局", "人事局", "信访局", "法制办", "安监局"]


def decimal(hundredths):
    """Hundredths as a decimal with no more digits than needed."""
    whole, rest = divmod(hundredths, 100)
    return ("%d.%02d" % (whole, rest)).rstrip("0").rstrip(".") if rest else str(whole)


def emit(value, indent=0):
    """YAML in blocks; every scalar here is safe without quotes but the city."""
    pad = " " * indent
    if isinstance(value, dict):
        return "".join("%s%s:%s" % (pad, key, emit_child(one, indent))
                       for key, one in value.items())
    return "".join(re.sub(r"^ {%d}" % (indent + 2), pad + "- ", emit(one, indent + 2), count=1)
                   if isinstance(one, dict) else "%s- %s\n" % (pad, one) for one in value)


def emit_child(value, indent):
    if isinstance(value, (dict, list)):
        if not value:
            return " {}\n" if isinstance(value, dict) else " []\n"
        if isinstance(value, list) and not isinstance(value[0], dict):
            return " [%s]\n" % ", ".join(str(one) for one in value)
        return "\n" + emit(value, indent + 2)
    return " %s\n" % value


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {name: [] for name in FILES}
        self.rows["ballots"] = []
        self.hole_rate = self.random.choice([0, 0, 0, 0.02, 0.3])
        self.pool = self.random.choice([
            [9000, 9000, 8500, 8000],
            [10000, 9750, 9250, 8250, 7850],
            [9950, 9050, 8950, 8050, 7950, 6050],
            [10000, 0, 5000],
            [self.random.randrange(10001) for _ in range(40)],
        ])

    # ---- Small helps.

    def chance(self, rate):
        return self.random.random() < rate

    def is_hole(self):
        return self.chance(self.hole_rate)

    def share_out(self, total, count, step):
        """count positive parts of total, each a multiple of step; fewer if it has not as many."""
        count = min(count, total // step)
        cuts = sorted(self.random.sample(range(1, total // step), count - 1))
        edges = [0] + [cut * step for cut in cuts] + [total]
        return [after - before for before, after in zip(edges, edges[1:])]

    def words(self, prefix, count):
        return [prefix + word for word in self.random.sample(WORDS, count)]

    def part_of(self, full):
        """Points out of full, hundredths, by a mark of the pool, cut to the hundredth."""
        return full * self.random.choice(self.pool) // 10000

    def zero_some(self, weights):
        """Now and then a weight of 0, its worth given to another."""
        weights = list(weights)
        if len(weights) > 1 and self.chance(0.2):
            one, other = self.random.sample(range(len(weights)), 2)
            weights[one], weights[other] = 0, weights[one] + weights[other]
        return weights

    # ---- The scheme.

    def make_items(self, prefix, total, with_givers):
        count = self.random.randint(1, 6)
        items = []
        for code, points in zip(self.words(prefix, count),
                                self.share_out(total, count, 50 if total % 50 == 0 else 1)):
            item = {"item": code, "name": "项目" + code, "points": decimal(points)}
            if with_givers:
                item["set_by"] = self.random.sample(DEPARTMENTS, self.random.randint(1, 3))
            items.append(item)
        return items

    def make_kind(self, kind):
        pick = self.random
        key_points = pick.choice([9000, 8000, 7550, 5000, 9800])
        weights = self.zero_some(self.share_out(10000, 8, pick.choice([25, 50, 100, 100])))
        names = ["basic", "progress", "visits", "self", "common", "key"]
        voters, count = pick.randint(1, 4), pick.randint(1, 3)
        ranks = self.rank_codes[:count] if self.chance(0.7) else \
            pick.sample(self.rank_codes, count)
        part_count = pick.randint(1, 3)
        parts = [{"part": code, "name": "部分" + code} for code in self.words("p", part_count)]
        if self.chance(0.5):
            for part, points in zip(parts, self.share_out(key_points, part_count, 50)):
                part["points"] = decimal(points)
        return {
            "key_points": decimal(key_points),
            "parts": parts,
            "common": self.make_items("c", 10000 - key_points, True),
            "weights": {name: decimal(weight) for name, weight in zip(names, weights)},
            "voters": [dict({"group": code, "name": "主体" + code, "weight": decimal(weight)},
                            **({"cards": 50} if self.chance(0.3) else {}))
                       for code, weight in zip(self.words("v-%s-" % kind, voters),
                                               self.parts_of(weights[6], voters))],
            "leaders": [{"rank": code, "name": "职级" + code, "weight": decimal(weight),
                         "method": pick.choice(["tier", "mark", "rank"])}
                        for code, weight in zip(ranks, self.parts_of(weights[7], len(ranks)))],
        }

    def parts_of(self, weight, count):
        """A weight over the entries of its list."""
        if weight < 25 * count:
            return [weight] + [0] * (count - 1)
        return self.zero_some(self.share_out(weight, count, 25))

    def make_classes(self):
        counties = self.random.choice([0, 1, 1, 1, 2, 3])
        departments = self.random.choice([0, 1, 2, 3, 3]) if counties else \
            self.random.randint(1, 4)
        classes = [("county%d" % i, "county") for i in range(counties)] + \
            [("dept%d" % i, "department") for i in range(departments)]
        self.random.shuffle(classes)
        return {code: {"name": "类别" + code, "kind": kind} for code, kind in classes}

    def make_rank_marks(self):
        least = self.random.choice([0, 5000, 7000, 8000])
        marks = {"best": decimal(self.random.choice([10000, 9550, 9000])), "least": decimal(least)}
        if self.chance(0.5):
            marks["step"] = decimal(self.random.choice([50, 200, 333, 1000]))
        return marks

    def make_awards(self, classes, grades):
        pick = self.random
        codes = [one["grade"] for one in grades]
        kinds = {one["kind"] for one in classes.values()}
        awards = {}
        if "county" in kinds and self.chance(0.9):
            awards["county"] = []
            for code in self.words("w", pick.randint(1, 3)):
                first = pick.randint(1, 4)
                award = {"award": code, "name": "奖" + code,
                         "ranks": [first, first + pick.randint(0, 2)]}
                if self.chance(0.6):
                    award["least"] = pick.choice(codes)
                awards["county"].append(award)
        if "department" in kinds and self.chance(0.9):
            shares = {code: decimal(pick.choice([2000, 4000, 5000, 2500, 1250, 10000]))
                      for code, one in classes.items()
                      if one["kind"] == "department" and self.chance(0.8)}
            if shares:
                awards["composite"] = {"least": pick.choice(codes[:2]), "rounding": "half_up",
                                       "shares": shares}
        if "department" in kinds and self.chance(0.9):
            total = pick.choice([5000, 10000, 0, 3333, 8000])
            awards["single"] = {
                "least": pick.choice(codes),
                "mix": {"total": decimal(total), "contribution": decimal(10000 - total)},
                "awards": [{"award": code, "name": "单项" + code}
                           for code in self.words("s", pick.randint(1, 6))]}
            if self.chance(0.6):
                awards["single"]["places"] = pick.choice([1, 2, 5, 7, 21])
            else:
                awards["single"]["share"] = decimal(pick.choice([1000, 2500, 3333, 5000, 10000]))
        return awards

    def make_grades(self, edges):
        """edges: figures of this very city, so that some stand right on a grade's edge."""
        count = self.random.randint(2, 5)
        usual = [9000, 8500, 8000, 7000, 6000, 5000]
        pool = sorted(set(usual + edges * 3), reverse=True) if not edges else sorted(
            set(self.random.sample(edges, min(len(edges), count)) + usual[1:3]), reverse=True)
        froms = sorted(self.random.sample(pool, min(len(pool), count - 1)), reverse=True) + \
            [self.random.choice([0, 0, 100])]
        return [{"grade": "g%d" % i, "name": "等次%d" % i, "from": decimal(edge)}
                for i, edge in enumerate(froms)]

    def make_scheme(self):
        pick = self.random
        self.rank_codes = self.words("r", 4)
        classes = self.make_classes()
        option_codes = pick.choice([["A", "B", "C", "D"], ["好", "中", "差"], ["yes1", "no1"],
                                    ["A", "B", "C", "D", "E"]])
        tier_codes = pick.choice([["1", "2", "3"], ["T1", "T2"], ["甲", "乙", "丙", "丁"],
                                  ["first", "second", "third", "fourth", "fifth"]])
        marks = [10000, 8550, 7000, 5050, 0]
        bonus = self.words("b", pick.randint(1, 6))
        year = pick.randint(2005, 2030)
        scheme = {
            "scheme": 1, "city": '"%06d"' % pick.randrange(1000000), "city_name": "某市",
            "year": year, "title": "评估方案",
            "rounding": {"digits": pick.choice([0, 0, 1, 2, 2, 2, 3, 4]), "mode": "half_up",
                         "compare": pick.choice(["published", "published", "exact"])},
            "tie_break": pick.sample(oracle.COMPONENTS, pick.choice([0, 1, 1, 2, 9])),
            "classes": classes,
            "calendar": {"goals_confirmed": "%d-04-20" % year, "adjustments": "%d-10-30" % year,
                         "self_reports": "%d-03-31" % (year + 1), "publicity_days": 7},
            "basic": self.make_items("i", pick.choice([6000, 10000, 2450]), False),
            "progress": {"rounds": pick.randint(1, 5)},
            "visits": {"unsampled": pick.choice(["progress", "progress", "zero"])},
            "kinds": {kind: self.make_kind(kind) for kind in ["county", "department"]
                      if kind in {one["kind"] for one in classes.values()}},
            "ballot": {"questions": [{"question": code, "name": "问题" + code}
                                     for code in self.words("q", pick.randint(1, 4))],
                       "options": {code: decimal(mark)
                                   for code, mark in zip(option_codes, marks)}},
            "tiers": {code: decimal(mark) for code, mark in zip(tier_codes, marks)},
            "rank_marks": self.make_rank_marks(),
            "unsupervised": pick.choice(["redistribute", "redistribute", "hole"]),
            "bonus": {"cap": decimal(pick.choice([300, 100, 50, 1000])),
                      "kinds": [{"kind": code, "name": "加分" + code,
                                 "points": decimal(pick.choice([50, 100, 25, 33]))}
                                for code in bonus]},
            "grades": self.make_grades([]),
            "veto": {"levels": pick.choice([1, 1, 2, 9]),
                     "kinds": [{"kind": code, "name": "否决" + code}
                               for code in self.words("x", pick.randint(1, 3))]},
        }
        scheme["awards"] = self.make_awards(classes, scheme["grades"])
        self.leave_out(scheme)
        return scheme

    def leave_out(self, scheme):
        """Keys that have a default, or that nothing refers to."""
        methods = {rank["method"] for rules in scheme["kinds"].values()
                   for rank in rules["leaders"]}
        for key in ["tie_break", "calendar", "visits", "unsupervised", "bonus", "veto", "title"]:
            if self.chance(0.1):
                del scheme[key]
        for key, method in [("tiers", "tier"), ("rank_marks", "rank")]:
            if method not in methods and self.chance(0.5):
                del scheme[key]
        if self.chance(0.1):
            del scheme["rounding"]["compare"]

    # ---- The records.

    def add(self, file, /, **row):
        self.rows[file].append(row)

    def make_units(self):
        sizes = [0, 1, 1, 2, 3, 5, 8, 20]
        self.units = []
        for klass, one in self.scheme["classes"].items():
            for _ in range(self.random.choice(sizes)):
                code = "U%03d" % len(self.units)
                if self.chance(0.1):
                    code = "单位" + code
                self.units.append((code, klass, one["kind"]))
                self.add("units", unit=code, name="名称" + code, **{"class": klass})
        if not self.units:
            klass = next(iter(self.scheme["classes"]))
            self.units.append(("U000", klass, self.scheme["classes"][klass]["kind"]))
            self.add("units", unit="U000", name="名称", **{"class": klass})

    def make_goals(self, unit, rules):
        if self.is_hole() and self.chance(0.2):
            return []
        goals = []
        sums = [(part, Fraction(part["points"]) * 100) for part in rules["parts"]
                if "points" in part] or \
            [(None, Fraction(rules["key_points"]) * 100)]
        for part, total in sums:
            count = min(self.random.randint(1, 3), int(total) // 50)
            for points in self.share_out(int(total), count, 50):
                goals.append(("G%02d" % (len(goals) + 1), points,
                              (part or self.random.choice(rules["parts"]))["part"]))
        for code, points, part in goals:
            self.add("goals", unit=unit, goal=code, title="目标" + code, part=part,
                     points=decimal(points), duty=self.random.choice(["lead", "coordinate"]))
        return goals

    def make_daily(self, unit):
        for item in self.scheme["basic"]:
            if not self.is_hole():
                self.add("basic", unit=unit, item=item["item"],
                         points=decimal(self.part_of(int(Fraction(item["points"]) * 100))))
        for one in range(1, self.scheme["progress"]["rounds"] + 1):
            if not self.is_hole():
                self.add("progress", unit=unit, round=one,
                         mark=decimal(self.random.choice(self.pool)))
        for one in range(self.random.choice([0, 0, 1, 2, 3])):
            self.add("visits", unit=unit, visit="V%d" % one,
                     mark=decimal(self.random.choice(self.pool)))

    def make_marks(self, unit, rules):
        goals = self.make_goals(unit, rules)
        evaluators = self.random.randint(1, 4)
        for code, points, _ in goals:
            if self.chance(0.9):
                self.add("self", unit=unit, goal=code, points=decimal(self.part_of(points)))
            for one in range(evaluators):
                if self.hole_rate == 0 or not self.is_hole():
                    self.add("group", unit=unit, goal=code, evaluator="P%d" % one,
                             points=decimal(self.part_of(points)))
        for item in rules["common"]:
            full = int(Fraction(item["points"]) * 100)
            if self.chance(0.9):
                self.add("self", unit=unit, goal=item["item"], points=decimal(self.part_of(full)))
            givers = [by for by in item["set_by"] if not self.is_hole()]
            if self.hole_rate == 0 and self.chance(0.2):
                givers = givers[:1]     # some have not marked: no hole
            for by in givers:
                self.add("common", unit=unit, item=item["item"], by=by,
                         points=decimal(self.part_of(full)))

    def make_ballots(self, unit, rules):
        questions = [one["question"] for one in self.scheme["ballot"]["questions"]]
        options = list(self.scheme["ballot"]["options"])
        for voters in rules["voters"]:
            is_hole = self.is_hole()
            count = self.random.choice([1, 2, 3, 4, 6])
            if is_hole and self.chance(0.5):
                count = 0
            for card in range(count):
                is_blank = is_hole or (card > 0 and self.chance(0.1))
                answers = {one: "" if is_blank or self.chance(0.15) else
                           self.random.choice(options) for one in questions}
                if card == 0 and not is_hole:
                    answers[questions[0]] = answers[questions[0]] or options[0]
                self.rows["ballots"].append(
                    dict(answers, unit=unit, group=voters["group"], card=str(card + 1)))

    def make_extras(self, unit):
        for one in self.scheme.get("bonus", {}).get("kinds", []):
            if self.chance(0.4):
                self.add("bonus", unit=unit, kind=one["kind"],
                         status=self.random.choice(["claimed", "refused", "granted", "granted"]))

    def make_profiles(self):
        """Units of one profile get the same marks: exact ties."""
        profiles = self.random.choice([1, 2, 4, 50])
        main = self.random
        salt = main.randrange(1 << 30)
        for unit, _, kind in self.units:
            rules = self.scheme["kinds"][kind]
            profile = main.randrange(profiles)
            for number, make in enumerate([
                    lambda: self.make_daily(unit), lambda: self.make_marks(unit, rules),
                    lambda: self.make_ballots(unit, rules), lambda: self.make_extras(unit)]):
                own = main.randrange(1 << 30) if main.random() < 0.15 else profile
                self.random = random.Random("%d %s %d %d" % (salt, kind, number, own))
                make()
            self.random = main
            for one in self.scheme.get("veto", {}).get("kinds", []):
                if self.chance(0.15):
                    self.add("vetoes", unit=unit, kind=one["kind"],
                             status=main.choice(["alleged", "dismissed", "confirmed"]))

    def make_leaders(self):
        used = {rank["rank"] for rules in self.scheme["kinds"].values()
                for rank in rules["leaders"]}
        self.leaders = []
        for rank in sorted(used):
            for _ in range(self.random.choice([1, 1, 2, 3] + ([0] if self.hole_rate else []))):
                code = "L%02d" % len(self.leaders)
                self.leaders.append((code, rank))
                self.add("leaders", leader=code, name="领导" + code, rank=rank)
        reach = self.random.choice([0.2, 0.5, 1])
        for leader, _ in self.leaders:
            if self.chance(0.15):
                continue                # supervises nobody
            for unit, _, _ in self.units:
                if self.chance(reach):
                    self.add("supervision", leader=leader, unit=unit)

    def make_leader_marks(self):
        tiers = list(self.scheme.get("tiers", [""]))
        spread = self.random.choice([1, 1, 2, 10])
        charges = {(row["leader"], row["unit"]) for row in self.rows["supervision"]}
        for leader, rank in self.leaders:
            for kind, rules in self.scheme["kinds"].items():
                method = next((one["method"] for one in rules["leaders"]
                               if one["rank"] == rank), None)
                mine = [unit for unit, _, of in self.units if of == kind
                        and (method != "rank" or (leader, unit) in charges)]
                places = list(range(1, len(mine) + 1))
                self.random.shuffle(places)
                for unit, place in zip(mine, places):
                    value = {"tier": self.random.choice(tiers[:spread]),
                             "mark": decimal(self.random.choice(self.pool[:spread])),
                             "rank": str(place)}
                    if method is not None and not self.is_hole():
                        self.add("leader_marks", leader=leader, unit=unit, kind=method,
                                 value=value[method])

    def make_contributions(self):
        # All fields with the same list: equal remainders when places are shared out.
        common_rate = self.random.choice([0, 1])
        for one in self.scheme.get("awards", {}).get("single", {}).get("awards", []):
            rate = common_rate or self.random.choice([0, 0.3, 0.7, 1])
            for unit, _, kind in self.units:
                if kind == "department" and self.chance(rate):
                    self.add("contributions", award=one["award"], unit=unit,
                             contribution=decimal(self.random.choice(self.pool[:3])))

    def make(self):
        self.scheme = self.make_scheme()
        self.make_units()
        self.make_profiles()
        self.make_leaders()
        self.make_leader_marks()
        self.make_contributions()

    # ---- The folder.

    def write_scheme(self, folder):
        with open(os.path.join(folder, "scheme.yaml"), "w", encoding="utf-8") as file:
            file.write(emit(self.scheme))

    def write_csv(self, folder, name, columns):
        columns = self.random.sample(columns, len(columns))
        rows = self.random.sample(self.rows[name], len(self.rows[name]))
        path = os.path.join(folder, name + ".csv")
        if not rows and self.chance(0.5):
            if os.path.exists(path):
                os.remove(path)
            return
        with open(path, "w", newline="",
                  encoding=self.random.choice(["utf-8", "utf-8-sig"])) as file:
            writer = csv.DictWriter(file, columns,
                                    lineterminator=self.random.choice(["\n", "\r\n"]))
            writer.writeheader()
            writer.writerows(rows)

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.write_scheme(folder)
        for name, columns in FILES.items():
            self.write_csv(folder, name, columns.split())
        self.write_csv(folder, "ballots", ["unit", "group", "card"] + [
            one["question"] for one in self.scheme["ballot"]["questions"]])


def generate(seed, folder):
    maker = Maker(seed)
    maker.make()
    maker.write(folder)
    if maker.chance(0.7):
        # Move the grades' edges onto totals that are there, or a hair beside them.
        totals = [Fraction(unit["exact"]) * 100 for unit in oracle.compute(folder)["units"]]
        edges = sorted({max(1, int(total) + maker.random.choice([0, 0, 0, 1]))
                        for total in totals if total <= 10000})
        count = len(maker.scheme["grades"])
        grades = maker.make_grades(edges)
        while len(grades) < count:
            grades = maker.make_grades([])
        maker.scheme["grades"] = grades
        maker.scheme["awards"] = maker.make_awards(maker.scheme["classes"], grades)
        maker.rows["contributions"] = []
        maker.make_contributions()
        maker.write(folder)


if __name__ == "__main__":
    generate(int(sys.argv[1]), sys.argv[2])
