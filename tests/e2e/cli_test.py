#!/usr/bin/env python3
"""jixiao against a real daemon and database, as an office uses it: every
command, its exit codes, what stands on the terminal and in the pipe.

usage: cli_test.py JIXIAOD JIXIAO BUNDLE
"""
import csv
import glob
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../protocol"))
from peer import Daemon, Tally  # noqa: E402
from terminal import ESCAPE, Terminal, on_terminal  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
work = tempfile.mkdtemp(prefix="jx-cli-")
ERROR = re.compile(r"^错误: .+ · .+ \[E_[A-Z_]+\]$", re.M)
env = {}


def run(*arguments, **extra):
    return subprocess.run([jixiao, *arguments], env={**env, **extra}, capture_output=True, text=True, timeout=120)


def check(name, result, status, *words):
    """Exit status and words of what is said; an error has its one form."""
    said = result.stdout + result.stderr
    good = result.returncode == status and all(w in said for w in words) and (status in (0, 130) or ERROR.search(result.stderr))
    return tally.check(name, good and "Sanitizer" not in said, f"exit {result.returncode}: {said}")


def table(text, delimiter="\t"):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def changed(name, file, change, source=None):
    folder = os.path.join(work, name)
    shutil.copytree(source or bundle, folder)
    path = os.path.join(folder, file)
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(change(lines)) + "\n")
    return folder


def write(name, text):
    path = os.path.join(work, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def logging_in(daemon):
    alone = {k: v for k, v in env.items() if k not in ("JIXIAO_USER", "JIXIAO_PASSWORD_FILE")}
    alone.update(XDG_STATE_HOME=f"{work}/alone", TERM="xterm")

    def as_alone(*arguments):
        return subprocess.run([jixiao, *arguments], env=alone, capture_output=True, text=True, timeout=60)
    check("nobody is logged in", as_alone("whoami"), 4, "E_SESSION")
    check("wrong password", run("login", JIXIAO_PASSWORD_FILE=write("wrong", "wrong-password\n")), 4, "E_LOGIN")
    secret = daemon.admin_password
    terminal = Terminal([jixiao, "login"], alone)
    tally.check("login asks for the account", terminal.wait_for("账号"))
    terminal.type("admin\n")
    tally.check("login asks for the password", terminal.wait_for("密码"))
    terminal.type(secret + "\n")
    status, text = terminal.end()
    tally.check("login on a terminal", status == 0 and "已登录" in text, text)
    tally.check("the password is not shown", secret not in text, text)
    session = f"{work}/alone/jixiao/session"
    tally.check("the session is the user's alone", stat.S_IMODE(os.stat(session).st_mode) == 0o600)
    with open(session, encoding="utf-8") as f:
        tally.check("no password is kept", secret not in f.read())
    check("the login is kept", as_alone("whoami"), 0, "admin")
    who = json.loads(as_alone("whoami", "--json").stdout)
    tally.check("whoami --json", who["role"] == "office" and who["city"] == "*" and "run_start" in who["may"], who)
    elsewhere = subprocess.run([jixiao, "whoami"], env={**alone, "JIXIAO_SERVER": "127.0.0.1:1"}, capture_output=True, text=True)
    tally.check("a login is for its server only", elsewhere.returncode == 4, elsewhere.stderr)
    terminal = Terminal([jixiao, "login", "admin"], alone)
    terminal.wait_for("密码")
    terminal.interrupt()
    status, text = terminal.end()
    tally.check("Ctrl-C at the prompt: exit 130", status == 130, text)
    check("logout", as_alone("logout"), 0, "已退出")
    check("logged out", as_alone("whoami"), 4, "E_SESSION")
    check("logout twice", as_alone("logout"), 0)
    other_ca = os.path.join(work, "other-ca.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-out", other_ca,
                    "-subj", "/CN=other", "-days", "2"], check=True, capture_output=True)
    check("another CA: the server is not trusted", run("whoami", JIXIAO_CA=other_ca), 3, "E_TLS")


