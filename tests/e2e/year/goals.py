"""January to April: the office opens the year, departments and counties propose their goals (R01–R11, R40)."""
import yaml

from city import COUNTIES, DEPARTMENTS, FUNCTIONAL, LEADERS, SUPERVISION, UNITS, is_county

TASKS = {"T1": "固定资产投资增长12%", "T2": "引进亿元以上项目20个", "T3": "新建农村公路300公里", "T4": "城镇新增就业2万人"}
CITED = {"E1": ("T1", "lead"), "E2": ("T2", "lead"), "E3": ("T2", "lead"), "E4": ("T4", "lead"), "E5": ("T4", "coordinate")}


def leader_of(unit):
    return next(leader for leader in ("L2", "L3", "L4") if unit in SUPERVISION[leader])


def reviewer_of(unit):
    """(department, its account): nobody reviews himself."""
    return ("市监察局", "fn-S1") if unit == "M1" else ("市审计局", "fn-M1")


def goals_of(unit, first="45.5", second="24.5", duty=None):
    task, cited_duty = CITED.get(unit, (None, "lead"))
    grounds = {"place": "全局重点", "workload": "大", "difficulty": "较难"}
    return [
        {"unit": unit, "goal": "G1", "title": "承接任务", "part": "assigned", "points": first, "duty": duty or cited_duty, "task": task,
         "target": "200", "measure": "项", "rule": "proportional", **grounds},
        {"unit": unit, "goal": "G2", "title": "履行职责", "part": "duty", "points": second, "duty": "lead", **grounds},
        {"unit": unit, "goal": "G3", "title": "创新工作", "part": "innovation", "points": "10", "duty": "lead", **grounds},
    ]


def county_main(unit):
    return [{"unit": unit, "goal": "C1", "title": "地区生产总值增长", "part": "main", "points": "40", "duty": "lead", "target": "12", "measure": "%"},
            {"unit": unit, "goal": "C2", "title": "重点项目", "part": "main", "points": "32", "duty": "lead"}]


def county_own(unit):
    return [{"unit": unit, "goal": "N1", "title": "创新目标", "part": "innovation", "points": "18", "duty": "lead", "carrier": "园区建设", "target": "3", "measure": "个"}]


def registers(w):
    w.check_owes("office1", "phase.open", True)
    w.do("office1", "leader", "push", rows={"leaders": [{"leader": k, "name": n, "rank": r} for k, (n, r) in LEADERS.items()]})
    for leader, units in SUPERVISION.items():
        w.do("office1", "supervision", "set", leader, rows={"supervision": [{"leader": leader, "unit": u} for u in units]})
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals_of("E1")}, status=5, code="E_PHASE")
    w.do("office1", "phase", "open", "goals")
    w.do("office1", "task", "push", rows={"tasks": [{"task": t, "source": "市政府工作报告", "number": t[1:], "text": x} for t, x in TASKS.items()]})


def reminders(w):
    """Minus 7, 1 and 0 days, and the day after (R10)."""
    for date, days, state in (("2026-04-13", 7, "soon"), ("2026-04-19", 1, "soon"), ("2026-04-20", 0, "today")):
        w.at(date)
        rows = w.owes("head-M4", "plan.submit")
        w.tally.check(f"{date}: {days} days left", [(int(r["days"]), r["state"]) for r in rows] == [(days, state)], rows)
    rows = [r for r in w.look("office1", "owed") if r["deed"] == "plan.submit" and r["unit"] == "M4"]
    w.tally.check("the office sees who has not submitted", len(rows) == 1, rows)
    w.do("office1", "remind", "--value", "plan.submit")
    notices = w.look("head-M4", "notices")
    w.tally.check("the reminder has arrived", any("2026-04-20" in str(n) for n in notices), notices)
    w.tally.check("nobody else's reminder", not any("M4" in str(n) for n in w.look("head-E1", "notices")))


def review(w, unit, goals=("G1", "G2", "G3"), verdicts=None):
    department, account = reviewer_of(unit)
    rows = [{"unit": unit, "goal": g, "by": department, "verdict": (verdicts or {}).get(g, "agree"), "reason": "应更具体" if (verdicts or {}).get(g) else None} for g in goals]
    w.do(account, "plan", "opine", unit, rows={"opinions": rows})


def pass_and_approve(w, unit, approve=True):
    w.do("office1", "plan", "pass", unit)
    if approve:
        leader = f"leader-{leader_of(unit)}"
        w.do(leader, "plan", "approve", unit, "--based-on", w.version(leader, unit))


