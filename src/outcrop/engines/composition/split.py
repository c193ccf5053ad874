"""`kind = "split"`: each request goes to one of several engines, drawn by weight.

An engine whose circuit is open is not drawn while another's is not. What the drawn one cannot answer is not asked of
another: for that, a failover has the split as its first engine.
"""

import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from itertools import accumulate
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from outcrop.engines import Engine, answerer
from outcrop.engines.composition import Composition
from outcrop.engines.composition.composed import Batches, Composed, Rows
from outcrop.engines.kinds import Parts
from outcrop.engines.table import Row

T = TypeVar("T")
Weight = Annotated[float, Meta(gt=0)]


class Options(Composition, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`weights` are as many as there are `engines`; without them, all have the same."""

    weights: tuple[Weight, ...] = ()

    def check(self) -> str | None:
        if self.weights and len(self.weights) != len(self.engines):
            return f"{len(self.engines)} engines need as many weights, not {len(self.weights)}"
        return None


class Share(Row, frozen=True):
    """A row that is drawn as often as its weight says."""

    weight: float = 1.0


class Split(Composed):
    """An engine over engines by weight; `draw` gives numbers from 0 to 1."""

    def __init__(self, rows: Rows, draw: Callable[[], float]) -> None:
        super().__init__(rows)
        self._draw = draw

    def _drawn(self, rows: Rows) -> Row:
        """One of the rows, and it is noted."""
        there = [row for row in rows if getattr(row.engine, "available", True)] or rows
        sums = list(accumulate(row.weight if isinstance(row, Share) else 1.0 for row in there))
        wanted = self._draw() * sums[-1]
        row = next((row for row, upto in zip(there, sums, strict=True) if wanted < upto), there[-1])
        answerer.asks(row)
        return row

    async def ask(self, rows: Rows, ask: Callable[[Any], Awaitable[T]]) -> T:
        """What the drawn engine answers."""
        return await ask(self._drawn(rows).engine)

    async def stream(self, rows: Rows, begin: Callable[[Engine], Batches], *, streamed: bool) -> Batches:
        """The batches of the drawn engine."""
        async with aclosing(begin(self._drawn(rows).engine)) as batches:
            async for batch in batches:
                yield batch


class Shares:
    """The backend: engines that are backends of their own."""

    def __init__(self, options: Options, parts: Parts) -> None:
        self._options, self._parts = options, parts
        self._weights = options.weights or (1.0,) * len(options.engines)

    @property
    def where(self) -> str:
        total = sum(self._weights)
        return ", ".join(
            f"{each.engine}{f' as {each.as_name}' if each.as_name else ''} {weight / total:.0%}"
            for each, weight in zip(self._options.members, self._weights, strict=True)
        )

    def engine(self, name: str | None) -> Split:
        """The engine that asks the drawn one for its own model, or for the model `name`."""
        found = [self._parts.others(each.engine, each.as_name or name) for each in self._options.members]
        rows = [
            Share(row.pattern, row.name, row.engine, row.backend_model, weight)
            for row, weight in zip(found, self._weights, strict=True)
        ]
        return Split(rows, random.random)

    async def aclose(self) -> None:
        """There is nothing to end: the engines end by themselves."""


def build(name: str, options: Options, parts: Parts) -> Shares:
    """The composition called `name`."""
    return Shares(options, parts)