def importing():
    check("nothing is stored yet", run("results"), 1, "E_NOT_FOUND")
    dry = run("import", bundle, "--dry-run", "--json")
    data = json.loads(dry.stdout)
    tally.check("dry run of a new year", dry.returncode == 0 and data["dry_run"] and data["receipt"] is None, dry.stderr)
    check("a dry run stores nothing", run("results"), 1, "E_NOT_FOUND")
    first = run("import", bundle)
    check("import", first, 0, "已入库")
    with open(os.path.join(bundle, "units.csv"), encoding="utf-8") as f:
        units = len(f.read().splitlines()) - 1
    counts = {row["kind"]: row for row in table(first.stdout)}
    tally.check("counts by kind", len(counts) == 15 and counts["units"]["added"] == str(units), first.stdout)
    tally.check("no progress in a pipe", "\r" not in first.stderr and "\x1b" not in first.stderr, first.stderr)
    receipt = re.search(r"回执：(.+\.json)$", first.stderr, re.M).group(1)
    tally.check("the receipt is a file", os.path.exists(receipt) and stat.S_IMODE(os.stat(receipt).st_mode) == 0o600)
    again = run("import", bundle)
    check("the same again changes nothing", again, 0, "未作任何改动")
    tally.check("… and gives no receipt", "回执" not in again.stderr, again.stderr)
    folder = changed("corrected", "basic.csv", lambda lines: [lines[0], lines[1].rsplit(",", 1)[0] + ",1.23"] + lines[3:])
    dry = run("import", folder, "--dry-run")
    check("dry run of a correction", dry, 0, "仅为预览")
    tally.check("old and new are shown", re.search(r"^basic\t.*\t1\.23$", dry.stdout, re.M), dry.stdout)
    data = json.loads(run("import", folder, "--dry-run", "--json").stdout)
    basic = next(c for c in data["counts"] if c["kind"] == "basic")
    tally.check("one changed, one withdrawn", (basic["changed"], basic["withdrawn"], basic["added"]) == (1, 1, 0), basic)
    status, text = on_terminal([jixiao, "import", folder, "--dry-run"], {**env, "TERM": "xterm"}, 120)
    tally.check("on a terminal in words", status == 0 and "更正" in text and "原值" in text, text)
    check("nothing was stored by it", run("import", bundle), 0, "未作任何改动")
    kept = os.path.join(work, "kept", "receipt.json")
    check("a correction is stored", run("import", folder, "--receipt", kept), 0, kept)
    check("and back again", run("import", bundle), 0, "已入库")
    bad = changed("bad", "basic.csv", lambda lines: lines + ["NOBODY,organisation,1"])
    result = run("import", bad)
    check("a bad row: exit 6", result, 6, "E_FAULTS")
    tally.check("… with its place", re.search(r"^basic\.csv:\d+:1: NOBODY · ", result.stderr, re.M), result.stderr)
    check("… and nothing stored", run("import", bundle), 0, "未作任何改动")
    return receipt, kept


def next_year():
    """Last year's scheme taken over and changed; what differs, year to year (R39, R47)."""
    old, new = os.path.join(bundle, "scheme.yaml"), os.path.join(work, "next.yaml")
    check("the scheme comes", run("scheme", "pull", "--out", new), 0, "2010")
    with open(new, encoding="utf-8") as left, open(old, encoding="utf-8") as right:
        text = left.read()
        tally.check("… as it was imported", text == right.read())
    tally.check("… or to a pipe", run("scheme", "pull").stdout == text)
    check("nothing differs yet", run("scheme", "diff", old, new), 0, "两份方案相同")
    write(new, text.replace("year: 2010", "year: 2011").replace("2011-03-31", "2012-03-31"))
    rows = table(run("scheme", "diff", old, new, "--csv").stdout, ",")
    tally.check("year to year", [(r["clause"], r["before"], r["after"]) for r in rows] == [
        ("year", "2010", "2011"), ("calendar.self_reports", "2011-03-31", "2012-03-31"),
        ("calendar.common_results", "2011-03-31", "2012-03-31")], rows)
    write(new, text.replace("levels: 1", "levels: one"))
    check("a scheme with a fault is not compared", run("scheme", "diff", old, new), 6, "next.yaml:", "one")
    check("nor one that is not there", run("scheme", "diff", old, os.path.join(work, "none.yaml")), 2, "E_FILE")
    os.remove(new)


