"""A daemon with a clock that the test moves, and people with a client each."""
import contextlib
import datetime
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../protocol"))
from peer import Daemon, Tally  # noqa: E402

BEIJING = datetime.timezone(datetime.timedelta(hours=8))


class World:
    def __init__(self, jixiaod, jixiao, folder, city, year, start):
        self.jixiao, self.folder, self.city, self.year = jixiao, folder, city, year
        self.clock = os.path.join(folder, "clock")
        os.chmod(folder, 0o755)
        self.at(start)  # before the daemon starts: its clock never goes back
        self.daemon = Daemon(jixiaod, env={"JIXIAO_TEST_CLOCK": self.clock})
        self.tally = Tally()
        self.people, self.logins = {}, {}
        self.settled = set()  # obligations that were seen owed, and seen settled
        self.calls = 0

    def at(self, date, hour=9, minute=0, second=0, micro=0):
        """Moves the daemon's clock to that moment of Beijing time."""
        moment = datetime.datetime.fromisoformat(date).replace(hour=hour, minute=minute, second=second, microsecond=micro, tzinfo=BEIJING)
        self.shift = (moment.toordinal(), moment.hour // 12)  # a kept login lasts half a day
        offset = int(moment.timestamp() * 1_000_000) - time.time_ns() // 1000
        with open(self.clock + ".new", "w", encoding="ascii") as file:
            file.write(str(offset))
        os.replace(self.clock + ".new", self.clock)

    def person(self, account, password):
        """Logs in by the client, once; the login is kept."""
        home = os.path.join(self.folder, "people", account)
        os.makedirs(home, exist_ok=True)
        secret = os.path.join(home, "password")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        env = {**os.environ, "JIXIAO_SERVER": self.daemon.address, "JIXIAO_CA": self.daemon.ca, "XDG_STATE_HOME": home, "XDG_DATA_HOME": os.path.join(home, "store"),
               "XDG_CONFIG_HOME": home, "LC_ALL": "C.UTF-8"}
        env.pop("JIXIAO_USER", None)
        self.people[account] = env
        self.login(account)

    def login(self, account):
        env = self.people[account]
        secret = os.path.join(env["XDG_STATE_HOME"], "password")
        result = subprocess.run([self.jixiao, "login", account], env={**env, "JIXIAO_PASSWORD_FILE": secret}, capture_output=True, text=True)
        self.tally.check(f"{account} logs in", result.returncode == 0, result.stderr)
        self.logins[account] = self.shift

    def run(self, account, *arguments, stdin=None, year=None):
        self.calls += 1
        if self.logins[account] != self.shift:
            self.login(account)
        command = [self.jixiao, *arguments]
        if arguments[0] not in ("receipt", "compute", "help", "whoami"):
            command += ["--city", self.city, "--year", str(year or self.year)]
        return subprocess.run(command, env=self.people[account], capture_output=True, text=True, input=stdin, timeout=120)

    def do(self, account, *arguments, rows=None, status=0, code=None, why=None, year=None):
        """A command that must end so; rows: {kind: [{field: value}]} go in as YAML on stdin."""
        stdin = None
        if rows is not None:
            arguments = (*arguments, "-")
            stdin = json.dumps({k: [{f: str(v) for f, v in row.items() if v is not None} for row in v] for k, v in rows.items()}, ensure_ascii=False)
        result = self.run(account, *arguments, stdin=stdin, year=year)
        good = result.returncode == status and (code is None or code in result.stderr) and (why is None or why in result.stderr)
        name = f"{account}: {' '.join(arguments)}"[:110] + ("" if status == 0 else f" → {code or status}")
        self.tally.check(name, good, f"exit {result.returncode}: {(result.stdout + result.stderr)[-900:]}")
        return result

    def look(self, account, *arguments, year=None):
        """A table, as a list of {column: text}."""
        result = self.run(account, *arguments, "--json", year=year)
        self.tally.check(f"{account} looks: {' '.join(arguments)}"[:110], result.returncode == 0, result.stderr[-500:])
        return json.loads(result.stdout) if result.returncode == 0 else []

    def owes(self, account, deed, unit=None, object_=None, year=None):
        """The account's own todo for that deed (of that unit, of that object)."""
        return [row for row in self.look(account, "todo", year=year)
                if row["deed"] == deed and unit in (None, row["unit"]) and object_ in (None, row["object"])]

    def owed(self, deed, unit=None, object_=None, owner=None, year=None):
        """The office's list of who still owes that deed."""
        where = [a for k, v in (("deed", deed), ("object", object_), ("owner", owner)) if v for a in ("--where", f"{k}={v}")]
        return self.look("office1", "owed", *where, *(("--unit", unit) if unit else ()), year=year)

    def check_owes(self, account, deed, expected, unit=None, object_=None, year=None):
        found = self.owes(account, deed, unit, object_, year)
        self.tally.check(f"{account} {'owes' if expected else 'no longer owes'} {deed}{' ' + unit if unit else ''}", bool(found) == expected, found)

    def check_owed(self, deed, expected, **which):
        found = self.owed(deed, **which)
        self.tally.check(f"the office sees {deed} {which} {'owed' if expected else 'settled'}", bool(found) == expected, found)

    @contextlib.contextmanager
    def settling(self, account, deed, unit=None, object_=None, owner=None):
        """What is done inside settles it: on its owner's list and the office's before, on neither after (R45)."""
        self.check_owes(account, deed, True, unit, object_)
        self.check_owed(deed, True, unit=unit, object_=object_, owner=owner)
        yield
        self.check_owes(account, deed, False, unit, object_)
        self.check_owed(deed, False, unit=unit, object_=object_, owner=owner)
        self.settled.add(deed)

    def countdown(self, account, deed, dates, unit=None, object_=None):
        """The owner's days left and state at 09:00 of each date: [(date, days, state)] (R10)."""
        for date, days, state in dates:
            self.at(date)
            rows = self.owes(account, deed, unit, object_)
            self.tally.check(f"{date}: {days} days left for {deed}, {state}", [(int(r["days"]), r["state"]) for r in rows] == [(days, state)], rows)

    def remind(self, account, word, expected, *options):
        """The office reminds; that account has a notice with that word, or still none."""
        result = self.do("office1", "remind", *options)
        notices = [n for n in self.look(account, "notices") if word in n["text"]]
        self.tally.check(f"{account} {'is' if expected else 'is not'} reminded: {word}", bool(notices) == expected, notices or result.stderr)
        return result.stderr

    def version(self, account, unit):
        """The version of a unit's plan, as a pull says it."""
        text = self.run(account, "pull", "plan_goals", "--unit", unit).stdout
        return next((line.split(": ")[1] for line in text.splitlines() if line.startswith("based_on: ")), "0")

    def field(self, account, kind, column, year=None, **where):
        """One field of the one record with these fields, as that account sees it; None: no such record."""
        arguments = [a for k, v in where.items() for a in ("--where", f"{k}={v}")]
        rows = self.look(account, "list", kind, *arguments, year=year)
        return rows[0][column] if len(rows) == 1 else None
