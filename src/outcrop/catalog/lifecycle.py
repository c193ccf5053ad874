"""Where a model stands in its life on a day: active, legacy or ended, as its dates say. Nothing here knows the time.

Everywhere `day` is None for the newest that is known. AWS's states may differ by region; these do not.
"""

import datetime
from typing import Any, Literal

import msgspec

from outcrop.chat.features import Lifecycle, Model
from outcrop.errors import ResourceNotFoundException

# Both recorded, with their exception: the first on models of the Legacy state in 2026, the second on retired ones.
_LEGACY = (
    "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last "
    "30 days. Please upgrade to an active model on Amazon Bedrock"
)
_ENDED = "This model version has reached the end of its life. Please refer to the AWS documentation for more details."


def status(model: Model, day: datetime.date | None) -> Literal["ACTIVE", "LEGACY"]:
    """The lifecycle status: by the dates that are known, else as AWS listed the model last."""
    life = model.lifecycle
    if day is None:
        return "LEGACY" if life.legacy_time or life.end_of_life_time else model.status
    if life.legacy_time:
        return "LEGACY" if life.legacy_time.date() <= day else "ACTIVE"
    return "LEGACY" if ended(model, day) else model.status


def ended(model: Model, day: datetime.date) -> bool:
    """Whether the end of life has come: its day if it is known, else the day from which AWS listed the model no more."""
    end = model.lifecycle.end_of_life_time
    last = end.date() if end else model.listed_until
    return last is not None and last <= day


def check(model: Model, day: datetime.date) -> None:
    """Refuse what an account that has not used the model is refused on `day`; raises `ResourceNotFoundException`."""
    if ended(model, day):
        raise ResourceNotFoundException(_ENDED)
    if status(model, day) == "LEGACY":
        raise ResourceNotFoundException(_LEGACY)


def details(model: Model, day: datetime.date | None) -> dict[str, Any]:
    """modelLifecycle as the control plane shows it: what is still to come is announced with the Legacy state (recorded)."""
    now, life = status(model, day), model.lifecycle
    known = life if now == "LEGACY" else Lifecycle(start_of_life_time=life.start_of_life_time)
    return dict(sorted({**msgspec.to_builtins(known), "status": now}.items()))
