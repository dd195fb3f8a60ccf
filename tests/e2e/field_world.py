"""A daemon behind a link that can be cut, and people who carry a client each."""
import json
import os
import select
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, Daemon, Refused, op_id  # noqa: E402

PASSWORD = "field-password-1"


class Link:
    """A port that leads to the daemon, or refuses."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.target, self.port, self.listener, self.pairs = (host, int(port)), 0, None, []
        self.drop_answers = 0  # so many more requests reach the daemon, whose answers do not come back
        self.up()

    def up(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def down(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        for pair in self.pairs:
            for sock in pair:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            for sock in (near, far):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.append((near, far))
            threading.Thread(target=self._pump, args=(near, far), daemon=True).start()

    def _pump(self, near, far):
        try:
            while True:
                ready, _, _ = select.select([near, far], [], [])
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        raise OSError
                    if source is far and self.is_swallowed(data):
                        raise OSError
                    (far if source is near else near).sendall(data)
        except OSError:
            near.close()
            far.close()

    def is_swallowed(self, _data):
        return False


class Person:
    """An account with a home folder; a kept login, unless by_file."""

    def __init__(self, world, account, home=None, by_file=False, password=PASSWORD):
        self.world, self.account = world, account
        self.home = home or os.path.join(world.folder, "homes", account)
        os.makedirs(self.home, exist_ok=True)
        self.secret = os.path.join(world.folder, f"password-of-{account}")
        self.set_password(password)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("JIXIAO_", "XDG_"))}
        self.env.update(HOME=self.home, JIXIAO_SERVER=world.link.address, JIXIAO_CA=world.daemon.ca, LC_ALL="zh_CN.UTF-8")
        if by_file:
            self.env.update(JIXIAO_USER=account, JIXIAO_PASSWORD_FILE=self.secret)

    def set_password(self, password):
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write(password + "\n")

    def run(self, *arguments, stdin=None, **env):
        return subprocess.run([self.world.jixiao, *arguments], env={**self.env, **env}, capture_output=True, text=True, input=stdin, timeout=120)

    def login(self):
        return self.run("login", self.account, JIXIAO_PASSWORD_FILE=self.secret)

    def rows(self, *arguments):
        """What a command says as JSON."""
        result = self.run(*arguments, "--json")
        return json.loads(result.stdout) if result.stdout else None

    def outbox(self, state="all"):
        return {row["number"]: row for row in self.rows("outbox", "list", state)}

    def state(self, number):
        row = self.outbox().get(number)
        return row and row["state"]


class World:
    def __init__(self, jixiaod, jixiao, bundle, folder):
        self.jixiao, self.folder = jixiao, folder
        self.daemon = Daemon(jixiaod)
        self.bundle = bundle

    def __enter__(self):
        self.daemon.start()
        self.link = Link(self.daemon.address)
        subprocess.run([self.jixiao, "import", self.bundle], env=self.daemon.client_env(), check=True, capture_output=True)
        self.admin = self.daemon.admin()
        self.year, = self.admin.call(years=PB["year"].Years()).years
        return self

    def __exit__(self, *_):
        self.admin.close()
        self.daemon.stop()

    def account(self, account, role, unit="", city=None):
        self.admin.call(account_add=PB["account"].AccountAdd(op_id=op_id(), account=account, role=role,
                                                             city=city or self.year.city, password=PASSWORD, unit=unit))

    def deed(self, name, **arguments):
        return self.admin.call(deed=PB["deed"].Deed(op_id=op_id(), city=self.year.city, year=self.year.year, deed=name, **arguments))

    def versions(self, kind, key):
        """How often that record was written."""
        try:
            table = self.admin.call(history=PB["deed"].History(city=self.year.city, year=self.year.year, kind=kind, key=key))
        except Refused as error:
            if error.code == "E_NOT_FOUND":
                return 0
            raise
        return len({row.cells[0] for row in table.rows})
