#!/usr/bin/env python3
"""On time or late (design G4; R10, R12, R13, R16, R19): to the microsecond of the daemon's clock, which the test moves;
sent directly or carried by hand; with commit codes told by phone. Every decision is made again here from two
records alone: the receipt of the submission, and the receipt of the code with what was recorded.

usage: lateness_test.py JIXIAOD JIXIAO BUNDLE
"""
import datetime
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from field import SignKey, code, commit_code, content_hash, packet  # noqa: E402
from peer import PB, Daemon, Refused, Tally, merkle_check, op_id, verify_by_openssl  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
PASSWORD = "lateness-password-1"
Deed, Records = PB["deed"].Deed, PB["records"].Records
BEIJING = datetime.timezone(datetime.timedelta(hours=8))
SECOND = 1_000_000
DUE = int(datetime.datetime(2030, 4, 21, tzinfo=BEIJING).timestamp()) * SECOND  # 20 April 24:00


class Clock:
    """The daemon's clock runs on from where it is put; it is never put back."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "clock")
        self.at(DUE - 3600 * SECOND)

    def at(self, us):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(str(us - time.time_ns() // 1000))
        os.replace(self.path + ".new", self.path)


class City:
    def __init__(self, daemon):
        self.admin = daemon.admin()
        self.year, = self.admin.call(years=PB["year"].Years()).years
        self.public, = [key.public_key for key in self.admin.call(keys=PB["session"].Keys()).keys]
        self.peers = {}
        for account, role, unit in (("clerk1", "clerk", "X1"), ("head1", "head", "X1"), ("clerk2", "clerk", "X2"), ("carrier", "auditor", "")):
            self.admin.call(account_add=PB["account"].AccountAdd(
                op_id=op_id(), account=account, role=role, city=self.year.city, password=PASSWORD, unit=unit))
            self.peers[account] = daemon.peer()
            self.peers[account].login(account, PASSWORD)
        self.device = SignKey()
        self.peers["clerk1"].call(device_add=PB["packet"].DeviceAdd(op_id=op_id(), public_key=self.device.public))
        self.codes = []  # (deed that recorded it, its receipt)

    def deed(self, name, **arguments):
        return Deed(op_id=op_id(), city=self.year.city, year=self.year.year, deed=name, **arguments)

    def material(self, name):
        return self.deed("material.push", unit="X1", rows=Records(
            materials=[PB["papers"].Material(unit="X1", item="daily", material=name, title="台账")]))

    def record(self, text, unit):
        """The office writes a code down."""
        deed = self.deed("commitcode.add", rows=Records(commit_codes=[PB["papers"].CommitCode(code=text, unit=unit, note="来电")]))
        reply = self.admin.call(deed=deed)
        self.codes.append((deed, reply.receipt))
        return reply

    def carry(self, deed):
        return self.peers["carrier"].call(deliver=PB["packet"].Deliver(
            packet=packet(self.device, "clerk1", deed.SerializeToString(), self.public)))

    def stored(self, name):
        """late and at_us of a material, as they are on record."""
        table = self.admin.call(view=PB["deed"].View(city=self.year.city, year=self.year.year, view="list", kind="materials"))
        names = [column.name for column in table.columns]
        row, = [dict(zip(names, row.cells)) for row in table.rows if row.cells[names.index("material")] == name]
        return row["late"], int(row["at_us"])


def decide(city, deed, receipt, due):
    """From the records alone: the submission's receipt, and that of a code that fits it. Both are proven first."""
    verify = verify_by_openssl(city.public)
    assert merkle_check(receipt, verify) and receipt.content_hash == content_hash("deed", deed)
    moment = receipt.received_us
    for recorded, proof in city.codes:
        row = recorded.rows.commit_codes[0]
        if (merkle_check(proof, verify) and proof.content_hash == content_hash("deed", recorded) and row.unit == deed.unit
                and row.code.replace("-", "") == code(receipt.content_hash[:12]) and proof.received_us < moment):
            moment = proof.received_us
    return moment >= due


