#!/usr/bin/env python3
"""Ballots are secret and counted exactly (R21, R22; G2, G8; must-show 6): 400
voters whose answers are known, then an attacker who has everything.

usage: ballot_secrecy_test.py JIXIAOD JIXIAO [VOTERS] [SEED]
       ballot_secrecy_test.py --leaky JIXIAOD_THAT_LEAKS JIXIAO …: the attacker must find the ballots
"""
import collections
import hashlib
import os
import queue
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import attack  # noqa: E402
from dump import Database, Dump  # noqa: E402
from hall import (CITY, OPTIONS, PB, YEAR, Card, Hall, Vote, ballot_bytes, machine_line, printed_cards,  # noqa: E402
                  seeded, skewed, write_csv)
from peer import Refused, Tally  # noqa: E402

is_leaky = "--leaky" in sys.argv
arguments = [a for a in sys.argv[1:] if a != "--leaky"]
jixiaod, jixiao = arguments[:2]
with open(jixiaod, "rb") as program:
    # AddressSanitizer keeps what was freed, and terabytes of its own: the daemon's memory is searched in other builds.
    HAS_SANITIZER = b"libasan" in program.read()
voter_count = int(arguments[2]) if len(arguments) > 2 else 400
chance = seeded(int(arguments[3]) if len(arguments) > 3 else 20261125)
tally = Tally()

UNUSED, BY_CLI, PEERS, TRIED_AGAIN = 15, 12, 6, 20
NEARLY_ALL = 0.95
# Of a poll: kind, group, units, and whether voters leave units blank and write opinions. B's ballots
# are so few different ones that hashes of all of them can be tried.
POLLS = {"A": ("county", "municipal", ["X1", "X2", "X3"], True), "B": ("county", "public", ["X1"], False)}


# ---- The hall.

def opinion(number):
    return chance.choice(("群众反映的问题解决得慢", "办事快", "窗口态度好，材料要求太多", "希望多下乡")) + str(number)


def make_polls(hall, peer):
    """poll -> votes, with the cards of sheets that the client printed among them."""
    polls = {}
    for poll, (kind, group, units, may_blank) in POLLS.items():
        count = voter_count * 3 // 4 if poll == "A" else voter_count - voter_count * 3 // 4
        cards = [Card() for _ in range(count + UNUSED - (BY_CLI if poll == "A" else 0))]
        hall.open_poll(peer, poll, kind, group, cards, ";".join(units))
        if poll == "A":
            path = os.path.join(hall.folder, "cards.pdf")
            hall.must("cards", "make", "--poll", poll, "--count", str(BY_CLI), "--out", path)
            made = printed_cards(path)
            tally.check("cards make prints as many as asked for", len(made) == BY_CLI, len(made))
            cards = made + cards
        votes = []
        for number, card in enumerate(cards[:count]):
            answers = skewed(chance, len(units))
            while not may_blank and any(not any(row) for row in answers):
                answers = skewed(chance, len(units))
            told = ((chance.randrange(len(units)), opinion(number)),) if may_blank and chance.random() < 0.4 else ()
            votes.append(Vote(card, answers, told))
        hall.issue(peer, poll, count + 5)
        polls[poll] = (cards, votes, units)
    return polls


def vote_by_hand(hall, votes, units):
    """Through the client: half of them one by one, half at a station."""
    env, path = hall.voter_env(), os.path.join(hall.folder, "answers.csv")
    half = len(votes) // 2
    said = []
    for vote in votes[:half]:
        write_csv(path, units, vote.answers, vote.opinions)
        said.append(hall.must("ballot", vote.card.text, "--answers", path, env=env).stdout)
    tally.check("jixiao ballot says so", all(s.startswith("已投票 · 回执 ") for s in said), said[:2])
    lines = "".join(machine_line(v.card, units, v.answers, v.opinions) for v in votes[half:])
    station = hall.must("ballot", "--station", "--answers", "-", env=env, input=lines)
    rows = [line.split("\t") for line in station.stdout.split("\n")[:-1]]
    tally.check("a station takes every card", [r[:2] for r in rows] == [[str(i + 1), "cast"] for i in range(len(votes) - half)], rows)
    again = hall.must("ballot", "--station", "--answers", "-", env=env, input=lines)
    tally.check("a second try gets the same receipt", again.stdout == station.stdout.replace("cast", "replayed"), again.stdout)
    other = machine_line(votes[half].card, units, tuple(tuple(4 if a != 4 else 1 for a in row) for row in votes[half].answers))
    result = hall.run("ballot", "--station", "--answers", "-", env=env, input=other)
    tally.check("other answers are refused", result.returncode == 6 and result.stdout == "1\trefused\tE_CARD_USED\n", result)
    write_csv(path, units, tuple(tuple(4 if a != 4 else 1 for a in row) for row in votes[0].answers))
    result = hall.run("ballot", votes[0].card.text, "--answers", path, env=env)
    tally.check("other answers end with 5", result.returncode == 5 and "[E_CARD_USED]" in result.stderr, result)
    tally.check("the client leaves nothing behind", os.listdir(env["HOME"]) == [], os.listdir(env["HOME"]))
    peer = hall.daemon.peer()
    for vote in votes:  # their receipts, as the protocol gives them again
        vote.receipt, replayed = vote.cast(peer)
        tally.check("what the client cast is what was meant", replayed)
    peer.close()


