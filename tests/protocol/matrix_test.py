#!/usr/bin/env python3
"""Role x request, every cell through the wire, each request with its city and year (R41), asserted from the request table
that the daemon itself prints (jixiaod --routes).

usage: matrix_test.py JIXIAOD JIXIAO BUNDLE
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Envelope, Refused, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
PASSWORD = "matrix-password-1"
ROLES = ["office", "auditor", "clerk", "head", "functional", "evaluator", "lead", "leader", "secretary", "committee", "reviewer"]
# Of tests/data/small; accounts of these roles must name one.
UNIT = {"clerk": "E1", "head": "E1"}
SUBJECT = {"functional": "监察局", "leader": "L2", "secretary": "L2", "reviewer": "discipline"}

# The first section; deeds and views (deed_matrix_test.py) come after a blank line each.
table = {}
routes = subprocess.run([jixiaod, "--routes"], capture_output=True, text=True, check=True).stdout.split("\n\n")[0]
for line in routes.splitlines()[1:]:
    name, kind, session, roles, scope, phase, size, inflight = line.split()
    table[name] = dict(kind=kind, session=session.split(","), roles=ROLES if roles == "all" else roles.split(","), scope=scope)


def message(name, city, year):
    """A well-formed request of that name; what it asks for need not exist."""
    descriptor = Envelope.DESCRIPTOR.fields_by_name[name].message_type
    body = getattr(PB[os.path.basename(descriptor.file.name)[:-6]], descriptor.name)()
    for field in descriptor.fields:
        if field.name == "op_id":
            body.op_id = op_id()
        elif field.name == "city":
            body.city = city
        elif field.name == "year":
            body.year = year
    extra = {
        "hello": dict(protocol=1), "login": dict(account="nobody", password="x"), "resume": dict(token=b"x"),
        "account_add": dict(account=f"new-{os.urandom(4).hex()}", role="auditor", city="*", password=PASSWORD),
        "account_disable": dict(account="nobody"), "passwd": dict(old_password="wrong", new_password=PASSWORD),
        "import_begin": dict(digest=bytes(32)), "import_chunk": dict(scheme=b"x"), "import_commit": dict(digest=bytes(32)),
        "records_read": dict(kind="units", batch=1), "explain_read": dict(unit="X01"), "run_watch": dict(run=1),
        "run_cancel": dict(run=99), "deed": dict(deed="nothing.there"), "view": dict(view="list", kind="units"),
        "history": dict(kind="units", key="X1"), "device_add": dict(public_key=b"x"), "deliver": dict(packet=b"x"),
    }.get(name, {})
    for key, value in extra.items():
        setattr(body, key, value)
    return body


# Answers that come from behind the gates: the request was let through.
BEHIND = {"ok", "E_NOT_FOUND", "E_LOGIN", "E_FIELD", "E_STALE", "E_EXISTS", "E_VERSION", "E_HOLES"}


# What a deed may is its own table's (deed_matrix_test.py): a name that nobody knows only passes the gates of the request.
# A packet's content has gates of its own (deliver_test.py).
BEHIND_OF = {"deed": BEHIND | {"E_UNKNOWN_REQUEST"}, "deliver": {"E_PACKET"}}


def is_behind(name, answer):
    return answer in BEHIND_OF.get(name, BEHIND)


def watch(peer, body):
    """A watch that is let through has no answer as long as both live."""
    peer.sock.settimeout(0.3)
    peer.send(watch=body)
    try:
        return peer.receive().fail.code
    except TimeoutError:
        return "ok"


def ask(peer, name, city, year):
    try:
        if name == "watch":
            return watch(peer, message(name, city, year))
        peer.call(**{name: message(name, city, year)})
        return "ok"
    except Refused as refused:
        return refused.code


with Daemon(jixiaod) as daemon:
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    own, other = year.city, "000001"
    accounts = {}
    for role in ROLES:
        for city in (own, other, "*") if role in ("office", "auditor") else (own, other):
            accounts[role, city] = f"{role}-{'all' if city == '*' else city}"
            admin.call(account_add=PB["account"].AccountAdd(
                op_id=op_id(), account=accounts[role, city], role=role, city=city, password=PASSWORD,
                unit=UNIT.get(role, ""), subject=SUBJECT.get(role, "")))
    seen = {name: set() for name in table}

    for (role, city), account in accounts.items():
        # One login an account: each costs a password hash. A watch ends with its connection: it comes last.
        peer = daemon.peer()
        peer.login(account, PASSWORD)
        for name, route in sorted(table.items(), key=lambda row: row[0] == "watch"):
            if name in ("hello", "bye", "login", "resume"):
                continue
            answer = ask(peer, name, own, year.year)
            if "ready" not in route["session"]:  # a card's holder has no account: whoever is logged in is none
                tally.check(f"{role}@{city} {name}: not once logged in", answer == "E_STATE", answer)
                seen[name].add("refused")
                continue
            may = role in route["roles"] or route["roles"] == ["anyone"]
            if route["scope"] == "all":
                may = may and city == "*"
            if route["scope"] == "city":
                may = may and city in ("*", own)
            good = is_behind(name, answer) if may else answer == "E_DENIED"
            tally.check(f"{role}@{city} {name}: {'may' if may else 'may not'}", good, answer)
            seen[name].add("accepted" if is_behind(name, answer) else "refused")
        peer.sock.close()

    # The session's state: before Hello, before login, after login.
    for name, route in table.items():
        peer = daemon.peer(hello=False)
        answer = ask(peer, name, own, year.year)
        may = "new" in route["session"]
        tally.check(f"before hello: {name}", answer in BEHIND if may else answer == "E_STATE", answer)
        seen[name].add("accepted" if may else "refused")
        peer.sock.close()
        peer = daemon.peer()
        answer = ask(peer, name, own, year.year)
        may = "greeted" in route["session"]
        if answer == "E_THROTTLED" and may:
            answer = "ok"
        if name == "resume" and may:
            tally.check("a token that is none is refused", answer == "E_SESSION", answer)
        else:
            tally.check(f"before login: {name}", answer in BEHIND if may else answer in ("E_SESSION", "E_STATE"), answer)
        seen[name].add("accepted" if may else "refused")
        peer.sock.close()
    for name, route in table.items():
        tally.check(f"{name}: accepted and refused at least once", seen[name] == {"accepted", "refused"}, seen[name])

    # Someone else's city, and no city at all.
    peer = daemon.peer()
    peer.login(accounts["office", own], PASSWORD)
    for name, route in table.items():
        if route["scope"] == "city":
            tally.check(f"own city only: {name}", ask(peer, name, other, year.year) == "E_DENIED")
            tally.check(f"a city is needed: {name}", ask(peer, name, "", year.year) == "E_FIELD")
            tally.check(f"a year is needed: {name}", ask(peer, name, own, 0) == "E_FIELD")
        if route["kind"] == "write" and route["scope"] != "all":
            body = message(name, own, year.year)
            body.op_id = b"short"
            try:
                peer.call(**{name: body})
                tally.check(f"an op id is needed: {name}", False)
            except Refused as refused:
                tally.check(f"an op id is needed: {name}", refused.code == "E_FIELD" and refused.fail.field == "op_id", refused)
    listed = peer.call(years=PB["year"].Years()).years
    tally.check("years: own city", [y.city for y in listed] == [own])
    peer.close()
    peer = daemon.peer()
    peer.login(accounts["auditor", other], PASSWORD)
    tally.check("years: not another's", not peer.call(years=PB["year"].Years()).years)
    peer.close()

    # An auditor's explanation holds no single leader's mark (G7); the office's does.
    run = admin.call(run_start=PB["run"].RunStart(op_id=op_id(), city=own, year=year.year)).run
    admin.call(run_watch=PB["run"].RunWatch(city=own, year=year.year, run=run.run))
    unit = admin.call(results_read=PB["run"].ResultsRead(city=own, year=year.year)).units[0].unit

    def nodes(peer):
        found, page = [], 0
        while True:
            reply = peer.call(explain_read=PB["run"].ExplainRead(city=own, year=year.year, unit=unit, page=page))
            found += reply.nodes
            if not reply.HasField("next"):
                return found
            page = reply.next

    auditor = daemon.peer()
    auditor.login(accounts["auditor", "*"], PASSWORD)
    tally.check("office sees leaders' marks", any(n.kind == "leader" for n in nodes(admin)))
    tally.check("auditor does not", not any(n.within == "leaders" and n.kind != "component" for n in nodes(auditor)))

    # A disabled account's session ends, and it cannot come back.
    victim = daemon.peer()
    token = victim.login(accounts["auditor", "*"], PASSWORD, keep=True).token
    admin.call(account_disable=PB["account"].AccountDisable(op_id=op_id(), account=accounts["auditor", "*"], reason="left"))
    try:
        victim.call(years=PB["year"].Years())
        tally.check("disabled: the session ends", False)
    except (Refused, ConnectionError, OSError) as error:
        tally.check("disabled: the session ends", getattr(error, "code", "E_SESSION") == "E_SESSION", error)
    for attempt in ("login", "resume"):
        again = daemon.peer()
        try:
            if attempt == "login":
                again.login(accounts["auditor", "*"], PASSWORD)
            else:
                again.call(resume=PB["session"].Resume(token=token))
            tally.check(f"disabled: no {attempt}", False)
        except Refused as refused:
            tally.check(f"disabled: no {attempt}", refused.code in ("E_LOGIN", "E_SESSION"), refused)
        again.close()
    admin.close()

tally.close()