def departments(w):
    units = [u for units in DEPARTMENTS.values() for u in units]
    for unit in units:
        if unit == "M4":
            continue
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": goals_of(unit)})
    w.check_owes("head-E1", "plan.submit", True)
    w.do("head-S2", "goals", "push", rows={"plan_goals": goals_of("S2", first="45.6")})
    w.do("head-S2", "plan", "submit", status=1, code="E_RULE", why="80.1")
    w.do("clerk-S2", "goals", "push", rows={"plan_goals": goals_of("S2")})
    two_editors(w)
    for unit in units:
        if unit == "M4":
            continue
        department, _ = reviewer_of(unit)
        w.do(f"clerk-{unit}", "plan", "submit", status=4, code="E_DENIED") if unit == "E1" else None
        w.do(f"head-{unit}", "plan", "submit")
        w.do("office1", "plan", "assign", unit, rows={"reviewers": [{"unit": unit, "by": department}]})
    w.check_owes("head-E1", "plan.submit", False)
    w.check_owes("fn-M1", "plan.opine", True, "E1")
    returned_once(w)
    for unit in units:
        if unit in ("E1", "M4"):
            continue
        review(w, unit)
        pass_and_approve(w, unit)
    w.check_owes("fn-M1", "plan.opine", False)


def two_editors(w):
    """Two people edit one plan: the second is told what changed."""
    seen = w.version("clerk-S3", "S3")
    w.do("fn-S3", "goals", "push", "--based-on", seen, rows={"plan_goals": goals_of("S3", first="44.5", second="25.5")})
    w.do("clerk-S3", "goals", "push", "--based-on", seen, rows={"plan_goals": goals_of("S3")}, status=5, code="E_STALE", why="G1")
    w.do("clerk-S3", "goals", "push", "--based-on", w.version("clerk-S3", "S3"), rows={"plan_goals": goals_of("S3")})


def returned_once(w):
    review(w, "E1", verdicts={"G2": "change"})
    w.do("office1", "plan", "pass", "E1", status=1, code="E_RULE")
    w.do("office1", "plan", "return", "E1", "--reason", "G2 应更具体")
    w.check_owes("head-E1", "plan.submit", True)
    goals = goals_of("E1")
    goals[1]["title"] = "履行职责：完成八项改革"
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals})
    w.do("head-E1", "plan", "submit")
    w.do("office1", "plan", "assign", "E1")
    w.do("office1", "plan", "pass", "E1", status=1, code="E_RULE", why="G2")
    owed = w.owes("fn-M1", "plan.opine", "E1")
    w.tally.check("only the changed goal goes round again", len(owed) == 1, owed)
    review(w, "E1", goals=("G2",))
    pass_and_approve(w, "E1")


def late_plan(w):
    """M4 comes one second after the deadline: taken, and flagged (G4)."""
    w.at("2026-04-20", 23, 59, 58)
    w.do("clerk-M4", "goals", "push", rows={"plan_goals": goals_of("M4")})
    w.at("2026-04-21", 0, 0, 1)
    result = w.do("head-M4", "plan", "submit")
    w.tally.check("a late plan is taken and flagged", "迟报" in result.stderr, result.stderr)
    w.tally.check("the flag is on record", w.field("office1", "plans", "late", unit="M4") == "yes")
    w.tally.check("an early one has none", not w.field("office1", "plans", "late", unit="E1"))
    w.do("office1", "plan", "assign", "M4", rows={"reviewers": [{"unit": "M4", "by": "市审计局"}]})
    review(w, "M4")
    pass_and_approve(w, "M4")


def conflict_and_voided_approval(w):
    """T2 is led by two departments, T3 by none: found before the committee confirms (R04, R40)."""
    coverage = {row["task"]: row for row in w.look("committee", "plan", "coverage")}
    w.tally.check("the coverage table shows gap and double", "E2" in str(coverage["T2"]) and "E3" in str(coverage["T2"]) and coverage.get("T3"), coverage)
    w.do("committee", "plan", "confirm", "--document", "绩委决〔2026〕1号", status=1, code="E_RULE", why="T2")
    w.do("office1", "plan", "return", "E3", "--reason", "T2 由 E2 牵头",
         rows={"opinions": [{"unit": "E3", "goal": "G1", "by": "office", "verdict": "change", "reason": "改为协调"}]})
    seen = w.version("leader-L2", "E3")
    w.do("clerk-E3", "goals", "push", rows={"plan_goals": goals_of("E3", duty="coordinate")})
    w.do("head-E3", "plan", "submit")
    w.do("office1", "plan", "assign", "E3")
    review(w, "E3", goals=("G1",))
    w.do("office1", "plan", "pass", "E3")
    w.do("committee", "plan", "confirm", "--document", "绩委决〔2026〕1号", status=1, code="E_RULE")
    # The approval that the edit voided: the leader's old view does not carry it.
    w.do("leader-L2", "plan", "approve", "E3", "--based-on", seen, status=5, code="E_STALE")
    w.do("secretary1", "plan", "approve", "E3", "--based-on", "9", status=4, code="E_DENIED")
    w.do("leader-L2", "plan", "approve", "E3", "--based-on", w.version("leader-L2", "E3"))
    w.do("committee", "plan", "confirm", "--document", "绩委决〔2026〕1号", status=1, code="E_RULE", why="T3")
    w.do("committee", "task", "waive", "T3", "--reason", "省里统一实施", "--document", "绩委决〔2026〕2号")
    w.do("committee", "plan", "confirm", "--document", "绩委决〔2026〕1号")
    for n, unit in enumerate(u for units in DEPARTMENTS.values() for u in units):
        w.do("office1", "plan", "issue", unit, "--document", f"绩办批〔2026〕{n + 1}号")
    w.do("office1", "plan", "issue", "E1", "--document", "绩办批〔2026〕99号", status=1, code="E_LIFE")
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals_of("E1")}, status=1, code="E_LIFE")


