#!/usr/bin/env python3
"""Marks countersigned on the spot, without a link, by jixiao alone (R14, R23): the unit makes its code, the evaluator
marks where there is no network, the unit's representative objects, and his word travels with the mark.

usage: countersign_test.py JIXIAOD JIXIAO BUNDLE
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from field_world import Person, World  # noqa: E402
from peer import PB, Tally  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
MARKS = """group:
- {unit: E1, goal: G1, evaluator: li, points: 40.5}
- {unit: E1, goal: G2, evaluator: li, points: 30}
group_notes:
- {unit: E1, goal: G1, evaluator: li, how: look}
- {unit: E1, goal: G2, evaluator: li, how: look}
"""


def check(name, result, status, *words):
    said = result.stdout + result.stderr
    return tally.check(name, result.returncode == status and all(w in said for w in words) and "Sanitizer" not in said,
                       f"exit {result.returncode}: {said}")


def prepare(world):
    rows, papers = PB["records"].Records, PB["papers"]
    for account, role, unit in (("head", "head", "E1"), ("head2", "head", "E2"), ("li", "evaluator", "")):
        world.account(account, role, unit)
    world.deed("phase.open", value="group")
    world.deed("team.push", rows=rows(teams=[papers.Team(team="T1", name="经济组", **{"class": "economy"})]))
    world.deed("member.push", object="T1", rows=rows(members=[papers.Member(team="T1", evaluator="li")]))


def make_codes(world, head, other):
    """Made where it is kept; shown once; of it the server knows the public key only."""
    path = os.path.join(world.folder, "code-e1")
    check("the unit makes its code", head.run("signer", "make", "--out", path), 0)
    with open(path, encoding="ascii") as file:
        code = file.read().strip()
    tally.check("20 characters in groups, for its owner only", len(code) == 24 and os.stat(path).st_mode & 0o77 == 0, code)
    check("a second one needs the office", head.run("signer", "make"), 1, "会签公钥已设")
    shown = other.run("signer", "make")
    check("shown on the screen", shown, 0, "只显示这一次")
    foreign = next(line for line in shown.stdout.splitlines() if len(line) == 24 and line.count("-") == 4)
    stored = str(world.admin.call(view=PB["deed"].View(city=world.year.city, year=world.year.year, view="list", kind="signers")))
    tally.check("the server never sees it", code not in stored and code.replace("-", "") not in stored and foreign not in stored)
    return code, foreign


def in_the_field(world, evaluator, code, foreign):
    marks = os.path.join(world.folder, "marks.yaml")
    with open(marks, "w", encoding="utf-8") as file:
        file.write(MARKS)
    check("logged in, before setting out", evaluator.login(), 0)
    check("the kit is pulled", evaluator.run("kit", "pull"), 0)
    world.link.down()
    sign = ("countersign", marks, "--name", "王五")
    check("what is wrong is told before the code is asked", evaluator.run(*sign, "--value", "maybe", stdin=""), 2, "agree")
    check("an objection says what it is", evaluator.run(*sign, "--value", "object", stdin=""), 2, "--reason")
    check("no such mark", evaluator.run(*sign, "--value", "agree", "--object", "G9", stdin=""), 1, "E_NOT_FOUND")
    check("a slip in the code", evaluator.run(*sign, "--value", "agree", stdin=code[:-1] + ("0" if code[-1] != "0" else "1") + "\n"), 2)
    check("another unit's code: the kit knows the unit's key", evaluator.run(*sign, "--value", "agree", stdin=foreign + "\n"), 2, "不是 E1 的会签码")
    with open(marks, encoding="utf-8") as file:
        tally.check("nothing was written", file.read() == MARKS)
    check("agreed, without a link", evaluator.run(*sign, "--value", "agree", "--object", "G1", stdin=code + "\n"), 0, "G1", "40.5", "已会签 1 项")
    check("objected", evaluator.run(*sign, "--value", "object", "--reason", "数据已更正", "--object", "G2", stdin=code.lower().replace("-", " ") + "\n"), 0)
    check("thought better of it: the later word stands", evaluator.run(*sign, "--value", "object", "--reason", "口径不同", "--object", "G1", stdin=code + "\n"), 0)
    with open(marks, encoding="utf-8") as file:
        tally.check("each mark once", file.read().count("signature") == 2)
    check("a draft as well", evaluator.run("draft", "put", "e1", marks), 0)
    check("a draft, in its place", evaluator.run("countersign", "draft:e1", "--name", "王五", "--value", "object", "--reason", "口径不同",
                                                 "--object", "G1", stdin=code + "\n"), 0, "已会签 1 项")
    tally.check("it is the draft that changed", evaluator.run("draft", "show", "e1").stdout.count("signature") == 2)
    return marks


def back_home(world, evaluator, marks, foreign):
    check("queued", evaluator.run("group", "mark", "E1", marks), 3, "已存入发件箱")
    world.link.up()
    check("sent", evaluator.run("outbox", "send"), 0)
    rows = {row["goal"]: row for row in evaluator.rows("group", "state", "E1")}
    tally.check("the objections travel with the marks", [(rows[g]["signed"], rows[g]["objection"]) for g in ("G1", "G2")] ==
                [("object", "口径不同"), ("object", "数据已更正")], rows)
    check("in words", evaluator.run("countersign", "list", "--csv"), 0, "王五")
    # With another unit's code it is not that unit's word.
    other = Person(world, "li", home=os.path.join(world.folder, "another-laptop"), by_file=True)
    check("signed with another unit's code, where no kit was pulled", other.run(
        "countersign", marks, "--name", "赵六", "--value", "agree", "--object", "G1", stdin=foreign + "\n"), 0, "报送时才能核对")
    check("is refused, and told where it stands", other.run("group", "mark", "E1", marks), 6, "marks.yaml:", "不是该单位会签码的签名")
    # A mark that is changed afterwards is no longer countersigned.
    with open(marks, "w", encoding="utf-8") as file:
        file.write(MARKS.replace("40.5", "41"))
    check("the mark is changed", evaluator.run("group", "mark", "E1", marks), 0)
    rows = {row["goal"]: row for row in evaluator.rows("group", "state", "E1")}
    tally.check("and no longer fits", (rows["G1"]["signed"], rows["G2"]["signed"]) == ("changed", "object"), rows)


with tempfile.TemporaryDirectory(prefix="jx-sign-", dir="/var/tmp") as folder:
    os.chmod(folder, 0o755)
    with World(jixiaod, jixiao, bundle, folder) as world:
        prepare(world)
        head, other, evaluator = Person(world, "head"), Person(world, "head2"), Person(world, "li")
        head.login()
        other.login()
        code, foreign = make_codes(world, head, other)
        marks = in_the_field(world, evaluator, code, foreign)
        back_home(world, evaluator, marks, foreign)

tally.close()
