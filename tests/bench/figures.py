#!/usr/bin/env python3
"""The figures of the main job, in one run, each with the command that gives it.

usage: figures.py BUILD_DIR BUNDLE        (a release build: cmake --preset release)
"""
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, Daemon, op_id  # noqa: E402

build, bundle = sys.argv[1:3]
jixiaod, jixiao = os.path.join(build, "daemon/jixiaod"), os.path.join(build, "client/cli/jixiao")
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))


def timed(arguments, env=None):
    """(seconds, peak KiB) of one command."""
    started = time.monotonic()
    process = subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, (arguments, status)
    return time.monotonic() - started, usage.ru_maxrss


def median(command, env=None, runs=5):
    rows = sorted(timed(command, env) for _ in range(runs))
    return rows[runs // 2][0], max(r[1] for r in rows)


def show(what, value, command):
    print(f"{what:<44} {value:<28} {command}")


seconds, peak = median([jixiao, "compute", bundle])
show("compute, wall / peak memory", f"{seconds * 1000:.0f} ms / {peak / 1024:.1f} MiB", f"jixiao compute {bundle}")

with Daemon(jixiaod) as daemon:
    show("first start to ready", f"{daemon.ready_seconds * 1000:.0f} ms", "jixiaod --data DIR (empty)")
    env = daemon.client_env()
    show("RSS idle", f"{daemon.rss_kib() / 1024:.1f} MiB", "VmRSS of jixiaod")
    admin = daemon.admin()
    seconds, peak = timed([jixiao, "import", bundle], env)
    show("import, wall / client's peak", f"{seconds * 1000:.0f} ms / {peak / 1024:.1f} MiB", f"jixiao import {bundle}")
    seconds, peak = median([jixiao, "run", "--final"], env)
    show("run, wall (with login) / client's peak", f"{seconds * 1000:.0f} ms / {peak / 1024:.1f} MiB", "jixiao run --final")
    year = admin.call(years=PB["year"].Years()).years[0]
    times = []
    for _ in range(5):
        started = time.monotonic()
        run = admin.call(run_start=PB["run"].RunStart(op_id=op_id(), city=year.city, year=year.year, final=True)).run
        admin.call(run_watch=PB["run"].RunWatch(city=year.city, year=year.year, run=run.run))
        times.append(time.monotonic() - started)
    show("run, wall, within a session", f"{sorted(times)[2] * 1000:.0f} ms", "RunStart + RunWatch")
    show("RSS after import and runs", f"{daemon.rss_kib() / 1024:.1f} MiB", "VmRSS of jixiaod")
    writes = 200
    started = time.monotonic()
    admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account="target", role="auditor", city="*", password="bench-password"))
    started = time.monotonic()
    for _ in range(writes):
        admin.call(account_disable=PB["account"].AccountDisable(op_id=op_id(), account="target"))
    show("a write, one after another", f"{(time.monotonic() - started) / writes * 1000:.2f} ms", "AccountDisable to its receipt")
    before = daemon.rss_kib()
    peers = [daemon.peer() for _ in range(1000)]
    time.sleep(0.5)
    after = daemon.rss_kib()
    show("RSS with 1,000 idle TLS connections", f"{after / 1024:.1f} MiB", f"{(after - before) / 1000:.1f} KiB each")
    for peer in peers:
        peer.sock.close()
    daemon.kill()
    daemon.start()
    show("start after kill -9 to ready", f"{daemon.ready_seconds * 1000:.0f} ms", "jixiaod --data DIR")
