"""One batch job as a value: what was asked for, by whom, how far it is.

States and what they mean are documented (API reference, ModelInvocationJobSummary). Times are microseconds since 1970.
"""

import secrets
import string
from typing import Literal

import msgspec

from outcrop.iam.keys import Principal
from outcrop.model.control import (
    ModelInvocationJobInputDataConfig,
    ModelInvocationJobOutputDataConfig,
    VpcConfig,
)

Status = Literal[
    "Submitted",
    "Validating",
    "Scheduled",
    "InProgress",
    "Completed",
    "PartiallyCompleted",
    "Failed",
    "Stopping",
    "Stopped",
    "Expired",
]
Kind = Literal["InvokeModel", "Converse"]
ACTIVE: tuple[Status, ...] = ("Submitted", "Validating", "Scheduled", "InProgress", "Stopping")
HOURS = 24  # a job without a timeout has this one; decided
HOUR = 3_600_000_000
_ALPHABET = string.ascii_lowercase + string.digits


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: never changed."""

    model_id: str
    role_arn: str
    input: ModelInvocationJobInputDataConfig
    output: ModelInvocationJobOutputDataConfig
    kind: Kind
    hours: int
    principal: Principal
    vpc: VpcConfig | None = None
    tags: dict[str, str] = {}


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job. `total` is known once it is validated; `succeeded` and `failed` grow while it runs."""

    id: str
    region: str
    name: str
    token: str | None
    status: Status
    submitted_at: int
    modified_at: int
    expires_at: int
    order: Order
    ended_at: int | None = None
    message: str | None = None
    total: int | None = None
    succeeded: int | None = None
    failed: int | None = None

    @property
    def active(self) -> bool:
        """Whether something is still to become of it."""
        return self.status in ACTIVE


def new_id() -> str:
    """Twelve letters and digits (service model)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def kept(principal: Principal) -> Principal:
    """The principal without what nobody may read in a database: a session's secret."""
    if principal.session is None:
        return principal
    return msgspec.structs.replace(principal, session=msgspec.structs.replace(principal.session, secret=""))
