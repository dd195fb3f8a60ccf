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
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from field_world import PASSWORD, Person, World  # noqa: E402
from peer import PB, Tally  # noqa: E402
from terminal import on_terminal  # noqa: E402
import field  # noqa: E402

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


def read(path):
    with open(path, "rb") as file:
        return file.read()


def shows(folder, *words):
    """Files below that folder in which any of these words stands."""
    found = []
    for root, _, names in os.walk(folder):
        found += [os.path.join(root, n) for n in names if any(w.encode() in read(os.path.join(root, n)) for w in words)]
    return found


def by_hand(world, clerk, carrier, office):
    """Must show 5: three homes, a stick between them."""
    stick = os.path.join(world.folder, "stick")
    os.makedirs(stick)
    file, back = f"{stick}/a.jxp", f"{stick}/a.jxp.receipts"
    check("carrier and office log in at home", carrier.login(), 0)
    check("the office too", office.login(), 0)
    world.link.down()
    push(clerk, 20)
    push(clerk, 21, item="nosuch")
    push(clerk, 22)
    first = max(clerk.outbox()) - 2
    check("exported, without a link", clerk.run("outbox", "export", file), 0, "已导出 3 件")
    tally.check("the carrier can read nothing of it", not shows(stick, SECRET, "material", "clerk"))
    tally.check("exported items wait on", [clerk.state(first + i) for i in range(3)] == ["waiting"] * 3)
    check("delivering needs a link", carrier.run("outbox", "deliver", file, "--timeout", "1"), 3, "[E_CONNECTION]")
    world.link.up()
    result = carrier.run("outbox", "deliver", file)
    check("delivered by another's client", result, 1, "送达 2 件，退回 1 件，未办 0 件", back)
    tally.check("the carrier is told nothing of it", SECRET not in result.stdout + result.stderr and "nosuch" not in result.stderr, result)
    tally.check("arrived", [world.versions("materials", f"X1/daily/M{n}") for n in (20, 22)] == [1, 1])
    world.link.down()
    result = clerk.run("outbox", "import", back)
    check("the receipts come back, without a link", result, 1, "收到回执 2 件，退回 1 件")
    tally.check("the client has learnt it", [clerk.state(first + i) for i in range(3)] == ["sent", "refused", "sent"], clerk.outbox())
    tally.check("with receipts on the disk", {clerk.outbox()[first + i]["op_id"] for i in (0, 2)} <= receipts(clerk))
    check("why is shown", clerk.run("outbox", "show", str(first + 1)), 0, "E_FAULTS")
    check("imported twice: nothing new", clerk.run("outbox", "import", back), 1, "收到回执 0 件", "此前已有 2 件")
    check("another account's receipts", office.run("outbox", "import", back), 0, "不是本发件箱的 3 件")

    push(clerk, 23)
    number = max(clerk.outbox())
    check("one by its number", clerk.run("outbox", "export", f"{stick}/b.jxp", str(number)), 0, "已导出 1 件")
    check("what is sent is not exported again", clerk.run("outbox", "export", f"{stick}/c.jxp", str(first)), 1, "[E_LIFE]")
    world.link.up()
    check("the office delivers", office.run("outbox", "deliver", f"{stick}/b.jxp", "--out", f"{stick}/b1", "--json"), 0, '"delivered": 1')
    check("and sent by itself all the same", clerk.run("outbox", "send"), 0, "送达 1 件")
    check("and once more by hand", carrier.run("outbox", "deliver", f"{stick}/b.jxp", "--out", f"{stick}/b2"), 0)
    tally.check("the same receipt each time", read(f"{stick}/b1") == read(f"{stick}/b2"))
    check("known already", clerk.run("outbox", "import", f"{stick}/b1"), 0, "此前已有 1 件")
    tally.check("once", world.versions("materials", "X1/daily/M23") == 1)

    whole = read(file)
    for name, data in (("cut", whole[:-1]), ("one bit", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]), ("nothing", b""), ("noise", os.urandom(500))):
        with open(f"{stick}/bad", "wb") as f:
            f.write(data)
        check(f"a stick's file: {name}", carrier.run("outbox", "deliver", f"{stick}/bad"), 1, "[E_PACKET]")
        check(f"as receipts: {name}", clerk.run("outbox", "import", f"{stick}/bad"), 1, "[E_PACKET]")
    push_forged_receipt(world, clerk, stick)


