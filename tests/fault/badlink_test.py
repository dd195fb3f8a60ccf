#!/usr/bin/env python3
"""The real client against the real daemon over bad links, in a network of the
test's own: loss, delay, cuts, half-open connections, RST and FIN after every
byte of a whole conversation. Everything sent arrives exactly once, and client
and store hold the same receipts (R16, R19; G1, G2).

usage: badlink_test.py JIXIAOD JIXIAO BADLINK [--every] [--seed N]

--every: the whole matrix with more deeds, and every offset of the conversation
instead of a sample (some thousands of cases, some minutes).
"""
import concurrent.futures
import os
import random
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from badlink import BadLink, drop_packets, enter_own_network  # noqa: E402
from clerks import QUEUED, Clerk, Year, Tally, chain_breaks, exactly_once  # noqa: E402

enter_own_network()
every = "--every" in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 20261125
jixiaod, jixiao, badlink = (os.path.abspath(a) for a in sys.argv[1:4])
chance = random.Random(seed)
tally = Tally()
WORKERS = 12
SLACK = 4 # a signature in the handshake is up to 3 bytes longer or shorter each time
clerks, lock = [], threading.Lock()


def new_clerk(year, name, address=None):
    clerk = Clerk(year, name, address)
    with lock:
        clerks.append(clerk)
    return clerk.login()


def in_parallel(function, items, workers=WORKERS):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


# ---- Does the bad line do what it says? (Else everything below would prove nothing.)

def echo(listener):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=echo_one, args=(sock,), daemon=True).start()


def echo_one(sock):
    try:
        while data := sock.recv(65536):
            sock.sendall(data)
    except OSError:
        pass
    sock.close()


def median_ms(sock, times):
    taken = []
    for _ in range(times):
        started = time.monotonic()
        sock.sendall(b"x")
        sock.recv(1)
        taken.append((time.monotonic() - started) * 1000)
    return sorted(taken)[times // 2], max(taken)


def through_plan(link, way, after, how):
    """Bytes that come back of 5000 before the end, and how it ends."""
    link.plan(way, after, how)
    with socket.create_connection(("127.0.0.1", link.port), timeout=0.5) as sock:
        got = 0
        try:
            sock.sendall(bytes(5000))
            while data := sock.recv(65536):
                got += len(data)
            return got, "fin"
        except ConnectionResetError:
            return got, "rst"
        except TimeoutError:
            return got, "vanish"


def the_line_itself():
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(listener,), daemon=True).start()
    with BadLink(badlink, f"127.0.0.1:{listener.getsockname()[1]}", seed=seed, delay=50) as link:
        with socket.create_connection(("127.0.0.1", link.port)) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first, _ = median_ms(sock, 1)
            usual, _ = median_ms(sock, 7)
            tally.check("delay", 195 <= first <= 260 and 99 <= usual <= 130, f"{first} {usual}")
            link.set(loss=10)
            usual, worst = median_ms(sock, 25)
            tally.check("a lost segment comes later", worst >= 290 and usual < 290, f"{usual} {worst}")
            link.set(loss=0, delay=0, rate=500000)
            started = time.monotonic()
            sock.sendall(bytes(300000))
            for size in iter(lambda: len(sock.recv(65536)), 0):
                link.total = getattr(link, "total", 0) + size
                if link.total >= 300000:
                    break
            seconds = time.monotonic() - started
            tally.check("bandwidth", 0.55 <= seconds <= 0.9, seconds)
            link.set(rate=0)
        for way in ("up", "down"):
            for after in (0, 1, 1460, 4999):
                for how in ("rst", "fin", "vanish"):
                    got = through_plan(link, way, after, how)
                    tally.check(f"{how} after {after} bytes {way}", got[1] == how and (got[0] == after or (way == "up" and got[0] <= after)), got)
    drop_packets(15)
    with socket.create_connection(listener.getsockname()) as sock:
        _, worst = median_ms(sock, 25)
    drop_packets(0)
    tally.check("packets are dropped for real", worst > 150, worst)


# ---- The matrix.

def deeds_of(delay):
    """How many: a queue that takes minutes is for --every."""
    return (12 if delay < 800 else 8) if every else {20: 5, 200: 4, 800: 3}[delay]


def fill(clerk, count, timeout=30):
    """A queue of deeds. False: one was neither sent nor queued."""
    return all([clerk.push(timeout).returncode in (0, QUEUED) for _ in range(count)])


def cell(year, loss, delay):
    count = deeds_of(delay)
    with BadLink(badlink, year.daemon.address) as link:
        clerk = new_clerk(year, f"l{loss}d{delay}", link.address)
    good = fill(clerk, count, 1) # there is no line now: they are sealed
    started = time.monotonic()
    with BadLink(badlink, year.daemon.address, port=link.port, seed=seed + loss * 1000 + delay, loss=loss, delay=delay) as link:
        good = clerk.settle(timeout=120) and good
        lost = link.stat()["lost"]
    return loss, delay, count, lost, good, time.monotonic() - started


def matrix(year):
    cells = [(loss, delay) for delay in (800, 200, 20) for loss in (0, 1, 5, 15)]
    done = in_parallel(lambda c: cell(year, *c), cells)
    for loss, delay, count, lost, good, seconds in done:
        print(f"loss {loss:2} % delay {delay:3} ms: {count} deeds, {lost} segments lost, {seconds:.1f} s", flush=True)
        tally.check(f"loss {loss} % delay {delay} ms", good)
    return sum(c[2] for c in done)


