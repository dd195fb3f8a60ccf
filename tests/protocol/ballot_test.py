#!/usr/bin/env python3
"""Cards by code through the wire (R21, R22, R43; G2, G8): form, cast, the same
again, another content, unknown and foreign cards, closing, and what is left.

usage: ballot_test.py JIXIAOD JIXIAO BUNDLE
"""
import collections
import hashlib
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cards import B, D, Card, ask_form, ballot_bytes, cast, do, open_poll, poll_rows, refusal  # noqa: E402
from peer import PB, SOURCE, Daemon, Tally, merkle_check, op_id, verify_by_openssl  # noqa: E402

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


def play_two_at_once(daemon, admin, at):
    """Two connections with one card: one of two contents counts; the same content twice gives one receipt."""
    cards = [Card() for _ in range(20)]
    open_poll(admin, at, "P2", cards, kind="county", group="public")
    form = ask_form(daemon.peer(), cards[0])
    replayed = refused = 0
    for number, card in enumerate(cards):
        peers = [daemon.peer(), daemon.peer()]
        answers = [answers_for(form)] * 2
        if number % 2:
            answers[1] = [[1 + a % len(form.options) for a in unit] for unit in answers[0]]
        for peer, mine in zip(peers, answers):
            peer.send(ballot_cast=B.BallotCast(token=card.token, answers=ballot_bytes(mine)))
        replies = [peer.receive() for peer in peers]
        good = [r.ballot_reply for r in replies if r.WhichOneof("body") == "ballot_reply"]
        codes = [r.fail.code for r in replies if r.WhichOneof("body") == "fail"]
        if number % 2:
            refused += codes == ["E_CARD_USED"] and len(good) == 1
        else:
            replayed += len(good) == 2 and good[0].receipt == good[1].receipt and good[0].replayed != good[1].replayed
    tally.check("two at once, the same: one receipt", replayed == 10, replayed)
    tally.check("two at once, different: one counts", refused == 10, refused)
    tally.check("a card of one poll answers that poll's form",
                refusal(cast, daemon.peer(), cards[0], [[1] * 3] * 9) == "E_FIELD")
    do(admin, *at, "poll.close", object="P2")


def hostile_ballots(form):
    """(what, token or None for a good one, answers)."""
    units, questions, options = len(form.units), len(form.questions), len(form.options)
    good = ballot_bytes([[1] * questions] * units)
    yield "no token", b"", good
    yield "a short token", b"x" * 31, good
    yield "a long token", b"x" * 33, good
    yield "no answers", None, b""
    yield "a byte short", None, good[:-1]
    yield "a byte long", None, good + b"\0"
    yield "an option too many", None, ballot_bytes([[options + 1] * questions] * units)
    yield "the highest byte", None, ballot_bytes([[255] * questions] * units)
    yield "a unit less", None, ballot_bytes([[1] * questions] * (units - 1))
    yield "a unit more", None, ballot_bytes([[1] * questions] * (units + 1))
    yield "a question less", None, ballot_bytes([[1] * (questions - 1)] * units)
    yield "an opinion about nobody", None, ballot_bytes([[1] * questions] * units, [(units, "好")])
    yield "an opinion of control characters", None, ballot_bytes([[1] * questions] * units, [(0, "a\x07b")])
    yield "an opinion that turns the text round", None, ballot_bytes([[1] * questions] * units, [(0, "a\u202eb")])
    yield "something behind the end", None, good[:-1] + b"\1"
    yield "noise", None, chance.randbytes(len(good))