def exporting():
    out = os.path.join(work, "out")
    check("export", run("export", out), 0, "已导出")
    check("an export imports as what it is", run("import", out), 0, "未作任何改动")
    with open(os.path.join(out, "scheme.yaml"), "rb") as left, open(os.path.join(bundle, "scheme.yaml"), "rb") as right:
        tally.check("the scheme is byte for byte the same", left.read() == right.read())
    tally.check("computes the same", run("compute", out, "--json").stdout == run("compute", bundle, "--json").stdout)
    check("not into a folder with files", run("export", out), 1, "E_EXISTS")
    next_year()
    tally.check("no leftovers", not [n for n in os.listdir(out) if n.startswith(".")], os.listdir(out))


def calculating():
    check("no run yet", run("results"), 1, "E_NOT_FOUND")
    result = run("run", "--json")
    first = json.loads(result.stdout)
    tally.check("a provisional run", (first["run"], first["kind"], first["state"]) == (1, "provisional", "done"), first)
    check("a final run", run("run", "--final"), 0, "核算 2 已受理")
    runs = json.loads(run("runs", "--json").stdout)
    tally.check("runs, newest first", [r["run"] for r in runs] == [2, 1], runs)
    tally.check("the same inputs give the same result",
                runs[0]["result_digest"] == runs[1]["result_digest"] and runs[0]["input_digest"] == runs[1]["input_digest"], runs)
    tally.check("runs as TSV", [r["kind"] for r in table(run("runs").stdout)] == ["final", "provisional"])
    local, remote = run("compute", bundle, "--json"), run("results", "--json")
    tally.check("results are compute's, byte for byte", remote.returncode == 0 and local.stdout == remote.stdout, remote.stderr)
    for flags in ([], ["--csv"]):
        tally.check(f"results {flags} too", run("results", *flags).stdout == run("compute", bundle, *flags).stdout)
    tally.check("results --run 1", run("results", "--run", "1", "--json").stdout == local.stdout)
    check("no such run", run("results", "--run", "99"), 1, "E_NOT_FOUND")
    check("--run takes a number", run("results", "--run", "x"), 2, "E_USAGE")
    status, text = on_terminal([jixiao, "results"], {**env, "TERM": "xterm"}, 140)
    local = on_terminal([jixiao, "compute", bundle, "--final"], {**env, "TERM": "xterm"}, 140)[1]

    def shown(said):
        return [line for line in (ESCAPE.sub("", line.split("\r")[-1]).rstrip() for line in said.split("\n")) if line]
    tally.check("on a terminal as compute shows it", status == 0 and shown(text) == shown(local), text)
    check("cancelling a run that has ended", run("run", "--cancel", "1"), 5, "E_STALE")
    check("cancelling a run that is not", run("run", "--cancel", "99"), 1, "E_NOT_FOUND")
    check("final and cancel: usage", run("run", "--final", "--cancel", "1"), 2, "E_USAGE")
    return json.loads(remote.stdout)


def explaining(results):
    unit = results["units"][0]
    tree = run("explain", unit["unit"])
    check("explain", tree, 0, unit["total"])
    tally.check("a tree is drawn", "├─ " in tree.stdout and "└─ " in tree.stdout and "│  " in tree.stdout, tree.stdout)
    tally.check("the exact total stands in it", unit["exact"] in tree.stdout.split("\n")[0], tree.stdout)
    tally.check("with formula and clause", re.search(r"(合计|平均).*依据 kinds\.\S+ \(scheme\.yaml:\d+\)", tree.stdout), tree.stdout)
    tally.check("by name as by code", run("explain", unit["name"]).stdout == tree.stdout)
    data = json.loads(run("explain", unit["unit"], "--json").stdout)
    root, = data["nodes"]
    tally.check("JSON is nested", root["value"] == unit["exact"] and len(root["children"]) == 9, list(root))
    figures = {c["code"]: c["published"] for c in root["children"]}
    tally.check("components are the result's", figures == unit["components"], figures)
    check("no such unit", run("explain", "nobody"), 1, "E_NOT_FOUND")


