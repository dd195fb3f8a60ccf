"""April to December: trace materials, rounds, visits, findings, verified figures (R12–R15, R24, R44)."""
import contextlib
import hashlib

from city import COUNTIES, UNITS

BASIC = ["organisation", "decomposition", "methods", "carriers", "daily", "other"]
# How well each does, in hundredths of full marks. X03 and X04 are alike in everything: a tie.
QUALITY = {"X01": 97, "X02": 93, "X03": 88, "X04": 88, "X05": 82,
           "E1": 97, "E2": 96, "E3": 92, "E4": 89, "E5": 85, "E6": 81, "S1": 95, "S2": 94, "S3": 90, "S4": 93, "S5": 84,
           "M1": 96, "M2": 91, "M3": 87, "M4": 83}


def points(hundredths):
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def share(unit, full):
    """That unit's part of full hundredths, exact to the hundredth."""
    return points(full * QUALITY[unit] // 100)


def goals_in(unit):
    return ("C1", "C2", "N1") if unit in COUNTIES else ("G1", "G2", "G3")


def basic_work(w):
    w.at("2026-06-10")
    w.do("office1", "phase", "open", "basic")
    w.do("clerk-E1", "material", "push", rows={"materials": [
        {"unit": "E1", "item": "organisation", "material": "M1", "title": "领导小组文件", "dated": "2026-03-05", "evidence": "hash-e1-org"}]})
    w.do("clerk-E1", "basic", "mark", rows={"basic": [{"unit": "E1", "item": "organisation", "points": "10"}]}, status=4, code="E_DENIED")
    with w.settling("office1", "basic.mark"):
        w.do("office1", "basic", "mark", rows={
            "basic": [{"unit": u, "item": i, "points": share(u, 1000)} for u in UNITS for i in BASIC],
            "basic_notes": [{"unit": u, "item": i, "how": "files", "note": "查阅材料"} for u in UNITS for i in BASIC]})


def report(w, unit, number, value, late=False, why=None):
    targets = {"C1": "12", "N1": "3", "G1": "200"}
    rows = [{"unit": unit, "round": number, "goal": g, "value": str(value * float(targets[g]) / 100) if g in targets else None, "text": "按计划推进", "evidence": "hash-e1-org" if unit == "E1" else None, "why": why}
            for g in goals_in(unit)]
    w.do(f"clerk-{unit}", "report", "push", str(number), "--unit", unit, rows={"goal_reports": rows})
    result = w.do(f"clerk-{unit}", "report", "send", str(number), "--unit", unit)
    w.tally.check(f"{unit} round {number} late: {late}", ("迟报" in result.stderr) == late, result.stderr)


def first_round(w):
    w.do("office1", "phase", "open", "progress")
    with w.settling("office1", "round.open", object_="1"):
        w.do("office1", "round", "open", "1", "--due", "2026-06-30")
    with w.settling("clerk-X01", "report.send", "X01", object_="1"):
        report(w, "X01", 1, 25)
    for unit in UNITS:
        if unit not in ("X01", "X05"):
            report(w, unit, 1, 25)
    w.tally.check("who has not reported", [r["unit"] for r in w.owed("report.send")] == ["X05"])
    w.countdown("clerk-X05", "report.send", [("2026-07-02", -2, "overdue")])
    w.remind("clerk-X05", "报送调度报告，共1项，截止2026-06-30 24:00，其中逾期1项", True)
    report(w, "X05", 1, 20, late=True)
    w.tally.check("the late report is flagged, and no other", {r["unit"] for r in w.look("office1", "list", "round_reports") if r["late"]} == {"X05"})
    w.check_owed("report.send", False)
    with w.settling("office1", "progress.mark", object_="1"):
        w.do("office1", "progress", "mark", rows={"progress": [{"unit": u, "round": "1", "mark": QUALITY[u]} for u in UNITS]})
    w.do("office1", "round", "close", "1")
    w.tally.check("the auditor reads along", any(r["deed"] == "round.open" for r in w.look("audit", "owed")))
    w.do("audit", "progress", "mark", rows={"progress": [{"unit": "X05", "round": "1", "mark": "1"}]}, status=4, code="E_DENIED")
    behind = w.look("leader-L1", "board")
    w.tally.check("the leaders' board: behind first", behind and behind[0]["unit"] == "X05", behind[:2])


def second_round(w):
    w.at("2026-12-10")
    w.do("office1", "round", "open", "2", "--due", "2026-12-31")
    # A fall must be explained (R13).
    rows = [{"unit": "X01", "round": "2", "goal": g, "value": v, "text": "完成"} for g, v in (("C1", "1"), ("C2", None), ("N1", "3"))]
    w.do("clerk-X01", "report", "push", "2", "--unit", "X01", rows={"goal_reports": rows}, status=6, code="E_FAULTS")
    for unit in UNITS:
        # E4's goals were adjusted in between: what it reports must be mapped to them (R13).
        if unit != "E6":
            report(w, unit, 2, 95, why="按调整后的分值填报" if unit == "E4" else None)
    w.countdown("clerk-E6", "report.send", [("2026-12-24", 7, "soon"), ("2026-12-30", 1, "soon"), ("2026-12-31", 0, "today")])
    w.remind("clerk-E6", "报送调度报告，共1项，截止2026-12-31 24:00", True)
    w.at("2026-12-31", 23, 50)
    report(w, "E6", 2, 95)  # the last minutes are in time
    w.at("2027-01-04")
    w.check_owed("report.send", False)
    w.do("office1", "progress", "mark", rows={"progress": [{"unit": u, "round": "2", "mark": QUALITY[u]} for u in UNITS]})
    w.check_owed("progress.mark", False)


def drawn(seed, count):
    """The draw, computed here a second time."""
    order = sorted(UNITS, key=lambda u: hashlib.sha256(seed.encode() + b"\0" + u.encode()).digest())
    return order[:count]


def pick_seed():
    """The tie needs X03 and X04 unvisited: any seed that leaves them out is as good as another."""
    return next(s for s in (f"seed-{n}" for n in range(100)) if not {"X03", "X04"} & set(drawn(s, 4)))


def visits(w):
    w.at("2026-08-20")
    seed = pick_seed()
    commitment = hashlib.sha256(seed.encode()).hexdigest()
    w.do("office1", "phase", "open", "visits")
    w.do("office1", "draw", "commit", rows={"draws": [{"draw": "D1", "state": "committed", "commitment": commitment, "count": "4"}]})
    with w.settling("office1", "draw.reveal"):
        w.do("office1", "draw", "reveal", "D1", "--value", "another", status=1)
        w.do("office1", "draw", "reveal", "D1", "--value", seed)
    plans = {row["unit"]: row["visit"] for row in w.look("office1", "list", "visit_plans")}
    w.tally.check("the draw can be reproduced", set(plans) == set(drawn(seed, 4)), plans)
    first = next(iter(plans))
    w.check_owes("office1", "visit.mark", True, first)
    w.tally.check("hidden until arrival", not w.look(f"clerk-{first}", "list", "visit_plans"))
    for unit, visit in plans.items():
        bad = [{"visit": visit, "member": "某甲", "kind": "department", "home": unit}]
        if unit == first:
            w.do("office1", "visit", "members", "--object", visit, rows={"visit_members": bad}, status=6, code="E_FAULTS")
        w.do("office1", "visit", "members", "--object", visit, rows={"visit_members": [{"visit": visit, "member": "专家一", "kind": "expert"}]})
        w.do("office1", "visit", "arrive", "--object", visit)
        findings = [{"finding": f"F-{unit}", "unit": unit, "source": "visit", "object": visit, "text": "台账不全", "state": "open"}] if unit == first else None
        with w.settling("office1", "visit.mark", unit) if unit == first else contextlib.nullcontext():
            w.do("office1", "visit", "mark", "--object", visit, rows={"visits": [{"unit": unit, "visit": visit, "mark": QUALITY[unit]}], **({"findings": findings} if findings else {})})
    w.check_owed("visit.mark", False)
    w.tally.check("seen after arrival", len(w.look(f"clerk-{first}", "list", "visit_plans")) == 1)
    with w.settling(f"clerk-{first}", "finding.answer", first):
        w.do(f"clerk-{first}", "finding", "answer", "--object", f"F-{first}", "--reason", "已补齐", "--unit", first)
    with w.settling("office1", "finding.close", first):
        w.do("office1", "finding", "close", "--object", f"F-{first}")


def play(w, adjustments):
    """In the order of the calendar: the clock never goes back."""
    basic_work(w)
    first_round(w)
    visits(w)
    adjustments(w)
    second_round(w)
