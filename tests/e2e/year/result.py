"""April to May: from the final run to the published, frozen result (R31–R34, R36–R38, R43, R46, R47)."""
import json
import os
import subprocess

from city import LEADERS, UNITS
from goals import goals_of
from winter import FIELDS, grade_of, group_rows


def consult(w, lines):
    for account in ("discipline", "organisation"):
        rows = [{"unit": u, "award": a, "by": account, "verdict": "agree"} for u, a in lines]
        w.do(account, "consent", "give", rows={"consents": rows})


def award_lines(w):
    return [(r["unit"], r["award"]) for r in w.look("office1", "list", "award_lines") if r["state"] != "withdrawn"]


def decide(w, number):
    """Every open question; the tie over the second prize by resolution (R46)."""
    questions = w.look("committee", "decisions", "--run", str(number))
    w.tally.check("the tie over the second prize is asked", any(q["decision"] == "tie:second" for q in questions), questions)
    for code in dict.fromkeys(q["decision"] for q in questions):
        options = [q["option"] for q in questions if q["decision"] == code]
        choice = options[0]
        if code == "tie:second":
            choice = next(o for o in options if "X03" in o and "X04" not in o)
        elif code.startswith("unvisited"):
            choice = "progress"
        elif code.startswith("unsupervised"):
            choice = "redistribute"
        elif code.startswith("rounding"):
            choice = "published"
        elif code.startswith("vacant"):
            choice = "vacant"
        elif code.startswith("few"):
            choice = "fewer"
        w.do("committee", "decision", "take", code, "--value", choice, "--run", str(number), "--document", "绩委决〔2027〕10号", "--reason", "经审议")


def first_result(w, number):
    with w.settling("office1", "outcome.draft"):
        w.do("office1", "outcome", "draft", "--run", str(number))
    decide(w, number)
    w.do("office1", "outcome", "consulted", status=1, code="E_RULE", why="不答复不等于同意")
    with w.settling("discipline", "consent.give", owner="discipline"), w.settling("organisation", "consent.give", owner="organisation"):
        consult(w, award_lines(w))
    # A name added to the list after the consultation: it goes round for that name again (R33).
    lines = award_lines(w)
    composite = {u for u, a in lines if a == "composite"}
    free, award = next((u, a) for a, units in FIELDS.items() for u in units if (u, a) not in lines and u not in composite)
    w.do("office1", "award", "add", free, award, "--reason", "贡献突出", "--run", str(number))
    w.tally.check("for that name alone", [(r["unit"], r["object"]) for r in w.owes("discipline", "consent.give")] == [(free, award)])
    w.do("office1", "outcome", "consulted", status=1, code="E_RULE", why=free)
    with w.settling("office1", "outcome.consulted"):
        consult(w, [(free, award)])
        w.do("office1", "outcome", "consulted")
    with w.settling("committee", "outcome.confirm"):
        # Defaults that the result rests on are confirmed first (R47).
        w.do("committee", "outcome", "confirm", "--run", str(number), "--document", "绩委决〔2027〕11号", status=1, code="E_RULE")
        w.do("committee", "confirmation", "all", "--document", "绩委决〔2027〕12号")
        w.do("committee", "outcome", "confirm", "--run", str(number), "--document", "绩委决〔2027〕11号")
    w.do("head-X02", "outcome", "results", status=5, code="E_PHASE")
    with w.settling("office1", "outcome.publicise"):
        w.do("office1", "outcome", "publicise")
    w.do("office1", "outcome", "publish", status=1, code="E_RULE", why="公示")