def counties(w):
    for unit in COUNTIES:
        w.do("office1", "county", "push", unit, rows={"plan_goals": county_main(unit)})
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": county_main(unit)}, status=6, code="E_FAULTS") if unit == "X01" else None
        bad = county_own(unit)
        bad[0]["carrier"] = None
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": bad}, status=6, code="E_FAULTS") if unit == "X01" else None
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": county_own(unit)})
        w.do(f"head-{unit}", "county", "answer", unit, "--value", "comments" if unit == "X02" else "agreed", *(("--reason", "投资目标偏高") if unit == "X02" else ()))
        w.do(f"head-{unit}", "county", "submit", unit)
    w.do("committee", "county", "confirm", "--document", "绩委决〔2026〕3号")
    w.do("office1", "county", "issue", "--document", "绩办发〔2026〕1号")
    w.tally.check("all counties by one document", {r["reply"] for r in w.look("office1", "list", "plans") if r["unit"] in COUNTIES} == {"绩办发〔2026〕1号"})


def common_goals(w, scheme_text):
    scheme = yaml.safe_load(scheme_text)
    for n, (department, unit) in enumerate(FUNCTIONAL.items()):
        rows = [{"kind": kind, "item": item["item"], "by": department, "text": f"{item['name']}评估办法：满分{item['points']}，按日常记录扣分"}
                for kind, rules in scheme["kinds"].items() for item in rules["common"] if department in item["set_by"]]
        w.do(f"fn-{unit}", "method", "push", rows={"methods": rows})
        if n == 0:
            w.do("office1", "common", "issue", "--document", "绩办发〔2026〕2号", status=1, code="E_RULE")
    w.do("office1", "common", "issue", "--document", "绩办发〔2026〕2号")
    w.do("clerk-E1", "step", "push", rows={"steps": [{"unit": "E1", "goal": g, "step": "1", "who": "综合科", "what": "逐月推进", "due": "2026-11-30", "done": "10"} for g in ("G1", "G2", "G3")]})
    w.tally.check("the decomposition is complete", all(r["state"] == "there" for r in w.look("office1", "step", "state", "--unit", "E1")), w.look("office1", "step", "state", "--unit", "E1"))


def adjustments(w):
    """One accepted, one refused, applied together (R11)."""
    w.at("2026-09-10")
    w.do("office1", "phase", "open", "adjust")
    changed = goals_of("E4", first="46.5", second="23.5")[:2]
    rows = [{"adjustment": "A1", "change": "change", **{k: v for k, v in g.items() if k not in ("place", "workload", "difficulty")}} for g in changed]
    w.do("head-E4", "adjust", "request", "--object", "A1", "--value", "force-majeure", "--reason", "汛期停工两月", "--document", "气象证明1号", rows={"adjustment_goals": rows})
    w.do("head-E5", "adjust", "request", "--object", "A2", "--value", "other", "--reason", "人手不足", "--document", "说明1号",
         rows={"adjustment_goals": [{"unit": "E5", "adjustment": "A2", "goal": "G3", "change": "strike"}]})
    w.check_owes("committee", "adjust.accept", True)
    w.do("committee", "adjust", "accept", "E4", "A1", "--document", "绩委决〔2026〕5号")
    w.do("committee", "adjust", "refuse", "E5", "A2", "--document", "绩委决〔2026〕5号", "--reason", "不属不可抗力")
    w.tally.check("until applied the old goal rules", w.field("office1", "goals", "points", unit="E4", goal="G1") == "45.5")
    w.do("office1", "adjust", "apply", "--document", "绩办发〔2026〕6号")
    w.tally.check("then the new one", w.field("office1", "goals", "points", unit="E4", goal="G1") == "46.5")
    w.check_owes("committee", "adjust.accept", False)


def play(w, scheme_text):
    registers(w)
    departments(w)
    reminders(w)
    late_plan(w)
    conflict_and_voided_approval(w)
    counties(w)
    common_goals(w, scheme_text)
    w.tally.check("20 units have goals that sum to their points", check_sums(w))


def check_sums(w):
    sums = {}
    for row in w.look("office1", "list", "goals"):
        sums[row["unit"]] = sums.get(row["unit"], 0) + round(float(row["points"]) * 100)
    return sums == {u: 9000 if is_county(u) else 8000 for u in UNITS}
