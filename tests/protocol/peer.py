"""A client of jixiao/1 from the .proto files alone (Google's protobuf), and a
daemon to talk to: what the tests outside of C share.

Proto classes are generated at import into a temporary folder.
"""
import atexit
import hashlib
import importlib
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import uuid

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FRAME_MAX = 64 << 10


def _generate():
    folder = tempfile.mkdtemp(prefix="jx-proto-")
    atexit.register(shutil.rmtree, folder, True)
    root = os.path.join(SOURCE, "proto")
    names = [f"jx/{n}" for n in sorted(os.listdir(os.path.join(root, "jx"))) if n.endswith(".proto")]
    subprocess.run(["protoc", f"--proto_path={root}", f"--python_out={folder}", *names], check=True)
    sys.path.insert(0, folder)
    return {n[3:-6]: importlib.import_module(f"jx.{n[3:-6]}_pb2") for n in names}


PB = _generate()
Envelope = PB["envelope"].Envelope


def op_id():
    """A UUIDv7."""
    value = (int(time.time() * 1000) << 80) | (7 << 76) | (uuid.uuid4().int & ((1 << 76) - 1))
    return ((value & ~(3 << 62)) | (2 << 62)).to_bytes(16, "big")


class Refused(Exception):
    def __init__(self, fail):
        super().__init__(f"{fail.code} {fail.field} {fail.message}")
        self.code, self.fail = fail.code, fail


class Peer:
    """One connection. call(body=Message…) returns the reply's message or raises Refused."""

    def __init__(self, address, ca, hello=True, timeout=30, language="zh"):
        host, port = address.rsplit(":", 1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(ca)
        context.set_alpn_protocols(["jixiao/1"])
        raw = socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)
        self.sock = context.wrap_socket(raw, server_hostname=host.strip("[]"))
        self.next_id = 1
        self.events = []
        if hello:
            self.call(hello=PB["session"].Hello(protocol=1, client="python", language=language))

    def send_raw(self, data):
        self.sock.sendall(data)

    def send(self, request_id=None, **body):
        envelope = Envelope(request_id=request_id or self.next_id)
        self.next_id = max(self.next_id, envelope.request_id) + 1
        (name, message), = body.items()
        getattr(envelope, name).CopyFrom(message)
        getattr(envelope, name).SetInParent()
        data = envelope.SerializeToString()
        self.send_raw(struct.pack(">I", len(data)) + data)
        return envelope.request_id

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise ConnectionError("closed by the daemon")
            data += piece
        return data

    def receive(self):
        size, = struct.unpack(">I", self._exactly(4))
        assert 0 < size <= FRAME_MAX, size
        return Envelope.FromString(self._exactly(size))

    def call(self, **body):
        request_id = self.send(**body)
        while True:
            envelope = self.receive()
            kind = envelope.WhichOneof("body")
            if kind == "progress":
                self.events.append(envelope.progress)
                continue
            assert envelope.request_id in (request_id, 0), envelope
            if kind == "fail":
                raise Refused(envelope.fail)
            return getattr(envelope, kind)

    def login(self, account, password, keep=False):
        return self.call(login=PB["session"].Login(account=account, password=password, keep=keep))

    def close(self):
        try:
            self.call(bye=PB["session"].Bye())
        except (OSError, ConnectionError, Refused):
            pass
        self.sock.close()


