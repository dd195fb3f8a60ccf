"""The made-up city of the year's test: 5 counties, 15 departments in 3 classes,
its offices and people. Everything that anybody types in through the year is
derived from here, so that another seed is another year.
"""
import csv
import io
import re

YEAR = 2026
CITY = "990100"

COUNTIES = {"X01": "青阳县", "X02": "白河县", "X03": "红石县", "X04": "紫山县", "X05": "金沙区"}
DEPARTMENTS = {
    "economy": {"E1": "市发展改革委", "E2": "市财政局", "E3": "市商务局", "E4": "市工信局", "E5": "市农业局", "E6": "市统计局"},
    "social": {"S1": "市监察局", "S2": "市政府办公室", "S3": "市人事局", "S4": "市信访局", "S5": "市法制办"},
    "market": {"M1": "市审计局", "M2": "市司法局", "M3": "市安监局", "M4": "市工商局"},
}
UNITS = {u: "county" for u in COUNTIES} | {u: c for c, units in DEPARTMENTS.items() for u in units}
NAMES = COUNTIES | {u: n for units in DEPARTMENTS.values() for u, n in units.items()}
# A functional department acts under the name that the scheme's set_by gives it.
FUNCTIONAL = {"市监察局": "S1", "市审计局": "M1", "市政府办公室": "S2", "市人事局": "S3", "市信访局": "S4", "市法制办": "S5", "市司法局": "M2", "市安监局": "M3"}
LEADERS = {"L1": ("市长", "mayor"), "L2": ("副市长甲", "vice"), "L3": ("副市长乙", "vice"), "L4": ("秘书长", "vice"), "L5": ("副秘书长甲", "deputy"), "L6": ("副秘书长乙", "deputy")}
SUPERVISION = {
    "L2": list(DEPARTMENTS["economy"]), "L3": list(DEPARTMENTS["social"]), "L4": list(DEPARTMENTS["market"]),
    "L5": ["E1", "E2", "E3", "E4", "S1", "S2", "M1", "M2"], "L6": ["E5", "E6", "S3", "S4", "S5", "M3", "M4"],
}
TEAMS = {"T0": ("县区组", "county"), "T1": ("经济组", "economy"), "T2": ("社会组", "social"), "T3": ("市场组", "market")}


def is_county(unit):
    return UNITS[unit] == "county"


def accounts():
    """(account, role, unit, subject) of everybody."""
    rows = [("office1", "office", "", ""), ("office2", "office", "", ""), ("audit", "auditor", "", ""), ("committee", "committee", "", ""),
            ("discipline", "reviewer", "", "discipline"), ("organisation", "reviewer", "", "organisation"), ("secretary1", "secretary", "", "L1")]
    for unit in UNITS:
        rows += [(f"clerk-{unit}", "clerk", unit, ""), (f"head-{unit}", "head", unit, "")]
    rows += [(f"fn-{unit}", "functional", unit, name) for name, unit in FUNCTIONAL.items()]
    rows += [(f"leader-{leader}", "leader", "", leader) for leader in LEADERS]
    for team in TEAMS:
        # The second evaluator of the economic team works in one of its units (R29).
        rows += [(f"lead-{team}", "lead", "", ""), (f"eval-{team}", "evaluator", "E3" if team == "T1" else "", "")]
    rows += [("spare", "evaluator", "", "")]
    return rows


def scheme_text(default_path, year=YEAR):
    """The project's own default scheme, for this city and year; two rounds are enough for a test."""
    with open(default_path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r'^city: "220700"', f'city: "{CITY}"', text, flags=re.M)
    text = re.sub(r"^city_name: .*$", "city_name: 云岭市", text, flags=re.M)
    text = re.sub(r"^year: 2010", f"year: {year}", text, flags=re.M)
    text = text.replace("2010-", f"{year}-").replace("2011-", f"{year + 1}-")
    return re.sub(r"^  rounds: 4", "  rounds: 2", text, flags=re.M)


def units_csv():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["unit", "name", "class"])
    writer.writerows([u, NAMES[u], c] for u, c in UNITS.items())
    return out.getvalue()


def accounts_csv():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["account", "role", "unit", "subject"])
    writer.writerows(accounts())
    return out.getvalue()
