"""A daemon that is played here, as far as evidence goes: what the real one does
only when it is hard pressed (replies in any order, E_BUSY, wrong hashes, ends in
the middle) it does when told to.
"""
import hashlib
import os
import random
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../protocol"))
from peer import PB, Envelope  # noqa: E402

S, D, Y, V = PB["session"], PB["deed"], PB["year"], PB["evidence"]
CHUNK = 48 << 10


class Played:
    """Keeps chunks by their hash. before(name, message) may return a message to answer instead, "hang up", or None."""

    def __init__(self, folder):
        self.lock = threading.Lock()
        self.asked = []            # (name, message), chunks as their hash
        self.chunks = {}           # hash -> bytes
        self.under_way = self.most_under_way = 0
        self.delay = 0             # seconds before a reply
        self.shuffle = False       # several requests are read before any is answered, in any order
        self.before = lambda name, message: None
        self.kept = {}             # file hash -> at_us
        self.files = {}            # file hash -> (name, bytes)
        self.quota_left, self.size_max = 1 << 40, 200 << 20
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", f"{folder}/key.pem", "-out", f"{folder}/ca.pem", "-days", "2", "-subj", "/CN=played",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.load_cert_chain(f"{folder}/ca.pem", f"{folder}/key.pem")
        self.context.set_alpn_protocols(["jixiao/1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            sock = self.context.wrap_socket(raw, server_side=True)
            data, waiting = b"", []
            while True:
                while len(data) >= 4 and len(data) >= 4 + struct.unpack(">I", data[:4])[0]:
                    size, = struct.unpack(">I", data[:4])
                    waiting.append(Envelope.FromString(data[4:4 + size]))
                    data = data[4 + size:]
                self.most_under_way = max(self.most_under_way, len(waiting))
                if self.shuffle and waiting:
                    sock.settimeout(0.01)
                    try:
                        data += sock.recv(1 << 20) or self.end()
                        continue
                    except TimeoutError:
                        random.shuffle(waiting)
                sock.settimeout(None)
                if waiting:
                    self.answer(sock, waiting.pop(0))
                else:
                    data += sock.recv(1 << 20) or self.end()
        except (OSError, EOFError, struct.error):
            raw.close()

    @staticmethod
    def end():
        raise EOFError

    def answer(self, sock, request):
        name = request.WhichOneof("body")
        message = getattr(request, name)
        with self.lock:
            self.asked.append((name, hashlib.sha256(message.data).digest() if name == "evidence_chunk" else message))
            part = self.before(name, message)
            if part is None:
                part = getattr(self, "on_" + name, lambda m: S.Fail(code="E_UNKNOWN_REQUEST"))(message)
        time.sleep(self.delay)
        if part == "hang up":
            sock.close()
            raise EOFError
        if part == "silence":
            return
        reply = Envelope(request_id=request.request_id)
        field = next(f.name for f in reply.DESCRIPTOR.oneofs[0].fields if f.message_type == part.DESCRIPTOR)
        getattr(reply, field).CopyFrom(part)
        getattr(reply, field).SetInParent()
        data = reply.SerializeToString()
        sock.sendall(struct.pack(">I", len(data)) + data)

    def count(self, name):
        return sum(n == name for n, _ in self.asked)

    # ---- What the real one does.

    def on_hello(self, _):
        return S.HelloReply(protocol=1, server="played")

    def on_login(self, m):
        return S.LoginReply(account=m.account, role="clerk", city="220700", unit="X01")

    def on_bye(self, _):
        return S.ByeAck()

    def on_whoami(self, _):
        return S.WhoamiReply(account="a", role="clerk", city="220700", unit="X01")

    def on_years(self, _):
        return Y.YearsReply(years=[Y.Year(city="220700", year=2026)])

    def on_evidence_offer(self, m):
        if m.file in self.kept:
            return V.EvidenceOfferReply(is_kept=True, at_us=self.kept[m.file])
        return V.EvidenceOfferReply(is_kept=False, chunk_size=CHUNK, quota_left=self.quota_left, size_max=self.size_max)

    def on_evidence_list(self, m):
        hashes = [m.hashes[i:i + 32] for i in range(0, len(m.hashes), 32)]
        have = bytearray((len(hashes) + 7) // 8)
        for i, one in enumerate(hashes):
            have[i // 8] |= (one in self.chunks) << i % 8
        return V.EvidenceListReply(have=bytes(have))

    def on_evidence_chunk(self, m):
        one = hashlib.sha256(m.data).digest()
        self.chunks[one] = m.data
        return V.EvidenceChunkReply(hash=one)

    def on_deed(self, m):
        """No receipt can be made here: the file counts as kept when it is offered again."""
        self.kept[bytes.fromhex(m.rows.files[0].file)] = 1776700800000000
        return S.Fail(code="E_INCOMPLETE")

    def on_evidence_read(self, m):
        if m.file not in self.files:
            return S.Fail(code="E_NOT_FOUND")
        name, data = self.files[m.file]
        return V.EvidenceData(data=data[m.offset:m.offset + m.length], size=len(data), name=name, type="application/pdf",
                              at_us=1776700800000000)
