"""Cards by code from outside (proto/wire/card.h written once more in Python):
tokens, hashes, ballots as bytes; a poll opened, cards cast, the poll closed.
"""
import hashlib
import os
import struct

from peer import PB, Refused, op_id

BALLOT_SIZE = 3072
D = PB["deed"]
B = PB["ballot"]
Records = PB["records"].Records


def derive(what, secret):
    return hashlib.blake2b(what + b"\0" + secret, digest_size=32).digest()


def token_of(code):
    return derive(b"jixiao-card-token-1", code)


def hash_of(token):
    return derive(b"jixiao-card-hash-1", token)


class Card:
    def __init__(self, code=None):
        self.code = code or os.urandom(16)
        self.token = token_of(self.code)
        self.hash = hash_of(self.token)


def ballot_bytes(answers, opinions=()):
    """answers: a list a unit of numbers a question (0 blank); opinions: (unit, text)."""
    out = struct.pack(">HB", len(answers), len(answers[0])) + bytes(a for unit in answers for a in unit)
    out += bytes([len(opinions)])
    for unit, text in opinions:
        raw = text.encode()
        out += struct.pack(">HH", unit, len(raw)) + raw
    assert len(out) <= BALLOT_SIZE, len(out)
    return out + bytes(BALLOT_SIZE - len(out))


def do(peer, city, year, name, **arguments):
    return peer.call(deed=D.Deed(op_id=op_id(), city=city, year=year, deed=name, **arguments))


def poll_rows(**fields):
    records = Records()
    records.polls.add(**fields)
    return records


def open_poll(peer, at, poll, cards, kind="department", group="clients", **fields):
    hashes = sorted(c.hash for c in cards)
    reply = do(peer, *at, "poll.open", rows=poll_rows(poll=poll, kind=kind, group=group, **fields),
               cards=b"".join(hashes[:1000]))
    for i in range(1000, len(hashes), 1000):
        do(peer, *at, "poll.cards", object=poll, cards=b"".join(hashes[i:i + 1000]))
    do(peer, *at, "poll.issue", rows=poll_rows(poll=poll, issued=len(cards)))
    return reply


def ask_form(peer, card):
    return peer.call(ballot_open=B.BallotOpen(token=card.token))


def cast(peer, card, answers, opinions=()):
    return peer.call(ballot_cast=B.BallotCast(token=card.token, answers=ballot_bytes(answers, opinions)))


def refusal(call, *args, **kwargs):
    """The code with which it was refused; None: it was not."""
    try:
        call(*args, **kwargs)
        return None
    except Refused as refused:
        return refused.code
