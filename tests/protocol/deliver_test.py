#!/usr/bin/env python3
"""Submissions that travel by hand (design G1, G2; R12, R14, R23): sealed and signed by a client of the test's own, delivered by
others, in every order, exactly once; whatever is not right is refused in the same words; keys rotate.

usage: deliver_test.py JIXIAOD JIXIAO BUNDLE
"""
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from field import SignKey, countersign_bytes, countersign_key, key_id, mark_content, packet, seal  # noqa: E402
from peer import PB, Daemon, Refused, Tally, merkle_check, op_id, verify_by_openssl  # noqa: E402

jixiaod, jixiao, bundle = (os.path.abspath(a) for a in sys.argv[1:4])
tally = Tally()
PASSWORD = "deliver-password-1"
P = PB["packet"]
Deed = PB["deed"].Deed


def refused(call):
    try:
        call()
        return "ok"
    except Refused as error:
        return error.code


def add_device(peer, public, op=None):
    return peer.call(device_add=P.DeviceAdd(op_id=op or op_id(), public_key=public))


def deliver(peer, sealed):
    return peer.call(deliver=P.Deliver(packet=sealed))


class City:
    def __init__(self, admin):
        self.year, = admin.call(years=PB["year"].Years()).years

    def deed(self, name, **arguments):
        return Deed(op_id=op_id(), city=self.year.city, year=self.year.year, deed=name, **arguments)

    def material(self, number, unit="X1"):
        rows = PB["records"].Records()
        rows.materials.add(unit=unit, item="daily", material=f"M{number}", title=f"台账 {number}")
        return self.deed("material.push", unit=unit, rows=rows)


def versions(peer, city, key):
    rows = peer.call(history=PB["deed"].History(city=city.year.city, year=city.year.year, kind="materials", key=key)).rows
    return len({row.cells[0] for row in rows})


def server_keys(peer):
    return {key.key_id: key.public_key for key in peer.call(keys=PB["session"].Keys()).keys}


def check_devices(daemon, clerk):
    """An account's keys: the same again, a wrong one, and their end."""
    device, op = SignKey(), op_id()
    first = add_device(clerk, device.public, op)
    again = add_device(clerk, device.public, op)
    tally.check("device_add: replayed with the same receipt", again.replayed and again.receipt == first.receipt)
    tally.check("the same key under another op is fine", add_device(clerk, device.public).receipt.action == "device_add")
    for name, key in (("short", b"x" * 31), ("none", b""), ("no point", b"\xff" * 32), ("small order", b"\x01" + bytes(31))):
        tally.check(f"device_add: {name}", refused(lambda key=key: add_device(clerk, key)) == "E_FIELD")
    other = daemon.peer()
    other.login("many", PASSWORD)
    codes = [refused(lambda: add_device(other, SignKey().public)) for _ in range(33)]
    tally.check("32 devices an account, no more", codes == ["ok"] * 32 + ["E_QUOTA"], codes)
    other.close()
    return device


def check_order(daemon, city, device, server, clerk, carrier):
    """By hand and directly, in every order: one version, one receipt."""
    deed = city.material(1)
    raw = deed.SerializeToString()
    reply = deliver(carrier, packet(device, "clerk", raw, server))
    tally.check("delivered: the receipt is the account's", reply.receipt.actor == "clerk" and reply.receipt.action == "deed")
    tally.check("the carrier learns nothing else", not reply.changes and not reply.notes and not reply.HasField("change_count"), reply)
    tally.check("its content is the deed's", reply.receipt.op_id == deed.op_id)
    direct = clerk.call(deed=deed)
    tally.check("then directly: the same receipt", direct.replayed and direct.receipt == reply.receipt)
    again = deliver(carrier, packet(device, "clerk", raw, server))
    tally.check("then by hand once more", again.replayed and again.receipt == reply.receipt)
    tally.check("once", versions(clerk, city, "X1/daily/M1") == 1)

    deed = city.material(2)
    first = clerk.call(deed=deed)
    tally.check("the sender sees changes", first.change_count == 1)
    again = deliver(carrier, packet(device, "clerk", deed.SerializeToString(), server))
    tally.check("directly, then by hand", again.replayed and again.receipt == first.receipt)

    # The same op with other content is another submission.
    other = city.material(3)
    other.op_id = deed.op_id
    tally.check("same op, other content", refused(lambda: deliver(carrier, packet(device, "clerk", other.SerializeToString(), server))) == "E_CONFLICT")
    # The carrier may be the account itself.
    tally.check("carried by oneself", deliver(clerk, packet(device, "clerk", city.material(4).SerializeToString(), server)).receipt.actor == "clerk")