def push_forged_receipt(world, clerk, stick):
    """A receipt that nobody signed marks nothing as sent."""
    world.link.down()
    push(clerk, 24)
    number = max(clerk.outbox())
    forged = PB["packet"].ReceiptFile()
    forged.ParseFromString(read(f"{stick}/b1"))
    forged.delivered[0].op_id = bytes.fromhex(clerk.outbox()[number]["op_id"].replace("-", ""))
    forged.delivered[0].receipt.op_id = forged.delivered[0].op_id
    with open(f"{stick}/forged", "wb") as f:
        f.write(forged.SerializeToString())
    check("a forged receipt", clerk.run("outbox", "import", f"{stick}/forged"), 1, "[E_RECEIPT]")
    tally.check("it waits on", clerk.state(number) == "waiting")
    world.link.up()
    check("and is sent", clerk.run("outbox", "send"), 0, "送达 1 件")


def two_people(world):
    """Must show 4: one home, two accounts."""
    home = os.path.join(world.folder, "homes", "shared")
    first, second = Person(world, "clerk", home), Person(world, "clerk2", home)
    first.login()
    world.link.down()
    push(first, 30)
    tally.check("waits", first.outbox()[1]["state"] == "waiting")
    world.link.up()
    check("the other logs in", second.login(), 0)
    tally.check("and sees a box of his own", second.outbox() == {}, second.outbox())
    world.link.down()
    push(second, 31, unit="X2")
    tally.check("his own only", [r["unit"] for r in second.outbox().values()] == ["X2"])
    trying = {"JIXIAO_USER": "clerk", "JIXIAO_PASSWORD_FILE": second.secret}
    second.set_password("field-password-of-2")
    check("another's password opens nothing, without a link", second.run("outbox", "list", **trying), 4, "[E_LOCKED]")
    world.link.up()
    check("nor with one", second.run("outbox", "list", **trying), 4, "[E_LOGIN]")
    check("nor does the login", second.run("outbox", "list", JIXIAO_USER="clerk"), 4, "[E_SESSION]")
    second.set_password(PASSWORD)
    tally.check("nothing stands there in plain words", not shows(home, SECRET, "M30", "M31", PASSWORD), shows(home, SECRET, "M30", "M31", PASSWORD))
    stores = glob.glob(f"{home}/.local/share/jixiao/*")
    tally.check("a store tells nothing", stores and not [p for p in stores if any(
        w in read(p) for w in (b"material", b"clerk", b"X1", b"X2", world.year.city.encode()))], stores)
    tally.check("nobody else may read it", all(os.stat(p).st_mode & 0o77 == 0 for p in stores))
    check("logged out: nothing opens it", second.run("logout"), 0)
    check("nobody is logged in", second.run("outbox", "list"), 4, "[E_SESSION]")
    check("by password file", first.run("outbox", "send", JIXIAO_USER="clerk", JIXIAO_PASSWORD_FILE=first.secret), 0, "送达 1 件")


