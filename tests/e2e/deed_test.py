#!/usr/bin/env python3
"""jixiao's deeds, views, pulls and watches against a daemon that is played
here: what is sent, and how every answer is shown.

usage: deed_test.py JIXIAO
"""
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../protocol"))
from peer import PB, Envelope, Tally  # noqa: E402
from terminal import on_terminal  # noqa: E402

jixiao = os.path.abspath(sys.argv[1])
tally = Tally()
work = tempfile.mkdtemp(prefix="jx-deed-")
S, D, Y, A = PB["session"], PB["deed"], PB["year"], PB["account"]
DUE = 1776700800000000  # 24:00 of 2026-04-20 in Beijing


class Fake:
    """Answers each request by self.answers[name](message): a message, a list of them, or a Fail."""

    def __init__(self):
        self.asked = []
        self.answers = {
            "hello": lambda m: S.HelloReply(protocol=1, server="played"),
            "login": lambda m: S.LoginReply(account=m.account, role="clerk", city="220700", unit="X01"),
            "bye": lambda m: S.ByeAck(),
            "whoami": lambda m: S.WhoamiReply(account="a", role="clerk", city="220700", unit="X01"),
            "years": lambda m: Y.YearsReply(years=[Y.Year(city="220700", year=2026)]),
        }
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", f"{work}/key.pem", "-out", f"{work}/ca.pem", "-days", "2", "-subj", "/CN=played",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.load_cert_chain(f"{work}/ca.pem", f"{work}/key.pem")
        self.context.set_alpn_protocols(["jixiao/1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            sock = self.context.wrap_socket(raw, server_side=True)
            while True:
                self.one(sock)
        except (OSError, EOFError, struct.error):
            raw.close()

    @staticmethod
    def exactly(sock, size):
        data = b""
        while len(data) < size:
            piece = sock.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def one(self, sock):
        size, = struct.unpack(">I", self.exactly(sock, 4))
        request = Envelope.FromString(self.exactly(sock, size))
        name = request.WhichOneof("body")
        message = getattr(request, name)
        self.asked.append((name, message))
        answer = self.answers.get(name, lambda m: S.Fail(code="E_UNKNOWN_REQUEST"))(message)
        for part in answer if isinstance(answer, list) else [answer]:
            if part == "hang up":
                sock.close()
                raise EOFError
            reply = Envelope(request_id=request.request_id)
            field = next(f.name for f in reply.DESCRIPTOR.oneofs[0].fields if f.message_type == part.DESCRIPTOR)
            getattr(reply, field).CopyFrom(part)
            getattr(reply, field).SetInParent()
            data = reply.SerializeToString()
            sock.sendall(struct.pack(">I", len(data)) + data)

    def last(self, name):
        return [m for n, m in self.asked if n == name][-1]


fake = Fake()
with open(f"{work}/password", "w", encoding="utf-8") as f:
    f.write("secret\n")
env = {**os.environ, "JIXIAO_SERVER": f"127.0.0.1:{fake.listener.getsockname()[1]}", "JIXIAO_CA": f"{work}/ca.pem",
       "JIXIAO_USER": "a", "JIXIAO_PASSWORD_FILE": f"{work}/password", "XDG_STATE_HOME": f"{work}/state", "XDG_DATA_HOME": f"{work}/data",
       "XDG_CONFIG_HOME": f"{work}/none", "LC_ALL": "zh_CN.UTF-8"}
helped = subprocess.run([jixiao, "help"], env=env, capture_output=True, text=True).stdout


def run(*arguments, stdin=None):
    return subprocess.run([jixiao, *arguments], env=env, capture_output=True, text=True, timeout=60, input=stdin)


def check(name, result, status, *words):
    said = result.stdout + result.stderr
    return tally.check(name, result.returncode == status and all(w in said for w in words) and "Sanitizer" not in said,
                       f"exit {result.returncode}: {said}")


def write(name, text):
    with open(os.path.join(work, name), "w", encoding="utf-8") as f:
        f.write(text)
    return os.path.join(work, name)


def columns(*rows):
    return [D.Column(name=n, zh=zh, en=en, type=t) for n, zh, en, t in rows]


TASKS = columns(("task", "任务", "task", "text"), ("source", "来源文件", "source", "text"), ("number", "条目号", "number", "text"),
                ("text", "内容", "text", "text"), ("waiver", "理由", "why", "text"), ("document", "决议", "document", "text"))


def listing():
    pages = [D.Table(columns=TASKS, title="全市任务", next=2, version=41, rows=[
                D.Row(cells=["T1", "政府工作报告", "1", "修路", "", ""]),
                D.Row(cells=["T2", "政府工作报告", "no", 'a: "b" #c', "", ""])]),
             D.Table(columns=TASKS, rows=[D.Row(cells=["T3", "党代会报告", "", "- 植树", "", ""])])]
    fake.answers["view"] = lambda m: pages[m.offset // 2]
    check("a list comes whole, page by page", run("list", "tasks", "--where", "source=x", "--where", "task=T1"), 0, "T1\t", "T3\t")
    asked = fake.last("view")
    tally.check("what was asked for", asked.view == "list" and asked.kind == "tasks" and asked.offset == 2 and
                [(f.field, f.value) for f in asked.filters] == [("source", "x"), ("task", "T1")], asked)
    limited = run("list", "tasks", "--limit", "1", "--json")
    tally.check("a limit", [r["task"] for r in json.loads(limited.stdout)] == ["T1"] and "前 1 行" in limited.stderr, limited)
    check("no such kind", run("list", "bogus"), 2, "plan_goals", "[E_USAGE]")
    check("a wrong filter", run("list", "tasks", "--where", "x"), 2, "字段=值")
    _, screen = on_terminal([jixiao, "list", "tasks"], env)
    tally.check("on a terminal: title and words", all(w in screen for w in ("全市任务", " · 版本 41\n", "来源文件")), screen)

    check("pulled", run("pull", "tasks", "--out", f"{work}/tasks.yaml"), 0, "共 3 行")
    with open(f"{work}/tasks.yaml", encoding="utf-8") as f:
        text = f.read()
    tally.check("a pull's head", text.startswith('city: "220700"\nyear: 2026\nbased_on: 41\ntasks:\n  - task: T1\n'), text)
    tally.check("only what is set, quoted safely", 'number: "no"' in text and 'text: "a: \\"b\\" #c"' in text and
                "waiver" not in text, text)
    fake.answers["view"] = lambda m: D.Table(columns=TASKS)
    _, screen = on_terminal([jixiao, "list", "tasks"], env)
    tally.check("an empty one", "（无）" in screen, screen)
    fake.answers["view"] = lambda m: D.Table(
        columns=columns(("at_us", "时间", "at", "moment"), ("n", "数", "n", "whole"), ("p", "分", "p", "figure")),
        rows=[D.Row(cells=[str(DUE), "7", "9.20"])])
    data = json.loads(run("list", "phases", "--json").stdout)
    tally.check("moments, numbers and figures as data", data == [
        {"at_us": "2026-04-20T16:00:00.000000Z", "n": 7, "p": "9.20"}], data)
    _, screen = on_terminal([jixiao, "list", "phases"], env)
    tally.check("a deadline as people say it", "2026-04-20 24:00" in screen, screen)


def history():
    fake.answers["history"] = lambda m: D.Table(columns=columns(("who", "谁", "who", "text")), rows=[D.Row(cells=["张三"])])
    check("history", run("history", "plan_goals", "X01", "G1"), 0, "张三")
    tally.check("its key", fake.last("history").key == "X01/G1" and fake.last("history").kind == "plan_goals")


def watch():
    notice = D.NoticeEvent(notice="N1", text="请报送", at_us=DUE)
    turns = [[notice, "hang up"], [D.NoticeEvent(notice="N2", text="再报送", at_us=DUE)]]
    fake.answers["watch"] = lambda m: turns.pop(0) if turns else []
    process = subprocess.Popen([jixiao, "watch"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline(), process.stdout.readline()]
    tally.check("notices come, also over a lost connection", "请报送" in lines[0] and "再报送" in lines[1], lines)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    tally.check("Ctrl-C ends a watch", process.returncode == 130 and said == "", (process.returncode, said))
    fake.answers["watch"] = lambda m: S.Fail(code="E_DENIED")
    check("a watch refused", run("watch"), 4, "[E_DENIED]")


def accounts():
    known = ["甲"]
    fake.answers["account_list"] = lambda m: A.AccountListReply(accounts=[A.Account(account=a) for a in known])
    fake.answers["account_add"] = lambda m: S.Fail(code="E_FIELD", field="unit")
    path = write("a.csv", "account,role,unit\n甲,office,\n乙,clerk,X99\n")
    result = run("account", "import", path, "--city", "220700", "--out", f"{work}/out.csv")
    check("an account refused is told with its line", result, 6, "a.csv:2:1: 甲 · 已存在", "a.csv:3:1: 乙 · ", "失败 1 个")
    with open(f"{work}/out.csv", encoding="utf-8") as f:
        tally.check("no password of an account that is not there", f.read() == "account,password\n")
    tally.check("a password file is its owner's", os.stat(f"{work}/out.csv").st_mode & 0o777 == 0o600)
    before = len(fake.asked)
    path = write("b.csv", "account,role,unit\n丙,boss,\n丁,clerk,\n丁,office,\n")
    check("faults before anything is sent", run("account", "import", path), 6, "b.csv:2:1: boss", "b.csv:3:1: clerk",
          "b.csv:4:1: 丁 · 账号重复", "缺少城市")
    tally.check("nothing was sent", len(fake.asked) == before)
    check("a clerk is of a unit", run("account", "add", "戊", "--role", "clerk", "--city", "220700"), 2, "--unit")
    check("a leader's account names him", run("account", "add", "戊", "--role", "leader"), 2, "--subject")


def one_deed():
    """plan.submit: no rows."""
    needed = re.findall(r"--[a-z-]+", next(line for line in helped.split("\n") if line.startswith("  plan submit")))
    given = [w for option in needed for w in (option, {"--due": "2026-04-20", "--run": "1", "--dated": "2026-04-20"}.get(option, "因此"))]
    changes = [Y.Change(kind="plans", key="X01", field="state", before="draft", after="submitted")]
    fake.answers["deed"] = lambda m: D.DeedReply(changes=changes, change_count=1, late="yes", notes=["请留意"])
    result = run("plan", "submit", *given)
    check("a deed: what changed, and what was noted", result, 0, "plans\tX01\tstate\tdraft\tsubmitted", "请留意", "迟报：已受理并标注")
    asked = fake.last("deed")
    tally.check("its message", asked.deed == "plan.submit" and asked.unit == "X01" and asked.city == "220700" and
                asked.year == 2026 and len(asked.op_id) == 16 and not asked.dry_run, asked)
    run("do", "plan.submit", "X07", "--city", "1", "--year", "2025", "--based-on", "9", *given)
    asked = fake.last("deed")
    tally.check("by its code, of another unit", (asked.unit, asked.city, asked.year, asked.based_on) == ("X07", "1", 2025, 9), asked)
    check("a dry run says so", run("plan", "submit", "--dry-run", *given), 0, "仅为预览")
    data = json.loads(run("plan", "submit", "--json", *given).stdout)
    tally.check("as JSON", data["late"] is True and data["changes"][0]["after"] == "submitted" and data["notes"] == ["请留意"], data)
    fake.answers["deed"] = lambda m: S.Fail(code="E_RULE", why=["权重之和不是 100", "缺少载体"])
    result = run("plan", "submit", *given)
    check("every rule that is not met, on a line of its own", result, 1, "[E_RULE]")
    tally.check("and before the error", result.stderr.startswith("权重之和不是 100\n缺少载体\n"), result.stderr)
    fake.answers["deed"] = lambda m: S.Fail(code="E_STALE", why=["X01 已由李四修改"])
    check("stale", run("plan", "submit", *given), 5, "李四", "[E_STALE]")
    fake.answers["whoami"] = lambda m: S.WhoamiReply(account="a", role="office", city="*")
    check("whose, when the account has no unit", run("plan", "submit", *given), 2, "缺少 单位（--unit）")
    fake.answers["whoami"] = lambda m: S.WhoamiReply(account="a", role="clerk", city="220700", unit="X01")


def rows_deed():
    """goals.push: rows of plan_goals."""
    fake.answers["deed"] = lambda m: D.DeedReply()
    path = write("plan.yaml", "based_on: 12\nunit: X01\nplan_goals:\n  - unit: X01\n    goal: G1\n    title: 修路\n    points: 9.25\n"
                              "  - {unit: X01, goal: G2, points: 3}\n")
    check("rows are pushed", run("goals", "push", path), 0, "未作任何改动")
    asked = fake.last("deed")
    tally.check("as they stand in the file", asked.unit == "X01" and asked.based_on == 12 and
                [(g.goal, g.points) for g in asked.rows.plan_goals] == [("G1", 925), ("G2", 300)], asked)
    run("goals", "push", write("own.csv", "goal,points\nG1,1\n"))
    asked = fake.last("deed")
    tally.check("whose they are need not be said", asked.unit == "X01" and asked.rows.plan_goals[0].unit == "X01", asked)
    with open(path, encoding="utf-8") as f:
        check("from standard input", run("goals", "push", "-", stdin=f.read()), 0)
    check("another unit's file", run("goals", "push", path, "--unit", "X02"), 2, "X01", "X02")
    check("no file", run("goals", "push"), 2, "缺少 文件")
    check("no such file", run("goals", "push", f"{work}/none.yaml"), 2, "[E_FILE]")
    fake.answers["deed"] = lambda m: S.Fail(code="E_FAULTS", fault_count=1, faults=[
        S.Fault(file="plan_goals", line=2, column=5, value="3", expected="分值之和应为 100")])
    check("the daemon's fault is at the user's line", run("goals", "push", path), 6, f"{path}:8:35: 3 · 分值之和应为 100")
    table = write("plan.csv", "\ufeffpoints,goal,unit\n9.25,G1,X01\n3,G2,X01\n")
    check("in a table, too", run("goals", "push", table), 6, f"{table}:3:1: 3 · ")
    before = len([1 for n, _ in fake.asked if n == "deed"])
    bad = write("bad.csv", "points,goal\n9.255,G1\nx,G2\n")
    check("faults of the file, all at once", run("goals", "push", bad), 6, f"{bad}:2:1: 9.255", f"{bad}:3:1: x", "2 处")
    big = write("big.csv", "unit,goal,place\n" + "".join(f"X01,G{i},{'长' * 300}\n" for i in range(100)))
    check("too much at once", run("goals", "push", big), 2, "[E_TOO_BIG]")
    tally.check("neither was sent", len([1 for n, _ in fake.asked if n == "deed"]) == before)

    fields = ["unit", "goal", "title", "part", "points", "duty", "task", "place", "workload", "difficulty", "carrier", "target",
              "measure", "rule"]
    fake.answers["view"] = lambda m: D.Table(columns=columns(*((n, n, n, "text") for n in fields)), version=12, rows=[
        D.Row(cells=["X01", "G1", "修路", "key", "9.25", "lead", "", "", "", "", "", "", "", ""])])
    check("pulled by whom it is pushed", run("goals", "pull", "--out", f"{work}/pulled.yaml"), 0)
    tally.check("his own", fake.last("view").unit == "X01" and fake.last("view").kind == "plan_goals", fake.last("view"))
    fake.answers["deed"] = lambda m: D.DeedReply()
    check("and pushed back", run("goals", "push", f"{work}/pulled.yaml"), 0)
    goal = fake.last("deed").rows.plan_goals[0]
    tally.check("is the same", (goal.title, goal.points, goal.duty, goal.HasField("place")) == ("修路", 925, "lead", False), goal)


listing()
history()
watch()
accounts()
if "  plan submit" in helped:
    one_deed()
if "  goals push" in helped:
    rows_deed()
tally.close()
