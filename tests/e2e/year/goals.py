"""January to April: the office opens the year, departments and counties propose their goals (R01–R11, R40)."""
import contextlib

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
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals_of("E1")}, status=5, code="E_PHASE")
    w.check_owes("head-E1", "plan.submit", False)
    with w.settling("office1", "phase.open", object_="goals"):
        w.do("office1", "phase", "open", "goals")
    w.do("office1", "leader", "push", rows={"leaders": [{"leader": k, "name": n, "rank": r} for k, (n, r) in LEADERS.items()]})
    with w.settling("office1", "supervision.set"):
        for leader, units in SUPERVISION.items():
            w.do("office1", "supervision", "set", leader, rows={"supervision": [{"leader": leader, "unit": u} for u in units]})
    w.do("office1", "task", "push", rows={"tasks": [{"task": t, "source": "市政府工作报告", "number": t[1:], "text": x} for t, x in TASKS.items()]})


def reminders(w):
    """Eight days before nobody is pressed; minus 7, 1 and 0 days (R10)."""
    w.countdown("head-M4", "plan.submit", [("2026-04-12", 8, "later")])
    w.remind("head-M4", "提交重点工作目标计划", False)
    w.countdown("head-M4", "plan.submit", [("2026-04-13", 7, "soon")])
    said = w.remind("head-M4", "提交重点工作目标计划，共1项，截止2026-04-20 24:00", True)
    w.tally.check("what was sent is not called nothing", "已办理" in said and "未作任何改动" not in said, said)
    w.tally.check("once a day is enough", "今天已经发过" in w.do("office1", "remind").stderr)
    w.countdown("head-M4", "plan.submit", [("2026-04-19", 1, "soon"), ("2026-04-20", 0, "today")])
    w.tally.check("the office sees who has not submitted", [r["unit"] for r in w.owed("plan.submit")] == ["M4"])
    w.remind("head-E1", "提交重点工作目标计划", False, "--value", "plan.submit")


def review(w, unit, goals=("G1", "G2", "G3"), verdicts=None):
    department, account = reviewer_of(unit)
    rows = [{"unit": unit, "goal": g, "by": department, "verdict": (verdicts or {}).get(g, "agree"), "reason": "应更具体" if (verdicts or {}).get(g) else None} for g in goals]
    w.do(account, "plan", "opine", unit, rows={"opinions": rows})


def pass_and_approve(w, unit, approve=True):
    w.do("office1", "plan", "pass", unit)
    if approve:
        approve_now(w, unit)


def approve_now(w, unit):
    leader = f"leader-{leader_of(unit)}"
    w.do(leader, "plan", "approve", unit, "--based-on", w.version(leader, unit))


def departments(w):
    units = [u for units in DEPARTMENTS.values() for u in units]
    for unit in units:
        if unit == "M4":
            continue
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": goals_of(unit)})
    w.do("head-S2", "goals", "push", rows={"plan_goals": goals_of("S2", first="45.6")})
    w.do("head-S2", "plan", "submit", status=1, code="E_RULE", why="80.1")
    w.do("clerk-S2", "goals", "push", rows={"plan_goals": goals_of("S2")})
    two_editors(w)
    for unit in units:
        if unit == "M4":
            continue
        department, _ = reviewer_of(unit)
        with first_settles(w, unit, f"head-{unit}", "plan.submit"):
            w.do(f"clerk-{unit}", "plan", "submit", status=4, code="E_DENIED") if unit == "E1" else None
            w.do(f"head-{unit}", "plan", "submit")
        with first_settles(w, unit, "office1", "plan.assign"):
            w.do("office1", "plan", "assign", unit, rows={"reviewers": [{"unit": unit, "by": department}]})
    returned_once(w)
    for unit in units:
        if unit in ("E1", "M4"):
            continue
        review(w, unit)
        pass_and_approve(w, unit)
    w.check_owes("fn-M1", "plan.opine", False)


