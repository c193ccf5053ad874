"""The values: one version of a guardrail, and what it was defined to do. They are never changed."""

import secrets
import string

import msgspec

from outcrop.model.control import GuardrailSensitiveInformationPolicyConfig, GuardrailWordPolicyConfig

DRAFT = "DRAFT"  # the version that can be changed; the others are numbered from 1

_ALPHABET = string.ascii_lowercase + string.digits
_LENGTH = 12  # recorded: j67bckj8wqa9


def new_id() -> str:
    """An id as AWS makes them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What a guardrail does: its policies as they were asked for, and what is answered in place of what it blocks."""

    name: str
    description: str | None = None
    blocked_input: str
    blocked_outputs: str
    words: GuardrailWordPolicyConfig | None = None
    sensitive: GuardrailSensitiveInformationPolicyConfig | None = None
    profile: str | None = None  # of guardrails across Regions, an id or an ARN


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """One version; times are microseconds since 1970, `token` is that of the request that made it."""

    region: str
    id: str
    version: str
    definition: Definition
    created_at: int
    updated_at: int
    token: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> int:
        """Versions in their order: the draft, then 1, 2 …"""
        return 0 if self.version == DRAFT else int(self.version)
