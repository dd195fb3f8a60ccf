"""January to April of the next year: self reports, claims, vetoes, marks, cards, the leaders' session (R16–R30, R35)."""
import contextlib
import json
import subprocess

import yaml

from city import COUNTIES, FUNCTIONAL, LEADERS, SUPERVISION, TEAMS, UNITS, is_county
from goals import goals_of, leader_of
from through import QUALITY, goals_in, points, share

FULL = {"C1": 4000, "C2": 3200, "N1": 1800, "G1": 4550, "G2": 2450, "G3": 1000}
ADJUSTED = {"E4": {"G1": 4650, "G2": 2350}}


def full_of(unit, goal):
    return ADJUSTED.get(unit, {}).get(goal, FULL[goal])


def items_of(scheme, unit):
    kind = "county" if is_county(unit) else "department"
    return {i["item"]: (round(float(i["points"]) * 100), i["set_by"]) for i in scheme["kinds"][kind]["common"]}


def grade_of(total):
    return next(g for g, floor in (("excellent", 9000), ("good", 8000), ("fair", 6000), ("poor", 0)) if total >= floor)


def self_report(w, scheme, unit):
    full = {g: full_of(unit, g) for g in goals_in(unit)} | {i: f for i, (f, _) in items_of(scheme, unit).items()}
    given = {code: f * QUALITY[unit] // 100 for code, f in full.items()}
    report = {"unit": unit, "state": "draft", "statement": "全年工作总结", "grade": grade_of(sum(given.values())), "reason": "各项目标基本完成",
              "body": "党委" if is_county(unit) else "党组", "body_date": "2027-01-12"}
    lines = [{"unit": unit, "goal": c, "text": "完成情况说明", "points": points(p)} for c, p in given.items()]
    if unit == "X05":  # a grade that its own points contradict
        w.do("clerk-X05", "self", "push", "--unit", unit, rows={"self_reports": [report | {"grade": "excellent"}], "self_lines": lines})
        w.do("head-X05", "self", "send", "--unit", unit, status=1, code="E_RULE")
    w.do(f"clerk-{unit}", "self", "push", "--unit", unit, rows={"self_reports": [report], "self_lines": lines})
    w.do(f"head-{unit}", "self", "send", "--unit", unit)


def self_reports(w, scheme):
    """All but X05's, which comes on the last day."""
    with w.settling("head-X01", "self.send", "X01"):
        self_report(w, scheme, "X01")
    for unit in UNITS:
        if unit not in ("X01", "X05"):
            self_report(w, scheme, unit)
    w.tally.check("another's self report is not seen", not w.look("clerk-X02", "list", "self_reports", "--where", "unit=X01"))


def last_self_report(w, scheme):
    w.countdown("head-X05", "self.send", [("2027-03-23", 8, "later")])
    w.remind("head-X05", "报送自我评估报告", False)
    w.countdown("head-X05", "self.send", [("2027-03-24", 7, "soon"), ("2027-03-30", 1, "soon"), ("2027-03-31", 0, "today")])
    w.remind("head-X05", "报送自我评估报告，共1项，截止2027-03-31 24:00", True)
    w.tally.check("who has not sent it", [r["unit"] for r in w.owed("self.send")] == ["X05"])
    self_report(w, scheme, "X05")
    w.check_owed("self.send", False)
    w.tally.check("in time on the last day", not any(r["late"] for r in w.look("office1", "list", "self_reports")))


def claim(w, unit, kind, **more):
    row = {"unit": unit, "kind": kind, "state": "draft", "facts": "获省级表彰", "evidence": f"hash-{unit}-{kind}", "dated": "2026-10-01", "minutes": "班子会议纪要3号", **more}
    w.do(f"clerk-{unit}", "claim", "push", "--unit", unit, rows={"claims": [row]})


CLAIMS = (("E1", "honours"), ("E2", "circular"), ("X01", "growth"))


def claims(w):
    """Two approved, one refused; a consent voided by an edit (R17, R18)."""
    w.do("office1", "phase", "open", "claims")
    for unit, kind in CLAIMS[:2]:
        claim(w, unit, kind)
        w.do(f"head-{unit}", "claim", "submit", "--unit", unit, "--object", kind, status=1, code="E_RULE", why="同意")
        with w.settling(f"leader-{leader_of(unit)}", "claim.consent", unit):
            w.do(f"leader-{leader_of(unit)}", "claim", "consent", "--unit", unit, "--object", kind)
    claim(w, "E1", "honours", facts="获国家级表彰")
    w.do("head-E1", "claim", "submit", "--unit", "E1", "--object", "honours", status=1, code="E_RULE", why="同意")
    w.do("leader-L2", "claim", "consent", "--unit", "E1", "--object", "honours")
    claim(w, "X01", "growth")
    with w.settling("head-E1", "claim.submit", "E1"):
        w.do("head-E1", "claim", "submit", "--unit", "E1", "--object", "honours")
    for unit, kind in CLAIMS[1:]:
        w.do(f"head-{unit}", "claim", "submit", "--unit", unit, "--object", kind)
    with w.settling("office1", "claim.screen"):
        for unit, kind in CLAIMS:
            w.do("office1", "claim", "screen", "--unit", unit, "--object", kind)
    with w.settling("head-X02", "claim.none", "X02"):
        w.do("head-X02", "claim", "none", "--unit", "X02")
    for unit in UNITS:
        if unit != "X02" and unit not in dict(CLAIMS):
            w.do(f"head-{unit}", "claim", "none", "--unit", unit)
    w.check_owed("claim.none", False)
    with w.settling("committee", "claim.approve"):
        w.do("committee", "claim", "refuse", "--unit", "E2", "--object", "circular", "--document", "绩委决〔2027〕1号", "--reason", "未转发全省")
        for unit, kind in (CLAIMS[0], CLAIMS[2]):
            w.do("committee", "claim", "approve", "--unit", unit, "--object", kind, "--document", "绩委决〔2027〕1号")
    with w.settling("office1", "claim.publicise"):
        w.do("office1", "claim", "publicise")
    w.do("office1", "claim", "grant", status=1, code="E_RULE", why="公示未满")


def granted(w):
    with w.settling("office1", "claim.grant"):
        w.do("office1", "claim", "grant")
    states = {(r["unit"], r["kind"]): r["state"] for r in w.look("office1", "list", "claims")}
    w.tally.check("two granted, one refused", states == {CLAIMS[0]: "granted", CLAIMS[1]: "refused", CLAIMS[2]: "granted"}, states)


def veto(w):
    w.do("office1", "veto", "allege", "--unit", "S4", "--object", "failure", "--reason", "重大失误", "--document", "通报1号")
    with w.settling("office1", "veto.check", "S4"):
        w.do("office1", "veto", "check", "--unit", "S4", "--object", "failure", "--reason", "属实")
    w.do("office1", "veto", "confirm", "--unit", "S4", "--object", "failure", "--reason", "x", "--document", "y", status=4, code="E_DENIED")
    with w.settling("committee", "veto.confirm", "S4"):
        w.do("committee", "veto", "confirm", "--unit", "S4", "--object", "failure", "--reason", "造成重大损失", "--document", "绩委决〔2027〕2号")


def common_marks(w, scheme):
    w.do("office1", "phase", "open", "common")
    substitutes = [(u, item, by, "fn-S1" if u == "M1" else "fn-M1") for by, u in FUNCTIONAL.items() for item, (_, setters) in items_of(scheme, u).items() if by in setters]
    itself = [{"unit": "S3", "item": "capacity", "by": "市人事局", "points": "3"}]
    w.do("fn-S3", "common", "mark", rows={"common": itself}, status=6, code="E_FAULTS")
    with w.settling("committee", "common.substitute"):
        w.do("committee", "common", "substitute", "--document", "绩委决〔2027〕3号",
             rows={"substitutes": [{"unit": u, "item": i, "by": by, "account": a} for u, i, by, a in substitutes]})
    by_account = {f"fn-{u}": [] for u in FUNCTIONAL.values()}
    for unit in UNITS:
        for item, (full, setters) in items_of(scheme, unit).items():
            for by in setters:
                account = next((a for u, i, b, a in substitutes if (u, i, b) == (unit, item, by)), f"fn-{FUNCTIONAL[by]}")
                by_account[account].append((unit, item, by, full))
    for account, marks in by_account.items():
        department = next(by for by, u in FUNCTIONAL.items() if account == f"fn-{u}")
        rows = [{"unit": u, "item": i, "by": b, "points": share(u, f)} for u, i, b, f in marks]
        notes = [{"unit": u, "item": i, "by": b, "reason": "日常记录扣分"} for u, i, b, _ in marks]
        if account == "fn-S3":
            w.do(account, "common", "mark", rows={"common": rows}, status=6, code="E_FAULTS")
        with w.settling(account, "common.mark", owner=department) if account == "fn-S3" else contextlib.nullcontext():
            w.do(account, "common", "mark", rows={"common": rows, "common_notes": notes})
    w.check_owed("common.mark", False)


def group_marks(w):
    w.do("office1", "phase", "open", "group")
    w.do("office1", "team", "push", rows={"teams": [{"team": t, "name": n, "class": c} for t, (n, c) in TEAMS.items()]})
    for team in TEAMS:
        w.do("office1", "member", "push", team, rows={"members": [{"team": team, "evaluator": f"lead-{team}", "lead": "yes"}, {"team": team, "evaluator": f"eval-{team}", "home": "E3" if team == "T1" else None}]})
    w.do("office1", "figure", "ask", "--unit", "E1", "--object", "G1", "--value", "市审计局")
    with w.settling("fn-M1", "figure.give", "E1"):
        w.do("fn-M1", "figure", "give", rows={"figures": [{"unit": "E1", "goal": "G1", "by": "市审计局", "state": "given", "value": "190", "source": "决算"}]})
    w.check_owes("eval-T1", "group.mark", False, "E3")
    w.do("office1", "standin", "push", rows={"stand_ins": [{"unit": "E3", "evaluator": "eval-T1", "instead": "spare", "reason": "本单位人员"}]})
    w.tally.check("the stand-in has the home unit's goals, and no more", {r["unit"] for r in w.owes("spare", "group.mark")} == {"E3"})
    with w.settling("eval-T0", "group.mark", owner="eval-T0"), w.settling("spare", "group.mark", "E3"):
        mark_groups(w)
    w.check_owed("group.mark", False)
    w.do("eval-T0", "group", "mark", "--unit", "E1", rows=group_rows("E1", "eval-T0"), status=4, code="E_DENIED")
    departs = {r["evaluator"]: r for r in w.look("office1", "group", "departs")}
    w.tally.check("who departs from the suggestion", (str(departs["eval-T1"]["departs"]), str(departs["lead-T1"]["departs"])) == ("1", "0"), departs)


def mark_groups(w):
    for team, (_, cls) in TEAMS.items():
        for unit in (u for u, c in UNITS.items() if c == cls):
            for evaluator in (f"lead-{team}", "spare" if unit == "E3" and team == "T1" else f"eval-{team}"):
                if evaluator == "spare":
                    w.do("eval-T1", "group", "mark", "--unit", "E3", rows=group_rows("E3", "eval-T1"), status=1, code="E_RULE")
                rows = group_rows(unit, evaluator)
                if unit == "E1" and evaluator == "lead-T1":
                    # 190 of 200: 43.225, half up 43.23; anything else needs a reason (R30).
                    w.do(evaluator, "group", "mark", "--unit", unit, rows=rows, status=6, code="E_FAULTS", why="43.23")
                    rows["group"][0]["points"] = "43.23"
                elif unit == "E1":
                    rows["group_notes"][0]["reason"] = "质量突出"
                w.do(evaluator, "group", "mark", "--unit", unit, rows=rows)


def group_rows(unit, evaluator):
    return {"group": [{"unit": unit, "goal": g, "evaluator": evaluator, "points": share(unit, full_of(unit, g))} for g in goals_in(unit)],
            "group_notes": [{"unit": unit, "goal": g, "evaluator": evaluator, "how": "look", "note": "实地查看"} for g in goals_in(unit)]}


def cards(w, scheme):
    """Five voter groups a unit, two cards each, entered twice; once the entries differ (R21)."""
    w.do("office1", "phase", "open", "democratic")
    stacks = [(f"{u}-{g['group']}", u, g["group"]) for u in UNITS for g in scheme["kinds"]["county" if is_county(u) else "department"]["voters"]]
    with w.settling("office1", "stack.open"):
        w.do("office1", "stack", "open", rows={"stacks": [{"stack": s, "unit": u, "group": g, "printed": "5", "issued": "4"} for s, u, g in stacks]})
    with w.settling("office1", "stack.count"):
        w.do("office1", "stack", "count", rows={"stacks": [{"stack": stacks[0][0], "returned": "3", "valid": "3", "void": "1"}]}, status=6, code="E_FAULTS")
        w.do("office1", "stack", "count", rows={"stacks": [{"stack": s, "returned": "3", "valid": "2", "void": "1"} for s, _, _ in stacks]})
    with w.settling("office1", "stack.enter"):
        enter_cards(w, stacks)
    w.tally.check("all entries agree", {r["state"] for r in w.look("office1", "list", "stacks")} == {"agreed"})
    w.do("office1", "remark", "push", "--unit", "X02", rows={"remarks": [{"unit": "X02", "remark": "R1", "group": "public", "text": "办事更快了"}]})


def enter_cards(w, stacks):
    for n, (stack, unit, _) in enumerate(stacks):
        answers = ["A/A/A", "A/B/A"] if QUALITY[unit] >= 90 else ["A/B/B", "B/B/"]
        for number, account in (("1", "office1"), ("2", "office2")):
            rows = [{"stack": stack, "pass": number, "card": str(c + 1), "answers": a} for c, a in enumerate(answers)]
            if n == 0 and number == "2":
                wrong = [dict(rows[0], answers="C/C/C"), rows[1]]
                w.do("office1", "stack", "enter", stack, rows={"stack_cards": rows}, status=1, code="E_RULE", why="不同的人")
                w.do(account, "stack", "enter", stack, rows={"stack_cards": wrong})
                w.tally.check("the entries differ, at that card", (w.field("office1", "stacks", "state", stack=stack), w.field("office1", "stacks", "note", stack=stack)) == ("differs", "1"))
                w.check_owes("office2", "stack.enter", True, unit)
            w.do(account, "stack", "enter", stack, rows={"stack_cards": rows})
            if n == 0 and number == "2":
                w.tally.check("resolved by entering it again", w.field("office1", "stacks", "state", stack=stack) == "agreed")


def run(w, *options):
    result = w.do("office1", "run", *options)
    return max(r["run"] for r in w.look("office1", "runs"))


def sheet(leader):
    rank = LEADERS[leader][1]
    tiers = {"X01": "1", "X02": "1", "X03": "2", "X04": "2", "X05": "3"}
    rows = [{"leader": leader, "unit": u, "kind": "tier", "value": tiers[u]} for u in COUNTIES]
    if rank == "mayor":
        return rows + [{"leader": leader, "unit": u, "kind": "mark", "value": str(QUALITY[u])} for u in UNITS if not is_county(u)]
    order = sorted(SUPERVISION[leader], key=lambda u: -QUALITY[u])
    return rows + [{"leader": leader, "unit": u, "kind": "rank", "value": str(order.index(u) + 1)} for u in SUPERVISION[leader]]


def leaders(w):
    number = run(w, "--provisional")
    w.do("office1", "phase", "open", "leaders")
    with w.settling("office1", "session.open"):
        w.do("office1", "session", "open", "--run", str(number))
    summary = w.look("leader-L1", "session", "summary")
    w.tally.check("20 units in the summary", len(summary) == 20, len(summary))
    hash_ = w.field("office1", "sessions", "hash", session="session")
    w.do("secretary1", "sheet", "draft", rows={"sheet_lines": sheet("L1")})
    w.do("secretary1", "sheet", "seal", "--value", hash_, status=4, code="E_DENIED")
    w.do("leader-L1", "sheet", "seal", "--value", "0" * 64, status=1, code="E_RULE")
    w.do("leader-L1", "sheet", "seal", "--value", hash_)
    with w.settling("leader-L2", "sheet.seal", owner="L2"):
        w.do("leader-L2", "sheet", "seal", "--value", hash_, rows={"sheet_lines": sheet("L2")[:-1]}, status=1, code="E_RULE")
        w.do("leader-L2", "sheet", "seal", "--value", hash_, rows={"sheet_lines": sheet("L2")})
    for leader in ("L3", "L4", "L5"):
        w.do(f"leader-{leader}", "sheet", "seal", "--value", hash_, rows={"sheet_lines": sheet(leader)})
    sealed_sheets(w)
    with w.settling("office1", "session.close"):
        w.do("office1", "session", "close", status=1, code="E_RULE")
        w.do("office1", "session", "close", "--reason", "L6 外出")
    absent_leader(w, hash_)


def sealed_sheets(w):
    w.tally.check("nobody sees another's sheet", {r["leader"] for r in w.look("leader-L2", "list", "sheet_lines")} <= {"L2"})
    for account in ("office1", "audit", "committee"):
        result = w.run(account, "list", "sheet_lines")
        w.tally.check(f"{account} sees no sheet", result.returncode == 4, result.stdout[:200])
    result = w.run("office1", "list", "leader_marks", "--json")
    w.tally.check("no mark is there before the session is closed", result.returncode == 4 or json.loads(result.stdout) == [], result.stdout[:200])


def absent_leader(w, hash_):
    """Who was not there marks later, on the same summary; until then a final run names him (R27, R45)."""
    refused = w.do("office1", "run", "--final", status=1, code="E_HOLES")
    holes = {tuple(line.split()[1:3]) for line in refused.stderr.splitlines() if line.startswith("缺 ")}
    missing = {(r["unit"], r["missing"]) for r in w.look("office1", "missing")}
    w.tally.check("what is missing is what the final run refuses with", holes == missing and {m for _, m in holes} == {"leader:L6"}, (holes, missing))
    w.tally.check("who has not marked", [r["owner"] for r in w.owed("sheet.seal")] == ["L6"])
    w.remind("leader-L6", "提交领导评分表", True, "--value", "sheet.seal")
    w.at("2027-04-12")
    with w.settling("leader-L6", "sheet.seal", owner="L6"):
        w.do("leader-L6", "sheet", "seal", "--value", hash_, rows={"sheet_lines": sheet("L6")})
    w.tally.check("nothing is missing any more", not w.look("office1", "missing"))
    left = {r["deed"] for r in w.look("office1", "owed")}
    w.tally.check("all that is owed is the result", left == {"outcome.draft"}, left)


# More departments a field than there are places in it (attachment 2).
FIELDS = {
    "investment": ("E1", "E2", "E3", "E4", "E5", "E6", "M1", "M2"), "attraction": ("E1", "E2", "E3", "E4", "E6"), "cities": ("S1", "S2", "S3", "M2", "M3", "M4"),
    "countryside": ("E5", "E6", "E4", "S5"), "services": ("E3", "M4", "E6", "M3"), "livelihood": ("S3", "S4", "S5", "E5"), "general": ("S2", "M3", "M4", "S3"),
}


def contributions(w):
    rows = [{"award": a, "unit": u, "contribution": str(QUALITY[u])} for a, units in FIELDS.items() for u in units]
    with w.settling("office1", "contribution.push"):
        w.do("office1", "contribution", "push", rows={"contributions": rows})


def next_year(w, open_year):
    """Two years are open at once every spring: each record and list has its own (R41)."""
    open_year(w.year + 1)
    w.do("office1", "phase", "open", "goals", year=w.year + 1)
    for deed, this, next_ in (("self.send", True, False), ("plan.submit", False, True)):
        w.check_owes("head-E1", deed, this)
        w.check_owes("head-E1", deed, next_, year=w.year + 1)
    unsaid = subprocess.run([w.jixiao, "todo", "--city", w.city], env=w.people["head-E1"], capture_output=True, text=True)
    w.tally.check("which year is asked, never guessed", unsaid.returncode == 2 and "E_AMBIGUOUS" in unsaid.stderr, unsaid.stderr)
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": [{k: v for k, v in g.items() if k != "task"} for g in goals_of("E1")]}, year=w.year + 1)
    w.tally.check("the old year's plan stands", w.field("office1", "plans", "state", unit="E1") == "issued")
    w.tally.check("the new year's is a draft", w.field("office1", "plans", "state", unit="E1", year=w.year + 1) == "draft")


def play(w, scheme_text, open_year):
    scheme = yaml.safe_load(scheme_text)
    w.at("2027-03-10")
    w.do("office1", "phase", "open", "self")
    next_year(w, open_year)
    self_reports(w, scheme)
    claims(w)
    veto(w)
    common_marks(w, scheme)
    group_marks(w)
    cards(w, scheme)
    contributions(w)
    last_self_report(w, scheme)
    w.at("2027-04-08")
    granted(w)
    leaders(w)
