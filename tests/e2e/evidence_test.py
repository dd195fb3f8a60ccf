#!/usr/bin/env python3
"""jixiao evidence against a real daemon and database (R12, R24, R44): sent,
resumed after kill -9 from elsewhere, refused, fetched by who may.

usage: evidence_test.py JIXIAOD JIXIAO BUNDLE
"""
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../protocol"))
from peer import PB, Daemon, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
work = tempfile.mkdtemp(prefix="jx-evidence-")
PASSWORD = "evidence-password-1"
CHUNK = 48 << 10
CONFIG = "limits.evidence_mib_max: 40\nlimits.evidence_unit_mib_max: 128\n"
ERROR = re.compile(r"^错误: .+ · .+ \[E_[A-Z_]+\]$", re.M)
people = {}


def run(account, *arguments, cwd=work, **extra):
    return subprocess.run([jixiao, *arguments], env={**people[account], **extra}, capture_output=True, text=True, timeout=120, cwd=cwd)


def check(name, result, status, *words):
    said = result.stdout + result.stderr
    good = result.returncode == status and all(w in said for w in words) and (status in (0, 130) or ERROR.search(result.stderr))
    return tally.check(name, good and "Sanitizer" not in said, f"exit {result.returncode}: {said}")


def file_of(size, name, head=b""):
    data = head + os.urandom(size - len(head))
    path = os.path.join(work, name)
    with open(path, "wb") as out:
        out.write(data)
    return path, data, hashlib.sha256(data).hexdigest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sent(result):
    return json.loads(result.stdout)[0] if result.returncode == 0 else {}


def people_of(daemon):
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    secret = os.path.join(work, "password")
    with open(secret, "w", encoding="utf-8") as file:
        file.write(PASSWORD + "\n")
    for account, role, unit in (("clerk", "clerk", "E1"), ("colleague", "clerk", "E1"), ("other", "clerk", "E2"),
                                ("office", "office", ""), ("auditor", "auditor", "")):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role, city=year.city, unit=unit, password=PASSWORD))
        home = os.path.join(work, account)  # each has a machine of his own
        people[account] = {**daemon.client_env(account, secret), "XDG_STATE_HOME": home, "XDG_DATA_HOME": home, "LC_ALL": "zh_CN.UTF-8"}
    admin.close()


def straight():
    path, data, digest = file_of(3 * CHUNK + 5, "会议 纪要.pdf", b"%PDF-1.4\n")
    tally.check("the hash, offline", run("clerk", "evidence", "hash", path).stdout.split("\n")[1].split("\t")[0] == digest)
    result = run("clerk", "evidence", "send", path)
    check("sent and filed", result, 0, digest, "回执：")
    receipt = re.search("回执：(.+)", result.stderr)
    check("the receipt verifies, offline", run("clerk", "receipt", "verify", receipt.group(1)), 0)
    result = run("colleague", "evidence", "send", "--json", path)
    check("a colleague sends it again", result, 0, "此前已收到")
    again = sent(result)
    tally.check("nothing goes, its time of receipt stands", again["was_kept"] and again["bytes_sent"] == 0 and again["receipt"] is None, again)
    more, _, _ = file_of(CHUNK, "b.jpg", b"\xff\xd8\xff\xe0")
    more2, _, digest2 = file_of(10, "c.txt")
    result = run("clerk", "evidence", "send", "--json", more, f"{work}/没有", more2)
    check("of three files one is not there", result, 6, "没有", digest2)
    into = os.path.join(work, "into")
    os.mkdir(into)
    result = run("auditor", "evidence", "get", digest, "--unit", "E1", cwd=into)
    check("the auditor fetches it", result, 0, "会议 纪要.pdf", "pdf")
    tally.check("the same bytes, for himself alone", read(f"{into}/会议 纪要.pdf") == data and
                os.stat(f"{into}/会议 纪要.pdf").st_mode & 0o777 == 0o600)
    check("not over one that is there", run("auditor", "evidence", "get", digest, "--unit", "E1", cwd=into), 2, "[E_FILE]")
    check("into a folder that is named", run("auditor", "evidence", "get", digest, "--unit", "E1", "--out", work), 2, "[E_FILE]")
    check("under a name that is given", run("clerk", "evidence", "get", digest, "--out", f"{into}/x"), 0)
    check("another unit's clerk may not", run("other", "evidence", "get", digest, "--unit", "E1", cwd=into), 1, "[E_NOT_FOUND]")
    check("nor from his own", run("other", "evidence", "get", digest, cwd=into), 1, "[E_NOT_FOUND]")
    check("whose file it is must be known", run("auditor", "evidence", "get", digest, cwd=into), 2, "--unit")
    tally.check("nothing is left of what was refused", sorted(os.listdir(into)) == ["x", "会议 纪要.pdf"], os.listdir(into))
    other = run("other", "evidence", "send", "--json", path)
    check("the same file of another unit", other, 0, digest)
    tally.check("goes again: knowing a hash is not having the file", sent(other)["bytes_sent"] == len(data), other.stdout)
    check("for a unit that is not one's own", run("other", "evidence", "send", more, "--unit", "E1"), 4, "[E_DENIED]")
    photo, _, digest3 = file_of(CHUNK + 9, "现场.jpg", b"\xff\xd8\xff\xe0")
    check("the office keeps a photo of a unit", run("office", "evidence", "send", "--photo", "--unit", "E1", photo), 0, digest3)
    mine, _, _ = file_of(CHUNK + 9, "d.jpg", b"\xff\xd8\xff\xe0")
    check("photos of visits are not a clerk's", run("clerk", "evidence", "send", "--photo", mine), 4, "[E_DENIED]")