def passwords(world):
    """A password changed here, elsewhere, and forgotten."""
    world.account("mover", "clerk", "X1")
    here, there = Person(world, "mover"), Person(world, "mover", os.path.join(world.folder, "homes", "elsewhere"))
    here.login()
    world.link.down()
    push(here, 40)
    world.link.up()
    new = os.path.join(world.folder, "new-password")
    with open(new, "w", encoding="utf-8") as file:
        file.write("field-password-2\n")
    check("changed here", here.run("passwd", "--password-file", new, JIXIAO_USER="mover", JIXIAO_PASSWORD_FILE=here.secret), 0)
    here.set_password("field-password-2")
    check("logged in with the new one", here.login(), 0, "已登录")
    tally.check("the box opens", here.state(1) == "waiting")
    check("changed elsewhere", there.run("passwd", "--password-file", write(world, "third", "field-password-3\n"), JIXIAO_USER="mover",
                                         JIXIAO_PASSWORD_FILE=here.secret), 0)
    former = write(world, "former", "field-password-2\n")
    here.set_password("field-password-3")
    check("the login works, the box is locked", here.login(), 0, "jixiao outbox unlock")
    check("a deed says what to do", push(here, 41), 4, "[E_LOCKED]", "jixiao outbox unlock")
    check("by file too", push(Person(world, "mover", by_file=True, password="field-password-3"), 41), 4, "[E_LOCKED]")
    current = {"JIXIAO_PASSWORD_FILE": here.secret}
    check("a wrong former one", here.run("outbox", "unlock", "--password-file", new + "x", **current), 2, "[E_FILE]")
    check("a wrong former one", here.run("outbox", "unlock", "--password-file", here.secret, **current), 4, "[E_LOCKED]", "--anew")
    check("a wrong current one", here.run("outbox", "unlock", "--password-file", former, JIXIAO_PASSWORD_FILE=former), 4, "[E_LOGIN]")
    check("unlocked", here.run("outbox", "unlock", "--password-file", former, **current), 0, "已解锁")
    check("and all is there", here.run("outbox", "send"), 0, "送达 1 件")
    check("once more elsewhere", there.run("passwd", "--password-file", write(world, "fourth", "field-password-4\n"), JIXIAO_USER="mover",
                                            JIXIAO_PASSWORD_FILE=here.secret), 0)
    here.set_password("field-password-4")
    check("logs in", here.login(), 0)
    check("nobody knows the former one: anew", here.run("outbox", "unlock", "--anew", **current), 0, "另建")
    tally.check("the new box is empty", here.outbox() == {})
    check("and works", push(here, 42), 0)


