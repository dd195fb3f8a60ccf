#!/usr/bin/env python3
"""Nothing a client sends crashes the daemon, makes it grow without bound, or
blocks other clients (G9). Every random choice comes from SEED, printed.

usage: hostile_test.py JIXIAOD JIXIAO BUNDLE [SEED]
"""
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import FRAME_MAX, PB, Daemon, Envelope, Refused, Tally  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 20261123
print(f"seed {seed}")
chance = random.Random(seed)
tally = Tally()
MUTANTS = 10000
session_pb, year_pb = PB["session"], PB["year"]


def frame(data):
    return struct.pack(">I", len(data)) + data


def tag(number, wire):
    value, out = number << 3 | wire, b""
    while True:
        out += bytes([value & 127 | (128 if value > 127 else 0)])
        value >>= 7
        if not value:
            return out


def varint(value):
    out = b""
    while True:
        out += bytes([value & 127 | (128 if value > 127 else 0)])
        value >>= 7
        if not value:
            return out


def nested(depth):
    body = b""
    for _ in range(depth):
        body = tag(44, 2) + varint(len(body)) + body
        if len(body) > FRAME_MAX - 16:
            break
    return body


def answers(peer):
    """What a peer that did wrong gets: a code, then the end. Never silence."""
    try:
        envelope = peer.receive()
        return envelope.fail.code if envelope.WhichOneof("body") == "fail" else envelope.WhichOneof("body")
    except TimeoutError:
        return "silence"
    except (OSError, ConnectionError):
        return "closed"


def honest(daemon, stop, times):
    peer = daemon.admin()
    while not stop.is_set():
        started = time.monotonic()
        peer.call(years=year_pb.Years())
        times.append(time.monotonic() - started)
        time.sleep(0.01)
    peer.close()


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] if times else 0


def measure(daemon, seconds=1.5):
    stop, times = threading.Event(), []
    thread = threading.Thread(target=honest, args=(daemon, stop, times))
    thread.start()
    time.sleep(seconds)
    stop.set()
    thread.join()
    return times


