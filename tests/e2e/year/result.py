"""April to May: from the final run to the published, frozen result (R31–R34, R36–R38, R43, R46, R47)."""
import json
import os
import subprocess

from city import UNITS
from winter import FIELDS


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
    w.do("office1", "outcome", "draft", "--run", str(number))
    w.check_owes("discipline", "consent.give", True)
    decide(w, number)
    consult(w, award_lines(w))
    w.check_owes("discipline", "consent.give", False)
    # A name added to the list after the consultation: it goes round for that name again (R33).
    lines = award_lines(w)
    composite = {u for u, a in lines if a == "composite"}
    free, award = next((u, a) for a, units in FIELDS.items() for u in units if (u, a) not in lines and u not in composite)
    w.do("office1", "award", "add", free, award, "--reason", "贡献突出", "--run", str(number))
    w.do("office1", "outcome", "consulted", status=1, code="E_RULE", why=free)
    consult(w, [(free, award)])
    w.do("office1", "outcome", "consulted")
    w.do("committee", "outcome", "confirm", "--run", str(number), "--document", "绩委决〔2027〕11号", status=1, code="E_RULE")
    w.do("committee", "confirmation", "all", "--document", "绩委决〔2027〕12号")
    w.do("committee", "outcome", "confirm", "--run", str(number), "--document", "绩委决〔2027〕11号")
    w.tally.check("nobody sees the result yet", w.run("head-X02", "feedback", "--unit", "X02").returncode != 0)
    w.do("office1", "outcome", "publicise")
    w.do("office1", "outcome", "publish", status=1, code="E_RULE")


def objection(w, number, run):
    """One objection is upheld: only the input in dispute opens, and a new run follows (R32)."""
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X02", "item": "organisation", "points": "9.9"}]}, status=1, code="E_LIFE")
    w.do("head-X02", "objection", "add", "--unit", "X02", "--object", "Y1", "--reason", "组织领导材料漏计")
    w.do("head-X05", "objection", "add", "--unit", "X05", "--object", "Y2", "--reason", "排名偏低")
    w.check_owes("office1", "objection.answer", True)
    w.do("office1", "objection", "answer", "--object", "Y2", "--reason", "经核对无误")
    w.do("committee", "objection", "uphold", "--object", "Y1", "--value", "basic:X02/organisation", "--document", "绩委决〔2027〕13号", "--reason", "材料属实")
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X03", "item": "organisation", "points": "9.9"}]}, status=1, code="E_LIFE")
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X02", "item": "organisation", "points": "9.9"}]})
    again = run(w, "--final")
    w.tally.check("a new run", again > number, (number, again))
    moved = w.look("office1", "run", "compare", "--run", str(again), "--other", str(number))
    w.tally.check("what changed, for whom, because of which input", "X02" in str(moved) and "organisation" in str(moved), moved)
    w.do("office1", "outcome", "draft", "--run", str(again))
    w.tally.check("the new draft names the run it replaces", str(w.field("office1", "outcomes", "before", outcome="result")) == str(number))
    decide(w, again)
    missing = [r for r in w.look("office1", "award", "list")]
    w.tally.check("an award list", missing, missing)
    w.do("office1", "outcome", "consulted") if try_consulted(w) else consult_all(w)
    w.do("committee", "outcome", "confirm", "--run", str(again), "--document", "绩委决〔2027〕14号")
    w.do("office1", "outcome", "publicise")
    return again


def try_consulted(w):
    return w.run("office1", "outcome", "consulted", "--dry-run").returncode == 0


def consult_all(w):
    consult(w, award_lines(w))
    w.do("office1", "outcome", "consulted")


def publish(w, number):
    w.do("office1", "outcome", "publish", status=1, code="E_RULE")
    w.at("2027-05-25")
    w.do("office1", "outcome", "publish")
    w.tally.check("published", w.field("office1", "outcomes", "state", outcome="result") == "published")
    table = w.look("clerk-X05", "results")
    w.tally.check("everybody sees totals, ranks, grades, awards", {r["unit"] for r in table} == set(UNITS), len(table))
    second = sorted(r["unit"] for r in table if "二等奖" in (r["awards"] or ""))
    w.tally.check("the second prize as the committee decided", second == ["X02", "X03"], second)
    vetoed = {r["unit"]: r["grade"] for r in table}
    w.tally.check("the veto lowers S4's grade", vetoed["S4"] != vetoed["S2"], vetoed)
    rows = w.look("head-E1", "feedback", "--unit", "E1")
    w.tally.check("feedback: where each lost point went", len(rows) > 9, len(rows))
    w.do("head-E1", "feedback", "--unit", "E2", status=4, code="E_DENIED")


def frozen(w, folder):
    """Nothing moves any more, for anybody (R32)."""
    w.do("office1", "basic", "mark", rows={"basic": [{"unit": "X02", "item": "organisation", "points": "9"}]}, status=5, code="E_FROZEN")
    w.do("fn-S3", "common", "mark", rows={"common": [{"unit": "E1", "item": "capacity", "by": "市人事局", "points": "3"}]}, status=5, code="E_FROZEN")
    w.do("committee", "outcome", "return", "--document", "x", "--reason", "y", status=5, code="E_FROZEN")
    w.do("office1", "phase", "open", "goals", status=5, code="E_FROZEN")
    w.do("office1", "promise", "push", rows={"promises": [{"promise": "P1", "unit": "E1", "text": "新建道路", "state": "open"}]})
    w.do("clerk-E1", "measure", "push", "--unit", "E1", rows={"measures": [{"unit": "E1", "measure": "M1", "text": "加强调度", "due": "2027-09-30"}]})
    result = subprocess.run([w.jixiao, "import", folder], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check("no import over it", result.returncode != 0, result.stderr)


def recompute(w, number):
    """export → compute gives the same result, byte for byte (G5)."""
    folder = os.path.join(w.folder, "export")
    w.login("admin")
    result = subprocess.run([w.jixiao, "export", folder, "--city", w.city, "--year", str(w.year)], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check("export", result.returncode == 0, result.stderr)
    computed = subprocess.run([w.jixiao, "compute", folder, "--final", "--json"], env=w.people["admin"], capture_output=True, text=True)
    stored = w.run("office1", "results", "--run", str(number), "--json")
    here, there = json.loads(computed.stdout or "{}"), json.loads(stored.stdout or "{}")
    w.tally.check("the same units, values and awards", here.get("units") == there.get("units") and len(here.get("units", [])) == 20, computed.stderr)
    w.tally.check("byte for byte", json.dumps(here.get("units"), ensure_ascii=False) == json.dumps(there.get("units"), ensure_ascii=False))
    return folder


def play(w, run):
    w.at("2027-04-20")
    number = run(w, "--final")
    first_result(w, number)
    again = objection(w, number, run)
    publish(w, again)
    frozen(w, recompute(w, again))