class Daemon:
    """jixiaod on a folder of its own, on a free port."""

    def __init__(self, binary, folder=None, config=None, env=None):
        self.binary = binary
        self.own_folder = folder is None
        # The database runs as a user of its own when we are root: a folder it can reach.
        self.folder = folder or tempfile.mkdtemp(prefix="jx-", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        self.config, self.env = config, env or {}
        self.process = None
        self.log_path = os.path.join(self.folder, "jixiaod.log")

    def start(self, port=0, timeout=60):
        started = time.monotonic()
        arguments = [self.binary, "--data", self.data, "--listen", f"127.0.0.1:{port}"]
        if self.config:
            path = os.path.join(self.folder, "config.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.config)
            arguments += ["--config", path]
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log,
                                        env={**os.environ, **self.env}, start_new_session=True)
        os.set_blocking(self.process.stdout.fileno(), False)
        text = b""
        while b"\n" not in text:
            if self.process.poll() is not None or time.monotonic() - started > timeout:
                raise RuntimeError(f"jixiaod did not start ({self.process.poll()}): " + self.log_tail())
            text += self.process.stdout.read() or b""
            time.sleep(0.005)
        assert text.startswith(b"jixiaod ready on "), text
        self.address = text.split(b"\n")[0].decode().removeprefix("jixiaod ready on ")
        self.ready_seconds = time.monotonic() - started
        return self

    def log_tail(self, lines=20):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    @property
    def ca(self):
        return os.path.join(self.data, "tls/ca.pem")

    @property
    def admin_password(self):
        with open(os.path.join(self.data, "admin.password"), encoding="utf-8") as file:
            return file.read().strip()

    def peer(self, **kwargs):
        return Peer(self.address, self.ca, **kwargs)

    def admin(self, **kwargs):
        peer = self.peer(**kwargs)
        peer.login("admin", self.admin_password)
        return peer

    def client_env(self, account="admin", password_file=None):
        return {**os.environ, "JIXIAO_SERVER": self.address, "JIXIAO_CA": self.ca, "JIXIAO_USER": account,
                "JIXIAO_PASSWORD_FILE": password_file or os.path.join(self.data, "admin.password"),
                "XDG_STATE_HOME": os.path.join(self.folder, "state"), "XDG_DATA_HOME": os.path.join(self.folder, "store"),
                "XDG_CONFIG_HOME": os.path.join(self.folder, "none")}

    def postgres_pid(self):
        with open(os.path.join(self.data, "pg/postmaster.pid"), encoding="utf-8") as file:
            return int(file.readline())

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, timeout=30):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return self.process.returncode if self.process else None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)


class Tally:
    """Counts checks; closes with the line that tests/count.py reads."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, good, detail=""):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print(f"FAILED: {name} {detail}", flush=True)
        return good

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def merkle_check(receipt, public_key_check):
    """Verifies a receipt by hand: leaf, path, batch hash; signature by the callback(message, signature)."""
    def text(value):
        raw = value.encode()
        return struct.pack(">I", len(raw)) + raw

    def sha(*parts):
        return hashlib.sha256(b"".join(parts)).digest()

    leaf = receipt.op_id + receipt.content_hash + text(receipt.actor) + text(receipt.action) + \
        struct.pack(">Q", receipt.received_us)
    node, index, count, path = sha(b"\0", leaf), receipt.index, receipt.leaf_count, list(receipt.path)
    while count > 1:
        if index % 2 == 1:
            node = sha(b"\1", path.pop(0), node)
        elif index + 1 < count:
            node = sha(b"\1", node, path.pop(0))
        index, count = index // 2, (count + 1) // 2
    if path or sha(b"\2", struct.pack(">I", receipt.leaf_count), node) != receipt.root:
        return False
    batch = sha(b"jixiao-batch-1", struct.pack(">Q", receipt.batch), receipt.prev_hash, receipt.root,
                struct.pack(">Q", receipt.sealed_us))
    return public_key_check(batch, receipt.signature)


def verify_by_openssl(public_key):
    """Ed25519 by another implementation than the daemon's."""
    der = bytes.fromhex("302a300506032b6570032100") + public_key

    def verify(message, signature):
        with tempfile.TemporaryDirectory() as folder:
            for name, data in (("key", der), ("message", message), ("signature", signature)):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)
            return subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key", "-rawin",
                 "-in", f"{folder}/message", "-sigfile", f"{folder}/signature"], capture_output=True).returncode == 0
    return verify