def single_faults(daemon):
    """One kind of nonsense each: (name, logged in, bytes, codes that may answer)."""
    hello = Envelope(request_id=1, hello=session_pb.Hello(protocol=1)).SerializeToString()
    ended = {"closed"}
    rows = [
        ("zero length", False, b"\0\0\0\0", {"E_MALFORMED"} | ended),
        ("max length + 1", True, struct.pack(">I", FRAME_MAX + 1), {"E_TOO_BIG"} | ended),
        ("4 GiB announced", True, b"\xff\xff\xff\xff", {"E_TOO_BIG"} | ended),
        ("more than 4 KiB before login", False, struct.pack(">I", 4097) + b"x" * 4097, {"E_TOO_BIG"} | ended),
        ("random bytes", False, frame(bytes(chance.randrange(256) for _ in range(200))), {"E_MALFORMED", "E_TEXT", "E_TOO_BIG", "E_UNKNOWN_REQUEST", "E_STATE"} | ended),
        ("nested 10,000 deep", True, frame(nested(10000)), {"E_MALFORMED", "E_TOO_BIG", "E_FIELD", "E_TEXT", "E_UNKNOWN_REQUEST", "E_NOT_FOUND"} | ended),
        ("amplified: 60 KiB of empty records", True, frame(tag(44, 2) + varint(60000) + tag(4, 2) + varint(59996) + b"\x0a\x00" * 29998), {"E_MALFORMED", "E_TOO_BIG", "E_FIELD", "E_BUSY"} | ended),
        ("invalid UTF-8", False, frame(tag(1, 0) + b"\x01" + tag(20, 2) + varint(4) + b"\x0a\x02\xc3\x28"), {"E_TEXT", "E_MALFORMED"} | ended),
        ("NUL in text", False, frame(tag(1, 0) + b"\x01" + tag(20, 2) + varint(5) + b"\x0a\x03a\x00b"), {"E_TEXT", "E_MALFORMED"} | ended),
        ("bidi override in text", False, frame(tag(1, 0) + b"\x01" + tag(20, 2) + varint(5) + b"\x0a\x03\xe2\x80\xae"), {"E_TEXT"} | ended),
        ("a truncated field", True, frame(tag(44, 2) + varint(500) + b"x"), {"E_MALFORMED"} | ended),
        ("groups", True, frame(tag(44, 3) + tag(44, 4)), {"E_MALFORMED", "E_UNKNOWN_REQUEST"} | ended),
        ("a second hello", True, frame(hello), {"E_STATE"}),
        ("a reply as a request", True, frame(Envelope(request_id=2, hello_reply=session_pb.HelloReply()).SerializeToString()), {"E_UNKNOWN_REQUEST"}),
        ("an unknown request", True, frame(tag(1, 0) + b"\x07" + tag(999, 2) + b"\x00"), {"E_UNKNOWN_REQUEST"}),
        ("an empty envelope", True, frame(tag(1, 0) + b"\x07"), {"E_UNKNOWN_REQUEST"}),
    ]
    for name, logged_in, data, codes in rows:
        peer = daemon.admin() if logged_in else daemon.peer()
        peer.sock.settimeout(10)
        try:
            peer.send_raw(data)
            code = answers(peer)
        except OSError:
            code = "closed"
        tally.check(f"{name} is refused", code in codes, code)
        peer.sock.close()
    peer = daemon.admin()
    message = year_pb.Years().SerializeToString() + tag(500, 2) + varint(3) + b"new"
    data = tag(1, 0) + b"\x09" + tag(40, 2) + varint(len(message)) + message
    peer.send_raw(frame(data))
    tally.check("unknown fields are no fault", peer.receive().WhichOneof("body") == "years_reply")
    peer.close()
    raw = socket.create_connection(tuple(daemon.address.rsplit(":", 1)), timeout=10)
    raw.sendall(os.urandom(3000))
    try:
        while raw.recv(4096):
            pass
        ended_clean = True
    except ConnectionResetError:
        ended_clean = True
    except socket.timeout:
        ended_clean = False
    tally.check("garbage before TLS ends the connection", ended_clean)


def mutants(daemon):
    """Well-formed requests with bytes changed, cut, repeated, lengths bent."""
    templates = [
        Envelope(request_id=5, years=year_pb.Years()).SerializeToString(),
        Envelope(request_id=6, scheme_read=year_pb.SchemeRead(city="990100", year=2025)).SerializeToString(),
        Envelope(request_id=7, import_begin=year_pb.ImportBegin(op_id=b"x" * 16, city="990100", year=2025, digest=b"d" * 32)).SerializeToString(),
        Envelope(request_id=8, import_chunk=year_pb.ImportChunk(op_id=b"x" * 16, number=0, city="990100", year=2025, records=PB["records"].Records(
            goals=[PB["records"].Goal(unit="X01", goal="G01", title="目标", part="main", points=925, duty="lead")] * 3))).SerializeToString(),
        Envelope(request_id=9, run_watch=PB["run"].RunWatch(city="990100", year=2025, run=1)).SerializeToString(),
        Envelope(request_id=10, account_add=PB["account"].AccountAdd(op_id=b"y" * 16, account="a b", role="office", city="*", password="short")).SerializeToString(),
    ]
    peer, sent, connections, silences = None, 0, 0, []
    admin = daemon.peer()
    token = admin.login("admin", daemon.admin_password, keep=True).token # most mutants end their connection
    admin.close()
    while sent < MUTANTS:
        if peer is None:
            peer = daemon.peer()
            peer.call(resume=session_pb.Resume(token=token))
            peer.sock.settimeout(10)
            connections += 1
        data = bytearray(chance.choice(templates))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            where = chance.randrange(len(data) + 1)
            kind = chance.randrange(4)
            if kind == 0 and data:
                data[where % len(data)] = chance.randrange(256)
            elif kind == 1:
                data[where:where] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
            elif kind == 2:
                del data[where:where + chance.randrange(1, 9)]
            else:
                data += data[:chance.randrange(1, 200)]
        wire = frame(bytes(data)) if data else b"\0\0\0\0"
        if chance.random() < 0.02:
            wire = struct.pack(">I", chance.choice((0, len(data) + 1, FRAME_MAX + 1, 1 << 31))) + bytes(data)
        try:
            peer.send_raw(wire)
            sent += 1
            bent = len(wire) - 4 != struct.unpack(">I", wire[:4])[0]
            if bent:
                peer.sock.close()
                peer = None
                continue
            while True:
                envelope = peer.receive()
                if envelope.WhichOneof("body") != "progress":
                    break
            if envelope.request_id == 0:
                peer = None
        except TimeoutError:
            silences.append(wire.hex())
            peer = None
        except (OSError, ConnectionError):
            peer = None
    print(f"{sent} mutated frames over {connections} connections")
    tally.check("10,000 mutated frames", sent >= MUTANTS)
    tally.check("every frame has an answer or an end", not silences, silences[:3])