def first_settles(w, unit, account, deed, **which):
    """The same for everybody: the lists are looked at for E1."""
    return w.settling(account, deed, unit, **which) if unit == "E1" else contextlib.nullcontext()


def two_editors(w):
    """Two people edit one plan: the second is told what changed."""
    seen = w.version("clerk-S3", "S3")
    w.do("fn-S3", "goals", "push", "--based-on", seen, rows={"plan_goals": goals_of("S3", first="44.5", second="25.5")})
    w.do("clerk-S3", "goals", "push", "--based-on", seen, rows={"plan_goals": goals_of("S3")}, status=5, code="E_STALE",
         why="目标 G1 的“分值”：现为“44.5”，本次为“45.5”")
    w.do("clerk-S3", "goals", "push", "--based-on", w.version("clerk-S3", "S3"), rows={"plan_goals": goals_of("S3")})


def returned_once(w):
    """Only what changed is reviewed again: the opinions on G1 and G3 stand (R05)."""
    review(w, "E1", verdicts={"G2": "change"})
    w.do("office1", "plan", "pass", "E1", status=1, code="E_RULE", why="G2")
    w.do("office1", "plan", "return", "E1", "--reason", "G2 应更具体")
    w.tally.check("the unit is told what to change", any("G2" in n["text"] and "应更具体" in n["text"] for n in w.look("head-E1", "notices")))
    goals = goals_of("E1")
    goals[1]["title"] = "履行职责：完成八项改革"
    with w.settling("head-E1", "plan.submit", "E1"):
        w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals})
        w.do("head-E1", "plan", "submit")
    w.do("office1", "plan", "assign", "E1")
    refused = w.do("office1", "plan", "pass", "E1", status=1, code="E_RULE", why="G2")
    w.tally.check("the other opinions stand", "G1" not in refused.stderr and "G3" not in refused.stderr, refused.stderr)
    w.tally.check("only the changed goal goes round again", [r["object"] for r in w.owes("fn-M1", "plan.opine", "E1")] == ["G2"])
    with w.settling("fn-M1", "plan.opine", "E1", owner="市审计局"):
        review(w, "E1", goals=("G2",))
    with w.settling("office1", "plan.pass", "E1"):
        w.do("office1", "plan", "pass", "E1")
    with w.settling("leader-L2", "plan.approve", "E1"):
        approve_now(w, "E1")


def late_plan(w):
    """M4 comes one second after the deadline: taken, and flagged (G4)."""
    w.at("2026-04-20", 23, 50)
    w.do("clerk-M4", "goals", "push", rows={"plan_goals": goals_of("M4")})
    w.at("2026-04-21", 0, 0, 1)
    rows = w.owes("head-M4", "plan.submit")
    w.tally.check("a second after it is overdue", [(int(r["days"]), r["state"]) for r in rows] == [(-1, "overdue")], rows)
    w.remind("head-M4", "其中逾期1项", True)
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
    w.tally.check("the coverage table shows the double", (coverage["T2"]["lead"], coverage["T2"]["conflict"]) == ("E2、E3", "重复"), coverage["T2"])
    w.tally.check("and the gap", (coverage["T3"]["lead"], coverage["T3"]["conflict"]) == (None, "缺口"), coverage["T3"])
    w.tally.check("and no more", not coverage["T1"]["conflict"] and not coverage["T4"]["conflict"], coverage)
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
    with w.settling("committee", "plan.confirm", "E1"):
        w.do("committee", "plan", "confirm", "--document", "绩委决〔2026〕1号")
    for n, unit in enumerate(u for units in DEPARTMENTS.values() for u in units):
        with first_settles(w, unit, "office1", "plan.issue"):
            w.do("office1", "plan", "issue", unit, "--document", f"绩办批〔2026〕{n + 1}号")
    w.do("office1", "plan", "issue", "E1", "--document", "绩办批〔2026〕99号", status=1, code="E_LIFE")
    w.do("clerk-E1", "goals", "push", rows={"plan_goals": goals_of("E1")}, status=1, code="E_LIFE")