def play_hostile(daemon, admin, at):
    cards = [Card() for _ in range(6)]
    open_poll(admin, at, "P3", cards, kind="county", group="municipal", units="X1;X3")
    form = ask_form(daemon.peer(), cards[0])
    tally.check("the units of the poll", [u.code for u in form.units] == ["X1", "X3"], form.units)
    for what, token, answers in hostile_ballots(form):
        code = refusal(daemon.peer().call, ballot_cast=B.BallotCast(
            token=cards[0].token if token is None else token, answers=answers))
        tally.check(f"hostile: {what}", code in ("E_FIELD", "E_TEXT"), code)
    tally.check("and the card is still good", ask_form(daemon.peer(), cards[0]).state == "open")
    for code in ("A", "A" * 4097):  # beyond a frame before login
        peer = daemon.peer()
        peer.send_raw(len(code).to_bytes(4, "big") + code.encode())
        try:
            peer.receive()
        except (ConnectionError, OSError):
            pass
    tally.check("logged in, nobody casts", refusal(ask_form, daemon.admin(), cards[0]) == "E_STATE")
    for number, card in enumerate(cards):
        cast(daemon.peer(), card, [[0, 0, 0], [0, 0, 0]] if number == 0 else [[1, 2, 0], [0, 0, 0]])
    # As the paper stands: four cards handed out, six cast.
    do(admin, *at, "poll.issue", rows=poll_rows(poll="P3", issued=4))
    tally.check("more cast than handed out", refusal(do, admin, *at, "poll.close", object="P3") == "E_RULE")
    do(admin, *at, "poll.issue", rows=poll_rows(poll="P3", issued=6))
    same = D.Deed(op_id=op_id(), city=at[0], year=at[1], deed="poll.close", object="P3")
    first = admin.call(deed=same)
    again = admin.call(deed=same)
    tally.check("closed once, with one receipt", again.replayed and again.receipt == first.receipt)
    tally.check("not again", refusal(do, admin, *at, "poll.close", object="P3") == "E_LIFE")
    rows = psql(daemon, "SELECT unit, array_to_string(answers, '/') FROM jx_record.ballots WHERE card LIKE 'P3-%'")
    tally.check("blank ones are no ballots", sorted(rows) == [["X1", "A/B/"]] * 5, rows)
    tally.check("foreign cards", refusal(do, admin, *at, "poll.open", rows=poll_rows(poll="P4", kind="county", group="public"),
                                         cards=cards[0].hash) == "E_EXISTS")