def objection(w, number, run):
    """One objection is upheld: only the input in dispute opens, and a new run follows (R32)."""
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X02", "item": "organisation", "points": "9.9"}]}, status=1, code="E_LIFE")
    w.do("head-X02", "objection", "add", "--unit", "X02", "--object", "Y1", "--reason", "组织领导材料漏计")
    w.do("head-X05", "objection", "add", "--unit", "X05", "--object", "Y2", "--reason", "排名偏低")
    with w.settling("office1", "objection.answer"):
        w.do("office1", "objection", "answer", "--object", "Y2", "--reason", "经核对无误")
        w.do("committee", "objection", "uphold", "--object", "Y1", "--value", "basic:X02/organisation", "--document", "绩委决〔2027〕13号", "--reason", "材料属实")
    w.do("office1", "outcome", "publish", status=1, code="E_LIFE")
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X03", "item": "organisation", "points": "9.9"}]}, status=1, code="E_LIFE")
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X02", "item": "organisation", "points": "9.9"}]})
    again = run(w, "--final")
    w.tally.check("a new run", again > number, (number, again))
    moved = w.look("office1", "run", "compare", "--run", str(again), "--other", str(number))
    by_kind = {}
    for row in moved:
        by_kind.setdefault(row["kind"], []).append(row)
    w.tally.check("only X02 moves", [(r["key"], r["total"], r["moved"]) for r in by_kind["变动"]] == [("X02", "95.78→95.81", "basic 2.79→2.82")], by_kind["变动"])
    w.tally.check("everybody else stands", len(by_kind["不变"]) == len(UNITS) - 1, by_kind["不变"])
    w.tally.check("and because of that input", any("X02/organisation" in str(r) for k, rows in by_kind.items() for r in rows if k not in ("变动", "不变")), moved)
    w.do("office1", "outcome", "draft", "--run", str(again))
    w.tally.check("the new draft names the run it replaces", str(w.field("office1", "outcomes", "before", outcome="result")) == str(number))
    decide(w, again)
    # The names are the same: the opinions on them stand, and nobody is asked again.
    w.check_owed("consent.give", False)
    w.do("office1", "outcome", "consulted")
    w.do("committee", "outcome", "confirm", "--run", str(again), "--document", "绩委决〔2027〕14号")
    w.do("office1", "outcome", "publicise")
    return again


def publish(w):
    w.do("office1", "outcome", "publish", status=1, code="E_RULE", why="公示")
    w.at("2027-05-25")
    with w.settling("office1", "outcome.publish"):
        w.do("office1", "outcome", "publish")
    w.tally.check("published", w.field("office1", "outcomes", "state", outcome="result") == "published")
    table = w.look("clerk-X05", "results")
    w.tally.check("everybody sees totals, ranks, grades, awards", {r["unit"] for r in table} == set(UNITS), len(table))
    second = sorted(r["unit"] for r in table if "二等奖" in (r["awards"] or ""))
    w.tally.check("the second prize as the committee decided", second == ["X02", "X03"], second)


def lowered(grade):
    grades = ["excellent", "good", "fair", "poor"]
    return grades[min(grades.index(grade) + 1, len(grades) - 1)]


def figures(w, number):
    """The year's events as they stand in the result's figures."""
    units = {u["unit"]: u for u in json.loads(w.run("office1", "results", "--run", str(number), "--json").stdout)["units"]}
    w.tally.check("a tie shares its rank", [units[u]["rank"] for u in ("X01", "X02", "X03", "X04", "X05")] == [1, 2, 3, 3, 5], units["X04"])
    w.tally.check("and its total", units["X03"]["exact"] == units["X04"]["exact"], units["X03"])
    bonus = {u: r["components"]["bonus"] for u, r in units.items() if r["components"]["bonus"] != "0.00"}
    w.tally.check("a granted bonus counts, a refused one does not", bonus == {"E1": "0.50", "X01": "0.50"}, bonus)
    plain = {u: grade_of(hundredths(r["total"])) for u, r in units.items()}
    w.tally.check("every other grade is its total's", all(r["grade"] == plain[u] and not r["vetoed"] for u, r in units.items() if u != "S4"), plain)
    w.tally.check("the veto lowers S4's by one", units["S4"]["vetoed"] and units["S4"]["grade"] == lowered(plain["S4"]) != plain["S4"], units["S4"])
    social = sorted((u for u in units if units[u]["class"] == "social"), key=lambda u: -hundredths(units[u]["total"]))
    w.tally.check("and neither its score nor its rank", [units[u]["rank"] for u in social] == [1, 2, 3, 4, 5] and social.index("S4") == units["S4"]["rank"] - 1, social)


def hundredths(text):
    return round(float(text) * 100)


