"""A hall of voters: a daemon with a year in its democratic phase, polls, cards,
and voters whose answers are known. What the tests of cards share.

Cards are made here as wire/code.h and wire/card.h say, by other code than theirs.
"""
import csv
import hashlib
import os
import random
import re
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "tests/protocol"))
from peer import PB, Daemon, op_id  # noqa: E402

BALLOT_SIZE = 3072
CITY, YEAR = "990100", 2010
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
QUESTIONS, OPTIONS = 3, "ABCD"  # of tests/data/small/scheme.yaml


# ---- Codes and ballots.

def code_text(code):
    """What a card says (wire/code.h)."""
    number = int.from_bytes(code, "big") << 2  # 130 bits
    values = [number >> 5 * (25 - i) & 31 for i in range(26)]
    check = sum((i + 1) * v for i, v in enumerate(values)) % 1021
    text = "".join(LETTERS[v] for v in values + [check // 32, check % 32])
    return "-".join(text[i:i + 4] for i in range(0, 28, 4))


def code_bytes(text):
    """Back; the check is not looked at."""
    values = [LETTERS.index(c) for c in text if c in LETTERS]
    number = 0
    for value in values[:26]:
        number = number << 5 | value
    return (number >> 2).to_bytes(16, "big")


def token_of(code):
    return hashlib.blake2b(b"jixiao-card-token-1\0" + code, digest_size=32).digest()


def hash_of(token):
    return hashlib.blake2b(b"jixiao-card-hash-1\0" + token, digest_size=32).digest()


class Card:
    def __init__(self, code=None):
        self.code = code or secrets.token_bytes(16)
        self.text = code_text(self.code)
        self.token = token_of(self.code)
        self.hash = hash_of(self.token)


def printed_cards(path):
    """The cards of a PDF of `jixiao cards make`."""
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    lines = [line.strip("\f") for line in text.split("\n") if re.fullmatch(r"\f?[0-9A-Z]{4}( [0-9A-Z]{4}){2,3}", line)]
    return [Card(code_bytes(a + b)) for a, b in zip(lines[::2], lines[1::2])]


def ballot_bytes(answers, opinions=()):
    """answers: a tuple of option numbers a unit (0: blank); opinions: (unit, text) by unit."""
    data = struct.pack(">HB", len(answers), len(answers[0])) + bytes(a for unit in answers for a in unit)
    data += bytes([len(opinions)])
    for unit, text in opinions:
        text = text.encode()
        data += struct.pack(">HH", unit, len(text)) + text
    return data.ljust(BALLOT_SIZE, b"\0")


class Vote:
    """One voter's card and what he means."""

    def __init__(self, card, answers, opinions=()):
        self.card, self.answers, self.opinions = card, answers, opinions
        self.receipt = None

    def cast(self, peer, answers=None):
        """(receipt, replayed)"""
        reply = peer.call(ballot_cast=PB["ballot"].BallotCast(
            token=self.card.token, answers=ballot_bytes(answers or self.answers, self.opinions)))
        return reply.receipt, reply.replayed


def skewed(chance, units, questions=QUESTIONS):
    """Answers as people give them: mostly good, one mood a voter, some blanks, some units all blank."""
    mood = chance.choice((0, 0, 0, 1, 1, 2, 3))
    answers = []
    for unit in range(units):
        if chance.random() < 0.05:
            answers.append((0,) * questions)
            continue
        answers.append(tuple(0 if chance.random() < 0.04 else
                             1 + min(3, max(0, mood + chance.choice((-1, 0, 0, 0, 1)) + (unit % 2)))
                             for _ in range(questions)))
    return tuple(answers)


# ---- The daemon.

class Hall:
    """with Hall(jixiaod, jixiao) as hall: …"""

    def __init__(self, jixiaod, jixiao, config=None):
        self.jixiao = jixiao
        self.folder = tempfile.mkdtemp(prefix="jx-hall-", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        os.makedirs(os.path.join(self.folder, "d"))
        self.daemon = Daemon(jixiaod, folder=os.path.join(self.folder, "d"), config=config)

    def __enter__(self):
        try:
            self.daemon.start()
            bundle = os.path.join(self.folder, "bundle")
            shutil.copytree(os.path.join(SOURCE, "tests/data/small"), bundle)
            with open(os.path.join(bundle, "ballots.csv"), encoding="utf-8") as file:
                head = file.readline()
            with open(os.path.join(bundle, "ballots.csv"), "w", encoding="utf-8") as file:
                file.write(head)
            self.must("import", bundle)
            self.must("phase", "open", "democratic")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.daemon.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, env=None, **kwargs):
        return subprocess.run([self.jixiao, *arguments], env=env or self.daemon.client_env(), capture_output=True,
                              text=True, timeout=120, **kwargs)

    def must(self, *arguments, **kwargs):
        result = self.run(*arguments, **kwargs)
        assert result.returncode == 0, (arguments, result.returncode, result.stderr)
        return result

    def voter_env(self):
        """Server and CA, nothing else; a home that must stay empty."""
        home = os.path.join(self.folder, "voter")
        os.makedirs(home, exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "JIXIAO_SERVER": self.daemon.address,
                "JIXIAO_CA": self.daemon.ca}

    def deed(self, peer, deed, **fields):
        return peer.call(deed=PB["deed"].Deed(op_id=op_id(), city=CITY, year=YEAR, deed=deed, **fields))

    def open_poll(self, peer, poll, kind, group, cards, units=None):
        rows = PB["records"].Records()
        rows.polls.add(poll=poll, kind=kind, group=group, **({"units": units} if units else {}))
        return self.deed(peer, "poll.open", rows=rows, cards=b"".join(sorted(c.hash for c in cards)))

    def issue(self, peer, poll, count):
        rows = PB["records"].Records()
        rows.polls.add(poll=poll, issued=count)
        return self.deed(peer, "poll.issue", rows=rows)

    def close(self, peer, poll):
        return self.deed(peer, "poll.close", object=poll)

    def form(self, peer, card):
        return peer.call(ballot_open=PB["ballot"].BallotOpen(token=card.token))


def write_csv(path, units, answers, opinions=()):
    """A file for `jixiao ballot --answers`."""
    told = dict(opinions)
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["unit", *range(1, len(answers[0]) + 1), "opinion"])
        for number, (unit, row) in enumerate(zip(units, answers)):
            out.writerow([unit, *("" if a == 0 else OPTIONS[a - 1] for a in row), told.get(number, "")])


def machine_line(card, units, answers, opinions=()):
    """A line for `jixiao ballot --station --answers -`."""
    parts = ";".join(f"{unit}=" + "".join("-" if a == 0 else OPTIONS[a - 1] for a in row) for unit, row in zip(units, answers))
    return "\t".join([card.text, parts, *(f"{units[n]}={t}" for n, t in opinions)]) + "\n"


def seeded(seed):
    print(f"seed {seed}", flush=True)
    return random.Random(seed)
