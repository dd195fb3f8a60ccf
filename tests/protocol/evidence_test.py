#!/usr/bin/env python3
"""Files of evidence through the wire (R12, R14, R16, R17, R23, R24, R44; G3, G4, G9): offered, listed, sent in chunks, kept,
read by ranges; resumed from elsewhere; what is wrong is refused; a hash gives nobody another unit's file.

usage: evidence_test.py JIXIAOD JIXIAO BUNDLE
"""
import hashlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Refused, Tally, op_id  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
E, D, R, P = PB["evidence"], PB["deed"], PB["records"], PB["papers"]
PASSWORD = "evidence-password-1"
CHUNK, PAGE = 48 << 10, 1024
CONFIG = "limits.evidence_mib_max: 3\nlimits.evidence_unit_mib_max: 12\n"


def sha(data):
    return hashlib.sha256(data).digest()


def random_file(size, head=b""):
    return head + os.urandom(size - len(head))


class Sender:
    """What a client does with one connection, for one unit."""

    def __init__(self, peer, city, year, unit):
        self.peer, self.at = peer, dict(city=city, year=year)
        self.unit = unit

    def offer(self, data, unit=None):
        return self.peer.call(evidence_offer=E.EvidenceOffer(**self.at, unit=unit or self.unit, file=sha(data), size=len(data)))

    def list_page(self, file, size, page, hashes, unit=None):
        return self.peer.call(evidence_list=E.EvidenceList(
            **self.at, unit=unit or self.unit, file=file, size=size, page=page, hashes=hashes)).have

    def list(self, data):
        """The places of the chunks that the daemon lacks."""
        chunks = [data[i:i + CHUNK] for i in range(0, len(data), CHUNK)]
        lacking = []
        for page in range(0, (len(chunks) + PAGE - 1) // PAGE):
            hashes = [sha(c) for c in chunks[page * PAGE:(page + 1) * PAGE]]
            have = self.list_page(sha(data), len(data), page, b"".join(hashes))
            lacking += [page * PAGE + i for i in range(len(hashes)) if not have[i // 8] >> i % 8 & 1]
        return lacking

    def chunk(self, data, unit=None):
        return self.peer.call(evidence_chunk=E.EvidenceChunk(**self.at, unit=unit or self.unit, data=data)).hash

    def send(self, data, places=None):
        for place in self.list(data) if places is None else places:
            piece = data[place * CHUNK:(place + 1) * CHUNK]
            assert self.chunk(piece) == sha(piece)

    def keep(self, data=None, deed="evidence.keep", name="材料.pdf", file=None, size=None, unit=None, row_unit=None, **more):
        unit = unit or self.unit
        row = PB["papers"].File(unit=row_unit or unit, file=(file or sha(data)).hex(), name=name, size=size or len(data))
        return self.peer.call(deed=D.Deed(op_id=op_id(), **self.at, deed=deed, unit=unit, rows=R.Records(files=[row]), **more))

    def read(self, file, offset=0, length=CHUNK, unit=None):
        return self.peer.call(evidence_read=E.EvidenceRead(
            **self.at, unit=unit or self.unit, file=file, offset=offset, length=length))

    def download(self, file, step=40000):
        data = b""
        while True:
            reply = self.read(file, len(data), step)
            data += reply.data
            if len(data) >= reply.size:
                return data, reply

    def deed(self, name, **args):
        return self.peer.call(deed=D.Deed(op_id=op_id(), **self.at, deed=name, **args))


def code(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
        return "ok"
    except Refused as refused:
        return refused.code


with Daemon(jixiaod, config=CONFIG) as daemon:
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    year, = admin.call(years=PB["year"].Years()).years
    CITY, YEAR = year.city, year.year
    for account, role, unit, subject in (
            ("clerk-e1", "clerk", "E1", ""), ("clerk-e1b", "clerk", "E1", ""), ("head-e1", "head", "E1", ""),
            ("clerk-e2", "clerk", "E2", ""), ("func", "functional", "E3", "监察局"), ("eval", "evaluator", "", ""),
            ("lead", "lead", "", ""), ("auditor", "auditor", "", ""), ("leader", "leader", "", "L2"),
            ("office", "office", "", ""), ("reviewer", "reviewer", "", "discipline")):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role, city=CITY,
                                                        password=PASSWORD, unit=unit, subject=subject))

    def sender(account, unit):
        peer = daemon.peer()
        peer.login(account, PASSWORD)
        return Sender(peer, CITY, YEAR, unit)

    office = sender("office", "E1")
    clerk = sender("clerk-e1", "E1")

    # ---- The straight way.
    data = random_file(5 * CHUNK + 1234, b"%PDF-1.4\n")
    offer = clerk.offer(data)
    tally.check("offer: not kept yet", not offer.is_kept and not offer.HasField("at_us"))
    tally.check("offer: limits", (offer.chunk_size, offer.quota_left, offer.size_max) == (CHUNK, 12 << 20, 3 << 20), offer)
    tally.check("list: nothing is there", clerk.list(data) == [0, 1, 2, 3, 4, 5])
    clerk.send(data, [0, 3])
    before = clerk.list(data)
    tally.check("list: what was sent is there", before == [1, 2, 4, 5], before)
    try:
        clerk.keep(data)
        tally.check("kept though chunks are missing", False)
    except Refused as refused:
        tally.check("incomplete: refused", refused.code == "E_INCOMPLETE" and refused.fail.fault_count == 4, refused)
        tally.check("incomplete: says how many", any("4" in why for why in refused.fail.why), refused.fail.why)

    # ---- Resumed by another account of the unit, on another connection, after the daemon died.
    clerk.peer.sock.close()
    daemon.kill()
    daemon.start()
    second = sender("clerk-e1b", "E1")
    office = sender("office", "E1")
    tally.check("resumed elsewhere: only the rest is asked for", second.list(data) == [1, 2, 4, 5])
    second.send(data)
    tally.check("nothing is lacking", second.list(data) == [])
    sent_at = time.time() * 1e6
    op = second.keep(data, name="会议纪要.pdf")
    tally.check("kept with a receipt", op.HasField("receipt") and op.receipt.received_us >= sent_at - 1e6)
    offer = second.offer(data)
    tally.check("offer: kept, and since when", offer.is_kept and offer.at_us == op.receipt.received_us, offer)
    head = sender("head-e1", "E1")
    again = head.keep(data, name="另一个名字.pdf")
    tally.check("the same file again changes nothing", not again.HasField("receipt") and again.change_count == 0, again)

    # ---- Read by ranges.
    whole, reply = second.download(sha(data))
    tally.check("download: the same bytes", sha(whole) == sha(data) and whole == data)
    tally.check("download: facts", (reply.size, reply.name, reply.type, reply.at_us) ==
                (len(data), "会议纪要.pdf", "pdf", op.receipt.received_us), (reply.name, reply.type))
    tally.check("a range over two chunks", second.read(sha(data), CHUNK - 10, 20).data == data[CHUNK - 10:CHUNK + 10])
    tally.check("the last bytes", second.read(sha(data), len(data) - 3, CHUNK).data == data[-3:])
    tally.check("beyond the end", code(second.read, sha(data), len(data), 1) == "E_FIELD")
    tally.check("a range too long", code(second.read, sha(data), 0, CHUNK + 1) == "E_FIELD")
    tally.check("an empty range", code(second.read, sha(data), 0, 0) == "E_FIELD")

    # ---- A unit has only what it sent itself; stored once all the same.
    other = sender("clerk-e2", "E2")
    tally.check("another unit's chunks do not count", other.list(data) == [0, 1, 2, 3, 4, 5])
    tally.check("naming all hashes gives nobody a file", code(other.keep, data) == "E_INCOMPLETE")
    tally.check("a file that is not one's own is not there", code(other.read, sha(data)) == "E_NOT_FOUND")
    tally.check("nor under its unit's name", code(other.read, sha(data), unit="E1") == "E_NOT_FOUND")
    tally.check("as one that nobody has", code(other.read, bytes(32), unit="E1") == "E_NOT_FOUND")
    other.send(data)
    tally.check("sent by itself it is its own", other.keep(data).HasField("receipt"))
    tally.check("and reads", other.download(sha(data))[0] == data)

    # ---- Foreign units.
    for name, call in (("offer", lambda: other.offer(data, unit="E1")),
                       ("list", lambda: other.list_page(sha(data), len(data), 0, bytes(6 * 32), unit="E1")),
                       ("chunk", lambda: other.chunk(b"x", unit="E1")),
                       ("keep", lambda: other.keep(data, unit="E1")),
                       ("keep for another in the row", lambda: other.keep(data, row_unit="E1")),
                       ("photo", lambda: other.keep(data, deed="photo.keep"))):
        tally.check(f"foreign unit: {name}", code(call) == "E_DENIED", code(call))
    evaluator = sender("eval", "E1")
    tally.check("an evaluator of no group", code(evaluator.offer, data) == "E_DENIED")
    tally.check("and its photo", code(evaluator.keep, data, deed="photo.keep") == "E_DENIED")

    # ---- Wrong content.
    good, wrong = random_file(3 * CHUNK), random_file(3 * CHUNK)
    hashes = b"".join(sha(wrong[i:i + CHUNK]) for i in range(0, 3 * CHUNK, CHUNK))
    second.list_page(sha(good), len(good), 0, hashes)
    second.send(wrong, [0, 1, 2])
    try:
        second.keep(good)
        tally.check("kept though its hash is another", False)
    except Refused as refused:
        tally.check("wrong whole hash: refused", refused.code == "E_RULE" and refused.fail.why, refused)
    tally.check("… and not kept", not second.offer(good).is_kept)
    tally.check("… and not readable", code(second.read, sha(good)) == "E_NOT_FOUND")
    second.send(good)
    tally.check("the list told anew, it is kept", second.keep(good).HasField("receipt"))
    short = random_file(2 * CHUNK)
    second.list_page(sha(short), len(short), 0, sha(short[:CHUNK - 1]) + sha(short[CHUNK - 1:CHUNK + 100]))
    second.chunk(short[:CHUNK - 1])
    second.chunk(short[CHUNK - 1:CHUNK + 100])
    tally.check("chunks of another size", code(second.keep, short) == "E_RULE")

    # ---- What is malformed.
    tally.check("an empty chunk", code(second.chunk, b"") == "E_FIELD")
    tally.check("a chunk too big", code(second.chunk, bytes(CHUNK + 1)) == "E_TOO_BIG")
    tally.check("a list too short", code(second.list_page, sha(data), len(data), 0, bytes(5 * 32)) == "E_FIELD")
    tally.check("a list too long", code(second.list_page, sha(data), len(data), 0, bytes(7 * 32)) == "E_FIELD")
    tally.check("half a hash", code(second.list_page, sha(data), len(data), 0, bytes(6 * 32 - 1)) == "E_FIELD")
    tally.check("no such page", code(second.list_page, sha(data), len(data), 1, bytes(32)) == "E_FIELD")
    tally.check("a page far out", code(second.list_page, sha(data), len(data), 0xffffffff, bytes(32)) == "E_FIELD")
    tally.check("a short file hash", code(second.list_page, b"x", len(data), 0, bytes(32)) == "E_FIELD")
    tally.check("no bytes at all", code(second.list_page, sha(b""), 0, 0, b"") == "E_FIELD")
    for name in ("../x.pdf", "a/b", "a\\b", ".hidden", "c:x", "..", "x|y"):
        got = code(second.keep, good, name=name)
        tally.check(f"a name like {name!r}", got == "E_FAULTS", got)
    for name in ("a\nb", "a\u202eb", "a\0b"):  # no text of the protocol may hold such: the connection ends
        victim = sender("clerk-e1", "E1")
        got = code(victim.keep, good, name=name)
        tally.check(f"a name like {name!r}", got == "E_TEXT", got)
        victim.peer.sock.close()

    # ---- Sizes and quota (3 MiB a file, 12 MiB a unit).
    big = (3 << 20) + 1
    tally.check("too big: offered", code(second.peer.call, evidence_offer=E.EvidenceOffer(
        city=CITY, year=YEAR, unit="E1", file=bytes(32), size=big)) == "E_TOO_BIG")
    tally.check("too big: listed", code(second.list_page, bytes(32), big, 0, bytes(65 * 32)) == "E_TOO_BIG")
    tally.check("too big: kept", code(second.keep, file=bytes(32), size=big) == "E_TOO_BIG")
    third = sender("func", "E3")
    for _ in range(3):
        part = random_file(3 << 20)
        third.send(part)
        # Asked for six times at once, as by a client whose line breaks: it is read once, for all.
        row = PB["papers"].File(unit="E3", file=sha(part).hex(), name="大.bin", size=len(part))
        for _ in range(6):
            third.peer.send(deed=D.Deed(op_id=op_id(), city=CITY, year=YEAR, deed="evidence.keep", unit="E3", rows=R.Records(files=[row])))
        replies = [third.peer.receive() for _ in range(6)]
        tally.check("kept once, none of the six refused", sorted(
            reply.WhichOneof("body") + str(reply.deed_reply.HasField("receipt")) for reply in replies) ==
            ["deed_replyFalse"] * 5 + ["deed_replyTrue"], replies)
    last = random_file(3 << 20)
    tally.check("quota: told at the offer", code(third.offer, last) == "E_QUOTA")
    sent = 0
    try:
        for place in third.list(last):
            third.chunk(last[place * CHUNK:(place + 1) * CHUNK])
            sent += 1
        tally.check("quota: more than the unit may", False)
    except Refused as refused:
        tally.check("quota: told at the chunk", refused.code == "E_QUOTA" and sent > 40, (refused, sent))
    tally.check("another unit's quota is its own", other.offer(last).quota_left > 3 << 20)

    # ---- Who may see a record that names a file may read it; naming a hash oneself helps nobody.
    auditor, leader, reviewer = sender("auditor", "E1"), sender("leader", "E1"), sender("reviewer", "E1")
    tally.check("the auditor reads", auditor.read(sha(data), 0, 10).data == data[:10])
    tally.check("the office reads", office.read(sha(data), 0, 10).data == data[:10])
    tally.check("a reviewer sees no file", code(reviewer.read, sha(data)) == "E_NOT_FOUND")
    daily = PB["papers"].Daily(unit="E1", item="discipline", by="监察局", entry="1", dated=f"{YEAR}-05-01", fact="f", points=0,
                               evidence=sha(data).hex())
    tally.check("a department names what it only knows the hash of", code(
        third.deed, "daily.push", rows=R.Records(dailies=[daily])) == "ok")
    tally.check("… and cannot read it", code(third.read, sha(data), unit="E1") == "E_NOT_FOUND")

    # ---- Photos of visits: the office anywhere, evaluators at the units of their group.
    photo = random_file(CHUNK + 5, b"\xff\xd8\xff\xe0")
    office.send(photo)
    tally.check("the office keeps a photo", office.keep(photo, deed="photo.keep", name="现场.jpg").HasField("receipt"))
    tally.check("… whose type is seen in it", office.read(sha(photo), 0, 1).type == "jpeg")
    tally.check("the unit does not see it before a record of the visit names it", code(second.read, sha(photo)) == "E_NOT_FOUND")
    tally.check("… nor by offering it", not second.offer(photo).is_kept)
    rows = R.Records(teams=[P.Team(team="T1", name="经济组", **{"class": "economy"})])
    office.deed("team.push", rows=rows)
    office.deed("member.push", object="T1", rows=R.Records(members=[P.Member(team="T1", evaluator="eval")]))
    tally.check("an evaluator of the unit's group sees it", evaluator.offer(photo).is_kept)
    field = random_file(2 * CHUNK, b"\x89PNG\r\n\x1a\n")
    evaluator.send(field)
    tally.check("… keeps a photo", evaluator.keep(field, deed="photo.keep", name="田间.png").HasField("receipt"))
    tally.check("… and reads it", evaluator.download(sha(field))[0] == field)
    tally.check("… not of another class", code(evaluator.offer, field, unit="S1") == "E_DENIED")
    tally.check("… whose file is not there for him", code(evaluator.read, sha(data), unit="X1") == "E_NOT_FOUND")

    # ---- Whole or not at all, in time: what was named is shown beside what came (G3, G4).
    office.deed("phase.open", value="basic", due_us=int((time.time() + 86400) * 1e6))
    awaited = random_file(1000)
    second.deed("material.push", unit="E1", rows=R.Records(materials=[P.Material(
        unit="E1", item="daily", material="M1", title="台账", evidence=f"{sha(data).hex()};{sha(awaited).hex()}")]))

    def states(sender):
        table = sender.peer.call(view=D.View(**sender.at, view="evidence.state", unit="E1"))
        names = [c.name for c in table.columns]
        return {row["file"]: row for row in (dict(zip(names, r.cells)) for r in table.rows) if row["kind"] == "materials"}

    seen = states(second)
    tally.check("state: kept before, present", seen[sha(data).hex()]["state"] == "present", seen)
    tally.check("state: not there yet, waiting", seen[sha(awaited).hex()]["state"] == "waiting", seen)
    tally.check("state: until 72 hours after", int(seen[sha(awaited).hex()]["until"]) - int(seen[sha(awaited).hex()]["submitted"]) ==
                72 * 3600 * 1000000, seen)
    todo = second.peer.call(view=D.View(**second.at, view="todo"))
    tally.check("todo: the file is awaited", any(sha(awaited).hex() in row.cells for row in todo.rows))
    second.send(awaited)
    second.keep(awaited, name="台账.txt")
    tally.check("state: came in time", states(office)[sha(awaited).hex()]["state"] == "present")

    # ---- The same chunks from two units at once; a list told by two accounts of one unit at once.
    common = random_file(6 * CHUNK)
    for one in (second, other):
        one.list(common)
    for place in range(6):
        piece = common[place * CHUNK:(place + 1) * CHUNK]
        for one in (second, other):
            one.peer.send(evidence_chunk=E.EvidenceChunk(**one.at, unit=one.unit, data=piece))
    for one in (second, other):
        for _ in range(6):
            envelope = one.peer.receive()
            tally.check("two units at once: stored", envelope.WhichOneof("body") in ("evidence_chunk_reply",) or
                        envelope.fail.code == "E_BUSY", envelope)
        one.send(common)
        tally.check("two units at once: kept by each", one.keep(common).HasField("receipt"))

    # ---- Killed again and again, the daemon and its database by turns: what was acknowledged is there (G1).
    for one in (clerk.peer, second.peer):
        one.sock.close()
    long = random_file(3 << 20, b"PK\x03\x04")
    pieces = [long[i:i + CHUNK] for i in range(0, len(long), CHUNK)]
    acked, kills = set(), 0
    while len(acked) < len(pieces):
        try:
            second = sender("clerk-e1", "E1")
            lacking = second.list(long)
            tally.check("acknowledged, and there", not acked & set(lacking), (sorted(acked), lacking))
            acked = set(range(len(pieces))) - set(lacking)
            for count, place in enumerate(lacking):
                if count == 9 and kills < 6:
                    kills += 1
                    second.peer.send(evidence_chunk=E.EvidenceChunk(**second.at, unit="E1", data=pieces[place]))
                    if kills % 2:
                        daemon.kill()
                        daemon.start()
                        break
                    os.kill(daemon.postgres_pid(), 9)
                    second.peer.receive()
                    time.sleep(1)
                    break
                second.chunk(pieces[place])
                acked.add(place)
        except (Refused, ConnectionError, OSError) as error:
            good = getattr(error, "code", "E_UNAVAILABLE") in ("E_UNAVAILABLE", "E_BUSY")
            tally.check("in trouble: try again", good, error)
            time.sleep(0.3)
    tally.check("killed six times", kills == 6, kills)
    tally.check("kept after all that", second.keep(long, name="a.zip").HasField("receipt"))
    other, third, office, evaluator = (sender(a, u) for a, u in (("clerk-e2", "E2"), ("func", "E3"), ("office", "E1"), ("eval", "E1")))
    tally.check("and reads as it was sent", second.download(sha(long), CHUNK)[0] == long)

    # ---- Many verifications at once of one unit: a few are under way, the others are told to come again.
    lie = random_file(2 << 20)
    second.list(lie)
    second.send(lie)
    wrong_names = [bytes([i]) * 32 for i in range(6)]
    pages = b"".join(sha(lie[i:i + CHUNK]) for i in range(0, len(lie), CHUNK))
    for name in wrong_names:
        second.list_page(name, len(lie), 0, pages)
    asked = [second.peer.send(deed=D.Deed(op_id=op_id(), **second.at, deed="evidence.keep", unit="E1", rows=R.Records(
                 files=[P.File(unit="E1", file=name.hex(), name="x", size=len(lie))])))
             for name in wrong_names]
    codes = []
    while len(codes) < len(asked):
        envelope = second.peer.receive()
        if envelope.WhichOneof("body") == "fail":
            codes.append(envelope.fail.code)
    tally.check("verifications of one unit are bounded", sorted(set(codes)) == ["E_BUSY", "E_RULE"], codes)

    for peer in (clerk.peer, second.peer, other.peer, third.peer, office.peer, head.peer, auditor.peer, leader.peer,
                 reviewer.peer, evaluator.peer):
        peer.sock.close()
    admin.sock.close()

tally.close()
