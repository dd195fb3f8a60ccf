#!/usr/bin/env python3
"""The protocol is what the .proto files say: a client written from them alone
logs in over TLS, imports a city, runs the calculation, reads results and
verifies a receipt.

usage: python_client_test.py JIXIAOD JIXIAO BUNDLE
"""
import csv
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Peer, Refused, Tally, merkle_check, op_id, verify_by_openssl  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
year_pb, run_pb, session_pb = PB["year"], PB["run"], PB["session"]


with Daemon(jixiaod) as daemon:
    env = daemon.client_env()
    imported = subprocess.run([jixiao, "import", bundle, "--json"], env=env, capture_output=True, text=True)
    tally.check("import by jixiao", imported.returncode == 0, imported.stderr)

    peer = daemon.peer()
    reply = peer.login("admin", daemon.admin_password, keep=True)
    tally.check("login says who", (reply.account, reply.role, reply.city) == ("admin", "office", "*"), reply)
    resumed = daemon.peer()
    tally.check("token resumes", resumed.call(resume=session_pb.Resume(token=reply.token)).account == "admin")
    resumed.close()

    year, = peer.call(years=year_pb.Years()).years
    city, number = year.city, year.year
    tally.check("years", year.units > 0 and year.batch > 0, year)

    started = peer.call(run_start=run_pb.RunStart(op_id=op_id(), city=city, year=number, final=True))
    tally.check("run accepted", started.run.state == "running" and started.run.run == 1, started)
    done = peer.call(run_watch=run_pb.RunWatch(city=city, year=number, run=started.run.run)).run
    tally.check("run done", done.state == "done" and done.unit_count == year.units, done)

    keys = peer.call(keys=session_pb.Keys()).keys
    key = next(k for k in keys if k.key_id == started.receipt.key_id)
    verify = verify_by_openssl(key.public_key)
    tally.check("receipt verifies", merkle_check(started.receipt, verify))
    started.receipt.received_us += 1
    tally.check("a changed receipt does not", not merkle_check(started.receipt, verify))

    units, page = [], 0
    while True:
        reply = peer.call(results_read=run_pb.ResultsRead(city=city, year=number, page=page))
        units += reply.units
        if not reply.HasField("next"):
            break
        page = reply.next
    with open(os.path.join(bundle, "units.csv"), encoding="utf-8-sig") as file:
        wanted = sorted(row["unit"] for row in csv.DictReader(file))
    tally.check("every unit has a result", sorted(u.unit for u in units) == wanted)
    results = json.loads(subprocess.run([jixiao, "results", "--json"], env=env, capture_output=True, text=True).stdout)
    same = {u["unit"]: (u["total"], u["exact"], u["grade"], u["rank"]) for u in results["units"]}
    tally.check("the same as jixiao results", same == {u.unit: (u.total, u.exact, u.grade, u.rank) for u in units})

    scheme, offset = b"", 0
    while True:
        reply = peer.call(scheme_read=year_pb.SchemeRead(city=city, year=number, offset=offset))
        scheme += reply.text
        if not reply.HasField("next"):
            break
        offset = reply.next
    with open(os.path.join(bundle, "scheme.yaml"), "rb") as file:
        tally.check("scheme reads back", scheme == file.read())

    try:
        peer.call(run_watch=run_pb.RunWatch(city=city, year=number, run=99))
        tally.check("an unknown run is refused", False)
    except Refused as refused:
        tally.check("an unknown run is refused", refused.code == "E_NOT_FOUND", refused)
    english = Peer(daemon.address, daemon.ca, language="en")
    try:
        english.call(years=year_pb.Years())
        tally.check("errors in English", False)
    except Refused as refused:
        tally.check("errors in English", refused.code == "E_SESSION" and "not logged in" in refused.fail.message, refused)
    english.close()
    peer.close()

    # This client does not switch off Nagle's algorithm: the daemon must not leave its first request to a delayed acknowledgement.
    waits = []
    for _ in range(20):
        started = time.monotonic()
        Peer(daemon.address, daemon.ca).close()
        waits.append(time.monotonic() - started)
    tally.check("a first answer comes at once", min(waits) < 0.03, f"{min(waits) * 1000:.0f} ms at best")

tally.close()
