#!/usr/bin/env python3
"""jixiao evidence against a daemon that is played here: replies in any order,
busy, lost lines, wrong hashes, hostile names (R12, R24, R44).

usage: evidence_played_test.py JIXIAO
"""
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from played_evidence import CHUNK, S, V, Played  # noqa: E402
from peer import Tally  # noqa: E402
from terminal import on_terminal  # noqa: E402

jixiao = os.path.abspath(sys.argv[1])
tally = Tally()
work = tempfile.mkdtemp(prefix="jx-evidence-")
with open(f"{work}/password", "w", encoding="utf-8") as f:
    f.write("secret\n")


def env_of(fake):
    return {**os.environ, "JIXIAO_SERVER": fake.address, "JIXIAO_CA": f"{work}/ca.pem", "JIXIAO_USER": "a",
            "JIXIAO_PASSWORD_FILE": f"{work}/password", "XDG_STATE_HOME": f"{work}/state", "XDG_DATA_HOME": f"{work}/data", "XDG_CONFIG_HOME": f"{work}/none",
            "XDG_DATA_HOME": f"{work}/data", "LC_ALL": "zh_CN.UTF-8"}


def run(fake, *arguments, cwd=work):
    return subprocess.run([jixiao, "evidence", *arguments], env=env_of(fake), capture_output=True, text=True, timeout=120, cwd=cwd)


def check(name, result, status, *words):
    said = result.stdout + result.stderr
    return tally.check(name, result.returncode == status and all(w in said for w in words) and "Sanitizer" not in said,
                       f"exit {result.returncode}: {said}")


def file_of(size, name="材料.pdf", data=None):
    data = os.urandom(size) if data is None else data
    path = os.path.join(work, name)
    with open(path, "wb") as out:
        out.write(data)
    return path, data, hashlib.sha256(data).digest()


def whole(fake, data):
    return all(hashlib.sha256(data[i:i + CHUNK]).digest() in fake.chunks for i in range(0, len(data), CHUNK))


