#!/usr/bin/env python3
"""What people wait for: the commands of the year, each a whole process of
jixiao with a kept login, against a real daemon with a city's year in it.

usage: year_figures.py BUILD_DIR BUNDLE    (a release build: cmake --preset release)

Prints median and slowest of 15 runs each; exit 1 when a median is above 50 ms
or a command is refused.
"""
import csv
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, Daemon, op_id  # noqa: E402

RUNS, MEDIAN_MS_MAX = 15, 50
PASSWORD = "bench-password-1"
build, bundle = sys.argv[1:3]
jixiaod, jixiao = os.path.join(build, "daemon/jixiaod"), os.path.join(build, "client/cli/jixiao")
slow = []


def env_of(daemon, account):
    """Of an account that is logged in already: no password is at hand."""
    env = {**daemon.client_env(account), "XDG_STATE_HOME": os.path.join(daemon.folder, account)}
    if account == "admin":
        path = env.pop("JIXIAO_PASSWORD_FILE")
    else:
        path = os.path.join(daemon.folder, f"{account}.password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        env.pop("JIXIAO_PASSWORD_FILE")
    do(env | {"JIXIAO_PASSWORD_FILE": path}, "login")
    return env


def do(env, *arguments):
    result = subprocess.run([jixiao, *arguments], env=env, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"jixiao {' '.join(arguments)}: exit {result.returncode}\n{result.stderr}")
    return result.stdout


def milliseconds(env, arguments):
    started = time.monotonic()
    do(env, *arguments)
    return (time.monotonic() - started) * 1000


def measure(who, env, *variants):
    """variants: the same command's arguments, taken in turn (a write must change something)."""
    times = sorted(milliseconds(env, variants[i % len(variants)]) for i in range(RUNS))
    median, name = times[RUNS // 2], "jixiao " + " ".join(os.path.basename(a) for a in variants[0])
    if median > MEDIAN_MS_MAX:
        slow.append(name)
    print(f"{who:<8} {name.replace(bundle, 'BUNDLE'):<44} {median:>8.1f} {times[-1]:>8.1f}", flush=True)


def open_accounts(daemon, year, unit):
    admin = daemon.admin()
    for account, role, of in (("clerk", "clerk", unit), ("head", "head", unit)):
        admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role, city=year.city, unit=of, password=PASSWORD))
    admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account="committee", role="committee", city=year.city, password=PASSWORD))


def departments():
    with open(os.path.join(bundle, "units.csv"), encoding="utf-8-sig") as file:
        return [r["unit"] for r in csv.DictReader(file) if r["class"] != "county"]


def prepare(daemon):
    """The year as it is in use: imported, calculated, goal setting open, a unit's draft pushed."""
    office = env_of(daemon, "admin")
    do(office, "import", bundle)
    do(office, "run", "--provisional")
    year, = daemon.admin().call(years=PB["year"].Years()).years
    open_accounts(daemon, year, departments()[0])
    for phase in ("goals", "progress", "visits"):
        do(office, "phase", "open", phase)
    clerk = env_of(daemon, "clerk")
    path = os.path.join(daemon.folder, "goals.yaml")
    do(clerk, "goals", "pull", "--out", path)
    do(clerk, "goals", "push", draft_of(daemon, departments()[0]))
    do(clerk, "goals", "pull", "--out", path)
    return office, clerk, env_of(daemon, "head"), env_of(daemon, "committee"), path


def draft_of(daemon, unit):
    path = os.path.join(daemon.folder, "draft.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("unit,goal,title,part,points,duty,place,workload,difficulty\n")
        for number in range(1, 21):
            file.write(f"{unit},P{number:02},第{number}项工作目标,duty,4,lead,重点,较大,较难\n")
    return path


def main():
    with Daemon(jixiaod) as daemon:
        office, clerk, head, committee, goals = prepare(daemon)
        print(f"{'who':<8} {'command':<36} {'median':>8} {'max ms':>8}   of {RUNS} runs, a whole process each")
        for arguments in (["todo"], ["owed"], ["missing"], ["missing", "summary"], ["missing", "map"], ["list", "goals"], ["list", "plans"],
                          ["plan", "state"], ["plan", "coverage"], ["board"], ["results"], ["notices"], ["may"],
                          ["common", "state"], ["group", "state"], ["round", "state"], ["decisions"], ["outcome", "state"],
                          ["confirmations"], ["history", "phases", "goals"], ["whoami"]):
            measure("office", office, arguments)
        measure("office", office, ["phase", "open", "adjust"], ["phase", "close", "adjust"])
        for arguments in (["todo"], ["may"], ["notices"], ["list", "goals"], ["plan", "state"], ["goals", "pull"],
                          ["goals", "push", goals, "--dry-run"]):
            measure("clerk", clerk, arguments)
        measure("head", head, ["todo"])
        measure("head", head, ["may"])
        measure("comm.", committee, ["todo"])
        measure("comm.", committee, ["plan", "coverage"])
    for name in slow:
        print(f"above {MEDIAN_MS_MAX} ms: {name}")
    sys.exit(1 if slow else 0)


main()