def vote_by_protocol(hall, votes):
    """Each on a connection of its own, some at once, in the order given as far as threads keep it."""
    waiting, failures, times = queue.SimpleQueue(), [], []
    for vote in votes:
        waiting.put(vote)

    def work():
        while True:
            try:
                vote = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.monotonic()
            peer = hall.daemon.peer()
            try:
                form = hall.form(peer, vote.card)
                if form.state != "open":
                    failures.append(form.state)
                vote.receipt, replayed = vote.cast(peer)
                if replayed:
                    failures.append("replayed")
            except Refused as refused:
                failures.append(str(refused))
            peer.close()
            times.append(time.monotonic() - started)
    threads = [threading.Thread(target=work) for _ in range(PEERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.check("every voter is served", not failures and len(times) == len(votes), failures[:3])
    return times


def try_again(hall, votes):
    peer, same, refused = hall.daemon.peer(), 0, 0
    for vote in votes[:TRIED_AGAIN]:
        receipt, replayed = vote.cast(peer)
        same += replayed and receipt.SerializeToString() == vote.receipt.SerializeToString()
        try:
            vote.cast(peer, tuple(tuple((a + 1) % 5 for a in row) for row in vote.answers))
        except Refused as no:
            refused += no.code == "E_CARD_USED"
    peer.close()
    tally.check("the same again gives the same receipt", same == TRIED_AGAIN, same)
    tally.check("other answers give E_CARD_USED", refused == TRIED_AGAIN, refused)


# ---- Counted exactly.

def check_counts(dump, poll, votes, units, group):
    for number, unit in enumerate(units):
        rows = [r for r in dump.tables["jx_record.ballots"] if r["unit"] == unit and r["group"] == group]
        meant, stored = collections.Counter(), collections.Counter()
        for vote in votes:
            if any(vote.answers[number]):
                for question, answer in enumerate(vote.answers[number]):
                    meant[question, OPTIONS[answer - 1] if answer else ""] += 1
        for row in rows:
            for question, answer in enumerate(row["answers"].strip("{}").split(",")):
                stored[question, answer.strip('"')] += 1
        tally.check(f"{poll} {unit}: counts by question and option are the truth", meant == stored, (meant, stored))
        tally.check(f"{poll} {unit}: labels differ", len({r["card"] for r in rows}) == len(rows))
    meant = sorted((units[n], t) for v in votes for n, t in v.opinions)
    stored = sorted((facts["unit"], facts["answers"][0]) for facts in dump.remarks(group))
    tally.check(f"{poll}: opinions come back, without author", meant == stored, (len(meant), len(stored)))


def check_reconciled(hall, peer, poll, cards, votes):
    view = peer.call(view=PB["deed"].View(city=CITY, year=YEAR, view="poll.state", object=poll))
    row = dict(zip([c.name for c in view.columns], view.rows[0].cells))
    blank = sum(not any(any(a) for a in v.answers) for v in votes)
    meant = {"printed": len(cards), "issued": len(votes) + 5, "unused": len(cards) - len(votes) - 5, "returned": len(votes),
             "missing": 5, "valid": len(votes) - blank, "void": blank}
    tally.check(f"{poll}: printed = issued + unused, issued = returned + missing, returned = valid + void",
                all(row[k] == str(v) for k, v in meant.items()), (row, meant))


# ---- The attacker.

def key_print(key):
    """As jx.poll names a key (daemon/core/seal.h)."""
    return hashlib.blake2b(b"jixiao-vote-print-1\0\0", key=key, digest_size=32).hexdigest()[:16]


def find_keys(hall, database):
    """The keys of the open polls: with them, sealed votes can be read. What an insider can do before closing."""
    prints = {row["print"] for row in database.rows("jx.poll")}
    keys = set()
    for folder, _, files in os.walk(hall.daemon.data):
        for path in (os.path.join(folder, n) for n in files):
            if os.path.join(hall.daemon.data, "pg") in path or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            keys |= {k for k in (data[i:i + 32] for i in range(len(data) - 31)) if key_print(k) in prints}
    return keys


def memory_of(pid):
    """What the process may write to, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            first, last = (int(x, 16) for x in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and not HAS_SANITIZER:
                try:
                    memory.seek(first)
                    yield memory.read(last - first)
                except (OSError, ValueError):
                    continue


def check_keys_gone(hall, keys):
    until = time.monotonic() + 10
    while (held := where_is(hall, keys)) and time.monotonic() < until:
        time.sleep(0.1)  # forgotten right after the answer
    tally.check("after closing, no key lies in a file or in the daemon's memory", not held, held)


def where_is(hall, keys):
    held = []
    for folder, _, files in os.walk(hall.daemon.folder):
        for path in (os.path.join(folder, n) for n in files):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    data = file.read()
                held += [path for key in keys if key in data]
    held += ["the daemon's memory" for piece in memory_of(hall.daemon.process.pid) for key in keys if key in piece]
    return held


def check_memory(hall, polls):
    """Of what voters sent, nothing stays in the daemon but hashes of cards, and answers without them."""
    memory = list(memory_of(hall.daemon.process.pid))
    votes = [v for _, votes, _ in polls.values() for v in votes]
    tokens = sum(any(v.card.token in m for m in memory) for v in votes)
    plain = sum(any(ballot_bytes(v.answers, v.opinions) in m for m in memory) for v in votes)
    print(f"in {sum(map(len, memory)) >> 20} MiB of the daemon's memory: {tokens} tokens, {plain} ballots of {len(votes)}")
    tally.check("no token and no ballot stays in the daemon's memory", tokens == 0 and plain == 0, (tokens, plain))


def check_traces(hall, dump, polls):
    """What must not stand anywhere: codes, tokens; and in logs not even hashes and labels."""
    votes = [v for _, votes, _ in polls.values() for v in votes]
    secret = [w for v in chance.sample(votes, 20) for w in (v.card.token, v.card.token.hex().encode(), v.card.code, v.card.code.hex().encode(),
                                         v.card.text.encode(), v.card.text.replace("-", "").encode())]
    found = []
    for folder, _, files in os.walk(hall.daemon.data):
        for path in (os.path.join(folder, n) for n in files):
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            found += [(path, word) for word in secret if word in data]
    tally.check("no code and no token lies anywhere in the daemon's folder", not found, found[:3])
    logs = dump.daemon_log + dump.postgres_log
    labels = [r["card"] for r in dump.tables["jx_record.ballots"]]
    told = [w for w in [v.card.hash.hex() for v in votes] + [v.receipt.op_id.hex() for v in votes] + labels if w in logs]
    tally.check("no log names a card or a ballot", not told, told[:3])
    sizes = {len(r["sealed"]) for r in dump.tables["jx.card_vote"]}
    tally.check("all votes are of one length", len(sizes) == 1, sizes)
    tally.check("all receipts are of one length", len({len(v.receipt.op_id + v.receipt.content_hash) for v in votes}) == 1)
    lines = sum("ballot" in line for line in dump.daemon_log.split("\n"))
    tally.check("the daemon's log does not grow with the votes", dump.daemon_log.count("\n") < 100, (lines, dump.daemon_log[-500:]))


def run_attacks(dump, polls):
    """The results of all attacks on all polls, the most telling first."""
    results = []
    for poll, (_, votes, units) in polls.items():
        world = dump.world(poll)
        tally.check(f"{poll}: the attacker knows every cast card", len(world.cards) == len(votes), len(world.cards))
        by_hash = {v.card.hash: v for v in votes}
        fits = {unit: attack.same_answers(world.rows[unit], [by_hash[c["card"]].answers[n] for c in world.cards])
                for n, unit in enumerate(units)}
        print(f"poll {poll}: {len(world.cards)} cards with up to {max(map(len, world.cards))} facts each, ballots' rows "
              + ", ".join(f"{u} {len(world.rows[u])}" for u in units) + f" with {len(attack.names(world.rows[units[0]]))} facts", flush=True)
        results += [(*result, poll) for result in attack.best(world, fits)]
        for n, unit in enumerate(units[1:], 1):
            pairs = {(v.answers[0], v.answers[n]) for v in votes}
            results += [(*result, poll) for result in attack.between(world, units[0], unit, pairs)]
        if not any(v.opinions for v in votes):
            continue
        # Opinions: the attacker even knows whose cards hold one.
        world.cards = [c for c in world.cards if by_hash[c["card"]].opinions]
        world.rows, world.question_count = {"opinions": dump.remarks(POLLS[poll][1])}, 0
        fits = attack.same_answers(world.rows["opinions"], [(by_hash[c["card"]].opinions[0][1],) for c in world.cards])
        results += [(*result, poll) for result in attack.best(world, {"opinions": fits})]
    return sorted(results, key=attack.weight)


def report(results):
    print(f"{len(results)} attacks tried; right answers may come by chance up to the bound (p < {attack.CHANCE:g} each)")
    shown = results[:8] + [r for r in results if r[0].startswith("hash")]
    for name, unit, right, guessed, mean, limit, poll in dict.fromkeys(shown):
        print(f"  {poll} {unit} {name}: {right} of {guessed} right, {mean:.1f} by chance, bound {limit:.1f}")


def main():
    started = time.monotonic()
    for planted, share in attack.self_test(count=120).items():
        print(f"attacker's own test, {planted}: {share}")
    with Hall(jixiaod, jixiao) as hall:
        database = Database(hall.daemon)
        database.keep_wal()
        peer = hall.daemon.admin()
        polls = make_polls(hall, peer)
        vote_by_hand(hall, polls["A"][1][:BY_CLI], polls["A"][2])
        votes = [v for _, votes, _ in polls.values() for v in votes if v.receipt is None]
        chance.shuffle(votes)
        at = time.monotonic()
        times = vote_by_protocol(hall, votes)
        print(f"{len(times)} voters in {time.monotonic() - at:.1f} s, {BY_CLI} through the client")
        try_again(hall, votes)
        keys = find_keys(hall, database)
        tally.check("before closing, whoever reads the vault finds the keys", len(keys) == len(polls), len(keys))
        tally.check("and in the daemon's memory too", HAS_SANITIZER or any(k in m for m in memory_of(hall.daemon.process.pid) for k in keys))
        for poll in polls:
            hall.close(peer, poll)
            check_reconciled(hall, peer, poll, polls[poll][0], polls[poll][1])
        check_keys_gone(hall, keys)
        check_memory(hall, polls)
        stranger = hall.daemon.peer()
        late = hall.form(stranger, polls["A"][0][-1])
        tally.check("afterwards it is closed", late.state == "closed", late.state)
        stranger.close()
        at = time.monotonic()
        dump = Dump(hall.daemon, {poll: (cards, {v.card.hash: v.receipt for v in votes}, units)
                                  for poll, (cards, votes, units) in polls.items()})
        print(f"the attacker's dump: {len(dump.tables)} tables, {dump.row_count()} rows, {len(dump.wal) >> 20} MiB of WAL, "
              f"{dump.record_count} heap records")
        for poll, (_, votes, units) in polls.items():
            check_counts(dump, poll, votes, units, POLLS[poll][1])
        check_traces(hall, dump, polls)
        results = run_attacks(dump, polls)
        report(results)
        print(f"attacks in {time.monotonic() - at:.1f} s; all in {time.monotonic() - started:.1f} s")
        peer.close()
    above = [r for r in results if r[2] > r[5]]
    if is_leaky:
        found = [r for r in results if r[2] > r[5] and r[2] >= NEARLY_ALL * r[3] and r[3] >= NEARLY_ALL * voter_count / 4]
        tally.check("the attacker finds nearly all ballots of the leaky build", found, above[:3])
        for way in ("index", "hash", "X1 to equal"):
            tally.check(f"the leak is found by way of {way}", any(r[0].startswith(way) for r in found), [r[0] for r in found[:9]])
    else:
        tally.check("no attack is better than chance", not above, above[:3])
    tally.close()


if __name__ == "__main__":
    main()
