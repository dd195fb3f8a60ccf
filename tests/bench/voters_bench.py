#!/usr/bin/env python3
"""A meeting hall votes (R21; must-show 7): 300 voters at one station, as fast as
they come and at an even pace, and 300 at 30 stations at once; each station is
one `jixiao ballot --station`, fed as a scanner feeds it. Every card must be
acknowledged, with a receipt, once. How long a voter waits is printed.

usage: voters_bench.py JIXIAOD JIXIAO [SECONDS the paced hall takes: 300]
"""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ballot"))
from hall import Card, Hall, Vote, machine_line, seeded, skewed  # noqa: E402
from peer import Tally  # noqa: E402

jixiaod, jixiao = sys.argv[1:3]
seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 300
chance = seeded(20261125)
tally = Tally()
VOTERS, STATIONS, UNITS = 300, 30, ["X1", "X2", "X3"]
WAIT_MAX = 5.0  # beyond, a hall would queue: one voter a second comes


class Station:
    """One client; vote() is what a voter with his card sees."""

    def __init__(self, hall):
        self.process = subprocess.Popen([jixiao, "ballot", "--station", "--answers", "-"], env=hall.voter_env(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.waits, self.said = [], []

    def vote(self, vote):
        started = time.monotonic()
        self.process.stdin.write(machine_line(vote.card, UNITS, vote.answers).encode())
        self.process.stdin.flush()
        self.said.append(self.process.stdout.readline().decode().rstrip("\n").split("\t"))
        self.waits.append(time.monotonic() - started)

    def close(self):
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told.decode()


def show(name, stations, began):
    waits = sorted(w for s in stations for w in s.waits)
    said = [row for s in stations for row in s.said]
    ended = [s.close() for s in stations]
    tally.check(f"{name}: every card is acknowledged", len(said) == VOTERS and all(row[1:2] == ["cast"] for row in said),
                [row for row in said if row[1:2] != ["cast"]][:3])
    tally.check(f"{name}: every receipt is another", len({row[2] for row in said if len(row) > 2}) == VOTERS)
    tally.check(f"{name}: every station ends well", all(code == 0 for code, _ in ended), ended[:2])
    tally.check(f"{name}: nobody waits long", waits[-1] < WAIT_MAX, waits[-1])
    print(f"{name}: {len(waits)} voters, {len(stations)} stations, {began:.1f} s, {len(waits) / began:.0f} a second; "
          f"wait p50 {waits[len(waits) // 2] * 1000:.1f} ms, p99 {waits[len(waits) * 99 // 100] * 1000:.1f} ms, "
          f"max {waits[-1] * 1000:.1f} ms", flush=True)


def one_station(hall, votes, pace):
    station, began = Station(hall), time.monotonic()
    for number, vote in enumerate(votes):
        time.sleep(max(0.0, began + number * pace - time.monotonic()))
        station.vote(vote)
    show("one station, " + (f"one voter each {pace * 1000:.0f} ms" if pace else "as fast as they come"), [station],
         time.monotonic() - began)


def many_stations(hall, votes):
    stations, began = [Station(hall) for _ in range(STATIONS)], time.monotonic()

    def work(station, own):
        for vote in own:
            station.vote(vote)
    threads = [threading.Thread(target=work, args=(s, votes[n::STATIONS])) for n, s in enumerate(stations)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    show("30 stations at once", stations, time.monotonic() - began)


with Hall(jixiaod, jixiao) as hall:
    peer = hall.daemon.admin()
    cards = [Card() for _ in range(3 * VOTERS)]
    hall.open_poll(peer, "hall", "county", "municipal", cards)
    votes = [Vote(card, skewed(chance, len(UNITS))) for card in cards]
    one_station(hall, votes[:VOTERS], 0)
    one_station(hall, votes[VOTERS:2 * VOTERS], seconds / VOTERS)
    many_stations(hall, votes[2 * VOTERS:])
    hall.issue(peer, "hall", len(cards))
    hall.close(peer, "hall")
    counted = hall.must("poll", "state", "--csv").stdout.split("\n")
    row = dict(zip(counted[0].split(","), counted[1].split(",")))
    tally.check("all of them are counted", row["returned"] == str(len(cards)), row)
    peer.close()
tally.close()