def write(world, name, text):
    path = os.path.join(world.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def codes(world, clerk, office):
    """R10, G4: the code of what is sealed; the office's end."""
    world.link.down()
    push(clerk, 50)
    number = max(clerk.outbox())
    said = clerk.rows("outbox", "commit-code")
    shown = clerk.run("outbox", "show", str(number)).stdout
    content = bytes.fromhex(re.search('content_hash: "([0-9a-f]{64})"', shown).group(1))
    expected = field.code(content[:12])
    tally.check("the code is the content's", said["code"].replace("-", "") == expected and said["number"] == number, (said, expected))
    check("by its number", clerk.run("outbox", "commit-code", str(number)), 0, said["code"])
    _, screen = on_terminal([jixiao, "outbox", "commit-code"], clerk.env)
    tally.check("on a screen: in groups, with what to say", all(" ".join(g) in screen for g in said["code"].split("-")) and "绩效办" in screen, screen)
    world.link.up()
    groups = said["code"].lower().split("-")
    check("misheard", office.run("office", "commit-code", "add", *groups[:-1], "0000", "--unit", "X1"), 2, "[E_USAGE]")
    check("the office records it", office.run("office", "commit-code", "add", *groups, "--unit", "X1", "--note", "张某来电"), 0, expected, "已办理")
    rows = office.rows("list", "commit_codes")
    tally.check("on record", [(r["code"], r["unit"], r["note"]) for r in rows] == [(expected, "X1", "张某来电")], rows)
    check("sent afterwards", clerk.run("outbox", "send"), 0, "送达 1 件")
    check("then there is nothing to tell", clerk.run("outbox", "commit-code", str(number)), 1, "[E_LIFE]")


def drafts(world, clerk):
    world.link.down()
    check("kept", clerk.run("draft", "put", "台账稿", stdin=material(60)), 0, "draft:台账稿")
    table = write(world, "draft.csv", f"item,material,title\ndaily,M61,{SECRET}\n")
    check("a table too", clerk.run("draft", "put", "表", table), 0)
    tally.check("listed", [(r["name"], r["form"]) for r in clerk.rows("draft", "list")] in
                ([("台账稿", "yaml"), ("表", "csv")], [("表", "csv"), ("台账稿", "yaml")]), clerk.rows("draft", "list"))
    check("shown", clerk.run("draft", "show", "台账稿"), 0, SECRET)
    tally.check("nothing of it in plain words", not shows(f"{clerk.home}/.local/share", SECRET, "台账稿"))
    check("in a deed, without a link", clerk.run("material", "push", "draft:台账稿"), 3, "已存入发件箱")
    world.link.up()
    check("in a deed", clerk.run("material", "push", "draft:表"), 0, "已办理")
    tally.check("both arrived", [world.versions("materials", f"X1/daily/M{n}") for n in (60, 61)] == [1, 1])
    check("a fault is told in the draft", clerk.run("draft", "put", "错", stdin=material(62, item="nosuch")), 0)
    check("where it stands", clerk.run("material", "push", "draft:错"), 6, "draft:错:1:")
    check("dropped", clerk.run("draft", "drop", "错"), 0)
    check("then it is gone", clerk.run("material", "push", "draft:错"), 1, "[E_NOT_FOUND]")
    check("dropped twice", clerk.run("draft", "drop", "错"), 1, "[E_NOT_FOUND]")
    check("no name", clerk.run("draft", "show", ""), 2, "[E_USAGE]")


def records(**kinds):
    """{kind: [{field: value}]} as a message."""
    rows = PB["records"].Records()
    for kind, values in kinds.items():
        for value in values:
            getattr(rows, kind).add(**value)
    return rows


def mark(person, unit, goal, points):
    return json.dumps({"group": [{"unit": unit, "goal": goal, "evaluator": person.account, "points": str(points)}],
                       "group_notes": [{"unit": unit, "goal": goal, "evaluator": person.account, "how": "look", "note": SECRET}]})


def kits(world, clerk):
    """R23, R24: what a group takes along, several days without a link, and back."""
    for account in ("eva", "evb"):
        world.account(account, "evaluator")
    world.deed("phase.open", value="group")
    world.deed("team.push", rows=records(teams=[{"team": "T1", "name": "县区组", "class": "county"}]))
    world.deed("member.push", object="T1", rows=records(members=[{"team": "T1", "evaluator": a} for a in ("eva", "evb")]))
    eva, evb = Person(world, "eva"), Person(world, "evb")
    check("logs in", eva.login(), 0)
    check("so does the other", evb.login(), 0)
    world.link.down()
    check("no kit yet", eva.run("kit"), 1, "[E_NOT_FOUND]", "jixiao kit pull")
    check("pulling needs a link", eva.run("kit", "pull", "--timeout", "1"), 3, "[E_CONNECTION]")
    world.link.up()
    check("one takes a unit", eva.run("kit", "pull", "--unit", "X1"), 0, "副本", "本人占用目标 3 项，他人占用 0 项")
    check("the other takes what is left", evb.run("kit", "pull"), 0, "他人占用 3 项")
    check("not of this group", eva.run("kit", "pull", "--unit", "E1"), 1, "[E_NOT_FOUND]")
    world.link.down()
    kit = evb.rows("kit")
    tally.check("whose goals are whose", {(t["unit"], t["holder"]) for t in kit["tasks"]} ==
                {("X1", "eva"), ("X2", "evb"), ("X3", "evb")}, kit)
    goals = eva.run("list", "goals", "--unit", "X1")
    check("a list without a link", goals, 0, "离线副本，截至", "重点目标一")
    tally.check("as data: the time is said beside it", [r["goal"] for r in eva.rows("list", "goals", "--unit", "X1")] == ["G1", "G2", "G3"])
    check("a view", eva.run("group", "state"), 0, "离线副本")
    check("a pull", eva.run("pull", "goals", "--unit", "X1"), 0, "离线副本", "goals:")
    started = time.monotonic()
    check("what was not pulled", eva.run("list", "goals", "--unit", "X1", "--where", "goal=G1"), 3, "[E_CONNECTION]")
    check("marks, without a link", eva.run("group", "mark", "-", "--unit", "X1", stdin=mark(eva, "X1", "G1", 35)), 3, "已存入发件箱")
    check("and another", eva.run("group", "mark", "-", "--unit", "X1", stdin=mark(eva, "X1", "G2", 99)), 3, "已存入发件箱")
    queued = {t["goal"]: t["queued"] for t in eva.rows("kit")["tasks"] if t["unit"] == "X1"}
    numbers = {r["number"]: r for r in eva.rows("outbox", "list", "waiting")}
    tally.check("the kit shows which wait", queued["G1"] and queued["G2"] and not queued["G3"] and len(numbers) == 2, queued)
    tally.check("nothing in plain words", not shows(eva.home, SECRET, "重点目标一"), shows(eva.home, SECRET, "重点目标一"))
    check("a wrong unit's part: nothing", eva.run("kit", "push", "--unit", "X2", "--timeout", "1"), 3)
    world.link.up()
    check("a part", eva.run("kit", "push", queued["G1"]), 0, "送达 1 件")
    check("the rest: one is refused", eva.run("kit", "push", "--unit", "X1"), 6, "退回 1 件")
    tally.check("the mark is there", world.versions("group", "X1/G1/eva") == 1)
    held = {(r["unit"], r["goal"]) for r in evb.rows("lease", "list") if r["by"] == "eva"}
    tally.check("what was refused keeps its goal, the others are given back", held == {("X1", "G2")}, held)
    check("taken out", eva.run("outbox", "drop", queued["G2"]), 0)
    check("back", eva.run("kit", "push"), 0)
    tally.check("nothing is held any more", not [r for r in evb.rows("lease", "list") if r["by"] == "eva"])
    check("a clerk's kit", clerk.run("kit", "pull"), 0, "副本")
    world.link.down()
    check("his tasks without a link", clerk.run("todo"), 0, "离线副本")
    check("his own unit's materials", clerk.run("list", "materials", "--unit", "X1"), 0, "离线副本", SECRET)
    check("his kit", clerk.run("kit"), 0, "资料截至")
    world.link.up()
    check("with a link again: no copy", clerk.run("list", "materials", "--unit", "X1"), 0)
    tally.check("is called one", "离线副本" not in clerk.run("list", "materials", "--unit", "X1").stderr)


def files(world, clerk):
    """R12, R44: evidence chosen without a link goes up by itself, after everything else."""
    paths = [write(world, name, f"{SECRET} {name}\n" * 20000) for name in ("图一.txt", "图二.txt", "图三.txt")]
    world.link.down()
    check("queued with its path", clerk.run("evidence", "send", *paths), 3, "[E_CONNECTION]", "请勿改动")
    first = max(clerk.outbox()) - 2
    tally.check("one item a file", [clerk.outbox()[first + i]["file"] for i in range(3)] == ["图一.txt", "图二.txt", "图三.txt"], clerk.outbox())
    push(clerk, 70)
    with open(paths[1], "a", encoding="utf-8") as file:
        file.write("改")
    os.remove(paths[2])
    world.link.up()
    check("somebody's own deed does not wait for files", push(clerk, 71), 0, f"第 {first + 3} 号", "已办理")
    tally.check("they wait on", [clerk.state(first + i) for i in range(3)] == ["waiting"] * 3)
    result = clerk.run("outbox", "send")
    check("a file that is another now stops its item alone", result, 2, "已不是办理时的文件", "送达 1 件，退回 2 件")
    tally.check("the others are sent", [clerk.state(first + i) for i in range(3)] == ["sent", "refused", "refused"], clerk.outbox())
    tally.check("filed", [r["name"] for r in clerk.rows("list", "files")] == ["图一.txt"], clerk.rows("list", "files"))
    write(world, "图二.txt", f"{SECRET} 图二.txt\n" * 20000)
    check("as it was again: sent", clerk.run("outbox", "retry", str(first + 1)), 0, "送达 1 件")
    check("dropped", clerk.run("outbox", "drop", str(first + 2)), 0)


def collision(world):
    """The same mark from two machines of one evaluator: both stay, somebody chooses (R23)."""
    here, there = Person(world, "eva"), Person(world, "eva", os.path.join(world.folder, "homes", "eva-2"))
    there.login()
    check("pulled here", here.run("kit", "pull", "--unit", "X2"), 0)
    check("its version is known", here.run("pull", "group", "--unit", "X2"), 0, "based_on: ")
    check("marked there meanwhile", there.run("group", "mark", "-", "--unit", "X2", stdin=mark(there, "X2", "G1", 35)), 0)
    world.link.down()
    pulled = here.run("pull", "group", "--unit", "X2").stdout
    version = re.search(r"based_on: (\d+)", pulled).group(1)
    for points in (30, 31):
        check("marked here, without a link", here.run("group", "mark", "-", "--unit", "X2", "--based-on", version, stdin=mark(here, "X2", "G1", points)), 3)
    first = max(here.outbox()) - 1
    world.link.up()
    check("neither overwrites", here.run("kit", "push", str(first), str(first + 1)), 5, "退回 2 件")
    check("theirs and mine", here.run("outbox", "show", str(first)), 0, "E_STALE", "其间已改为 35", "本次为 30")
    tally.check("the one there stands", world.versions("group", "X2/G1/eva") == 1)
    check("mine counts", here.run("outbox", "retry", str(first), "--mine"), 0, "送达 1 件")
    tally.check("as another version", world.versions("group", "X2/G1/eva") == 2)
    check("theirs counts", here.run("outbox", "drop", str(first + 1)), 0)
    tally.check("then nothing is left over", not here.outbox("refused"), here.outbox())


def many_at_once(world, clerk):
    """Six processes of one account: each is done, once."""
    before = max(clerk.outbox())
    started = [subprocess.Popen([jixiao, "material", "push", "-"], env=clerk.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True) for _ in range(6)]
    ends = []
    for i, process in enumerate(started):
        process.stdin.write(material(80 + i))
        process.stdin.close()
    for process in started:
        ends.append((process.wait(60), process.stderr.read()))
        process.stdout.close()
        process.stderr.close()
    tally.check("at once: all are told that it is done", all(status == 0 and "已办理" in said and "回执" in said for status, said in ends), ends)
    rows = [r for n, r in clerk.outbox().items() if n > before]
    tally.check("at once: each sent by one of them", len(rows) == 6 and {r["state"] for r in rows} == {"sent"}, rows)
    tally.check("at once: each once", [world.versions("materials", f"X1/daily/M{80 + i}") for i in range(6)] == [1] * 6)


def for_ever(world, clerk):
    world.link.down()
    push(clerk, 90)
    process = subprocess.Popen([jixiao, "outbox", "send", "--forever", "--timeout", "1"], env=clerk.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    tally.check("goes on without a link", process.poll() is None)
    world.link.up()
    _, said = process.communicate(timeout=60)
    tally.check("until all is sent", process.returncode == 0 and "送达 1 件" in said and said.count("E_CONNECTION") == 1, (process.returncode, said))
    world.link.down()
    push(clerk, 91)
    process = subprocess.Popen([jixiao, "outbox", "send", "--forever", "--timeout", "1"], env=clerk.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    tally.check("or Ctrl-C", process.returncode == 130, (process.returncode, said))
    world.link.up()
    check("then it is sent", clerk.run("outbox", "send"), 0, "送达 1 件")


def login_over(world, clerk):
    """The login has run out: what was written is not lost, and not refused either."""
    session = f"{clerk.home}/.local/state/jixiao/session"
    with open(session, encoding="utf-8") as file:
        kept = json.load(file)
    with open(session, "w", encoding="utf-8") as file:
        json.dump({**kept, "token": kept["token"][:-2] + ("00" if kept["token"][-2:] != "00" else "11")}, file)
    push_number = max(clerk.outbox()) + 1
    # Everything is said, so that nothing has to be asked before it is sealed.
    said = push(clerk, 92, "--unit", "X1", "--city", world.year.city, "--year", str(world.year.year))
    check("sealed, not sent", said, 4, "[E_SESSION]", f"已存入发件箱第 {push_number} 号")
    tally.check("it waits", clerk.state(push_number) == "waiting")
    clerk.login()
    check("logged in again: sent", clerk.run("outbox", "send"), 0, "送达 1 件")
    os.rename(session, session + ".aside")
    check("nobody logged in: nothing is sealed", push(clerk, 93), 4, "[E_SESSION]")
    os.rename(session + ".aside", session)
    check("as before", clerk.run("outbox", "send"), 0, "没有待发送的")


def main():
    folder = tempfile.mkdtemp(prefix="jx-outbox-", dir="/var/tmp")
    with World(jixiaod, jixiao, bundle, folder) as world:
        for account, role, unit in (("clerk", "clerk", "X1"), ("clerk2", "clerk", "X2"), ("carrier", "auditor", ""), ("office1", "office", "")):
            world.account(account, role, unit)
        world.deed("phase.open", value="basic")
        clerk = Person(world, "clerk")
        link_gone(world, clerk)
        refusals(world, clerk)
        carrier, office = Person(world, "carrier"), Person(world, "office1")
        by_hand(world, clerk, carrier, office)
        two_people(world)
        passwords(world)
        codes(world, clerk, office)
        drafts(world, clerk)
        files(world, clerk)
        kits(world, clerk)
        collision(world)
        many_at_once(world, clerk)
        for_ever(world, clerk)
        login_over(world, clerk)
    shutil.rmtree(folder, ignore_errors=True)
    tally.close()


if __name__ == "__main__":
    main()