def crowd(daemon, silent, slow):
    """Silent connections and one-byte-at-a-time ones, in all."""
    host, port = daemon.address.rsplit(":", 1)
    silent_socks, peers = [], []
    for _ in range(silent):
        silent_socks.append(socket.create_connection((host, int(port)), timeout=10))
    for _ in range(slow):
        peers.append(daemon.peer())
    stop = threading.Event()

    def drip():
        data = frame(Envelope(request_id=3, whoami=session_pb.Whoami()).SerializeToString() + b"\x00" * 100)
        for byte in data:
            for peer in peers:
                try:
                    peer.send_raw(bytes([byte]))
                except OSError:
                    pass
            if stop.wait(0.02):
                return
    thread = threading.Thread(target=drip)
    thread.start()
    return silent_socks, peers, stop, thread


# AddressSanitizer keeps freed memory back for a while: with its default of 256 MiB nothing could be said of ours.
with Daemon(jixiaod, env={"ASAN_OPTIONS": "quarantine_size_mb=1:malloc_context_size=5"}) as daemon:
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    quiet = measure(daemon)
    print(f"quiet: median {percentile(quiet, .5) * 1000:.1f} ms, p99 {percentile(quiet, .99) * 1000:.1f} ms")
    single_faults(daemon)
    pid, rss_before = daemon.process.pid, daemon.rss_kib()

    stop, busy = threading.Event(), []
    watcher = threading.Thread(target=honest, args=(daemon, stop, busy))
    watcher.start()
    mutants(daemon)
    stop.set()
    watcher.join()
    rss_mutants = daemon.rss_kib()

    silent_socks, peers, dripping, thread = crowd(daemon, 500, 50)
    crowded = measure(daemon, 3)
    rss_crowd = daemon.rss_kib()
    dripping.set()
    thread.join()
    for sock in silent_socks + [p.sock for p in peers]:
        sock.close()
    print(f"memory: {rss_before} KiB before, {rss_mutants} after the mutants, {rss_crowd} with 500 silent and 50 slow peers")
    for name, times in (("mutants", busy), ("crowd", crowded)):
        limit = max(3 * percentile(quiet, .99), 0.1)
        worst = percentile(times, .99)
        print(f"honest client beside the {name}: {len(times)} requests, median {percentile(times, .5) * 1000:.1f} ms, "
              f"p99 {worst * 1000:.1f} ms, max {max(times) * 1000:.1f} ms")
        tally.check(f"an honest client is served beside the {name}", worst <= limit, f"{worst:.3f} > {limit:.3f}")
    tally.check("memory is bounded", rss_crowd < rss_before + 128 * 1024, (rss_before, rss_crowd))
    tally.check("the same process lives", daemon.process.poll() is None and daemon.process.pid == pid)
    tally.check("an honest client still logs in", daemon.admin().call(whoami=session_pb.Whoami()).account == "admin")
    with open(daemon.log_path, encoding="utf-8", errors="replace") as file:
        errors = [line for line in file if "ERROR" in line or "错误" in line or "Sanitizer" in line]
    tally.check("nothing of it is an error of ours", not errors, errors[:5])

tally.close()