def feedback(w):
    rows = w.look("head-E1", "feedback", "--unit", "E1")
    w.tally.check("feedback: where each lost point went", {r["code"] for r in rows if r["kind"] == "component"} >= {"basic", "progress", "self", "common", "democratic", "key", "leaders", "bonus"}, rows)
    w.tally.check("why, and the unit's own figure beside it", any(r["reason"] and r["self"] for r in rows if r["kind"] == "goal"), rows)
    names = [name for name, rank in LEADERS.values() if rank != "mayor"]  # 市长 stands in an item's name
    w.tally.check("no leader is named", not any(name in str(rows) for name in names) and not {r["code"] for r in rows} & set(LEADERS), rows)
    w.do("head-E1", "feedback", "--unit", "E2", status=4, code="E_DENIED")
    w.do("clerk-X01", "feedback", "--unit", "X02", status=4, code="E_DENIED")
    w.do("fn-M1", "feedback", "--unit", "E1", status=4, code="E_DENIED")


def frozen(w, folder):
    """Nothing moves any more, for anybody (R32)."""
    for account, *words, rows in (
            ("office1", "basic", "mark", {"basic": [{"unit": "X02", "item": "organisation", "points": "9"}]}),
            ("fn-S3", "common", "mark", {"common": [{"unit": "E1", "item": "capacity", "by": "市人事局", "points": "3"}]}),
            ("clerk-E1", "goals", "push", {"plan_goals": goals_of("E1")}),
            ("office1", "progress", "mark", {"progress": [{"unit": "X02", "round": "1", "mark": "99"}]}),
            ("lead-T0", "group", "mark", group_rows("X01", "lead-T0"))):
        w.do(account, *words, *(("--unit", "X01") if words[0] == "group" else ()), rows=rows, status=5, code="E_FROZEN")
    w.do("committee", "outcome", "return", "--document", "x", "--reason", "y", status=5, code="E_FROZEN")
    w.do("committee", "veto", "confirm", "--unit", "E1", "--object", "failure", "--reason", "x", "--document", "y", status=5, code="E_FROZEN")
    w.do("head-X05", "objection", "add", "--unit", "X05", "--object", "Y9", "--reason", "排名偏低", status=5, code="E_FROZEN")
    w.do("office1", "phase", "open", "goals", status=5, code="E_FROZEN")
    result = subprocess.run([w.jixiao, "import", folder], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check("no import over it, by the administrator either", result.returncode != 0 and ("E_LIFE" in result.stderr or "E_FROZEN" in result.stderr), result.stderr)
    # The next year is another year.
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": [{k: v for k, v in g.items() if k != "task"} for g in goals_of("E1", first="44.5", second="25.5")]}, year=w.year + 1)


def use(w):
    """What the result is for: promises kept, measures taken (R38)."""
    w.do("office1", "promise", "push", rows={"promises": [{"promise": "P1", "unit": "E1", "text": "新建道路", "state": "open"}]})
    with w.settling("office1", "promise.settle"):
        w.do("office1", "promise", "settle", "--object", "P1", "--value", "kept", "--reason", "已通车")
    with w.settling("clerk-E1", "measure.push", "E1"):
        w.do("clerk-E1", "measure", "push", "--unit", "E1", rows={"measures": [{"unit": "E1", "measure": "M1", "text": "加强调度", "due": "2027-09-30"}]})
        w.check_owes("clerk-E1", "measure.push", True, "E1", "M1")
        w.do("clerk-E1", "measure", "push", "--unit", "E1", rows={"measures": [{"unit": "E1", "measure": "M1", "text": "加强调度", "due": "2027-09-30", "done": "100"}]})


def recompute(w, number):
    """export → compute gives the same result, byte for byte (G5)."""
    folder = os.path.join(w.folder, "export")
    w.login("admin")
    result = subprocess.run([w.jixiao, "export", folder, "--city", w.city, "--year", str(w.year)], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check("export", result.returncode == 0, result.stderr)
    computed = subprocess.run([w.jixiao, "compute", folder, "--final", "--json"], env=w.people["admin"], capture_output=True, text=True)
    stored = w.run("office1", "results", "--run", str(number), "--json")
    w.tally.check("20 units, no hole", stored.stdout.count('"exact"') == len(UNITS) and '"missing": []' in stored.stdout, stored.stderr)
    w.tally.check("byte for byte", computed.returncode == 0 and computed.stdout == stored.stdout, computed.stderr)
    return folder


def play(w, run):
    w.at("2027-04-20")
    number = run(w, "--final")
    first_result(w, number)
    again = objection(w, number, run)
    publish(w)
    figures(w, again)
    feedback(w)
    frozen(w, recompute(w, again))
    use(w)