def real_loss(year):
    """The kernel's own TCP, with packets dropped between client and daemon."""
    count = 0
    for percent in (1, 5, 15):
        clerk = new_clerk(year, f"drop{percent}")
        drop_packets(percent, clerk.env["JIXIAO_SERVER"].rsplit(":", 1)[1])
        started = time.monotonic()
        good = fill(clerk, 6 if not every else 20, 60) and clerk.settle(timeout=60)
        drop_packets(0)
        count += clerk.count
        print(f"{percent} % of packets dropped: {clerk.count} deeds, {time.monotonic() - started:.1f} s", flush=True)
        tally.check(f"{percent} % of packets dropped", good)
    return count


# ---- Cuts at random moments, half-open connections.

def cuts(year, how):
    with BadLink(badlink, year.daemon.address, seed=seed, delay=10) as link:
        clerk = new_clerk(year, f"cut-{how}", link.address)
        dice = random.Random(seed)
        done = threading.Event()

        def cut():
            while not done.wait(dice.uniform(0.02, 0.3 if how != "vanish" else 1.5)):
                link.cut(how)
        thread = threading.Thread(target=cut)
        thread.start()
        # Of a connection that has vanished only time tells.
        timeout = 60 if how != "vanish" else 2
        good = fill(clerk, 24 if every else 8, timeout)
        good = clerk.settle(timeout=timeout) and good
        done.set()
        thread.join()
        return how, clerk.count, link.stat()["cut"], good


def all_cuts(year):
    count = 0
    for how, deeds, cut, good in in_parallel(lambda how: cuts(year, how), ("rst", "fin", "vanish")):
        print(f"{how}: {deeds} deeds, {cut} connections cut", flush=True)
        tally.check(f"cuts by {how}", good and cut > 0)
        count += deeds
    return count


# ---- Every byte offset.

def record(year):
    """One undisturbed conversation: both directions' bytes, by a relay that only listens."""
    listener = socket.create_server(("127.0.0.1", 0))
    streams = [b"", b""]

    def pump(number, source, sink):
        try:
            while data := source.recv(65536):
                streams[number] += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def relay():
        while True:
            client, _ = listener.accept()
            streams[0] = streams[1] = b""
            host, port = year.daemon.address.rsplit(":", 1)
            server = socket.create_connection((host, int(port)))
            threads = [threading.Thread(target=pump, args=a) for a in ((0, client, server), (1, server, client))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            client.close()
            server.close()
    threading.Thread(target=relay, daemon=True).start()
    clerk = new_clerk(year, "record", f"127.0.0.1:{listener.getsockname()[1]}")
    assert clerk.push().returncode == 0
    time.sleep(0.1)
    return streams


def record_ends(stream):
    """Where TLS records end: the protocol's own seams."""
    ends, at = [], 0
    while at + 5 <= len(stream):
        at += 5 + int.from_bytes(stream[at + 3:at + 5], "big")
        ends.append(at)
    return ends


def offsets_of(stream):
    ends = record_ends(stream)
    if every:
        return list(range(len(stream) + SLACK))
    near = {end + d for end in [0, *ends] for d in (-1, 0, 1)}
    near |= {end + 3 for end in ends} # inside the next record's head
    return sorted({n for n in near if n >= 0} | set(chance.sample(range(len(stream)), 40)))


def each_offset(year):
    streams = record(year)
    print("one conversation: " + ", ".join(f"{len(s)} bytes {w} in {len(record_ends(s))} records" for w, s in zip(("up", "down"), streams)))
    cases = [(way, offset, how) for way, stream in zip(("up", "down"), streams) for offset in offsets_of(stream) for how in ("rst", "fin")]
    cases = chance.sample(cases, len(cases))
    started = time.monotonic()
    done = in_parallel(lambda share: offsets_of_one(year, *share), [(n, cases[n::WORKERS]) for n in range(WORKERS)])
    bad = [b for some, _ in done for b in some]
    hit = sum(h for _, h in done)
    print(f"RST and FIN: {len(cases)} cases, {hit} connections cut, {time.monotonic() - started:.1f} s", flush=True)
    tally.check("every offset: each deed got through", not bad, bad[:3])
    tally.check("the cuts took place", hit >= len(cases) * 0.9, f"{hit} of {len(cases)}")
    return len(cases)


def offsets_of_one(year, number, cases):
    bad = []
    with BadLink(badlink, year.daemon.address) as link:
        clerk = new_clerk(year, f"offset{number}", link.address)
        before = link.stat()["cut"]
        for way, offset, how in cases:
            link.plan(way, offset, how)
            result = clerk.push()
            good = result.returncode == 0 or (result.returncode == QUEUED and clerk.settle())
            if not good:
                bad.append((way, offset, how, result.returncode, result.stderr))
        return bad, link.stat()["cut"] - before


def main():
    print(f"seed {seed}")
    the_line_itself()
    started = time.monotonic()
    with Year(jixiaod, jixiao) as year:
        count = each_offset(year) + real_loss(year)
        count += sum(in_parallel(lambda part: part(year), (all_cuts, matrix)))
        for clerk in clerks:
            if not clerk.settle():
                tally.check(f"{clerk.name}: all sent", False, clerk.log[-1])
        wrong = exactly_once(year, clerks) + chain_breaks(year)
        tally.check("exactly once, receipts equal and valid", not wrong, wrong[:5])
    print(f"{count} cases and deeds in {time.monotonic() - started:.1f} s")
    tally.close()


main()
