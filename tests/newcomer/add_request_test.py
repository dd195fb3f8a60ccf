#!/usr/bin/env python3
"""The newcomer's exercise, "add a request": one message, one row, one function.
The patch is applied to a copy of the tree, built, and the request is sent.

usage: add_request_test.py SOURCE_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

source = sys.argv[1]
folder = tempfile.mkdtemp(prefix="jx-newcomer-")
tree, build = os.path.join(folder, "tree"), os.path.join(folder, "build")
try:
    shutil.copytree(source, tree, ignore=shutil.ignore_patterns("build", "build-*", ".git"))
    subprocess.run(["patch", "-p1", "--fuzz=2", "-i", os.path.join(source, "tests/newcomer/add_request.patch")],
                   cwd=tree, check=True)
    subprocess.run(["cmake", "-S", tree, "-B", build, "-G", "Ninja", "-DJX_TESTS=OFF", "-DCMAKE_C_FLAGS_DEBUG=-O0"],
                   check=True, stdout=subprocess.DEVNULL)
    built = subprocess.run(["cmake", "--build", build, "--target", "jixiaod"], capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(built.stdout[-3000:] + built.stderr)
    sys.path.insert(0, os.path.join(tree, "tests/protocol"))
    from peer import PB, Daemon, Refused, Tally  # noqa: E402
    tally = Tally()
    binary = os.path.join(build, "daemon/jixiaod")
    routes = subprocess.run([binary, "--routes"], capture_output=True, text=True, check=True).stdout
    tally.check("the row is in --routes", any(line.startswith("clock ") for line in routes.splitlines()))
    with Daemon(binary) as daemon:
        peer = daemon.peer()
        try:
            peer.call(clock=PB["session"].Clock())
            tally.check("the gates know it: not before login", False)
        except Refused as refused:
            tally.check("the gates know it: not before login", refused.code == "E_SESSION", refused)
        peer.login("admin", daemon.admin_password)
        reply = peer.call(clock=PB["session"].Clock())
        tally.check("it answers", abs(reply.clock_us / 1e6 - time.time()) < 60, reply)
        tally.check("whoami offers it", "clock" in peer.call(whoami=PB["session"].Whoami()).may)
        peer.close()
finally:
    shutil.rmtree(folder, ignore_errors=True)
tally.close()
