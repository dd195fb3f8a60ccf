#!/usr/bin/env python3
"""Work without a link by jixiao alone (design G1, G2; R12, R14): everything is sealed before it is sent, waits, goes in
order, exactly once; a refusal stops one item alone.

usage: outbox_test.py JIXIAOD JIXIAO BUNDLE
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from field_world import PASSWORD, Person, World  # noqa: E402
from peer import PB, Tally  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
SECRET = "不可外泄的台账"  # stands in every row that is written here: no file may show it


def check(name, result, status, *words):
    said = result.stdout + result.stderr
    return tally.check(name, result.returncode == status and all(w in said for w in words) and "Sanitizer" not in said,
                       f"exit {result.returncode}: {said}")


def material(number, unit=None, title=None, item="daily"):
    row = {"item": item, "material": f"M{number}", "title": title or f"{SECRET}{number}"}
    if unit:
        row["unit"] = unit
    return json.dumps({"materials": [row]}, ensure_ascii=False)


def push(person, number, *options, **row):
    return person.run("material", "push", "-", *options, stdin=material(number, **row))


def receipts(person):
    return {os.path.basename(p)[:-5] for p in glob.glob(f"{person.home}/.local/state/jixiao/receipts/*.json")}


def link_gone(world, clerk):
    check("logged in: what is needed offline is kept", clerk.login(), 0, "已登录")
    check("with a link: done at once", push(clerk, 1), 0, "已办理", "回执")
    tally.check("and sent", clerk.state(1) == "sent", clerk.outbox())
    world.link.down()
    started = time.monotonic()
    result = push(clerk, 2)
    check("no link: queued", result, 3, "[E_CONNECTION]", "已存入发件箱第 2 号，待联网后发送：jixiao outbox send")
    tally.check("at once", time.monotonic() - started < 1, time.monotonic() - started)
    tally.check("its own unit and the only year are known offline", clerk.outbox()[2]["unit"] == "X1", clerk.outbox())
    result = push(clerk, 3, "--json")
    said = json.loads(result.stdout)
    tally.check("queued, as JSON", result.returncode == 3 and said["queued"] == 3 and said["op_id"] == clerk.outbox()[3]["op_id"], said)
    tally.check("nothing was tried", [r["tries"] for r in clerk.outbox().values()][1:] == [0, 0], clerk.outbox())
    check("a preview needs a link", push(clerk, 4, "--dry-run"), 3, "[E_CONNECTION]")
    check("send: still no link", clerk.run("outbox", "send", "--timeout", "1"), 3, "待发送 2 件")
    tally.check("both wait", {clerk.state(2), clerk.state(3)} == {"waiting"})
    world.link.up()
    result = push(clerk, 4)
    check("the older go first, then its own", result, 0, "第 2 号", "第 3 号", "已办理")
    tally.check("in the order of sealing", result.stderr.index("第 2 号") < result.stderr.index("第 3 号"), result.stderr)
    tally.check("all are sent", {r["state"] for r in clerk.outbox().values()} == {"sent"}, clerk.outbox())
    tally.check("each with its receipt on the disk", {r["op_id"] for r in clerk.outbox().values()} <= receipts(clerk))
    tally.check("each once", [world.versions("materials", f"X1/daily/M{i}") for i in (1, 2, 3, 4)] == [1] * 4)
    for op in receipts(clerk):
        check("a receipt verifies offline", clerk.run("receipt", "verify", f"{clerk.home}/.local/state/jixiao/receipts/{op}.json"), 0)
    check("nothing waits", clerk.run("outbox", "send"), 0, "没有待发送的")


def refusals(world, clerk):
    world.link.down()
    push(clerk, 10)
    push(clerk, 11, item="nosuch")
    push(clerk, 12)
    first = max(clerk.outbox()) - 2
    world.link.up()
    result = clerk.run("outbox", "send")
    check("one is refused, the others go on", result, 6, "送达 2 件，退回 1 件，待发送 0 件", f"第 {first + 1} 号")
    tally.check("that one alone", [clerk.state(first + i) for i in (0, 1, 2)] == ["sent", "refused", "sent"], clerk.outbox())
    row = clerk.outbox("refused")[first + 1]
    tally.check("with its reason", row["reason"].startswith("E_FAULTS"), row)
    shown = clerk.run("outbox", "show", str(first + 1))
    check("shown whole", shown, 0, "state: \"refused\"", "E_FAULTS", "nosuch", SECRET)
    check("retried: refused again", clerk.run("outbox", "retry", str(first + 1)), 6, "退回 1 件")
    path = os.path.join(world.folder, "edit.yaml")
    check("its rows as a file", clerk.run("outbox", "show", str(first + 1), "--out", path), 0)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("nosuch", "daily"))
    check("edited: sent", clerk.run("outbox", "edit", str(first + 1), "--file", path), 0, f"第 {first + 1} 号由第 {first + 3} 号代替", "送达 1 件")
    ops = {clerk.outbox()[n]["op_id"] for n in (first + 1, first + 3)}
    tally.check("the old one is replaced, the new one has an op id of its own", clerk.state(first + 1) == "replaced" and
                clerk.state(first + 3) == "sent" and len(ops) == 2, clerk.outbox())
    check("what is sent cannot be dropped", clerk.run("outbox", "drop", str(first)), 1, "[E_LIFE]")
    check("no such number", clerk.run("outbox", "drop", "999"), 1, "[E_NOT_FOUND]")
    check("no number", clerk.run("outbox", "show", "x"), 2, "[E_USAGE]")
    world.link.down()
    push(clerk, 13)
    number = max(clerk.outbox())
    check("dropped", clerk.run("outbox", "drop", str(number)), 0, "已撤下")
    world.link.up()
    check("and not sent", clerk.run("outbox", "send"), 0, "没有待发送的")
    tally.check("nothing of it arrived", world.versions("materials", "X1/daily/M13") == 0)
    result = push(clerk, 14, item="nosuch")
    check("refused with a link: as ever, where it stands in the file", result, 6, "标准输入:1:", "[E_FAULTS]", "留在发件箱")


def main():
    folder = tempfile.mkdtemp(prefix="jx-outbox-", dir="/var/tmp")
    with World(jixiaod, jixiao, bundle, folder) as world:
        for account, role, unit in (("clerk", "clerk", "X1"), ("clerk2", "clerk", "X2"), ("carrier", "auditor", ""), ("office1", "office", "")):
            world.account(account, role, unit)
        world.deed("phase.open", value="basic")
        clerk = Person(world, "clerk")
        link_gone(world, clerk)
        refusals(world, clerk)
    shutil.rmtree(folder, ignore_errors=True)
    tally.close()


if __name__ == "__main__":
    main()
