"""The attacker: who holds every card, every receipt, every table with its system
columns, the WAL and the logs, and wants to know which ballot is whose.

What is known of a card, and of a ballot's row, are facts: name -> value (int,
bytes or str). Every way of joining two facts is tried:

  order   cards sorted by one fact, rows by another, forward and backward
  index   a row's number is a card's place in some order
  equal   a value that stands with few cards and few rows
  hash    likely ballots tried against every hash that is known of a card

Each gives guesses: card -> row, no row twice. judge() says whether a guess is
better than chance. attack.py alone tests itself: on worlds with one leak each it
finds (nearly) all, on one without it finds nothing.
"""
import hashlib
import itertools
import math
import random
import struct

CHANCE = 1e-9  # how rarely chance may do as well as an attack that is taken for one
CANDIDATES_MAX = 4000  # ballots tried against a card's hashes
DISTINCT_LEAST = 8  # a fact that says less orders nothing
GROUP_MAX = 3  # cards and rows that share a value: a join when they are as few


class World:
    """cards: list of facts; rows: unit -> list of facts, each with "answers" (a tuple of option numbers)."""

    def __init__(self, cards, rows, poll="", question_count=3):
        self.cards, self.rows, self.poll, self.question_count = cards, rows, poll, question_count


def as_key(value):
    """Numbers as numbers, else as they stand."""
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, int):
        return (0, value, b"")
    return (1, 0, value if isinstance(value, bytes) else str(value).encode())


def ordered(facts, name):
    """Indices of those that have the fact, sorted by it; nothing when it says too little. Equals stay as they came."""
    having = [i for i, fact in enumerate(facts) if name in fact]
    if len({as_key(facts[i][name]) for i in having}) < DISTINCT_LEAST:
        return []
    return sorted(having, key=lambda i: as_key(facts[i][name]))


def names(facts):
    return sorted({name for fact in facts for name in fact} - {"answers"})


# ---- Joins.

def by_order(world, unit):
    rows = world.rows[unit]
    orders = {b: ordered(rows, b) for b in names(rows)}
    for a in names(world.cards):
        cards = ordered(world.cards, a)
        for b, order in orders.items():
            if not cards or not order:
                continue
            yield f"order {a} ~ {b}", dict(zip(cards, order))
            yield f"order {a} ~ {b} backward", dict(zip(cards, reversed(order)))


DIGITS = ("0123456789", "0123456789abcdef", "0123456789abcdefghjkmnpqrstvwxyz")


def number_of(value, digits):
    """What a row's fact may be as a number, behind a dash perhaps (as labels are); -1: it is none."""
    tail = str(value).rsplit("-", 1)[-1].lower()
    number = 0
    for c in tail:
        if c not in digits:
            return -1
        number = number * len(digits) + digits.index(c)
    return number if tail else -1


def by_index(world, unit):
    rows = world.rows[unit]
    for b in names(rows):
        for digits, base in itertools.product(DIGITS, (0, 1)):
            places = {}
            for i, row in enumerate(rows):
                number = number_of(row.get(b), digits) - base
                if 0 <= number < len(world.cards):
                    places.setdefault(number, i)
            if len(places) < DISTINCT_LEAST:
                continue
            for a in names(world.cards):
                cards = ordered(world.cards, a)
                guess = {cards[place]: row for place, row in places.items() if place < len(cards)}
                if guess:
                    yield f"index {a} ~ {b} (base {len(digits)}, from {base})", guess


def by_equal(world, unit):
    rows = world.rows[unit]
    held = {}
    for b in names(rows):
        values = {}
        for i, row in enumerate(rows):
            if b in row:
                values.setdefault(as_key(row[b]), []).append(i)
        held[b] = values
    for a in names(world.cards):
        cards = {}
        for i, card in enumerate(world.cards):
            if a in card:
                cards.setdefault(as_key(card[a]), []).append(i)
        for b, values in held.items():
            guess = {}
            for value, own in cards.items():
                there = values.get(value, ())
                if 0 < len(there) <= GROUP_MAX and len(own) <= GROUP_MAX:
                    guess.update(zip(own, there))
            if guess:
                yield f"equal {a} = {b}", guess


