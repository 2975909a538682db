"""The secure remote password protocol, the server's side, in the dialect of Cognito's clients.

RFC 5054 (its group of 3072 bits) and RFC 2945, with SHA-256; the key is derived as amazon-cognito-identity-js
derives it. A password is proven to be known without being sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

G = 2
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)


@dataclass
class Handshake:
    """One attempt at signing in. identity: the pool's name (its id after the underscore) and the user's id."""

    pool_name: str
    user_id: str
    password: str
    client_public: int
    salt: int = field(default_factory=lambda: secrets.randbits(128))
    secret_block: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(64)).decode())
    _private: int = field(default_factory=lambda: secrets.randbits(256))

    def __post_init__(self) -> None:
        self._verifier = pow(G, self._password_key(), N)
        self.public = (_number(padded(N), padded(G)) * self._verifier + pow(G, self._private, N)) % N

    def proves(self, signature: str, timestamp: str) -> bool:
        """Whether whoever signed knows the password. signature: Base64; timestamp: as the client wrote it."""
        mixed = _number(padded(self.client_public), padded(self.public))
        shared = pow(self.client_public * pow(self._verifier, mixed, N), self._private, N)
        prepared = hmac.digest(padded(mixed), padded(shared), "sha256")
        key = hmac.digest(prepared, b"Caldera Derived Key\x01", "sha256")[:16]
        block = base64.b64decode(self.secret_block)
        message = self.pool_name.encode() + self.user_id.encode() + block + timestamp.encode()
        want = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
        return hmac.compare_digest(want.encode(), signature.encode())

    def _password_key(self) -> int:
        inner = hashlib.sha256(f"{self.pool_name}{self.user_id}:{self.password}".encode()).digest()
        return _number(padded(self.salt), inner)


def padded(number: int) -> bytes:
    """Big-endian, with a leading zero where the first bit would be taken for a sign."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")
