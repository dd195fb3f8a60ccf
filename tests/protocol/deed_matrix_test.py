#!/usr/bin/env python3
"""Role x deed x whose x phase, every cell through the wire: asserted from the
table that the daemon prints (jixiaod --routes), and, apart from it, from a list
of forbidden things that is written by hand (R42).

usage: deed_matrix_test.py JIXIAOD JIXIAO BUNDLE
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Refused, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
PASSWORD = "matrix-password-1"
D = PB["deed"]
Records = PB["records"].Records
COUNTY, DEPARTMENT, OTHER = "X1", "E1", "S1"  # of tests/data/small: L2 supervises E1, not S1
SUBJECT = {"functional": "监察局", "leader": "L2", "secretary": "L2", "reviewer": "discipline"}
ROLES = ["office", "auditor", "clerk", "head", "functional", "evaluator", "lead", "leader", "secretary", "committee", "reviewer"]


def read_map():
    """The deeds and the views of --routes."""
    text = subprocess.run([jixiaod, "--routes"], capture_output=True, text=True, check=True).stdout
    _, deeds, views = text.split("\n\n")
    table = {}
    for line in deeds.splitlines()[1:]:
        name, life, roles, scope, phase, end, arguments, kinds, _ = line.split()
        table[name] = dict(roles=ROLES if roles == "all" else roles.split(","), scope=scope, phase=None if phase == "-" else phase,
                           after_end=end == "yes", arguments=arguments.split(","), kinds=[] if kinds == "-" else kinds.split("+"))
    seen = {}
    for line in views.splitlines()[1:]:
        name, roles, _ = line.split()
        seen[name] = ROLES if roles == "all" else roles.split(",")
    return table, seen


deeds, views = read_map()


def rows(kinds, unit, by, leader):
    """One row of each kind, with what names somebody filled in; the rest is not what the gates of this test look at."""
    records = Records()
    for kind in kinds:
        row = getattr(records, kind).add()
        for field in row.DESCRIPTOR.fields:
            if field.name == "unit" and unit:
                row.unit = unit
            elif field.name == "by":
                row.by = by
            elif field.name == "leader":
                row.leader = leader
    return records


def ask(peer, city, year, name, unit, by, leader):
    deed = deeds[name]
    message = D.Deed(op_id=op_id(), city=city, year=year, deed=name, dry_run=True)
    wanted = {a.strip("[]") for a in deed["arguments"]}
    if "unit" in wanted and unit:
        message.unit = unit
    for argument, value in (("object", "nothing-there"), ("value", "no-such-value"), ("reason", "理由"), ("document", "文号1")):
        if argument in wanted:
            setattr(message, argument, value)
    if "rows" in wanted and deed["kinds"]:
        message.rows.CopyFrom(rows(deed["kinds"], unit, by, leader))
    try:
        peer.call(deed=message)
        return "ok"
    except Refused as refused:
        return refused.code


def cases(deed, role):
    """(what, unit, by, may): whose data, as the scope says it."""
    own = {"clerk": DEPARTMENT, "head": DEPARTMENT, "functional": DEPARTMENT}.get(role)
    subject = SUBJECT.get(role)
    scope = deed["scope"]
    if scope == "year":
        return [("any", DEPARTMENT, subject or "监察局", True), ("another", OTHER, "审计局", True)]
    if scope == "leader":
        return [("own sheet", "", "", subject is not None)]
    if scope == "own":
        return [("own", DEPARTMENT, "", own == DEPARTMENT), ("another's", OTHER, "", False), ("nobody's", "", "", False)]
    if scope == "item":
        return [("own item", DEPARTMENT, subject or "审计局", subject is not None),
                ("another's item", DEPARTMENT, "审计局", False if deed["kinds"] else subject is not None)]
    if scope == "review":
        return [("under review", DEPARTMENT, subject or "", subject == "监察局"), ("not asked", OTHER, subject or "", False)]
    if scope == "charge":
        return [("supervised", DEPARTMENT, "", subject == "L2"), ("not supervised", OTHER, "", False)]
    if scope == "team":
        return [("in the team", DEPARTMENT, "", role in ("evaluator", "lead")), ("outside the team", COUNTY, "", False)]
    if scope == "visited":
        return [("in the team", DEPARTMENT, "", role in ("office", "evaluator", "lead")), ("outside the team", COUNTY, "", role == "office")]
    raise AssertionError(scope)


def has_by(deed):
    return any("by" in {f.name for f in getattr(Records(), k).add().DESCRIPTOR.fields} for k in deed["kinds"])


def do(peer, city, year, name, **arguments):
    return peer.call(deed=D.Deed(op_id=op_id(), city=city, year=year, deed=name, **arguments))


def prepare(daemon):
    """The year, an account of each role, a team, a plan under review."""
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    peers = {}
    for role in ROLES:
        admin.call(account_add=PB["account"].AccountAdd(
            op_id=op_id(), account=role, role=role, city=year.city, password=PASSWORD, subject=SUBJECT.get(role, ""),
            unit=DEPARTMENT if role in ("clerk", "head", "functional") else ""))
        peers[role] = daemon.peer()
        peers[role].login(role, PASSWORD)
    at = (year.city, year.year)
    team = Records()
    team.teams.add(team="T1", name="经济组", **{"class": "economy"})
    do(admin, *at, "team.push", rows=team)
    members = Records()
    for role in ("evaluator", "lead"):
        members.members.add(team="T1", evaluator=role)
    do(admin, *at, "member.push", object="T1", rows=members)
    do(admin, *at, "phase.open", value="goals")
    goals = Records()
    for n, points in (("P1", 4000), ("P2", 4000)):
        goals.plan_goals.add(unit=DEPARTMENT, goal=n, title="目标", part="assigned", points=points, duty="lead", place="重", workload="大", difficulty="难")
    do(peers["clerk"], *at, "goals.push", unit=DEPARTMENT, rows=goals)
    do(peers["head"], *at, "plan.submit", unit=DEPARTMENT)
    reviewers = Records()
    reviewers.reviewers.add(unit=DEPARTMENT, by="监察局")
    do(admin, *at, "plan.assign", unit=DEPARTMENT, rows=reviewers)
    do(admin, *at, "phase.close", value="goals")
    return at, admin, peers


# An evaluator is denied a visit that is not his, and one that is not there, alike: a refusal
# must not tell whose visit is planned (R14).
DENIED_BY_RECORD = ("visit.arrive", "visit.mark")
PHASES = ["goals", "adjust", "basic", "progress", "visits", "self", "claims", "common", "democratic", "group", "leaders", "result"]


# Open on days of their own, which no phase is: while the result is public.
OTHER_DAYS = {"objection.add"}


def play_table(at, peers, is_open):
    for role, peer in peers.items():
        for name, deed in deeds.items():
            for what, unit, by, whose in cases(deed, role):
                if deed["scope"] == "item" and not has_by(deed) and what != "own item":
                    continue
                may = role in deed["roles"] and whose
                answer = ask(peer, *at, name, unit, by, SUBJECT.get(role, "L2"))
                if name in DENIED_BY_RECORD and role in ("evaluator", "lead") and answer == "E_DENIED":
                    good = True
                elif not may:
                    good = answer == "E_DENIED"
                elif name in OTHER_DAYS or (deed["phase"] and not is_open):
                    good = answer == "E_PHASE"
                else:
                    good = answer not in ("E_DENIED", "E_PHASE", "E_UNKNOWN_REQUEST", "E_INTERNAL", "E_FROZEN")
                tally.check(f"{role} {name} {what} {'open' if is_open else 'closed'}: {'may' if may else 'may not'}", good, answer)


def play_views(at, peers):
    for role, peer in peers.items():
        for name, roles in views.items():
            try:
                peer.call(view=D.View(city=at[0], year=at[1], view=name, kind="units" if name == "list" else ""))
                answer = "ok"
            except Refused as refused:
                answer = refused.code
            tally.check(f"{role} looks at {name}", (answer != "E_DENIED") == (role in roles), answer)


# ---- Written by hand, without the table: what must never be.
READS_FORBIDDEN = {
    "stack_cards": ROLES, "sheet_lines": [r for r in ROLES if r not in ("leader", "secretary")], "paper_lines": ROLES,
    "ballots": ROLES, "leader_marks": ["auditor", "clerk", "head", "functional", "evaluator", "lead", "committee", "reviewer"],
    "visit_members": ["clerk", "head", "functional"], "group_notes": ["clerk", "head", "functional", "leader", "reviewer"],
    "group": ["clerk", "head", "functional", "leader", "secretary", "reviewer"],
    "consents": ["clerk", "head", "functional", "evaluator", "lead", "leader", "secretary"],
    "dailies": ["clerk", "head", "evaluator", "lead", "leader"],
}
DOES_FORBIDDEN = {
    "auditor": [n for n in deeds if n not in ("notice.read",)],
    "secretary": ["sheet.seal", "plan.approve", "plan.sendback", "claim.consent"],
    "clerk": ["plan.submit", "self.send", "claim.submit", "plan.confirm", "plan.issue", "outcome.publish", "phase.open", "basic.mark"],
    "head": ["plan.confirm", "plan.issue", "claim.approve", "claim.grant", "veto.dismiss", "outcome.confirm", "common.mark", "group.mark"],
    "office": ["plan.submit", "plan.approve", "plan.confirm", "adjust.accept", "claim.approve", "veto.confirm", "consent.give",
               "outcome.confirm", "sheet.seal", "group.mark", "common.mark", "decision.take"],
    "committee": ["plan.issue", "outcome.publish", "outcome.publicise", "phase.open", "goals.push", "basic.mark", "session.close"],
    "evaluator": ["basic.mark", "common.mark", "progress.mark", "outcome.draft", "claim.screen"],
    "leader": ["plan.confirm", "session.close", "session.open", "outcome.confirm"],
    "functional": ["plan.pass", "plan.return", "plan.issue", "basic.mark", "common.issue", "common.substitute"],
    "reviewer": ["outcome.confirm", "outcome.consulted", "award.add"],
}


def play_forbidden(at, peers):
    for kind, roles in READS_FORBIDDEN.items():
        for role in roles:
            try:
                table = peers[role].call(view=D.View(city=at[0], year=at[1], view="list", kind=kind))
                answer, count = "ok", len(table.rows)
            except Refused as refused:
                answer, count = refused.code, 0
            tally.check(f"forbidden: {role} reads {kind}", answer == "E_DENIED" or count == 0, f"{answer}, {count} rows")
    for role, names in DOES_FORBIDDEN.items():
        for name in names:
            if name not in deeds:
                tally.check(f"forbidden: {name} is a deed", False, "no such deed")
                continue
            answer = ask(peers[role], *at, name, DEPARTMENT, SUBJECT.get(role, "监察局"), SUBJECT.get(role, "L2"))
            tally.check(f"forbidden: {role} does {name}", answer == "E_DENIED", answer)
    for role in ("clerk", "head"):
        for kind in ("self", "self_reports", "claims", "plan_goals", "materials", "goal_reports"):
            table = None
            try:
                table = peers[role].call(view=D.View(city=at[0], year=at[1], view="list", kind=kind, unit=OTHER))
            except Refused as refused:
                tally.check(f"forbidden: {role} reads another's {kind}", refused.code == "E_DENIED", refused.code)
            if table is not None:
                tally.check(f"forbidden: {role} reads another's {kind}", not table.rows, len(table.rows))
            own = peers[role].call(view=D.View(city=at[0], year=at[1], view="list", kind=kind))
            tally.check(f"only its own {kind}: {role}",
                        all(r.cells[0] == DEPARTMENT for r in own.rows), [r.cells[0] for r in own.rows])


with Daemon(jixiaod) as daemon:
    at, admin, peers = prepare(daemon)
    play_table(at, peers, False)
    for phase in PHASES:
        do(admin, *at, "phase.open", value=phase)
    play_table(at, peers, True)
    play_views(at, peers)
    play_forbidden(at, peers)

tally.close()
