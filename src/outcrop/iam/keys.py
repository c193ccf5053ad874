"""Access keys and bearer keys: their forms, and the local root key a data directory starts with.

A key is a value; a store answers one question each way in: the secret of an access key, the principal of a bearer key.
The root key is made on the first start and kept sealed in the data directory. Secrets are never printed by anything
here: `Credentials` hides them in its repr.
"""

import base64
import hmac
import secrets
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from outcrop.storage import files

ACCOUNT = "123456789012"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
SEALED = "root-key.sealed"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # what AWS's ids are made of


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a session token carries: whose permissions it has, which policies narrow them, and when it ends.

    `source` is the unique id of the role or user, `policies` are documents and `policy_arns` ARNs of managed policies;
    times are microseconds since 1970.
    """

    source: str
    access_key_id: str
    secret: str
    issued: int
    expires: int
    name: str = ""
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Session({self.access_key_id})"


class Principal(msgspec.Struct, frozen=True):
    """Who is calling, and the id of the key they used.

    `name` is a user's or a session's, `unique_id` what AWS calls ``aws:userid`` (``AIDA…``, ``AROA…:session``, the account
    for root), `role` the ARN of an assumed role. `bearer` says which kind of bearer key was used, if one was.
    """

    arn: str
    key_id: str
    account: str = ACCOUNT
    name: str = ""
    unique_id: str = ACCOUNT
    role: str | None = None
    session: Session | None = None
    bearer: Literal["SHORT_TERM", "LONG_TERM"] | None = None
    tags: dict[str, str] = {}

    @property
    def root(self) -> bool:
        """Whether this is the account itself, which may do everything."""
        return self.arn == ROOT_ARN


class Credentials(msgspec.Struct, frozen=True):
    """One access key with its bearer key. The forms are AWS's: ``AKIA`` + 16, 40 characters, ``ABSK`` + base64."""

    access_key_id: str
    secret_access_key: str
    bearer_token: str

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id})"


def generate() -> Credentials:
    """A new key, from the operating system's randomness."""
    bearer = f"BedrockAPIKey-{secrets.token_hex(2)}-at-{ACCOUNT}:{secrets.token_urlsafe(32)}"
    token = "ABSK" + base64.b64encode(bearer.encode()).decode()
    return Credentials(access_key_id("AKIA"), secrets.token_urlsafe(30), token)


def access_key_id(prefix: Literal["AKIA", "ASIA"]) -> str:
    """A new id of a key that lasts, or of a session's."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(16))


class RootKey:
    """The store of a data directory with one key: its root key."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.principal = Principal(ROOT_ARN, credentials.access_key_id)

    @classmethod
    def of(cls, data: Path) -> "RootKey":
        """The root key of `data`, made if there is none; raises `files.DamagedSecret` when it cannot be read."""
        folder = files.directory(data)
        vault, path = files.Vault(folder), folder / SEALED
        if not path.exists():
            files.write(path, vault.seal(msgspec.json.encode(generate())))
        return cls(msgspec.json.decode(vault.open(path.read_bytes()), type=Credentials))

    @staticmethod
    def reseal(data: Path, vault: files.Vault) -> None:
        """Seal the root key of `data` anew."""
        path = data / SEALED
        files.write(path, vault.seal(vault.open(path.read_bytes())))

    def secret(self, access_key_id: str, session_token: str | None = None) -> tuple[str, Principal] | None:
        """The secret of an access key and whose it is, or None when the key is unknown; root's key has no sessions."""
        known = session_token is None and access_key_id == self.credentials.access_key_id
        return (self.credentials.secret_access_key, self.principal) if known else None

    def bearer(self, token: str) -> Principal | None:
        """Whose bearer key `token` is, compared in constant time."""
        same = hmac.compare_digest(token.encode(), self.credentials.bearer_token.encode())
        return self.principal if same else None

    def used(self, access_key_id: str, service: str, region: str, moment: datetime) -> None:
        """Root's uses are not kept."""