def check_at_once(daemon, city, device, server):
    """Two carriers and the account, all at the same time."""
    peers = []
    for account in ("office1", "auditor1", "clerk"):
        peer = daemon.peer()
        peer.login(account, PASSWORD)
        peers.append(peer)
    receipts, failures = {}, []

    def play(peer, is_own, deeds):
        for deed in deeds:
            try:
                reply = peer.call(deed=deed) if is_own else deliver(peer, packet(device, "clerk", deed.SerializeToString(), server))
                receipts.setdefault(deed.op_id, []).append(reply.receipt.SerializeToString())
            except Refused as error:
                failures.append(str(error))

    deeds = [city.material(100 + i) for i in range(20)]
    threads = [threading.Thread(target=play, args=(peer, peer is peers[2], deeds)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.check("at once: nothing is refused", not failures, failures[:3])
    tally.check("at once: one receipt each", all(len(r) == 3 and len(set(r)) == 1 for r in receipts.values()) and len(receipts) == 20)
    tally.check("at once: one version each", all(versions(peers[2], city, f"X1/daily/M{100 + i}") == 1 for i in range(20)))
    for peer in peers:
        peer.close()


def check_refusals(city, device, server, carrier):
    """Whatever is wrong with a packet: the same code, the same words."""
    raw = city.material(5).SerializeToString()
    stranger = SignKey()
    good = packet(device, "clerk", raw, server)
    bad = {
        "nothing": b"", "short": b"x" * 48, "noise": os.urandom(400), "cut": good[:-1], "one bit": good[:-1] + bytes([good[-1] ^ 1]),
        "sealed to another": packet(device, "clerk", raw, SignKey().public),
        "an empty message": seal(b"", server), "no message": seal(os.urandom(200), server),
        "wrong signature": packet(device, "clerk", raw, server, signature=bytes(64)),
        "short signature": packet(device, "clerk", raw, server, signature=bytes(63)),
        "signed by a stranger": packet(stranger, "clerk", raw, server, device=key_id(device.public)),
        "a device nobody knows": packet(stranger, "clerk", raw, server),
        "another account's device": packet(device, "office1", raw, server),
        "another account's name on it": packet(device, "clerk", raw, server, account="office1"),
        "an account that is none": packet(device, "nobody", raw, server),
        "no account": packet(device, "", raw, server), "a long account": packet(device, "x" * 65, raw, server),
        "no device": packet(device, "clerk", raw, server, device=b""),
        "another deed in it": packet(device, "clerk", raw, server, deed=city.material(6).SerializeToString()),
        "no deed, signed": packet(device, "clerk", os.urandom(100), server),
        "text that is not clean, signed": packet(device, "clerk", raw.replace("台账".encode(), b"\xff\xff\xff\xff\xff\xff"), server),
        "a dry run": packet(device, "clerk", (lambda d: (setattr(d, "dry_run", True), d)[1])(city.material(7)).SerializeToString(), server),
    }
    words = set()
    for name, sealed in bad.items():
        try:
            deliver(carrier, sealed)
            tally.check(f"refused: {name}", False, "ok")
        except Refused as error:
            tally.check(f"refused: {name}", error.code == "E_PACKET", error)
            words.add(error.fail.SerializeToString())
    tally.check("nothing tells which", len(words) == 1, words)
    # What is inside passes the gates of a deed, as its own account's.
    inner = {
        "another unit": (city.material(8, unit="E1"), "E_DENIED"), "no such deed": (city.deed("no.such", unit="X1"), "E_UNKNOWN_REQUEST"),
        "the office's": (city.deed("phase.close", value="basic"), "E_DENIED"), "no op id": (Deed(deed="material.push"), "E_FIELD"),
        "another city": (Deed(op_id=op_id(), city="000001", year=city.year.year, deed="material.push"), "E_DENIED"),
        "a fault of a row": (city.deed("material.push", unit="X1", rows=PB["records"].Records(
            materials=[PB["papers"].Material(unit="X1", item="秘密项目", material="M", title="t")])), "E_FAULTS"),
    }
    for name, (deed, expected) in inner.items():
        try:
            deliver(carrier, packet(device, "clerk", deed.SerializeToString(), server))
            tally.check(f"inside: {name}", False, "ok")
        except Refused as error:
            tally.check(f"inside: {name}", error.code == expected, error)
            text = str(error.fail)
            tally.check(f"inside: {name}: nothing of it is quoted", not error.fail.why and not error.fail.faults and
                        not error.fail.field and "秘密" not in text and "\\347\\247\\230" not in text, text)


def check_disabled(daemon, city, server, admin, carrier):
    device = SignKey()
    peer = daemon.peer()
    peer.login("leaver", PASSWORD)
    add_device(peer, device.public)
    sealed = packet(device, "leaver", city.material(9).SerializeToString(), server)
    admin.call(account_disable=PB["account"].AccountDisable(op_id=op_id(), account="leaver", reason="left"))
    tally.check("a disabled account's packets are not taken", refused(lambda: deliver(carrier, sealed)) == "E_DENIED")
    wrong = packet(device, "leaver", city.material(9).SerializeToString(), server, signature=bytes(64))
    tally.check("nor does a wrong one tell that it is disabled", refused(lambda: deliver(carrier, wrong)) == "E_PACKET")


def check_burst(city, device, server, carrier):
    """Many on one connection without waiting: some are told to come again, each is stored once in the end."""
    deeds = [city.material(200 + i) for i in range(30)]
    waiting = {}
    done = {}
    while len(done) < len(deeds):
        for deed in deeds:
            if deed.op_id not in done:
                waiting[carrier.send(deliver=P.Deliver(packet=packet(device, "clerk", deed.SerializeToString(), server)))] = deed.op_id
        while waiting:
            envelope = carrier.receive()
            op = waiting.pop(envelope.request_id)
            kind = envelope.WhichOneof("body")
            if kind == "deed_reply":
                done[op] = envelope.deed_reply.receipt
            elif not tally.check("in a burst: done, or busy", kind == "fail" and envelope.fail.code == "E_BUSY", envelope):
                return
    tally.check("in a burst: each once", len({r.op_id for r in done.values()}) == 30)


def check_field(daemon, city, admin, server, carrier):
    """The field kit: marks of a visit, countersigned on the spot, brought home by somebody else (R14, R23)."""
    device, code_bytes = SignKey(), os.urandom(11) + b"\xc0"
    unit_key = countersign_key(code_bytes, city.year.city, city.year.year, "E1")
    papers = PB["papers"]
    for account, role, unit in (("head-e1", "head", "E1"), ("li", "evaluator", "")):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role, city=city.year.city, password=PASSWORD, unit=unit))
    head, evaluator = daemon.peer(), daemon.peer()
    head.login("head-e1", PASSWORD)
    evaluator.login("li", PASSWORD)
    add_device(evaluator, device.public)
    records = PB["records"].Records
    for peer, deed in ((admin, city.deed("phase.open", value="group")),
                       (admin, city.deed("team.push", rows=records(teams=[papers.Team(team="T1", name="经济组", **{"class": "economy"})]))),
                       (admin, city.deed("member.push", object="T1", rows=records(members=[papers.Member(team="T1", evaluator="li")]))),
                       (head, city.deed("signer.set", unit="E1", rows=records(signers=[papers.Signer(unit="E1", key=unit_key.public.hex())])))):
        peer.call(deed=deed)

    def marks(points, changed=None):
        mark = PB["records"].GroupMark(unit="E1", goal="G1", evaluator="li", points=points)
        sign = papers.Countersign(unit="E1", object="G1", by="li", name="王五", verdict="object", text="数据已更正",
                                  content=mark_content(unit="E1", goal="G1", evaluator="li", points=f"{points / 100:g}"))
        sign.signature = unit_key.sign(countersign_bytes(city.year.city, city.year.year, sign)).hex()
        for name, value in (changed or {}).items():
            setattr(sign, name, value)
        return city.deed("group.mark", unit="E1", rows=records(
            group=[mark], group_notes=[papers.GroupNote(unit="E1", goal="G1", evaluator="li", how="look")], countersigns=[sign]))

    bad = packet(device, "li", marks(1000, {"text": "别的话"}).SerializeToString(), server)
    tally.check("a countersignature that does not fit is a fault", refused(lambda: deliver(carrier, bad)) == "E_FAULTS")
    reply = deliver(carrier, packet(device, "li", marks(1050).SerializeToString(), server))
    tally.check("a countersigned mark, carried", reply.receipt.actor == "li")
    table = admin.call(view=PB["deed"].View(city=city.year.city, year=city.year.year, view="group.state", unit="E1"))
    names = [column.name for column in table.columns]
    row, = [r for r in (dict(zip(names, row.cells)) for row in table.rows) if r["goal"] == "G1"]
    tally.check("the objection travels with the mark", (row["signed"], row["objection"]) == ("object", "数据已更正"), row)
    for peer in (head, evaluator):
        peer.close()