def refusing():
    """The list with which a final run refuses (R31, R45)."""
    folder = changed("holes", "basic.csv", lambda lines: lines[:1] + lines[2:])
    check("import with a hole", run("import", folder), 0, "已入库")
    with open(os.path.join(bundle, "basic.csv"), encoding="utf-8") as f:
        unit, item = f.read().splitlines()[1].split(",")[:2]
    result = run("run", "--final")
    check("a final run is refused", result, 1, "E_HOLES")
    tally.check("… and lists every hole", result.stderr.count("\n缺 ") == 1 and f"缺 {unit}" in result.stderr and
                f"basic:{item}" in result.stderr, result.stderr)
    data = run("run", "--final", "--json")
    tally.check("… in JSON too", data.returncode == 1 and json.loads(data.stdout)["missing"] ==
                [{"unit": unit, "missing": f"basic:{item}"}], data.stdout)
    check("a provisional run is not", run("run"), 0, "缺项 1 处")
    tally.check("the hole is in the results", json.loads(run("results", "--json").stdout)["missing"] ==
                [{"unit": unit, "missing": f"basic:{item}"}])
    check("the whole year again", run("import", bundle), 0, "已入库")


def accounts(daemon):
    check("account add needs a role", run("account", "add", "shen"), 2, "E_USAGE")
    check("a role there is", run("account", "add", "shen", "--role", "king"), 2, "E_FIELD")
    result = run("account", "add", "shen", "--role", "auditor", "--json")
    added = json.loads(result.stdout)
    tally.check("account add prints a password", result.returncode == 0 and len(added["password"]) >= 12, result.stderr)
    check("not twice", run("account", "add", "shen", "--role", "auditor"), 1, "E_EXISTS")
    quiet = run("account", "add", "wang", "--role", "office", "--city", "000001", "--password-file", write("wang", "wang-password-1\n"))
    tally.check("a given password is not printed", quiet.returncode == 0 and "wang-password-1" not in quiet.stdout, quiet.stdout)
    rows = {row["account"]: row for row in table(run("account", "list").stdout)}
    tally.check("account list", rows["shen"]["role"] == "auditor" and rows["wang"]["city"] == "000001" and
                rows["shen"]["disabled"] == "false", rows)
    auditor = dict(JIXIAO_USER="shen", JIXIAO_PASSWORD_FILE=write("shen", added["password"] + "\n"))
    check("an auditor logs in", run("whoami", **auditor), 0, "auditor")
    check("… reads results", run("results", **auditor), 0)
    tree = run("explain", "X1", "--json", **auditor)
    leaders = next(c for c in json.loads(tree.stdout)["nodes"][0]["children"] if c["code"] == "leaders")
    tally.check("… but no leader's mark", tree.returncode == 0 and "children" not in leaders, leaders)
    tally.check("… and all the rest of the tree", len(json.loads(tree.stdout)["nodes"][0]["children"]) == 9)
    check("… in the drawing too", run("explain", "X1", **auditor), 0, "└─ ")
    for arguments in (["import", bundle], ["run"], ["export", f"{work}/stolen"], ["account", "add", "x", "--role", "office"]):
        check(f"an auditor may not {arguments[0]}", run(*arguments, **auditor), 4, "E_DENIED")
    other = dict(JIXIAO_USER="wang", JIXIAO_PASSWORD_FILE=write("wang", "wang-password-1\n"))
    check("another city's office sees no year", run("results", **other), 1, "E_NOT_FOUND")
    check("… also by name", run("results", "--city", "990100", "--year", "2010", **other), 4, "E_DENIED")

    new = write("new", "another-password-2\n")
    check("a short password is refused", run("passwd", "--password-file", write("short", "short\n"), **auditor), 2, "E_FIELD")
    check("passwd", run("passwd", "--password-file", new, **auditor), 0, "密码已修改")
    check("the old password is void", run("whoami", **auditor), 4, "E_LOGIN")
    auditor["JIXIAO_PASSWORD_FILE"] = new
    check("the new one is not", run("whoami", **auditor), 0)
    state = {**env, **auditor, "XDG_STATE_HOME": f"{work}/state-of-shen"}
    check("login from the file", run("login", **dict(auditor, XDG_STATE_HOME=f"{work}/state-of-shen")), 0, "已登录")
    check("account disable", run("account", "disable", "shen", "--reason", "调离"), 0, "已停用")
    check("a disabled account is out", run("whoami", **auditor), 4, "E_LOGIN")
    state.pop("JIXIAO_PASSWORD_FILE")
    kept = subprocess.run([jixiao, "whoami"], env=state, capture_output=True, text=True)
    check("… and its kept login", kept, 4, "E_SESSION")
    check("nobody disables himself", run("account", "disable", "admin"), 2, "E_FIELD")
    check("an account that is not", run("account", "disable", "nobody"), 1, "E_NOT_FOUND")


