"""What all engines over engines share: powers passed through, whichever of them the engines behind have.

A kind says two things: how one thing is asked of some of its engines (`ask`), and how a stream is (`stream`). From these
come all the methods an engine may have. One that not every engine behind has is asked of those that have it; `reply`, which
is only quicker than `generate`, and `relay`, which needs no hub, are there when all have it: a call is passed on in its own
bytes only where whoever takes over can do so, too.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine, Passed, Sent
from outcrop.engines.table import Row

T = TypeVar("T")
Batches = AsyncGenerator[list[Event], None]
Rows = Sequence[Row]


class Composed(ABC):
    """An engine over the engines of `rows`, which are called by the names they have in the settings."""

    composed = True
    relay: Callable[[Sent, Model], "ComposedPassage | None"]

    def __init__(self, rows: Rows) -> None:
        self.rows = tuple(rows)
        for power in ("count", "embed", "rerank", "paint"):
            if having := [row for row in rows if hasattr(row.engine, power)]:
                setattr(self, power, partial(self._power, power, having))
        if all(hasattr(row.engine, "reply") for row in rows):
            setattr(self, "reply", partial(self._power, "reply", self.rows))  # noqa: B010 - like those above
        if all(hasattr(row.engine, "relay") for row in rows):
            self.relay = self._relay

    @abstractmethod
    async def ask(self, rows: Rows, ask: Callable[[Any], Awaitable[T]]) -> T:
        """What one of the engines of `rows` answers to `ask`."""

    @abstractmethod
    def stream(self, rows: Rows, begin: Callable[[Engine], Batches], *, streamed: bool) -> Batches:
        """The batches of one of the engines of `rows`; `streamed` when the caller reads piece by piece."""

    @property
    def validates(self) -> bool:
        """Whether every engine's backend judges for itself."""
        return all(getattr(row.engine, "validates", False) for row in self.rows)

    @property
    def available(self) -> bool:
        """Whether any engine would be asked now, or all circuits are open."""
        return any(getattr(row.engine, "available", True) for row in self.rows)

    def generate(self, model: Model, request: ChatRequest) -> Batches:
        """The events of one of the engines; raises as they do."""
        return self.stream(self.rows, lambda engine: engine.generate(model, request), streamed=request.streamed)

    async def _power(self, power: str, rows: Rows, model: Model, request: Any) -> Any:
        return await self.ask(rows, lambda engine: getattr(engine, power)(model, request))

    def _relay(self, sent: Sent, model: Model) -> "ComposedPassage | None":
        """The way for a call that every engine passes on."""
        passages = [row.engine.relay(sent, model) for row in self.rows]  # type: ignore[attr-defined]  # all have it
        if None in passages:
            return None
        return ComposedPassage(
            self, [replace(row, engine=passage) for row, passage in zip(self.rows, passages, strict=True)]
        )


class ComposedPassage:
    """A call's way to one of several backends. `rows` have the passages to each."""

    def __init__(self, over: Composed, rows: Rows) -> None:
        self._over, self._rows = over, rows

    @property
    def available(self) -> bool:
        return self._over.available

    def generate(self, model: Model, request: ChatRequest) -> Batches:
        """The frames of one of the backends; raises as they do."""
        return self._over.stream(self._rows, lambda each: each.generate(model, request), streamed=request.streamed)

    async def reply(self, model: Model, request: ChatRequest) -> Passed:
        """The whole answer of one of the backends; raises as they do."""
        return await self._over.ask(self._rows, lambda passage: passage.reply(model, request))
