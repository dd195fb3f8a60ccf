#!/usr/bin/env python3
"""An import from a client that does not check: whatever is wrong, the daemon
says so with kind, row and field, and stores nothing (G3). And an upload that
breaks goes on where it stood. Units and classes are data that an office loads (R01).

usage: import_test.py JIXIAOD JIXIAO BUNDLE     (BUNDLE: tests/data/small)
"""
import csv
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Refused, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
Y, R = PB["year"], PB["records"]
KIND_COUNT = 15  # of a bundle; papers come after them and are in none
POINTS = {"points", "mark", "contribution"}


def hundredths(text):
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def read_bundle():
    records = R.Records()
    for field in R.Records.DESCRIPTOR.fields:
        if field.number > KIND_COUNT:
            continue
        path = os.path.join(bundle, field.name + ".csv")
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                message = getattr(records, field.name).add()
                names = [f.name for f in message.DESCRIPTOR.fields]
                for name, value in row.items():
                    if name not in names:
                        message.answers.append(value)
                    elif name in POINTS:
                        setattr(message, name, hundredths(value))
                    elif name == "round":
                        message.round = int(value)
                    else:
                        setattr(message, name, value)
    with open(os.path.join(bundle, "scheme.yaml"), "rb") as file:
        return file.read(), records


SCHEME, RECORDS = read_bundle()
CITY = next(line.split(b'"')[1].decode() for line in SCHEME.split(b"\n") if line.startswith(b"city:"))
YEAR = int(next(line.split()[1] for line in SCHEME.split(b"\n") if line.startswith(b"year:")))


def upload(peer, records, scheme=SCHEME, year=YEAR, digest=None, dry_run=False, key=None):
    """Announces digest (by default a wrong one: only the daemon knows the right one of what is faulty)."""
    key, digest = key or op_id(), digest or bytes(32)
    peer.call(import_begin=Y.ImportBegin(op_id=key, city=CITY, year=year, digest=digest))
    chunk = dict(op_id=key, city=CITY, year=year)
    peer.call(import_chunk=Y.ImportChunk(number=0, scheme=scheme, **chunk))
    peer.call(import_chunk=Y.ImportChunk(number=1, records=records, **chunk))
    return peer.call(import_commit=Y.ImportCommit(op_id=key, city=CITY, year=year, dry_run=dry_run, digest=digest))


