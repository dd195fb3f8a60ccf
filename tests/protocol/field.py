"""What work without a link needs, written a second time from its description (wire/packet.h,
wire/content.h, wire/code.h, wire/countersign.h): libsodium through ctypes.
"""
import ctypes
import ctypes.util
import hashlib
import os
import struct

from peer import PB

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
assert _sodium.sodium_init() >= 0
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SignKey:
    """Ed25519."""

    def __init__(self, seed=None):
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        _sodium.crypto_sign_seed_keypair(public, secret, seed or os.urandom(32))
        self.public, self.secret = public.raw, secret.raw

    def sign(self, message):
        signature = ctypes.create_string_buffer(64)
        _sodium.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), self.secret)
        return signature.raw


def key_id(public):
    return hashlib.sha256(public).digest()[:8]


def seal(message, sign_public):
    """A sealed box to the X25519 form of an Ed25519 public key."""
    box = ctypes.create_string_buffer(32)
    assert _sodium.crypto_sign_ed25519_pk_to_curve25519(box, sign_public) == 0
    sealed = ctypes.create_string_buffer(len(message) + 48)
    _sodium.crypto_box_seal(sealed, message, ctypes.c_ulonglong(len(message)), box)
    return sealed.raw


def packet(key, name, deed_bytes, server_public, **changed):
    """A sealed packet; changed: fields of the Packet that are something else."""
    signed = b"jixiao-packet-1\0" + struct.pack(">I", len(name.encode())) + name.encode() + deed_bytes
    message = PB["packet"].Packet(account=name, device=key_id(key.public), deed=deed_bytes, signature=key.sign(signed))
    for field, value in changed.items():
        setattr(message, field, value)
    return seal(message.SerializeToString(), server_public)


def content_hash(request, message):
    return hashlib.sha256(request.encode() + b"\0" + message.SerializeToString()).digest()


def code(data, bits=90):
    """As code_write, without hyphens."""
    number = int.from_bytes(data, "big") >> (8 * len(data) - bits)
    count = (bits + 4) // 5
    number <<= 5 * count - bits
    values = [number >> 5 * (count - 1 - i) & 31 for i in range(count)]
    check = sum((i + 1) * value for i, value in enumerate(values)) % 1021
    return "".join(ALPHABET[v] for v in [*values, check // 32, check % 32])


def commit_code(deed):
    return code(content_hash("deed", deed)[:12])


COUNTERSIGN = b"jixiao-countersign-1\0"


def _text(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data


def countersign_key(code_bytes, city, year, unit):
    """The unit's key, of the 12 bytes of its code."""
    seed = hashlib.blake2b(COUNTERSIGN + _text(city) + struct.pack(">I", year) + _text(unit) + code_bytes, digest_size=32).digest()
    return SignKey(seed)


def countersign_bytes(city, year, row):
    """What is signed; row: a Countersign."""
    return COUNTERSIGN + _text(city) + struct.pack(">I", year) + b"".join(
        _text(t) for t in (row.unit, row.object, row.by, row.content, row.name, row.verdict, row.text))


def mark_content(**fields):
    """deed_content: fields in the order of their kind, as text."""
    return hashlib.sha256(b"".join(f"{name}\0{value}\0".encode() for name, value in fields.items())).hexdigest()[:32]