def rotate(daemon):
    return subprocess.run([jixiaod, "--data", daemon.data, "--rotate-key"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "en"})


def client(daemon, state, *arguments):
    env = {**daemon.client_env(), "XDG_STATE_HOME": state, "LC_ALL": "en"}
    return subprocess.run([jixiao, *arguments], env=env, capture_output=True, text=True)


def check_rotation(daemon, city, device, server):
    """Old receipts and old packets stay good; who does not know the new key learns it from the server itself."""
    state = os.path.join(daemon.folder, "old-client")
    old_file, new_file = os.path.join(daemon.folder, "old.json"), os.path.join(daemon.folder, "new.json")
    old_pub = os.path.join(daemon.folder, "old.pub")
    made = client(daemon, state, "phase", "open", "self", "--city", city.year.city, "--year", str(city.year.year), "--receipt", old_file)
    tally.check("a receipt before", made.returncode == 0, made.stderr)
    with open(os.path.join(daemon.data, "receipt.pub"), "rb") as source, open(old_pub, "wb") as target:
        target.write(source.read())
    running = rotate(daemon)
    tally.check("not while it runs", running.returncode == 1, running.stderr)
    sealed = packet(device, "clerk", city.material(300).SerializeToString(), server)
    daemon.stop()
    result = rotate(daemon)
    tally.check("rotated", result.returncode == 0, result.stderr)
    kept = os.path.join(daemon.data, "keys", f"signing-{key_id(server).hex()}.key")
    tally.check("the former key is kept, for its owner only", os.path.isfile(kept) and os.stat(kept).st_mode & 0o777 == 0o600)
    with open(os.path.join(daemon.data, "receipt.pub"), encoding="ascii") as file:
        fresh = bytes.fromhex(file.read().strip())
    tally.check("receipt.pub is the new key's", fresh != server)

    # Offline, before anybody has talked to the server again.
    tally.check("offline: the old receipt, by the key that was kept", client(daemon, state, "receipt", "verify", old_file).returncode == 0)
    tally.check("offline: by the file", client(daemon, state, "receipt", "verify", old_file, "--key", old_pub).returncode == 0)
    tally.check("offline: not by the new one", client(daemon, state, "receipt", "verify", old_file, "--key",
                                                      os.path.join(daemon.data, "receipt.pub")).returncode == 1)
    daemon.start()
    made = client(daemon, state, "phase", "open", "claims", "--city", city.year.city, "--year", str(city.year.year), "--receipt", new_file)
    tally.check("a receipt after, by a client that knew only the old key", made.returncode == 0, made.stderr)
    for name, path in (("old", old_file), ("new", new_file)):
        checked = client(daemon, state, "receipt", "verify", path)
        tally.check(f"offline: the {name} receipt, by the keys that are kept", checked.returncode == 0, checked.stderr)
    tally.check("offline: the new receipt by the new file", client(daemon, state, "receipt", "verify", new_file, "--key",
                                                                   os.path.join(daemon.data, "receipt.pub")).returncode == 0)
    tally.check("offline: and not by the old", client(daemon, state, "receipt", "verify", new_file, "--key", old_pub).returncode == 1)

    carrier = daemon.peer()
    carrier.login("office1", PASSWORD)
    keys = server_keys(carrier)
    tally.check("Keys lists both", keys.get(key_id(server)) == server and keys.get(key_id(fresh)) == fresh and len(keys) == 2, keys)
    receipt = deliver(carrier, sealed).receipt
    tally.check("a packet sealed to the former key is opened", receipt.actor == "clerk")
    tally.check("and receipted with the new one", receipt.key_id == key_id(fresh) and merkle_check(receipt, verify_by_openssl(fresh)))
    tally.check("a packet sealed to the new key", deliver(carrier, packet(device, "clerk", city.material(301).SerializeToString(), fresh)).receipt.actor == "clerk")
    carrier.close()
    daemon.stop()
    # A second time, and a file that somebody else could read.
    tally.check("rotated again", rotate(daemon).returncode == 0)
    os.chmod(kept, 0o644)
    tally.check("a former key that others may read is none", rotate(daemon).returncode == 1)
    os.chmod(kept, 0o600)
    daemon.start()
    carrier = daemon.peer()
    carrier.login("office1", PASSWORD)
    tally.check("of two rotations ago too", deliver(carrier, packet(device, "clerk", city.material(302).SerializeToString(), server)).receipt.actor == "clerk")
    carrier.close()


with Daemon(jixiaod) as daemon:
    result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    admin = daemon.admin()
    city = City(admin)
    for account, role, unit in (("clerk", "clerk", "X1"), ("many", "clerk", "X1"), ("leaver", "clerk", "X1"), ("office1", "office", ""), ("auditor1", "auditor", "")):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role, city=city.year.city, password=PASSWORD, unit=unit))
    admin.call(deed=city.deed("phase.open", value="basic"))
    server, = server_keys(admin).values()
    clerk, carrier = daemon.peer(), daemon.peer()
    clerk.login("clerk", PASSWORD)
    carrier.login("auditor1", PASSWORD)
    device = check_devices(daemon, clerk)
    check_order(daemon, city, device, server, clerk, carrier)
    check_at_once(daemon, city, device, server)
    check_refusals(city, device, server, carrier)
    check_disabled(daemon, city, server, admin, carrier)
    check_burst(city, device, server, carrier)
    check_field(daemon, city, admin, server, carrier)
    for peer in (clerk, carrier, admin):
        peer.close()
    check_rotation(daemon, city, device, server)

tally.close()
