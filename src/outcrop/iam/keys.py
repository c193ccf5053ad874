"""Access keys and bearer keys: their forms, and the local root key a data directory starts with.

A key is a value; a store answers one question each way in: the secret of an access key, the principal of a bearer key.
The root key is made on the first start and kept sealed in the data directory. Secrets are never printed by anything
here: `Credentials` hides them in its repr.
"""

import base64
import hmac
import secrets
from pathlib import Path

import msgspec

from outcrop.storage import files

ACCOUNT = "123456789012"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"


class Principal(msgspec.Struct, frozen=True):
    """Who is calling: their ARN, and the id of the key they used."""

    arn: str
    key_id: str


class Credentials(msgspec.Struct, frozen=True):
    """One access key with its bearer key. The forms are AWS's: ``AKIA`` + 16, 40 characters, ``ABSK`` + base64."""

    access_key_id: str
    secret_access_key: str
    bearer_token: str

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id})"


def generate() -> Credentials:
    """A new key, from the operating system's randomness."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    key_id = "AKIA" + "".join(secrets.choice(letters) for _ in range(16))
    bearer = f"BedrockAPIKey-{secrets.token_hex(2)}-at-{ACCOUNT}:{secrets.token_urlsafe(32)}"
    return Credentials(key_id, secrets.token_urlsafe(30), "ABSK" + base64.b64encode(bearer.encode()).decode())


class RootKey:
    """The store of a data directory with one key: its root key."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self._principal = Principal(ROOT_ARN, credentials.access_key_id)

    @classmethod
    def of(cls, data: Path) -> "RootKey":
        """The root key of `data`, made if there is none; raises `files.DamagedSecret` when it cannot be read."""
        folder = files.directory(data)
        vault, path = files.Vault(folder), folder / "root-key.sealed"
        if not path.exists():
            files.write(path, vault.seal(msgspec.json.encode(generate())))
        return cls(msgspec.json.decode(vault.open(path.read_bytes()), type=Credentials))

    def secret(self, access_key_id: str) -> tuple[str, Principal] | None:
        """The secret of an access key and whose it is, or None when the key is unknown."""
        known = access_key_id == self.credentials.access_key_id
        return (self.credentials.secret_access_key, self._principal) if known else None

    def bearer(self, token: str) -> Principal | None:
        """Whose bearer key `token` is, compared in constant time."""
        same = hmac.compare_digest(token.encode(), self.credentials.bearer_token.encode())
        return self._principal if same else None