# ---- Hashes of likely ballots.

def ballot_bytes(answers, opinions=()):
    data = struct.pack(">HB", len(answers), len(answers[0])) + bytes(a for unit in answers for a in unit)
    data += bytes([len(opinions)])
    for unit, text in opinions:
        data += struct.pack(">HH", unit, len(text.encode())) + text.encode()
    return data.ljust(3072, b"\0")


def cast_message(token, plain):
    """BallotCast as protobuf packs it."""
    return b"\x0a\x20" + token + b"\x12\x80\x18" + plain


def guesses_of(world, token, card, plain):
    """Hashes that somebody might have made of that card with that ballot."""
    sha, blake = hashlib.sha256, hashlib.blake2b
    poll = world.poll.encode()
    message = cast_message(token, plain)
    for data in (b"ballot\0" + poll + b"\0" + card + plain, plain, card + plain, token + plain, plain + card, plain + token,
                 message, b"ballot_cast\0" + message, poll + b"\0" + plain):
        yield sha(data).digest()
    for data in (plain, card + plain):
        for size in (16, 24, 32):
            yield blake(data, digest_size=size).digest()


def by_hash(world, unit):
    """unit is the first of the form: the whole ballot is tried, and its first unit is the guess."""
    units = sorted(world.rows)
    if unit != units[0] or world.question_count == 0:
        return
    kinds = []
    for name in units:
        seen = {row["answers"] for row in world.rows[name]}
        kinds.append(sorted(seen | {(0,) * world.question_count}))
    likely = list(itertools.islice(itertools.product(*kinds), CANDIDATES_MAX + 1))
    if len(likely) > CANDIDATES_MAX:
        return
    free = {}
    for i, row in enumerate(world.rows[unit]):
        free.setdefault(row["answers"], []).append(i)
    guess = {}
    for number, card in enumerate(world.cards):
        known = {bytes(v)[:size] for v in card.values() if isinstance(v, bytes) for size in (16, 24, 32)}
        for answers in likely:
            if known.isdisjoint(guesses_of(world, card["token"], card["card"], ballot_bytes(answers))):
                continue
            if free.get(answers[0]):
                guess[number] = free[answers[0]].pop()
            break
    yield "hash of likely ballots", guess


def attacks(world):
    """(unit, name, guess) of every attack there is."""
    for unit in sorted(world.rows):
        for way in (by_order, by_index, by_equal, by_hash):
            for name, guess in way(world, unit):
                yield unit, name, guess


# ---- Is it better than chance?

def bound(mean, chance=CHANCE):
    """
    Matches that a random assignment exceeds with a probability of at most
    `chance`: P(|X - mean| >= t) <= 2 exp(-t^2 / (4 mean + 2 t)) for a sum of 0s and
    1s along a random permutation (Chatterjee 2007, Stein's method, prop. 1.1).
    """
    log = math.log(2 / chance)
    return mean + log + math.sqrt(log * log + 4 * mean * log)


def same_answers(rows, truth):
    """fits for judge: the rows that say what the card's holder meant."""
    by_answers = {}
    for i, row in enumerate(rows):
        by_answers.setdefault(row["answers"], set()).add(i)
    return [by_answers.get(answers, set()) for answers in truth]


def judge(rows, guess, fits):
    """(right, by chance, bound). fits: the rows that would be right, a card."""
    assert len(set(guess.values())) == len(guess), "a row is guessed twice"
    right = sum(row in fits[card] for card, row in guess.items())
    mean = sum(len(fits[card]) for card in guess) / max(1, len(rows))
    return right, mean, bound(mean)