def hashes():
    path, data, digest = file_of(100000)
    result = subprocess.run([jixiao, "evidence", "hash", path], capture_output=True, text=True, env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
    check("a hash, offline", result, 0, digest.hex(), "100000")
    empty, _, _ = file_of(0, "空.txt")
    check("an empty file is no evidence", subprocess.run([jixiao, "evidence", "hash", empty], capture_output=True, text=True), 2, "[E_FILE]")
    os.mkfifo(f"{work}/pipe")
    check("a pipe is none either", subprocess.run([jixiao, "evidence", "hash", f"{work}/pipe"], capture_output=True, text=True, timeout=5),
          2, "[E_FILE]")


def pipelined():
    fake = Played(work)
    fake.shuffle = True
    path, data, digest = file_of(60 * CHUNK + 7)
    result = run(fake, "send", path)
    check("sent, whatever the order of the replies", result, 0, digest.hex())
    tally.check("whole", whole(fake, data))
    tally.check("nothing twice", fake.count("evidence_chunk") == 61, fake.count("evidence_chunk"))
    tally.check("several at once, but not more than 8", 2 <= fake.most_under_way <= 8, fake.most_under_way)
    before = fake.count("evidence_chunk")
    check("kept already: said so, with the time of receipt", run(fake, "send", path), 0, "此前已收到（2026-04-2")
    tally.check("and not sent", fake.count("evidence_chunk") == before)
    path, data, _ = file_of(0, "零.bin", data=bytes(3000 * CHUNK) + b"x")
    run(fake, "send", path)
    tally.check("equal chunks go once, the list in pages", fake.count("evidence_chunk") == before + 2 and
                sorted(m.page for n, m in fake.asked[-9:] if n == "evidence_list") == [0, 1, 2] and whole(fake, data), fake.count("evidence_chunk"))


def lost_lines():
    fake = Played(work)
    fake.shuffle = True
    turns = {"n": 0}

    def before(name, _):
        turns["n"] += name == "evidence_chunk"
        return "hang up" if name == "evidence_chunk" and turns["n"] % 25 == 0 else None

    fake.before = before
    path, data, digest = file_of(120 * CHUNK)
    result = run(fake, "send", "--json", path)
    check("over a line that breaks again and again", result, 0, digest.hex())
    tally.check("all is there, hardly anything twice", whole(fake, data) and turns["n"] <= 120 + 8 * 6, turns)
    busy = Played(work)
    turns["n"] = 0

    def be_busy(name, _):
        turns["n"] += name == "evidence_chunk"
        return S.Fail(code="E_BUSY", retry_ms=200) if name == "evidence_chunk" and turns["n"] in (3, 4, 9) else None

    busy.before = be_busy
    path, data, _ = file_of(30 * CHUNK)
    check("a busy daemon is waited for", run(busy, "send", path), 0)
    tally.check("on the same connection", busy.count("login") == 1 and whole(busy, data), busy.count("login"))
    silent = Played(work)
    silent.before = lambda name, _: "silence" if name == "evidence_chunk" else None
    started = time.monotonic()
    check("a daemon that answers nothing is given up when --timeout says so", run(silent, "send", "--timeout", "2", path), 3, "[E_CONNECTION]")
    tally.check("in time", time.monotonic() - started < 15, time.monotonic() - started)


def refusals():
    fake = Played(work)
    path, data, _ = file_of(20 * CHUNK)
    fake.quota_left = 5 * CHUNK
    check("beyond the quota: known before anything is sent", run(fake, "send", path), 1, "本单位还可传", "[E_QUOTA]")
    fake.quota_left, fake.size_max = 1 << 40, CHUNK
    check("beyond the size of a file", run(fake, "send", path), 1, "单个文件最多", "[E_QUOTA]")
    tally.check("nothing was sent", fake.count("evidence_chunk") == 0)
    fake.size_max = 200 << 20
    for code, status in (("E_QUOTA", 1), ("E_DENIED", 4), ("E_PHASE", 5)):
        fake.before = lambda name, _, c=code: S.Fail(code=c) if name == "evidence_chunk" else None
        started = time.monotonic()
        check(f"a refusal ends it at once: {code}", run(fake, "send", path), status, f"[{code}]")
        tally.check("it does", time.monotonic() - started < 5)
    fake.before = lambda name, _: V.EvidenceChunkReply(hash=bytes(32)) if name == "evidence_chunk" else None
    check("a daemon that acknowledges something else", run(fake, "send", path), 2, "[E_MALFORMED]")
    fake.before = lambda name, _: V.EvidenceListReply(have=b"") if name == "evidence_list" else None
    check("a daemon whose list is short", run(fake, "send", path), 2, "[E_MALFORMED]")
    fake.before = lambda name, _: None
    result = run(fake, "send", f"{work}/none", path)
    check("one of two files is not there: the other goes", result, 6, "[E_FILE]", hashlib.sha256(data).hexdigest())
    gone = Played(work)
    gone.listener.shutdown(socket.SHUT_RDWR) # whoever waits in accept would take one more
    gone.listener.close()
    started = time.monotonic()
    check("no link", run(gone, "send", path), 3, "[E_CONNECTION]")
    tally.check("is said soon", time.monotonic() - started < 10)


def changed():
    fake = Played(work)
    path, data, _ = file_of(40 * CHUNK)
    seen = {"n": 0}

    def change(name, _):
        seen["n"] += name == "evidence_chunk"
        if seen["n"] == 3:
            with open(path, "r+b") as out:
                out.seek(39 * CHUNK)
                out.write(b"another end")
        return None

    fake.before = change
    check("a file that is written to while it goes", run(fake, "send", path), 2, "上传途中文件被改动", "[E_FILE]")
    tally.check("is not filed", fake.count("deed") == 0)


def downloads():
    fake = Played(work)
    fake.shuffle = True
    data = os.urandom(50 * CHUNK + 99)
    digest = hashlib.sha256(data).digest()
    hostile = "../../etc/cron.d/-rm -rf: CON.pdf. "
    fake.files[digest] = (hostile, data)
    folder = os.path.join(work, "into")
    os.mkdir(folder)
    result = run(fake, "get", digest.hex(), "--json", cwd=folder)
    check("fetched", result, 0)
    got = json.loads(result.stdout) if result.returncode == 0 else {"file": ""}
    path = os.path.join(folder, got["file"])
    tally.check("its name is harmless", got["file"] == "_-rm -rf_ CON.pdf" and os.listdir(folder) == [got["file"]], os.listdir(folder))
    with open(path, "rb") as file:
        tally.check("its bytes are right", file.read() == data)
    tally.check("for its owner alone, and never executable", os.stat(path).st_mode & 0o777 == 0o600)
    check("nothing is overwritten", run(fake, "get", digest.hex(), cwd=folder), 2, "--force", "[E_FILE]")
    check("but when told to", run(fake, "get", digest.hex(), "--force", cwd=folder), 0)
    check("a hash is a hash", run(fake, "get", "abc"), 2, "[E_USAGE]")
    check("what is not there", run(fake, "get", "00" * 32), 1, "[E_NOT_FOUND]")

    wrong = bytes(50 * CHUNK)
    fake.files[digest] = ("a.pdf", wrong)
    check("other bytes than the hash names", run(fake, "get", digest.hex(), cwd=folder), 1, "与文件摘要不符")
    tally.check("leave nothing behind", sorted(os.listdir(folder)) == [got["file"]], os.listdir(folder))

    fake.files[digest] = ("b.pdf", data)
    reads = {"n": 0}

    def deny_later(name, _):
        reads["n"] += name == "evidence_read"
        return S.Fail(code="E_DENIED") if reads["n"] == 35 else None

    fake.before = deny_later
    check("stopped in the middle", run(fake, "get", digest.hex(), cwd=folder), 4, "[E_DENIED]")
    partial = [n for n in os.listdir(folder) if n.endswith(".part")]
    tally.check("what came stays, under no name that it could be taken for", partial == [f"b.pdf.{digest.hex()[:16]}.part"], os.listdir(folder))
    fake.before = lambda name, _: None
    result = run(fake, "get", digest.hex(), "--json", cwd=folder)
    check("and is taken up", result, 0)
    tally.check("where it stopped", result.returncode == 0 and json.loads(result.stdout)["bytes_had"] >= 15 * CHUNK, result.stdout)
    os.unlink(f"{folder}/b.pdf")
    with open(os.path.join(folder, partial[0]), "wb") as file:
        file.write(bytes(30 * CHUNK))
    check("a partial file that is rubbish is fetched anew", run(fake, "get", digest.hex(), cwd=folder), 0)
    with open(f"{folder}/b.pdf", "rb") as file:
        tally.check("and right", file.read() == data)
    os.unlink(f"{folder}/b.pdf")
    with open(f"{work}/victim", "wb") as file:
        file.write(b"precious")
    os.symlink(f"{work}/victim", os.path.join(folder, partial[0]))
    check("a link in its place is not followed", run(fake, "get", digest.hex(), cwd=folder), 2, "[E_FILE]")
    with open(f"{work}/victim", "rb") as file:
        tally.check("what it points to is as it was", file.read() == b"precious")


def on_a_terminal():
    fake = Played(work)
    fake.delay = 0.02
    path, _, _ = file_of(250 * CHUNK)
    status, screen = on_terminal([jixiao, "evidence", "send", path], env_of(fake))
    tally.check("progress: per cent, rate, time left", status == 0 and "%" in screen and "/s  剩余 0:" in screen and "上传 材料.pdf [" in screen,
                (status, screen[-400:]))


hashes()
pipelined()
lost_lines()
refusals()
changed()
downloads()
on_a_terminal()
tally.close()