def county_plan(w, unit):
    answer = ("comments", "--reason", "投资目标偏高") if unit == "X02" else ("agreed",)
    with county_settles(w, unit, "office1", "county.push"):
        w.do("office1", "county", "push", unit, rows={"plan_goals": county_main(unit)})
    with county_settles(w, unit, f"clerk-{unit}", "goals.push"):
        if unit == "X01":
            w.do("clerk-X01", "goals", "push", rows={"plan_goals": county_main(unit)}, status=6, code="E_FAULTS", why="市绩效办拟定")
            w.do("clerk-X01", "goals", "push", rows={"plan_goals": [county_own(unit)[0] | {"carrier": None}]}, status=6, code="E_FAULTS", why="载体")
        w.do(f"clerk-{unit}", "goals", "push", rows={"plan_goals": county_own(unit)})
    with county_settles(w, unit, f"head-{unit}", "county.answer"):
        w.do(f"head-{unit}", "county", "answer", unit, "--value", *answer)
    with county_settles(w, unit, f"head-{unit}", "county.submit"):
        w.do(f"head-{unit}", "county", "submit", unit)


def county_settles(w, unit, account, deed):
    return w.settling(account, deed, unit) if unit == "X01" else contextlib.nullcontext()


def counties(w):
    for unit in COUNTIES:
        county_plan(w, unit)
    with w.settling("committee", "county.confirm", "X01"):
        w.do("committee", "county", "confirm", "--document", "绩委决〔2026〕3号")
    with w.settling("office1", "county.issue", "X01"):
        w.do("office1", "county", "issue", "--document", "绩办发〔2026〕1号")
    plans = [r for r in w.look("office1", "list", "plans") if r["unit"] in COUNTIES]
    w.tally.check("all counties by one document", {r["reply"] for r in plans} == {"绩办发〔2026〕1号"}, plans)
    w.tally.check("what a county answered is on record", {r["unit"] for r in plans if r["answer"] == "comments"} == {"X02"}, plans)


def common_goals(w, scheme_text):
    scheme = yaml.safe_load(scheme_text)
    with w.settling("office1", "common.issue"), w.settling("fn-S3", "method.push", owner="市人事局"):
        for n, (department, unit) in enumerate(FUNCTIONAL.items()):
            rows = [{"kind": kind, "item": item["item"], "by": department, "text": f"{item['name']}评估办法：满分{item['points']}，按日常记录扣分"}
                    for kind, rules in scheme["kinds"].items() for item in rules["common"] if department in item["set_by"]]
            w.do(f"fn-{unit}", "method", "push", rows={"methods": rows})
            if n == 0:
                w.do("office1", "common", "issue", "--document", "绩办发〔2026〕2号", status=1, code="E_RULE")
        w.do("office1", "common", "issue", "--document", "绩办发〔2026〕2号")


def decompose(w, unit, codes):
    w.do(f"clerk-{unit}", "step", "push", rows={"steps": [{"unit": unit, "goal": g, "step": "1", "who": "综合科", "what": "逐月推进", "due": "2026-11-30", "done": "10"} for g in codes]})


def decomposition(w):
    """Each goal down to who does what by when (R09)."""
    with w.settling("clerk-E1", "step.push", "E1"):
        decompose(w, "E1", ("G1", "G2", "G3"))
    for unit in UNITS:
        if unit != "E1":
            decompose(w, unit, ("C1", "C2", "N1") if is_county(unit) else ("G1", "G2", "G3"))
    w.check_owed("step.push", False)
    states = {r["state"] for r in w.look("office1", "step", "state")}
    w.tally.check("the decomposition is complete", states == {"there"}, states)