def receipts(daemon, receipt, kept):
    check("a receipt verifies", run("receipt", "verify", receipt), 0, "回执有效")
    check("the other too", run("receipt", "verify", kept), 0, "回执有效")
    offline = dict(JIXIAO_SERVER="", XDG_STATE_HOME=f"{work}/none")
    check("without a known key it cannot", run("receipt", "verify", receipt, **offline), 1, "--key")
    key = os.path.join(daemon.data, "receipt.pub")
    check("offline, with the daemon's key file", run("receipt", "verify", receipt, "--key", key, **offline), 0, "回执有效")
    check("it is for this bundle", run("receipt", "verify", receipt, "--bundle", bundle), 0, "回执有效")
    check("… and for no other", run("receipt", "verify", kept, "--bundle", bundle), 1, "E_RECEIPT")
    with open(receipt, encoding="utf-8") as f:
        data = json.load(f)
    for field, value in (("received_us", data["received_us"] - 1), ("actor", "someone"), ("content_hash", "00" * 32),
                         ("batch", data["batch"] + 1), ("signature", "00" * 64)):
        forged = write("forged.json", json.dumps({**data, field: value}))
        check(f"a receipt with another {field} does not verify", run("receipt", "verify", forged), 1, "E_RECEIPT")
    check("another key does not fit", run("receipt", "verify", receipt, "--key", write("key", "ab" * 32)), 1, "E_RECEIPT")
    tally.check("every write left its receipt", len(glob.glob(f"{env['XDG_STATE_HOME']}/jixiao/receipts/*.json")) >= 8)


def years():
    """Two years open at once: no command guesses which (R41)."""
    other = changed("second", "scheme.yaml", lambda lines: [
        re.sub(r"^year: .*", "year: 2011", line).replace("2011-", "2012-").replace("2010-", "2011-") for line in lines])
    check("a second year", run("import", other), 0, "已入库")
    result = run("results")
    check("two years: which one", result, 2, "E_AMBIGUOUS")
    tally.check("… lists them", "--year 2010" in result.stderr and "--year 2011" in result.stderr, result.stderr)
    check("--year decides", run("results", "--year", "2010"), 0)
    check("--city and --year too", run("results", "--city", "990100", "--year", "2010"), 0)
    check("a year that is not", run("results", "--year", "1999"), 1, "E_NOT_FOUND")
    check("a year that is no number", run("results", "--year", "x"), 2, "E_USAGE")
    out = os.path.join(work, "out2011")
    check("export of one of two", run("export", out, "--year", "2011"), 0)
    with open(os.path.join(out, "scheme.yaml"), encoding="utf-8") as f:
        tally.check("… is the right one", "year: 2011" in f.read())


def deeds():
    """A deed, the view of what it did, and what it was: phase.open is the office's."""
    of = ("--year", "2010")
    check("a preview", run("phase", "open", "goals", "--due", "2027-01-31", "--dry-run", *of), 0, "仅为预览")
    tally.check("nothing was stored", table(run("list", "phases", *of).stdout) == [])
    receipt = os.path.join(work, "deed.json")
    check("a deed", run("phase", "open", "goals", "--due", "2027-01-31", "--receipt", receipt, *of), 0, "已办理", receipt)
    check("its receipt", run("receipt", "verify", receipt), 0, "回执有效")
    rows = table(run("list", "phases", *of).stdout)
    tally.check("it is listed", [(r["phase"], r["state"], r["due_us"]) for r in rows] ==
                [("goals", "open", "2027-01-31T16:00:00.000000Z")], rows)
    _, screen = on_terminal([jixiao, "list", "phases", *of], env)
    tally.check("with its deadline in words", "2027-01-31 24:00" in screen, screen)
    check("what a rule refuses, by name", run("phase", "extend", "goals", "--due", "2026-01-01", "--reason", "因此", *of), 1,
          "新的截止时间应晚于", "[E_RULE]")
    check("what is missing is named", run("phase", "extend", "goals", *of), 2, "--due", "--reason")
    check("its history", run("history", "phases", "goals", *of), 0, "phase.open")
    pulled = run("pull", "phases", *of)
    tally.check("pulled", 'due_us: "2027-01-31"' in pulled.stdout and "state: open" in pulled.stdout, pulled)
    check("by its code", run("do", "phase.close", "goals", *of), 0, "已办理")


