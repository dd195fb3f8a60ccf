#!/usr/bin/env python3
"""database.url: the daemon on a PostgreSQL that somebody else runs.

usage: foreign_database_test.py JIXIAOD JIXIAO BUNDLE
"""
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import PB, Daemon, Tally  # noqa: E402

jixiaod, jixiao, bundle = sys.argv[1:4]
tally = Tally()
BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
folder = tempfile.mkdtemp(prefix="jx-pg-", dir="/var/tmp")
as_postgres = []
if os.geteuid() == 0:
    os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
os.chmod(folder, 0o755)


def run(*arguments):
    subprocess.run([*as_postgres, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")


data, socket = os.path.join(folder, "data"), os.path.join(folder, "s")
run(f"{BIN}/initdb", "-D", data, "-U", "owner", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "-N")
run("mkdir", "-m", "755", socket)
run(f"{BIN}/pg_ctl", "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o", f"-c listen_addresses= -k {socket}", "start")
try:
    run(f"{BIN}/createdb", "-h", socket, "-U", "owner", "jixiao")
    config = f"database:\n  url: 'host={socket} dbname=jixiao user=owner'\n"
    home = tempfile.mkdtemp(prefix="jx-", dir="/var/tmp")
    with Daemon(jixiaod, folder=home, config=config) as daemon:
        tally.check("no cluster of its own", not os.path.exists(os.path.join(daemon.data, "pg")))
        result = subprocess.run([jixiao, "import", bundle], env=daemon.client_env(), capture_output=True, text=True)
        tally.check("import", result.returncode == 0, result.stderr)
        result = subprocess.run([jixiao, "run"], env=daemon.client_env(), capture_output=True, text=True)
        tally.check("run", result.returncode == 0, result.stderr)
        before = subprocess.run([jixiao, "results", "--json"], env=daemon.client_env(), capture_output=True).stdout
        roles = subprocess.run([*as_postgres, "psql", "-h", socket, "-U", "owner", "-d", "jixiao", "-Atc",
                                "select rolsuper from pg_roles where rolname = 'jixiao_daemon'"], capture_output=True, text=True, cwd="/")
        tally.check("the daemon's role is no superuser", roles.stdout.strip() == "f", roles)
    with Daemon(jixiaod, folder=home, config=config) as daemon:
        after = subprocess.run([jixiao, "results", "--json"], env=daemon.client_env(), capture_output=True).stdout
        tally.check("the next life finds everything", before == after and len(after) > 100)
        peer = daemon.admin()
        tally.check("one year", len(peer.call(years=PB["year"].Years()).years) == 1)
        peer.close()
    shutil.rmtree(home, ignore_errors=True)
finally:
    run(f"{BIN}/pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)
tally.close()