def request(w, unit, adjustment, ground, facts, rows):
    rows = [{"unit": unit, "adjustment": adjustment, **row} for row in rows]
    return w.do(f"head-{unit}", "adjust", "request", "--object", adjustment, "--value", ground, "--reason", facts, "--document", f"{facts}：材料",
                rows={"adjustment_goals": rows})


def goal_points(w, unit, goal):
    return w.field("office1", "goals", "points", unit=unit, goal=goal)


def adjustments(w):
    """One accepted, one refused, applied together; a late one asks for a resolution of its own (R11)."""
    w.at("2026-09-10")
    w.do("office1", "phase", "open", "adjust")
    changed = [{"change": "change", **{k: v for k, v in g.items() if k not in ("unit", "place", "workload", "difficulty")}}
               for g in goals_of("E4", first="46.5", second="23.5")[:2]]
    request(w, "E4", "A1", "force-majeure", "汛期停工两月", changed)
    request(w, "E5", "A2", "other", "人手不足", [{"goal": "G3", "change": "strike"}])
    with w.settling("committee", "adjust.accept"):
        w.do("committee", "adjust", "accept", "E4", "A1", "--document", "绩委决〔2026〕5号")
        w.do("committee", "adjust", "refuse", "E5", "A2", "--document", "绩委决〔2026〕5号", "--reason", "不属不可抗力")
    w.tally.check("until applied the old goal rules", goal_points(w, "E4", "G1") == "45.5")
    with w.settling("office1", "adjust.apply", "E4"):
        w.do("office1", "adjust", "apply", "--document", "绩办发〔2026〕6号")
    w.tally.check("then the new one", goal_points(w, "E4", "G1") == "46.5")
    w.tally.check("what was refused has not moved", goal_points(w, "E5", "G3") == "10")
    w.tally.check("before and after stay visible", "45.5" in w.run("office1", "history", "plan_goals", "E4/G1").stdout)
    # Its decomposition is to be renewed, and only that.
    w.tally.check("what changed is decomposed anew", [(r["unit"], r["object"]) for r in w.owed("step.push")] == [("E4", "G1"), ("E4", "G2")], w.owed("step.push"))
    with w.settling("clerk-E4", "step.push", "E4"):
        decompose(w, "E4", ("G1", "G2"))
    late_adjustment(w)


def late_adjustment(w):
    w.at("2026-10-31", 0, 0, 1)
    result = request(w, "E6", "A3", "overall", "全局工作变化", [{"goal": "G3", "change": "strike"}])
    w.tally.check("a late request is taken and flagged", "迟报" in result.stderr and w.field("office1", "adjustments", "late", unit="E6", adjustment="A3") == "yes", result.stderr)
    w.do("committee", "adjust", "accept", "E6", "A3", "--document", "绩委决〔2026〕7号", status=1, code="E_RULE", why="逾期")
    w.do("committee", "adjust", "admit", "E6", "A3", "--document", "绩委决〔2026〕7号")
    w.do("committee", "adjust", "refuse", "E6", "A3", "--document", "绩委决〔2026〕8号", "--reason", "理由不足")
    w.do("office1", "adjust", "apply", "--document", "绩办发〔2026〕9号", status=1, code="E_LIFE")


def play(w, scheme_text):
    registers(w)
    departments(w)
    counties(w)
    common_goals(w, scheme_text)
    reminders(w)
    late_plan(w)
    conflict_and_voided_approval(w)
    decomposition(w)
    late = sorted(r["unit"] for r in w.look("office1", "list", "plans") if r["late"])
    w.tally.check("who was late, and nobody else", late == ["M4"], late)
    w.tally.check("20 units have goals that sum to their points", check_sums(w))


def check_sums(w):
    sums = {}
    for row in w.look("office1", "list", "goals"):
        sums[row["unit"]] = sums.get(row["unit"], 0) + round(float(row["points"]) * 100)
    return sums == {u: 9000 if is_county(u) else 8000 for u in UNITS}
