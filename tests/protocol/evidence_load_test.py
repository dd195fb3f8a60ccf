#!/usr/bin/env python3
"""A file of 200 MB goes in while others work (R44; G9): the daemon holds none of it, the others are answered promptly, the
whole is verified without anybody waiting, and it comes out again by ranges.

usage: evidence_load_test.py JIXIAOD JIXIAO BUNDLE
"""
import hashlib
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Refused, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
E, D, R, P = PB["evidence"], PB["deed"], PB["records"], PB["papers"]
PASSWORD = "evidence-password-1"
MIB = 1 << 20
SIZE, CHUNK, PAGE, IN_FLIGHT = 200 * MIB, 48 << 10, 1024, 4
RSS_MAX_KIB = 30 << 10
ANSWER_MAX = 0.5  # seconds, on a machine of two cores that also runs this test and the database


def chunk_at(place):
    """Random, but made again when needed: neither side holds the file."""
    size = min(CHUNK, SIZE - place * CHUNK)
    return (hashlib.sha256(b"%d" % place).digest() * (CHUNK // 32 + 1))[:size]


class Others(threading.Thread):
    """A clerk of another unit files materials, one after another, and asks who he is."""

    def __init__(self, daemon, city, year):
        super().__init__(daemon=True)
        self.peer = daemon.peer()
        self.peer.login("clerk-e2", PASSWORD)
        self.at, self.took, self.pings, self.ending = dict(city=city, year=year), [], [], False

    def run(self):
        while not self.ending:
            started = time.monotonic()
            self.peer.call(whoami=PB["session"].Whoami())
            self.pings.append(time.monotonic() - started)
            row = P.Material(unit="E2", item="daily", material=f"M{len(self.took)}", title="材料")
            started = time.monotonic()
            self.peer.call(deed=D.Deed(op_id=op_id(), **self.at, deed="material.push", unit="E2", rows=R.Records(materials=[row])))
            self.took.append(time.monotonic() - started)
            time.sleep(0.01)

    def end(self, what):
        """What they waited since the last time."""
        took, pings = sorted(self.took[-len(self.took) + self.seen:] if self.seen else self.took), sorted(self.pings)
        self.seen = len(self.took)
        print(f"{what}: {len(took)} deeds of others, median {took[len(took) // 2] * 1000:.1f} ms, p99 "
              f"{took[len(took) * 99 // 100] * 1000:.1f} ms, longest {took[-1] * 1000:.1f} ms; pings: longest {pings[-1] * 1000:.1f} ms")
        self.pings.clear()
        return took[len(took) * 99 // 100]

    seen = 0


# AddressSanitizer keeps freed memory back for a while: with its default of 256 MiB nothing could be said of ours.
with Daemon(jixiaod, env={"ASAN_OPTIONS": "quarantine_size_mb=1:malloc_context_size=5"}) as daemon:
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    AT = dict(city=year.city, year=year.year)
    for account, unit in (("clerk-e1", "E1"), ("clerk-e2", "E2")):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role="clerk", city=year.city,
                                                        password=PASSWORD, unit=unit))
    admin.call(deed=D.Deed(op_id=op_id(), **AT, deed="phase.open", value="basic", due_us=int((time.time() + 86400) * 1e6)))
    peer = daemon.peer()
    peer.login("clerk-e1", PASSWORD)
    others = Others(daemon, **AT)
    others.start()
    time.sleep(1)
    others.end("idle")
    idle = daemon.rss_kib()

    count = (SIZE + CHUNK - 1) // CHUNK
    content, hashes = hashlib.sha256(), []
    for place in range(count):
        piece = chunk_at(place)
        content.update(piece)
        hashes.append(hashlib.sha256(piece).digest())
    FILE = content.digest()
    for page in range((count + PAGE - 1) // PAGE):
        peer.call(evidence_list=E.EvidenceList(**AT, unit="E1", file=FILE, size=SIZE, page=page,
                                               hashes=b"".join(hashes[page * PAGE:(page + 1) * PAGE])))
    started, peak, waiting, sent = time.monotonic(), idle, set(), 0
    while sent < count or waiting:
        while sent < count and len(waiting) < IN_FLIGHT:
            waiting.add(peer.send(evidence_chunk=E.EvidenceChunk(**AT, unit="E1", data=chunk_at(sent))))
            sent += 1
        answer = peer.receive()
        assert answer.WhichOneof("body") == "evidence_chunk_reply", answer
        waiting.remove(answer.request_id)
        if sent % 50 == 0:
            peak = max(peak, daemon.rss_kib())
    seconds = time.monotonic() - started
    print(f"sent: {count} chunks in {seconds:.1f} s, {SIZE / seconds / MIB:.0f} MiB/s; memory {idle >> 10} MiB idle, {(peak - idle) / 1024:.1f} MiB more at most")
    tally.check("others are answered promptly during the upload", others.end("while it is sent") < ANSWER_MAX)

    peer.events.clear()
    started = time.monotonic()
    row = P.File(unit="E1", file=FILE.hex(), name="大文件.bin", size=SIZE)
    request = D.Deed(op_id=op_id(), **AT, deed="evidence.keep", unit="E1", rows=R.Records(files=[row]))
    reply = peer.call(deed=request)
    seconds = time.monotonic() - started
    peak = max(peak, daemon.rss_kib())
    print(f"verified and kept in {seconds:.1f} s, {len(peer.events)} events of progress")
    tally.check("kept", reply.HasField("receipt"))
    tally.check("progress is told", len(peer.events) > 50 and peer.events[-1].total == count and peer.events[-1].stage == "checking")
    tally.check("the same deed again gives the same receipt", peer.call(deed=request).receipt == reply.receipt)
    tally.check("others are answered promptly while it is verified", others.end("while it is verified") < ANSWER_MAX)
    tally.check("the daemon holds none of it", peak - idle < RSS_MAX_KIB, f"{peak - idle} KiB")

    content, offset, started = hashlib.sha256(), 0, time.monotonic()
    while offset < SIZE:
        data = peer.call(evidence_read=E.EvidenceRead(**AT, unit="E1", file=FILE, offset=offset, length=CHUNK)).data
        content.update(data)
        offset += len(data)
    print(f"read in {time.monotonic() - started:.1f} s")
    peak = max(peak, daemon.rss_kib())
    tally.check("it comes out as it went in", content.digest() == FILE)
    others.end("while it is read")
    others.ending = True
    others.join()
    tally.check("… and the daemon holds none of it", peak - idle < RSS_MAX_KIB, f"{peak - idle} KiB")
    peer.close()
    admin.close()

tally.close()