def chunks_of(daemon):
    result = subprocess.run(["psql", "-h", os.path.join(daemon.data, "run"), "-U", "jixiao", "-d", "jixiao", "-AtXc",
                             "SELECT count(*) FROM jx.unit_chunk WHERE unit = 'E1'"], capture_output=True, text=True)
    return int(result.stdout)


def killed(daemon):
    path, data, digest = file_of(36 << 20, "大文件.bin")
    before = chunks_of(daemon)
    client = subprocess.Popen([jixiao, "evidence", "send", path], env=people["clerk"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while client.poll() is None and chunks_of(daemon) < before + 100:
        time.sleep(0.01)
    client.send_signal(signal.SIGKILL)
    client.wait()
    arrived = chunks_of(daemon) - before
    tally.check("killed in the middle", client.returncode == -signal.SIGKILL and 100 <= arrived < 36 * 1024 // 48, (client.returncode, arrived))
    result = run("colleague", "evidence", "send", "--json", path)
    check("a colleague goes on, on his own machine", result, 0, digest)
    said = sent(result)
    tally.check("with what was missing", said["bytes_had"] >= arrived * CHUNK and said["bytes_had"] + said["bytes_sent"] == len(data), (said, arrived))
    into = os.path.join(work, "back.bin")
    client = subprocess.Popen([jixiao, "evidence", "get", digest, "--out", into], env=people["clerk"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    partial = f"{into}.{digest[:16]}.part"
    while client.poll() is None and (not os.path.exists(partial) or os.stat(partial).st_size < 50 * CHUNK):
        time.sleep(0.001)
    client.send_signal(signal.SIGKILL)
    client.wait()
    tally.check("a fetch killed in the middle: no file of that name yet", client.returncode == -signal.SIGKILL and not os.path.exists(into))
    result = run("clerk", "evidence", "get", digest, "--json", "--out", into)
    check("is taken up", result, 0)
    tally.check("where it was, and right", json.loads(result.stdout)["bytes_had"] >= 40 * CHUNK and read(into) == data and not os.path.exists(partial))


def interrupted(daemon):
    path, data, digest = file_of(16 << 20, "停.bin")
    before = chunks_of(daemon)
    client = subprocess.Popen([jixiao, "evidence", "send", path], env=people["clerk"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while client.poll() is None and chunks_of(daemon) < before + 20:
        time.sleep(0.01)
    client.send_signal(signal.SIGINT)
    out, err = client.communicate(timeout=60)
    tally.check("Ctrl-C: told that what arrived stays", client.returncode == 130 and "再次报送即续传" in err and "[E_CANCELLED]" in err,
                (client.returncode, out, err))
    result = run("clerk", "evidence", "send", "--json", path)
    check("sent again it goes on", result, 0, digest)
    tally.check("and does", sent(result).get("bytes_had", 0) >= 20 * CHUNK, result.stdout)


def changed(daemon):
    path, _, _ = file_of(36 << 20, "在改.bin")
    before = chunks_of(daemon)
    client = subprocess.Popen([jixiao, "evidence", "send", path], env=people["clerk"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while client.poll() is None and chunks_of(daemon) < before + 20:
        time.sleep(0.01)
    with open(path, "r+b") as out:
        out.seek((36 << 20) - 100)
        out.write(b"written to meanwhile")
    out, err = client.communicate(timeout=60)
    tally.check("a file that changes on the way", client.returncode == 2 and "上传途中文件被改动" in err and "[E_FILE]" in err,
                (client.returncode, out, err))


def refused(daemon):
    big, _, _ = file_of((40 << 20) + 1, "太大.bin")
    check("larger than a file may be", run("clerk", "evidence", "send", big), 2, "[E_TOO_BIG]")
    for number in range(3):
        path, _, _ = file_of(39 << 20, f"{number}.bin")
        run("other", "evidence", "send", path)
    path, _, _ = file_of(38 << 20, "多.bin")
    check("more than the unit may", run("other", "evidence", "send", path), 1, "[E_QUOTA]")
    small, _, _ = file_of(CHUNK, "s.bin")
    check("nobody of that name", run("clerk", "evidence", "send", small, JIXIAO_USER="nobody"), 4, "[E_LOGIN]")
    check("an account of no unit names one", run("office", "evidence", "send", "--photo", small), 2, "--unit")
    daemon.stop()
    started = time.monotonic()
    check("no link", run("clerk", "evidence", "send", small), 3, "[E_CONNECTION]")
    tally.check("is said soon", time.monotonic() - started < 15, time.monotonic() - started)


def restarted(daemon):
    """The daemon goes and comes back while a file is on its way: for the client a lost line."""
    path, data, digest = file_of(30 << 20, "重启.bin")
    before = chunks_of(daemon)
    client = subprocess.Popen([jixiao, "evidence", "send", "--json", path], env=people["clerk"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while client.poll() is None and chunks_of(daemon) < before + 50:
        time.sleep(0.01)
    port = int(daemon.address.rsplit(":", 1)[1])
    daemon.kill()
    time.sleep(0.5)
    daemon.start(port=port)
    out, err = client.communicate(timeout=90)
    if tally.check("a daemon killed meanwhile: the client goes on by itself", client.returncode == 0 and digest in out, (client.returncode, out, err)):
        said, = json.loads(out)
        tally.check("from where it was", said["breaks"] >= 1 and said["bytes_twice"] <= 8 * CHUNK and said["bytes_sent"] - said["bytes_twice"] == len(data), said)


def main():
    with Daemon(jixiaod, config=CONFIG) as daemon:
        people_of(daemon)
        straight()
        killed(daemon)
        restarted(daemon)
        interrupted(daemon)
        changed(daemon)
        refused(daemon)


main()
tally.close()
