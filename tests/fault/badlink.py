"""A bad line for the tests: badlink (badlink.c) as an object, and a network of
the test's own to be bad in.
"""
import json
import os
import subprocess
import sys

OWN = "JX_OWN_NETWORK"


def enter_own_network(mtu=1500):
    """Runs this program again in a network namespace of its own, with nothing but a loopback: what
    is dropped there is nobody else's. Returns in the new one."""
    if os.environ.get(OWN) != "1":
        # Without root: the rights over the namespace, under the same user id.
        rights = [] if os.getuid() == 0 else ["--map-current-user", "--keep-caps"]
        os.execvpe("unshare", ["unshare", *rights, "-n", sys.executable, *sys.argv], {**os.environ, OWN: "1"})
    subprocess.run(["ip", "link", "set", "lo", "up", "mtu", str(mtu)], check=True)


def drop_packets(percent, port=None):
    """Real loss on the namespace's loopback, by nftables (0: none): of all TCP packets, or of those to and from port."""
    assert os.environ.get(OWN) == "1", "in a network of the test's own only"
    which = f"tcp dport {port}; tcp sport {port}".split("; ") if port else ["meta l4proto tcp"]
    rules = "".join(f"add rule inet bad in {w} numgen random mod 100 < {percent} drop\n" for w in which if percent)
    subprocess.run(["nft", "-f", "-"], text=True, check=True, input=(
        "add table inet bad\ndelete table inet bad\nadd table inet bad\n"
        "add chain inet bad in { type filter hook input priority 0; }\n" + rules))


class BadLink:
    """with BadLink(binary, daemon.address, delay=200, loss=5) as link: … connect to link.address.

    Settings and commands are those at the head of badlink.c; delay and loss in ms and per cent."""

    def __init__(self, binary, to, port=0, **settings):
        host, to_port = to.rsplit(":", 1)
        self.arguments = [binary, str(port), host, to_port, *(f"{k}={v}" for k, v in settings.items())]

    def __enter__(self):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        assert said[:1] == ["badlink"], f"badlink did not start: {said}"
        self.port = int(said[1])
        self.address = f"127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer != "error" and answer != "", f"badlink: {command}: {answer}"
        return answer

    def set(self, **settings):
        for name, value in settings.items():
            self.tell(f"set {name} {value}")

    def plan(self, way, after_bytes, cut):
        """Of the next connection: cut ("rst", "fin", "vanish") after so many bytes "up" or "down"."""
        self.tell(f"plan {way} {after_bytes} {cut}")

    def cut(self, how="rst"):
        self.tell(f"cut {how}")

    def dark(self, is_dark):
        self.tell("dark " + ("on" if is_dark else "off"))

    def stat(self):
        return json.loads(self.tell("stat"))