def connect_by_openssl(daemon, *arguments):
    command = ["openssl", "s_client", "-connect", daemon.address, "-alpn", "jixiao/1", "-CAfile", daemon.ca, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        time.sleep(0.7)
        return process.communicate(b"Q\n", timeout=20)[0].decode(errors="replace")


def play_tls(daemon):
    """No ticket is given, and a session that is offered again is not taken up (G8)."""
    text = connect_by_openssl(daemon)
    tally.check("TLS 1.3", "TLSv1.3" in text, text)
    tally.check("no ticket", "New Session Ticket" not in text and "TLS session ticket" not in text, text)
    tally.check("no resumption", "Reused" not in text, text)


def play_flood(daemon, admin, at):
    """Wrong cards by the thousand, from the address of everybody else: voters get through."""
    cards = [Card() for _ in range(300)]
    open_poll(admin, at, "P5", cards, kind="county", group="public")
    form = ask_form(daemon.peer(), cards[0])
    flooders = [daemon.peer() for _ in range(40)]
    over = threading.Event()

    def flood(peer):
        while not over.is_set():
            for _ in range(2):
                peer.send(ballot_open=B.BallotOpen(token=os.urandom(32)))
            for _ in range(2):
                peer.receive()

    threads = [threading.Thread(target=flood, args=(peer,), daemon=True) for peer in flooders]
    for thread in threads:
        thread.start()
    counted, waits = 0, []
    for card in cards:
        started = time.monotonic()
        for _ in range(50):
            code = refusal(cast, daemon.peer(), card, answers_for(form))
            if code != "E_BUSY":
                break
            time.sleep(0.02)
        waits.append(time.monotonic() - started)
        counted += code is None
    over.set()
    for thread in threads:
        thread.join(10)
    waits.sort()
    print(f"300 voters from one address beside 40 connections of wrong cards: median {waits[150] * 1000:.0f} ms, "
          f"last {waits[-1] * 1000:.0f} ms", flush=True)
    tally.check("all of 300 from one address", counted == 300, counted)
    started = time.monotonic()
    do(admin, *at, "poll.close", object="P5")
    print(f"closed with 300 cards and {len(form.units)} units in {time.monotonic() - started:.2f} s", flush=True)


def votes_and_ops(daemon, poll):
    return psql(daemon, "SELECT count(*) FROM jx.card c JOIN jx.card_vote v ON v.card = c.card WHERE c.poll = "
                        f"'{poll}'")[0][0]


def play_kills(daemon, admin, at):
    """kill -9 between casting and closing, and around the closing: every acknowledged ballot counts once, keys go."""
    cards = [Card() for _ in range(30)]
    open_poll(admin, at, "P6", cards)
    form = ask_form(daemon.peer(), cards[0])
    truth = {}
    for number, card in enumerate(cards):
        truth[card.hash] = answers_for(form)
        if number % 10 == 9:
            peer = daemon.peer()
            peer.send(ballot_cast=B.BallotCast(token=card.token, answers=ballot_bytes(truth[card.hash])))
            daemon.kill()
            daemon.start()
        reply = cast(daemon.peer(), card, truth[card.hash])
        tally.check("acknowledged once", votes_and_ops(daemon, "P6") == str(number + 1), number)
    tally.check("the key outlives the daemon", reply.receipt.actor == "*card")
    print_before = psql(daemon, "SELECT slot, print FROM jx.poll WHERE poll = 'P6'")[0]
    closing = D.Deed(op_id=op_id(), city=at[0], year=at[1], deed="poll.close", object="P6")
    for wait in (0.0, 0.005, 0.02, 0.05):
        admin = daemon.admin()
        admin.send(deed=closing)
        time.sleep(wait)
        daemon.kill()
        daemon.start()
    reply = daemon.admin().call(deed=closing)
    rows = psql(daemon, "SELECT unit, array_to_string(answers, '/') FROM jx_record.ballots WHERE card LIKE 'P6-%'")
    options = [o.code for o in form.options]
    wanted = sorted([u.code, "/".join(options[a - 1] for a in answers[i])]
                    for answers in truth.values() for i, u in enumerate(form.units))
    tally.check("after four kills around the closing every ballot counts once", sorted(rows) == wanted)
    for _ in range(100):
        if slot_print(daemon, int(print_before[0])) != print_before[1]:
            break
        time.sleep(0.05)
    tally.check("its key is forgotten", slot_print(daemon, int(print_before[0])) != print_before[1])


def slot_print(daemon, slot):
    with open(os.path.join(daemon.data, "keys/vault"), "rb") as file:
        file.seek(slot * 32)
        key = file.read(32)
    return hashlib.blake2b(b"jixiao-vote-print-1\0" + b"\0", key=key, digest_size=32).digest()[:8].hex()


def play_forgetting(daemon, admin, at):
    """Killed after the closing was stored and before the slot was overwritten: made up for at the next start."""
    cards = [Card() for _ in range(5)]
    open_poll(admin, at, "P7", cards)
    slot, print_of = psql(daemon, "SELECT slot, print FROM jx.poll WHERE poll = 'P7'")[0]
    tally.check("the paper names the key in the vault", slot_print(daemon, int(slot)) == print_of)
    for card in cards:
        cast(daemon.peer(), card, answers_for(ask_form(daemon.peer(), card)))
    with open(os.path.join(daemon.data, "keys/vault"), "rb") as file:
        before = file.read()
    do(admin, *at, "poll.close", object="P7")
    daemon.kill()
    with open(os.path.join(daemon.data, "keys/vault"), "r+b") as file:
        file.write(before)  # as if the write had never come to the disk
    daemon.start()
    for _ in range(100):
        if slot_print(daemon, int(slot)) != print_of:
            break
        time.sleep(0.05)
    tally.check("forgotten at the next start", slot_print(daemon, int(slot)) != print_of)
    daemon.kill()
    with open(os.path.join(daemon.data, "keys/vault"), "rb") as file:
        after = file.read()
    changed = [i for i in range(64) if before[32 * i:32 * i + 32] != after[32 * i:32 * i + 32]]
    tally.check("and no other slot", changed == [int(slot)], changed)
    daemon.start()


def play_foreign_vault(daemon, admin, at):
    """Another vault: nothing is cast, counted or broken; with the right one all goes on."""
    cards = [Card() for _ in range(6)]
    open_poll(admin, at, "P8", cards)
    form = ask_form(daemon.peer(), cards[0])
    truth = answers_for(form)
    cast(daemon.peer(), cards[0], truth)
    path = os.path.join(daemon.data, "keys/vault")
    daemon.kill()
    os.rename(path, path + ".away")
    daemon.start()
    tally.check("made anew, for its owner only", os.stat(path).st_mode & 0o777 == 0o600 and os.stat(path).st_size == 2048)
    tally.check("without the key nothing is cast", refusal(cast, daemon.peer(), cards[1], truth) == "E_UNAVAILABLE")
    tally.check("nor counted", refusal(do, daemon.admin(), *at, "poll.close", object="P8") == "E_UNAVAILABLE")
    daemon.kill()
    os.rename(path + ".away", path)
    daemon.start()
    cast(daemon.peer(), cards[1], truth)
    do(daemon.admin(), *at, "poll.close", object="P8")
    rows = psql(daemon, "SELECT count(*) FROM jx_record.ballots WHERE card LIKE 'P8-%'")
    tally.check("counted with its own key", rows == [[str(2 * len(form.units))]], rows)
    os.chmod(path, 0o644)
    daemon.kill()
    try:
        daemon.start()
        tally.check("a vault that others can read is none", False)
    except RuntimeError:
        pass
    os.chmod(path, 0o600)
    daemon.start()


def check_silence(daemon, texts):
    """Neither the daemon's log at its most talkative nor the database's says anything of it."""
    with open(daemon.log_path, encoding="utf-8", errors="replace") as file:
        log = file.read()
    with open(os.path.join(daemon.data, "postgres.log"), encoding="utf-8", errors="replace") as file:
        database = file.read()
    for what, text in (("the daemon's log", log), ("the database's log", database)):
        lines = [line for line in text.splitlines() if " ready " not in line and "store_migrated" not in line]
        tally.check(f"{what} has no card", not any(t in line for t in texts for line in lines))
        tally.check(f"{what} has no address", not any("127.0.0.1" in line for line in lines), lines)
        tally.check(f"{what} has no duplicate key", not any("duplicate" in line or "violates" in line for line in lines), lines)
        tally.check(f"{what} has no word of it", not any("ballot" in line or "cast" in line for line in lines), lines)


SEEN = []


class SeenCard(Card):
    """A card whose secrets no log may hold."""

    def __init__(self):
        super().__init__()
        SEEN.extend(x.hex() for x in (self.code, self.token, self.hash))


Card = SeenCard
with Daemon(jixiaod, config="log:\n  level: debug\n") as daemon:
    admin, at = prepare(daemon)
    play_closing(daemon, admin, at, *play_casting(daemon, admin, at))
    play_two_at_once(daemon, admin, at)
    play_hostile(daemon, admin, at)
    play_tls(daemon)
    play_flood(daemon, admin, at)
    check_silence(daemon, SEEN)
    play_kills(daemon, admin, at)
    play_forgetting(daemon, daemon.admin(), at)
    play_foreign_vault(daemon, daemon.admin(), at)
    with open(os.path.join(SOURCE, "sql/checks.sql"), encoding="utf-8") as file:
        breaches = psql(daemon, file.read())
    tally.check("no invariant is broken", breaches == [], breaches)
tally.close()
