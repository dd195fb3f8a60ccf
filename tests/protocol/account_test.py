#!/usr/bin/env python3
"""Whose an account is: its unit and its subject, from account_add to the session.

usage: account_test.py JIXIAOD JIXIAO BUNDLE
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Refused, Tally, op_id  # noqa: E402

jixiaod = sys.argv[1]
tally = Tally()
PASSWORD = "account-password-1"
OTHER = "account-password-2"
NEEDS = {
    "office": "", "auditor": "", "clerk": "unit", "head": "unit", "functional": "subject", "evaluator": "",
    "lead": "", "leader": "subject", "secretary": "subject", "committee": "", "reviewer": "subject",
}


def add(peer, account, role, op=None, **more):
    """The field that is refused, the code of another refusal, or ""."""
    try:
        peer.call(account_add=PB["account"].AccountAdd(
            op_id=op or op_id(), account=account, role=role, city="*", password=PASSWORD, **more))
    except Refused as refused:
        return refused.fail.field if refused.code == "E_FIELD" else refused.code
    return ""


def is_whose(reply, unit, subject):
    return (reply.unit, reply.subject) == (unit, subject)


with Daemon(jixiaod) as daemon:
    admin = daemon.admin()
    for role, needs in NEEDS.items():
        tally.check(f"{role} needs {needs or 'nothing'}", add(admin, f"{role}-1", role) == needs)
        if needs:
            tally.check(f"{role}: an empty one is none", add(admin, f"{role}-1", role, **{needs: ""}) == needs)
            tally.check(f"{role}: with it", add(admin, f"{role}-1", role, **{needs: "X01"}) == "")
    long = "x" * 65
    tally.check("a unit has an end", add(admin, "long", "clerk", unit=long) == "unit")
    tally.check("a subject has an end", add(admin, "long", "leader", subject=long) == "subject")
    tally.check("at most 64 bytes", add(admin, "long", "leader", subject=long[1:], unit=long[1:]) == "")

    same = op_id()
    tally.check("both", add(admin, "li", "auditor", op=same, unit="D07", subject="财政局") == "")
    tally.check("the same again", add(admin, "li", "auditor", op=same, unit="D07", subject="财政局") == "")
    tally.check("another unit is another content",
                add(admin, "li", "auditor", op=same, unit="D08", subject="财政局") == "E_CONFLICT")

    tally.check("a department's clerk logs in", is_whose(daemon.peer().login("functional-1", PASSWORD), "", "X01"))
    peer = daemon.peer()
    login = peer.login("li", PASSWORD, keep=True)
    tally.check("login says whose", is_whose(login, "D07", "财政局"), login)
    tally.check("whoami too", is_whose(peer.call(whoami=PB["session"].Whoami()), "D07", "财政局"))
    again = daemon.peer()
    tally.check("a token too", is_whose(again.call(resume=PB["session"].Resume(token=login.token)), "D07", "财政局"))
    tally.check("and whoami after it", is_whose(again.call(whoami=PB["session"].Whoami()), "D07", "财政局"))
    peer.call(passwd=PB["account"].Passwd(op_id=op_id(), old_password=PASSWORD, new_password=OTHER))
    third = daemon.peer()
    tally.check("a new password changes nothing of it", is_whose(third.login("li", OTHER), "D07", "财政局"))
    tally.check("the first account has neither", is_whose(admin.call(whoami=PB["session"].Whoami()), "", ""))

    rows = {row.account: row for row in admin.call(account_list=PB["account"].AccountList()).accounts}
    tally.check("the list says whose", is_whose(rows["li"], "D07", "财政局") and is_whose(rows["admin"], "", ""), rows)

tally.close()