def accounts_in_bulk():
    path, out = os.path.join(work, "accounts.csv"), os.path.join(work, "passwords.csv")
    with open(path, "w", encoding="gb18030") as f:
        f.write("account,role,unit\n成批甲,clerk,X1\n成批乙,auditor,\n")
    check("accounts in bulk, from a GB18030 file", run("account", "import", path, "--city", "990100", "--out", out), 0, "开设 2 个")
    with open(out, encoding="utf-8") as f:
        passwords = {r["account"]: r["password"] for r in csv.DictReader(f)}
    check("once more: they are there", run("account", "import", path, "--city", "990100", "--out", out), 0, "已存在 2 个")
    tally.check("passwords are the owner's alone", stat.S_IMODE(os.stat(out).st_mode) == 0o600)
    listed = {r["account"]: r for r in table(run("account", "list").stdout)}
    tally.check("whose each is", listed["成批甲"]["unit"] == "X1" and listed["成批甲"]["role"] == "clerk", listed)
    with open(os.path.join(work, "one.password"), "w", encoding="utf-8") as f:
        f.write(passwords["成批甲"] + "\n")
    mine = run("whoami", JIXIAO_USER="成批甲", JIXIAO_PASSWORD_FILE=f.name)
    tally.check("each can log in with its own", mine.returncode == 0 and table(mine.stdout)[0]["unit"] == "X1", mine)


def interrupting(daemon):
    """While the daemon stands still, a run cannot end: Ctrl-C leaves it going."""
    client = subprocess.Popen([jixiao, "run", "--year", "2010"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = client.stderr.readline()
    daemon.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    client.send_signal(signal.SIGINT)
    _, said = client.communicate(timeout=30)
    daemon.process.send_signal(signal.SIGCONT)
    tally.check("Ctrl-C: exit 130, and the run goes on",
                client.returncode == 130 and "仍在服务器上进行" in said, f"{client.returncode} {said}")
    number = int(re.search(r"核算 (\d+) 已受理", line).group(1))
    until = time.monotonic() + 30
    state = ""
    while state != "done" and time.monotonic() < until:
        state = next(r["state"] for r in json.loads(run("runs", "--year", "2010", "--json").stdout) if r["run"] == number)
    tally.check("the run ended by itself", state == "done", state)


def coming_back(daemon):
    """A command that was sent while the daemon was away succeeds when it is back in time."""
    port = int(daemon.address.rsplit(":", 1)[1])
    daemon.stop()
    check("no daemon: exit 3", run("whoami", "--timeout", "1"), 3, "E_CONNECTION")
    client = subprocess.Popen([jixiao, "whoami", "--timeout", "60"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.5)
    daemon.start(port=port)
    out, said = client.communicate(timeout=90)
    tally.check("a command waits for the daemon", client.returncode == 0 and "admin" in out, said)


try:
    with Daemon(jixiaod) as the_daemon:
        env.update({k: v for k, v in the_daemon.client_env().items() if not k.startswith(("LC_", "LANG", "NO_COLOR"))})
        logging_in(the_daemon)
        receipt_path, kept_path = importing()
        exporting()
        explaining(calculating())
        refusing()
        accounts(the_daemon)
        receipts(the_daemon, receipt_path, kept_path)
        years()
        deeds()
        accounts_in_bulk()
        interrupting(the_daemon)
        coming_back(the_daemon)
finally:
    shutil.rmtree(work, ignore_errors=True)
tally.close()
