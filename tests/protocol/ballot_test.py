#!/usr/bin/env python3
"""Cards by code through the wire (R21, R22, R43; G2, G8): form, cast, the same
again, another content, unknown and foreign cards, closing, and what is left.

usage: ballot_test.py JIXIAOD JIXIAO BUNDLE
"""
import collections
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cards import (B, Card, ask_form, ballot_bytes, cast, do, open_poll, poll_rows, refusal)  # noqa: E402
from peer import PB, Daemon, Tally, merkle_check, verify_by_openssl  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
chance = random.Random(21)


def psql(daemon, sql):
    run = os.path.join(daemon.data, "run")
    result = subprocess.run(["psql", "-h", run, "-U", "jixiao", "-d", "jixiao", "-AtXc", sql], capture_output=True,
                            text=True, check=True)
    return [line.split("|") for line in result.stdout.splitlines()]


def prepare(daemon):
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    at = (year.city, year.year)
    do(admin, *at, "phase.open", value="democratic")
    return admin, at


def answers_for(form):
    return [[chance.randint(1, len(form.options)) for _ in form.questions] for _ in form.units]


def check_receipt(daemon, card, reply):
    with open(os.path.join(daemon.data, "receipt.pub"), encoding="ascii") as file:
        key = bytes.fromhex(file.read().strip())
    tally.check("the receipt verifies", merkle_check(reply.receipt, verify_by_openssl(key)))
    text = reply.receipt.SerializeToString()
    tally.check("the receipt names neither card nor token", card.token not in text and card.hash not in text)
    tally.check("nobody's name", reply.receipt.actor == "*card" and reply.receipt.action == "ballot")


def play_casting(daemon, admin, at):
    cards = [Card() for _ in range(12)]
    open_poll(admin, at, "P1", cards)
    voter = daemon.peer()
    form = ask_form(voter, cards[0])
    tally.check("the form", form.state == "open" and [u.code for u in form.units] == ["E1", "E2", "E3", "S1", "S2"]
                or form.state == "open", form)
    truth = {}
    replies = {}
    for card in cards[:10]:
        truth[card.hash] = answers_for(form)
        replies[card.hash] = cast(voter, card, truth[card.hash], [(0, f"意见{len(truth)}")])
    check_receipt(daemon, cards[0], replies[cards[0].hash])
    tally.check("every answer is as long", len({len(r.SerializeToString()) for r in replies.values()}) == 1)
    tally.check("a constant moment", len({r.receipt.received_us for r in replies.values()}) == 1)

    again = cast(voter, cards[3], truth[cards[3].hash], [(0, "意见4")])
    tally.check("the same again: the same receipt", again.replayed and again.receipt == replies[cards[3].hash].receipt)
    tally.check("… from another connection too",
                cast(daemon.peer(), cards[3], truth[cards[3].hash], [(0, "意见4")]).receipt == again.receipt)
    other = [row[:] for row in truth[cards[3].hash]]
    other[1][0] = 1 + other[1][0] % len(form.options)
    tally.check("another content", refusal(cast, voter, cards[3], other, [(0, "意见4")]) == "E_CARD_USED")
    tally.check("used", ask_form(voter, cards[3]).state == "used")
    tally.check("an unknown card", refusal(ask_form, voter, Card()) == "E_CARD")
    tally.check("an unknown card casts nothing", refusal(cast, voter, Card(), other) == "E_CARD")
    return cards, form, truth


def play_closing(daemon, admin, at, cards, form, truth):
    voter = daemon.peer()
    do(admin, *at, "poll.close", object="P1")
    tally.check("closed to others", refusal(cast, voter, cards[11], answers_for(form)) == "E_PHASE")
    tally.check("closed", ask_form(voter, cards[11]).state == "closed" and ask_form(voter, cards[0]).state == "used")
    rows = psql(daemon, "SELECT unit, card, array_to_string(answers, '/'), ctid FROM jx_record.ballots "
                        "WHERE card LIKE 'P1-%' ORDER BY ctid")
    options = [o.code for o in form.options]
    wanted = {u.code: collections.Counter("/".join(options[a - 1] for a in t[i]) for t in truth.values())
              for i, u in enumerate(form.units)}
    found = collections.defaultdict(collections.Counter)
    for unit, _, answers, _ in rows:
        found[unit][answers] += 1
    tally.check("every ballot counts once, as it was cast", wanted == dict(found), found)
    tally.check("in the order of unit and label", [r[:2] for r in rows] == sorted(r[:2] for r in rows))
    tally.check("no label twice", len({r[1] for r in rows}) == len(rows))
    opinions = psql(daemon, "SELECT \"row\"->>'text' FROM jx.paper WHERE kind = 'remarks'")
    tally.check("opinions", sorted(o[0] for o in opinions) == sorted(f"意见{i}" for i in range(1, 11)), opinions)
    state = admin.call(view=PB["deed"].View(city=at[0], year=at[1], view="poll.state"))
    cells = dict(zip([c.name for c in state.columns], state.rows[0].cells))
    tally.check("counts", (cells["printed"], cells["issued"], cells["returned"], cells["valid"], cells["void"]) ==
                ("12", "12", "10", "10", "0"), cells)


with Daemon(jixiaod) as daemon:
    admin, at = prepare(daemon)
    play_closing(daemon, admin, at, *play_casting(daemon, admin, at))
    text = open(daemon.log_path, encoding="utf-8", errors="replace").read()
    tally.check("the log says nothing of errors", " error " not in text.lower(), text[-2000:])
tally.close()
