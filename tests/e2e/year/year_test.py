#!/usr/bin/env python3
"""The whole year of a made-up city through the real client and the real
daemon: every role logs in itself, nothing is imported but units and accounts;
from the first goal proposal to the published, frozen result.

usage: year_test.py JIXIAOD JIXIAO SOURCE_DIR
"""
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import city  # noqa: E402
import goals  # noqa: E402
import result  # noqa: E402
import through  # noqa: E402
import winter  # noqa: E402
from world import World  # noqa: E402


def open_year(w, source, year):
    """The bundle that an office begins with: the scheme, and who is evaluated."""
    folder = os.path.join(w.folder, f"bundle-{year}")
    os.makedirs(folder)
    text = city.scheme_text(os.path.join(source, "deploy/schemes/municipal.yaml"), year)
    for name, content in (("scheme.yaml", text), ("units.csv", city.units_csv())):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    if w.logins["admin"] != w.shift:
        w.login("admin")
    result = subprocess.run([w.jixiao, "import", folder], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check(f"{year}: scheme and units imported", result.returncode == 0, result.stderr)
    return text


def open_accounts(w):
    path, out = os.path.join(w.folder, "accounts.csv"), os.path.join(w.folder, "passwords.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(city.accounts_csv())
    result = subprocess.run([w.jixiao, "account", "import", path, "--out", out, "--city", w.city], env=w.people["admin"], capture_output=True, text=True)
    w.tally.check("accounts from a file", result.returncode == 0, result.stderr)
    with open(out, encoding="utf-8") as file:
        passwords = {row["account"]: row["password"] for row in csv.DictReader(file)}
    w.tally.check("an account for everybody", sorted(passwords) == sorted(row[0] for row in city.accounts()), len(passwords))
    for account, password in passwords.items():
        w.person(account, password)


def obligations(source):
    """Every obligation that the daemon's table knows."""
    codes = set()
    for name in ("duty_goals.c", "duty_year.c", "duty_end.c", "duty_result.c"):
        with open(os.path.join(source, "daemon/deeds", name), encoding="utf-8") as file:
            codes |= set(re.findall(r'\{\.code = "([a-z.]+)"', file.read()))
    return codes


def main():
    jixiaod, jixiao, source = (os.path.abspath(a) for a in sys.argv[1:4])
    folder = tempfile.mkdtemp(prefix="jx-year-", dir="/var/tmp")
    started = time.monotonic()
    w = World(jixiaod, jixiao, folder, city.CITY, city.YEAR, "2026-01-20")
    with w.daemon:
        w.person("admin", w.daemon.admin_password)
        text = open_year(w, source, city.YEAR)
        open_accounts(w)
        goals.play(w, text)
        through.play(w, goals.adjustments)
        winter.play(w, text, lambda year: open_year(w, source, year))
        result.play(w, winter.run)
    known = obligations(source)
    w.tally.check("every obligation was on its owner's list and the office's, and went", len(known) > 50 and known == w.settled, known ^ w.settled)
    print(f"year: {w.calls} commands in {time.monotonic() - started:.1f} s")
    shutil.rmtree(folder, ignore_errors=True)
    w.tally.close()


if __name__ == "__main__":
    main()
