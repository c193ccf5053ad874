"""Engines made of engines, and what guards each: all of it before the first token, none of it after.

A composition (`failover`, `split`) asks other engines of the settings by their names. What may happen to a request on its
way to one engine is the same for every kind: `Guards` are the tables an engine may have beside its own keys, `Guard` keeps
them for one engine, and `Guarded` stands in front of it. `Composed` is what all of these share: whatever the engines behind
it can do, it can do, and how one of them is chosen is all that a kind adds.

Once an engine has yielded anything, its run is its own: nothing is asked again and nobody takes over. What an engine refuses
as the caller's mistake stays refused (`verdicts`). Nothing here ever answers by itself.
"""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many requests an engine is asked at once, how many more may wait for their turn, and for how many seconds."""

    concurrency: Count
    queue: Annotated[int, Meta(ge=0)] = 100
    wait: Seconds = 10.0


class Timeouts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds: for a connection, until the first token of each attempt, between two batches of tokens, and from the first
    attempt to the end, with all attempts and however slowly the caller reads."""

    connect: Seconds | None = None
    first_token: Seconds | None = None
    between_tokens: Seconds | None = None
    total: Seconds | None = None


class Retries(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often an engine is asked in all, and the longest pause in seconds: before the second time, and ever.

    Each pause is drawn evenly between nothing and a bound that doubles (full jitter).
    """

    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    pause: Seconds = 0.2
    longest: Seconds = 5.0

    def before(self, attempt: int, asked: float | None, draw: Callable[[], float]) -> float | None:
        """The seconds before attempt number `attempt`, two or more; None when it is not to be made.

        `asked` is how long the backend wants to be left alone: that long at least, or it is not asked again at all.
        """
        drawn = draw() * min(self.longest, self.pause * 2.0 ** (attempt - 2))
        if asked is None:
            return drawn
        return max(asked, drawn) if asked <= self.longest else None


class Breaker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After how many failures in a row an engine is not asked any more, and for how many seconds."""

    failures: Count = 5
    rest: Seconds = 30.0


class Guards(Struct, frozen=True):
    """The tables that an engine of any kind may have."""

    limits: Limits | None = None
    timeouts: Timeouts | None = None
    retries: Retries | None = None
    circuit: Breaker | None = None


class Named(Struct, frozen=True, forbid_unknown_fields=True, rename={"as_name": "as"}):
    """An engine of a composition, and what it calls its model; without that, what the route says."""

    engine: str
    as_name: str | None = None


class Composition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every kind of composition is told: the engines, by name or by name and model."""

    engines: Annotated[tuple[str | Named, ...], Meta(min_length=1)]

    @property
    def members(self) -> tuple[Named, ...]:
        return tuple(Named(each) if isinstance(each, str) else each for each in self.engines)

    def check(self) -> str | None:
        """What is wrong with the table, if anything."""
        return None
