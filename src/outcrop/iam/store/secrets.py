"""The two keys all replicas share: one hashes bearer keys, one seals session tokens; the database keeps both, sealed.

They are made with the first change to identity and never leave the process in any other form. What opens them is the
vault's key, which stays outside the database.
"""

import base64
import hmac
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from cryptography.fernet import Fernet  # 25 ms to import: only who opens a session token pays


class Material(msgspec.Struct, frozen=True, dict=True):
    """The keys: 32 bytes each."""

    hashing: bytes
    sealing: bytes

    @classmethod
    def generate(cls) -> "Material":
        """New ones, from the operating system's randomness."""
        return cls(secrets.token_bytes(32), secrets.token_bytes(32))

    def digest(self, token: str) -> bytes:
        """The keyed hash under which a bearer key is known."""
        # not hmac.digest: that one lets go of the interpreter's lock, which costs ten times the hash under load
        return hmac.new(self.hashing, token.encode(), "sha256").digest()

    def seal(self, data: bytes) -> str:
        """`data`, encrypted and authenticated, as text."""
        return self._fernet.encrypt(data).decode()

    def open(self, token: str) -> bytes | None:
        """What was sealed, or None when `token` is not one of ours."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token.encode())
        except InvalidToken:
            return None

    @cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(self.sealing))

    def __repr__(self) -> str:
        return "Material()"
