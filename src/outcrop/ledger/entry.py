"""The values of the ledger: what one run of a model used, however it ended, and what is learnt about it afterwards.

They are read and written by position, so that an entry is small and encodes in a microsecond; a member may be added at the
end, with a default, and never moved or removed. Ids are UUIDs of version 7: unique without asking anybody, sorted by time.
"""

import itertools
import time
import uuid
from typing import Literal

import msgspec

Outcome = Literal[
    "complete",
    "cut",  # the caller went away, or the server stopped before the end
    "failed_early",  # before the first event: an ordinary HTTP error
    "failed_late",  # after it
    "refused_quota",
    "refused_budget",
    "refused_guard",  # what was asked; an answer that a guardrail blocks is complete
]

DAY = 86_400_000_000  # microseconds

_process = uuid.uuid4().hex[:12]
_count = itertools.count()
_minute = _middle = (-1, "")  # parts of the last id, and the number each stands for
_BYTES = [f"{byte:02x}" for byte in range(256)]


class Entry(msgspec.Struct, frozen=True, array_like=True, tag="entry", gc=False):
    """One run. Times are microseconds since 1970, durations milliseconds, money whole nanounits of `currency`.

    `model` is the foundation model's id, `asked` what the caller named (a profile, an ARN), `user` the last part of the
    caller's ARN. `output_tokens` is all the engine made; `undelivered_tokens` of them never reached the caller's
    connection. `estimated` says that tokens were estimated, not counted by the engine. `price_day` is the day of the price
    list, None when no price is known; then `cost` is 0. `first_token_ms` is None where nothing was streamed by the engine.
    `tried` are the engines that were asked before `engine`, and why each failed: ``near:ThrottlingException ×2, far:...``.
    """

    id: str
    began: int
    ended: int
    principal: str
    user: str
    key_id: str
    account: str
    region: str
    model: str
    asked: str
    engine: str
    operation: str
    request_id: str
    outcome: Outcome
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    undelivered_tokens: int = 0
    images: int = 0
    estimated: bool = False
    latency_ms: int = 0
    first_token_ms: int | None = None
    stop_reason: str | None = None
    error: str | None = None
    cost: int = 0
    currency: str = "USD"
    price_day: str | None = None
    metadata: dict[str, str] = {}
    tried: str | None = None


class Amendment(msgspec.Struct, frozen=True, array_like=True, tag="amendment"):
    """The entry `id` had another end than was written: its last batch was never taken."""

    id: str
    outcome: Outcome
    undelivered_tokens: int


Record = Entry | Amendment


def new_id(now: int) -> str:
    """A UUID of version 7 for the time `now` (microseconds): 26 bits count, 48 are this process's.

    It is no secret, and counting costs a quarter of random numbers. What seldom changes is written down once.
    """
    global _minute, _middle
    milliseconds, count = now // 1000, next(_count)
    if milliseconds >> 16 != _minute[0]:
        _minute = (milliseconds >> 16, f"{milliseconds >> 16:08x}-")
    if count >> 8 != _middle[0]:
        _middle = (count >> 8, f"-7{count >> 14 & 0xFFF:03x}-{0x80 | count >> 8 & 0x3F:02x}")
    first, second = _BYTES[milliseconds >> 8 & 0xFF], _BYTES[milliseconds & 0xFF]
    return f"{_minute[1]}{first}{second}{_middle[1]}{_BYTES[count & 0xFF]}-{_process}"


def now() -> int:
    """The time in microseconds since 1970."""
    return time.time_ns() // 1000
