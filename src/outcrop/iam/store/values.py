"""What identity keeps: users, groups, roles, managed policies and keys, as values that never change.

Forms are AWS's: unique ids begin AIDA, AGPA, AROA, ANPA, ACCA, access keys AKIA, and ARNs carry the path. Times are
microseconds since 1970. Secrets are not part of any text a value shows.
"""

import base64
import secrets
from typing import Literal

import msgspec

from outcrop.iam.keys import ACCOUNT, LETTERS

Kind = Literal["user", "group", "role"]
PREFIXES: dict[Kind, str] = {"user": "AIDA", "group": "AGPA", "role": "AROA"}


def unique_id(prefix: str) -> str:
    """A new id: the four letters of its kind and 17 of base 32 (documented form)."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(17))


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A user, group or role. `inline` maps names to documents, `attached` holds policy ARNs, `groups` ids of groups."""

    kind: Kind
    id: str
    name: str
    created: int
    path: str = "/"
    tags: dict[str, str] = {}
    inline: dict[str, str] = {}
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    groups: tuple[str, ...] = ()
    trust: str = ""
    description: str = ""
    max_session: int = 3600

    @property
    def arn(self) -> str:
        """Its ARN, with the path."""
        return f"arn:aws:iam::{ACCOUNT}:{self.kind}{self.path}{self.name}"


class Version(msgspec.Struct, frozen=True):
    """One version of a managed policy: `number` counts from 1 and is never used again."""

    number: int
    document: str
    created: int


class ManagedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A managed policy of the account; `default` is the number of the version in force, `last` the highest ever."""

    id: str
    name: str
    created: int
    updated: int
    versions: tuple[Version, ...]
    default: int = 1
    last: int = 1
    path: str = "/"
    description: str = ""
    tags: dict[str, str] = {}
    owner: str = ACCOUNT

    @property
    def arn(self) -> str:
        """Its ARN; AWS's own policies belong to `aws`."""
        return f"arn:aws:iam::{self.owner}:policy{self.path}{self.name}"

    @property
    def document(self) -> str:
        """The text in force."""
        return next(version.document for version in self.versions if version.number == self.default)


class AccessKey(msgspec.Struct, frozen=True, kw_only=True):
    """An access key: the id of its user, and its secret, sealed."""

    id: str
    user: str
    sealed: bytes
    created: int
    active: bool = True

    def __repr__(self) -> str:
        return f"AccessKey({self.id})"


class ServiceCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A long-term Bedrock API key: its keyed hash, the public part of its text, and when it ends (None is never)."""

    id: str
    user: str
    digest: bytes
    alias: str
    created: int
    service: str = "bedrock.amazonaws.com"
    expires: int | None = None
    active: bool = True

    def __repr__(self) -> str:
        return f"ServiceCredential({self.id})"


Value = Entity | ManagedPolicy | AccessKey | ServiceCredential


def bearer_token(alias: str) -> str:
    """A new token as clients send it: ``ABSK`` and the base64 of alias and secret (the form such keys were seen in)."""
    return "ABSK" + base64.b64encode(f"{alias}:{secrets.token_urlsafe(32)}".encode()).decode()