def best(world, fits):
    """(name, unit, right, guessed, mean, bound) of every attack, the most telling first. fits: unit -> as for judge."""
    found = []
    for unit, name, guess in attacks(world):
        right, mean, limit = judge(world.rows[unit], guess, fits[unit])
        found.append((name, unit, right, len(guess), mean, limit))
    return sorted(found, key=weight)


def between(world, first, second, pairs):
    """The same for two units' rows: which are one voter's? pairs: the answers to both, of every voter."""
    cards = [{k: v for k, v in row.items() if k != "answers"} for row in world.rows[first]]
    joined = World(cards, {second: world.rows[second]}, world.poll, 0)
    fits = [{i for i, row in enumerate(world.rows[second]) if (own["answers"], row["answers"]) in pairs}
            for own in world.rows[first]]
    return [(f"{first} to {name}", *rest) for name, *rest in best(joined, {second: fits})]


def weight(result):
    """How far on its way from chance to the bound it is, the furthest first."""
    _, _, right, _, mean, limit = result[:6]
    return (mean - right) / (limit - mean)


# ---- The attacker's own test.

def made_up(chance, count):
    """Cards and rows of one unit without anything in common, and the truth."""
    truth = [tuple(chance.randrange(5) for _ in range(3)) for _ in range(count)]
    cards, rows = [], []
    for i in range(count):
        token = chance.randbytes(32)
        cards.append({"token": token, "card": hashlib.sha256(token).digest(), "sheet": i, "cast": chance.randbytes(8),
                      "content": chance.randbytes(32)})
        rows.append({"answers": truth[i], "xmin": "77", "label": f"P-{chance.randrange(1 << 60):x}"})
    shuffled = rows[:]
    chance.shuffle(shuffled)
    for place, row in enumerate(shuffled):
        row["ctid"] = place
    return cards, rows, truth, shuffled


def plant_order(cards, rows):
    for place, i in enumerate(sorted(range(len(cards)), key=lambda i: cards[i]["cast"])):
        rows[i]["lsn"] = 1000 + 3 * place


def plant_backward(cards, rows):
    for i, row in enumerate(rows):
        row["lsn"] = 100000 - cards[i]["sheet"]


def plant_index(cards, rows):
    """Every fifth card said nothing about the unit: a bare order would soon be out of step."""
    for place, i in enumerate(sorted(range(len(cards)), key=lambda i: cards[i]["card"])):
        rows[i]["label"] = f"P-{place:013x}"
        rows[i]["gone"] = place % 5 == 0


def plant_equal(cards, rows):
    for i, row in enumerate(rows):
        row["made"] = cards[i]["at"] = hashlib.md5(b"%d" % i).hexdigest()


def plant_hash(cards, rows):
    for card, row in zip(cards, rows):
        card["content"] = hashlib.sha256(b"ballot\0P\0" + card["card"] + ballot_bytes((row["answers"],))).digest()


def plant_nothing(_cards, _rows):
    pass


def self_test(seed=20261125, count=300):
    """The best share of each planted leak, by name; raises when one is not found, or nothing is."""
    shares = {}
    for plant in (plant_nothing, plant_order, plant_backward, plant_index, plant_equal, plant_hash):
        chance = random.Random(seed)
        cards, rows, truth, shuffled = made_up(chance, count)
        plant(cards, rows)
        shuffled = [row for row in shuffled if not row.pop("gone", False)]
        world = World(cards, {"U": shuffled}, "P")
        name, _, right, guessed, _, limit = best(world, {"U": same_answers(shuffled, truth)})[0]
        shares[plant.__name__] = f"{right}/{len(shuffled)} ({name})"
        if plant is plant_nothing:
            assert right <= limit, (name, right, limit)
        else:
            assert right > limit and right >= 0.95 * len(shuffled) and guessed >= right, (plant.__name__, name, right, limit)
    return shares


if __name__ == "__main__":
    for planted, share in self_test().items():
        print(f"{planted}: {share}")
    print("1 passed, 0 failed")
