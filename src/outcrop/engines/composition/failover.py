"""`kind = "failover"`: engines in order. When one cannot answer, the next is asked; until the first token, never after."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from outcrop.engines import Engine, answerer
from outcrop.engines.composition import Composition, verdicts
from outcrop.engines.composition.composed import Batches, Composed, Rows
from outcrop.engines.composition.guarded import first
from outcrop.engines.composition.tally import Tally
from outcrop.engines.kinds import Parts
from outcrop.engines.table import Row
from outcrop.errors import ServiceError

T = TypeVar("T")
log = logging.getLogger("outcrop.engines")


class Options(Composition, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`engines`, the one that is asked first in front."""


class Failover(Composed):
    """An engine over engines in order, called `name` in logs."""

    def __init__(self, name: str, rows: Rows, tally: Tally) -> None:
        super().__init__(rows)
        self._name, self._tally = name, tally

    async def ask(self, rows: Rows, ask: Callable[[Any], Awaitable[T]]) -> T:
        """What the first engine that can answer answers; raises what the last one does."""
        for row, following in _steps(rows):
            answerer.asks(row)
            try:
                return await ask(row.engine)
            except ServiceError as error:
                self._go_on(error, row, following)
        raise AssertionError("the last engine answers or raises")

    async def stream(self, rows: Rows, begin: Callable[[Engine], Batches], *, streamed: bool) -> Batches:
        """The batches of the first engine that yields one; raises what the last one does."""
        for row, following in _steps(rows):
            answerer.asks(row)
            async with aclosing(begin(row.engine)) as batches:
                try:
                    batch = await first(batches)
                except ServiceError as error:
                    self._go_on(error, row, following)
                    continue
                yield batch
                async for batch in batches:
                    yield batch
                return

    def _go_on(self, error: ServiceError, row: Row, following: Row | None) -> None:
        """Say that the next engine takes over; raises `error` when it may not, or there is none."""
        if following is None or verdicts.callers(error):
            raise error
        self._tally.add("failovers", row.name)
        answerer.failed(error.code)
        level = logging.WARNING if getattr(row.engine, "available", True) else logging.DEBUG  # said when it opened
        log.log(level, "engine %s: %s instead of %s, after %s", self._name, following.name, row.name, error.code)


def _steps(rows: Rows) -> list[tuple[Row, Row | None]]:
    """Each row with the one after it."""
    return list(zip(rows, [*rows[1:], None], strict=True))


class Order:
    """The backend: engines that are backends of their own."""

    def __init__(self, name: str, options: Options, parts: Parts) -> None:
        self._name, self._options, self._parts = name, options, parts

    @property
    def where(self) -> str:
        return ", then ".join(
            f"{each.engine} as {each.as_name}" if each.as_name else each.engine for each in self._options.members
        )

    def engine(self, name: str | None) -> Failover:
        """The engine that asks each for its own model, or for the model `name`."""
        rows = [self._parts.others(each.engine, each.as_name or name) for each in self._options.members]
        return Failover(self._name, rows, self._parts.tally)

    async def aclose(self) -> None:
        """There is nothing to end: the engines end by themselves."""


def build(name: str, options: Options, parts: Parts) -> Order:
    """The composition called `name`."""
    return Order(name, options, parts)