def check_cases(city, clock):
    """Sealed before the deadline, told by phone or not, delivered when there is a link."""
    sealed = {name: city.material(name) for name in ("code", "carried", "days", "tooLate", "another", "changed", "again", "none")}
    in_time = city.material("inTime")
    clock.at(DUE - 20 * SECOND)
    replies = {"inTime": (in_time, city.peers["clerk1"].call(deed=in_time), False)}
    for name in ("code", "carried", "days", "changed", "again"):
        note, = city.record(commit_code(sealed[name]), "X1").notes
        tally.check(f"{name}: the office is told that it is on record", commit_code(sealed[name]) in note, note)
    city.record(commit_code(sealed["another"]), "X2")
    clock.at(DUE)
    city.record(commit_code(sealed["tooLate"]), "X1")
    # Again, after the deadline: the first time stands, nothing is stored.
    tally.check("again: no change", not city.record(commit_code(sealed["again"]), "X1").HasField("receipt"))
    city.codes.pop()
    clock.at(DUE + 10 * SECOND)
    other = city.material("changed")
    other.op_id = sealed["changed"].op_id
    other.rows.materials[0].title = "另一份台账"
    for name, late in (("code", False), ("tooLate", True), ("another", True), ("again", False), ("none", True)):
        replies[name] = sealed[name], city.peers["clerk1"].call(deed=sealed[name]), late
    replies["changed"] = other, city.peers["clerk1"].call(deed=other), True
    replies["carried"] = sealed["carried"], city.carry(sealed["carried"]), False
    clock.at(DUE + 3 * 86400 * SECOND)
    replies["days"] = sealed["days"], city.peers["clerk1"].call(deed=sealed["days"]), False
    for name, (deed, reply, late) in replies.items():
        tally.check(f"{name}: {'late' if late else 'in time'}", (reply.late == "yes") == late, reply)
        tally.check(f"{name}: on record so, with its true time", city.stored(name) == ("yes" if late else "", reply.receipt.received_us),
                    city.stored(name))
        tally.check(f"{name}: two records say the same", decide(city, deed, reply.receipt, DUE) == late)
        counted = [note for note in reply.notes if commit_code(deed) in note]
        tally.check(f"{name}: says by which code it counts", bool(counted) == (name in ("code", "again", "days", "tooLate")), reply.notes)
    return sealed["carried"], replies["carried"][1]


def check_edge(city, clock):
    """The last microseconds: the clock stands still there only as long as a call takes, so every outcome is judged by the receipt."""
    due = DUE + 10 * 86400 * SECOND
    city.admin.call(deed=city.deed("phase.extend", value="basic", due_us=due, reason="洪水"))
    sides = set()
    for i in range(60):
        clock.at(due - 30_000 + 1000 * i)
        deed = city.material(f"edge{i}")
        reply = city.peers["clerk1"].call(deed=deed)
        late = reply.receipt.received_us >= due
        sides.add(late)
        tally.check(f"edge {i}: half-open", (reply.late == "yes") == late == decide(city, deed, reply.receipt, due))
    tally.check("both sides of the deadline were met", sides == {True, False})


def check_window(city, clock, carried, first):
    """Closed meanwhile: open to what was told while it was open, shut to all else; a replay stays what it was."""
    sealed, untold = city.material("window"), city.material("untold")
    clock.at(DUE + 11 * 86400 * SECOND)
    city.record(commit_code(sealed), "X1")
    city.admin.call(deed=city.deed("phase.close", value="basic"))
    for name, deed, expected in (("told", sealed, "ok"), ("untold", untold, "E_PHASE")):
        try:
            city.peers["clerk1"].call(deed=deed)
            got = "ok"
        except Refused as refused:
            got = refused.code
        tally.check(f"closed meanwhile: {name}", got == expected, got)
    again = city.carry(carried)
    tally.check("a replay through a closed window: the receipt as given", again.replayed and again.receipt == first.receipt)
    # A published result stands still, whatever was told when: that is no window.
    tally.check("the code's own record stays", city.admin.call(deed=city.deed("commitcode.add", rows=Records(
        commit_codes=[PB["papers"].CommitCode(code=commit_code(untold), unit="X1")]))).receipt.action == "deed")


with tempfile.TemporaryDirectory(prefix="jx-late-", dir="/var/tmp") as folder:
    os.chmod(folder, 0o755)
    clock = Clock(folder)
    with Daemon(jixiaod, env={"JIXIAO_TEST_CLOCK": clock.path}) as daemon:
        result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        city = City(daemon)
        city.admin.call(deed=city.deed("phase.open", value="basic", due_us=DUE))
        carried, first = check_cases(city, clock)
        check_edge(city, clock)
        check_window(city, clock, carried, first)

tally.close()