def refusal(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
        return None
    except Refused as refused:
        return refused


def bent(change):
    records = R.Records()
    records.CopyFrom(RECORDS)
    change(records)
    return records


def double(kind):
    return lambda r: getattr(r, kind).append(getattr(r, kind)[0])


# What is wrong, and in which file it must be told.
FAULTS = [
    (f"{kind}: a doubled key", double(kind), kind)
    for kind in ("units", "leaders", "supervision", "goals", "basic", "progress", "visits", "self", "common", "ballots",
                 "group", "leader_marks", "bonus", "vetoes", "contributions")
] + [
    ("an unknown unit", lambda r: setattr(r.basic[0], "unit", "nobody"), "basic"),
    ("an unknown class", lambda r: setattr(r.units[0], "class", "none"), "units"),
    ("points above full", lambda r: setattr(r.basic[0], "points", 10 ** 6), "basic"),
    ("negative points", lambda r: setattr(r.basic[0], "points", -1), "basic"),
    ("a mark above 100", lambda r: setattr(r.visits[0], "mark", 10001), "visits"),
    ("no points at all", lambda r: r.basic[0].ClearField("points"), "basic"),
    ("no unit at all", lambda r: r.basic[0].ClearField("unit"), "basic"),
    ("an option that is not there", lambda r: r.ballots[0].answers.__setitem__(0, "Z"), "ballots"),
    ("an answer too many", lambda r: r.ballots[0].answers.append("A"), "ballots"),
    ("an answer too few", lambda r: r.ballots[0].answers.pop(), "ballots"),
    ("an unknown duty", lambda r: setattr(r.goals[0], "duty", "watch"), "goals"),
    ("goals that do not sum", lambda r: setattr(r.goals[0], "points", r.goals[0].points + 50), "goals"),
    ("a round that is not there", lambda r: setattr(r.progress[0], "round", 99), "progress"),
    ("a voter group that is not there", lambda r: setattr(r.ballots[0], "group", "nobody"), "ballots"),
    ("a mark that is no number", lambda r: setattr(next(m for m in r.leader_marks if m.kind == "mark"), "value", "1e2"), "leader_marks"),
    ("a number not in its plain form", lambda r: setattr(next(m for m in r.leader_marks if m.kind == "rank"), "value", "01"), "leader_marks"),
    ("a rank beyond the portfolio", lambda r: setattr(next(m for m in r.leader_marks if m.kind == "rank"), "value", "99"), "leader_marks"),
    ("an unknown status", lambda r: setattr(r.vetoes[0], "status", "maybe"), "vetoes"),
    ("an award that is not there", lambda r: setattr(r.contributions[0], "award", "nothing"), "contributions"),
    ("an empty name", lambda r: setattr(r.units[0], "name", ""), "units"),
    ("a code of 65 bytes", lambda r: setattr(r.ballots[0], "card", "c" * 65), "ballots"),
]

with Daemon(jixiaod) as daemon:
    peer = daemon.admin()
    years = lambda: list(peer.call(years=Y.Years()).years)  # noqa: E731
    for name, change, kind in FAULTS:
        refused = refusal(upload, peer, bent(change))
        good = refused is not None and refused.code == "E_FAULTS" and any(
            f.file.startswith(kind) and f.line > 0 and f.expected for f in refused.fail.faults)
        tally.check(f"{name} is refused in {kind}", good, refused and (refused.code, refused.fail.faults[:2]))
    refused = refusal(upload, peer, RECORDS, scheme=SCHEME.replace(b"digits: ", b"digits: 9"))
    tally.check("a scheme with a fault", refused and refused.code == "E_FAULTS" and refused.fail.faults[0].line > 1, refused)
    refused = refusal(upload, peer, RECORDS)
    tally.check("content that is not what was announced", refused and refused.code == "E_FIELD", refused)
    refused = refusal(upload, peer, RECORDS, year=YEAR + 1)
    tally.check("a scheme of another year", refused and refused.code == "E_FIELD", refused)
    refused = refusal(peer.call, import_commit=Y.ImportCommit(op_id=op_id(), city=CITY, year=YEAR, digest=bytes(32)))
    tally.check("a commit of nothing", refused and refused.code == "E_NOT_FOUND", refused)
    tally.check("nothing of all this was stored", years() == [])

    # What the client of the house sends, byte by byte the same: then the daemon's own digest is known.
    result = subprocess.run([jixiao, "import", bundle, "--dry-run"], env=daemon.client_env(), capture_output=True, text=True)
    tally.check("a dry run says what would be", result.returncode == 0 and "units" in result.stdout, result.stderr)
    tally.check("a dry run stores nothing", years() == [])
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    tally.check("import", result.returncode == 0, result.stderr)
    stored = years()
    batch = stored[0].batch

    # The digest as formats would have it made: learnt from the receipt of that import.
    folder = os.path.join(daemon.folder, "state/jixiao/receipts")

    with open(os.path.join(folder, os.listdir(folder)[0]), encoding="utf-8") as file:
        receipt = json.load(file)
    digest = bytes.fromhex(receipt["content_hash"]) if "content_hash" in receipt else bytes.fromhex(receipt["receipt"]["content_hash"])
    reply = upload(peer, RECORDS, digest=digest)
    tally.check("the same again changes nothing", not reply.HasField("receipt") and reply.change_count == 0, reply)
    tally.check("… and is not stored", years()[0].batch == batch)

    # An upload that breaks in the middle goes on where it stood, on another connection.
    key = op_id()
    first = daemon.admin()
    first.call(import_begin=Y.ImportBegin(op_id=key, city=CITY, year=YEAR, digest=digest))
    first.call(import_chunk=Y.ImportChunk(op_id=key, city=CITY, year=YEAR, number=0, scheme=SCHEME))
    first.sock.close()
    second = daemon.admin()
    reply = second.call(import_begin=Y.ImportBegin(op_id=key, city=CITY, year=YEAR, digest=digest))
    tally.check("an upload resumes", reply.next == 1, reply)
    reply = second.call(import_chunk=Y.ImportChunk(op_id=key, city=CITY, year=YEAR, number=0, scheme=SCHEME))
    tally.check("a chunk sent twice counts once", reply.next == 1, reply)
    refused = refusal(second.call, import_chunk=Y.ImportChunk(op_id=key, city=CITY, year=YEAR, number=5, scheme=b"x"))
    tally.check("a gap is refused", refused and refused.code == "E_NOT_FOUND", refused)
    refused = refusal(second.call, import_begin=Y.ImportBegin(op_id=key, city=CITY, year=YEAR, digest=bytes(32)))
    tally.check("the same op, another content", refused and refused.code == "E_CONFLICT", refused)
    refused = refusal(second.call, import_begin=Y.ImportBegin(op_id=op_id(), city=CITY, year=YEAR, digest=digest, size=1 << 40))
    tally.check("too big is said at the beginning", refused and refused.code == "E_TOO_BIG", refused)
    second.sock.close()
    tally.check("the year is what it was", years() == stored)
    peer.close()

tally.close()
