"""One engine with what guards it: turns, time-outs, attempts and a circuit, in that order from the outside.

`Guard` is kept for an engine of the settings, whichever of its models is asked; `Guarded` stands in front of one of these.
A run keeps its turn until it ends, through pauses, too, so that a busy backend is not pressed by who waits. An attempt is
over for good when it has yielded anything.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from outcrop.chat.events import Event
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines import Engine, answerer
from outcrop.engines.composition import Guards, Timeouts, verdicts
from outcrop.engines.composition.circuit import Circuit
from outcrop.engines.composition.composed import Batches, Composed, Rows
from outcrop.engines.composition.slots import Slots
from outcrop.engines.composition.tally import Tally
from outcrop.engines.failures import NO_OUTPUT, TIMED_OUT
from outcrop.engines.table import Row
from outcrop.errors import (
    ModelErrorException,
    ModelStreamErrorException,
    ModelTimeoutException,
    ServiceError,
    ServiceUnavailableException,
    ThrottlingException,
)

T = TypeVar("T")
_NO_TIMEOUTS = Timeouts()


class Guard:
    """What is kept for the engine called `name`. `clock` counts seconds, `draw` gives what is drawn: from 0 to 1."""

    def __init__(
        self,
        name: str,
        guards: Guards,
        tally: Tally,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.name, self.guards, self.tally, self.clock, self.draw = name, guards, tally, clock, draw
        self.timeouts = guards.timeouts or _NO_TIMEOUTS
        self.slots = Slots(guards.limits) if guards.limits else None
        self.circuit = Circuit(name, guards.circuit, clock) if guards.circuit else None

    @property
    def available(self) -> bool:
        """Whether the engine would be asked now."""
        return self.circuit is None or self.circuit.available

    @property
    def open(self) -> bool:
        """Whether the circuit is."""
        return self.circuit is not None and self.circuit.open

    def skip(self) -> ServiceUnavailableException:
        """What a request is told that finds the circuit open."""
        self.tally.add("skipped", self.name)
        return ServiceUnavailableException()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator["Turn", None]:
        """One run's turn, until it ends; raises ThrottlingException when there is none, and for an open circuit."""
        if not self.available:
            raise self.skip()
        if self.slots is None:
            yield Turn(self)
            return
        try:
            await self.slots.take()
        except ThrottlingException:
            self.tally.add("turned_away", self.name)
            raise
        try:
            yield Turn(self)
        finally:
            self.slots.leave()


class Turn:
    """One run on its way: how often it was tried, whether it has yielded, and when it has to end."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._tries = 0
        total = guard.timeouts.total
        self._end = None if total is None else guard.clock() + total

    def attempt(self) -> "Attempt":
        """The next attempt; raises ServiceUnavailableException when the circuit is open."""
        attempt = Attempt(self._guard)
        self._tries += 1
        return attempt

    async def pause(self, error: ServiceError) -> None:
        """Wait until the next attempt may be made after `error`; raises it when there is to be none."""
        guard, retries = self._guard, self._guard.guards.retries
        if retries is None or self._tries >= retries.attempts or not verdicts.repeatable(error) or not guard.available:
            raise error
        seconds = retries.before(self._tries + 1, error.retry_after, guard.draw)
        left = self._left
        if seconds is None or (left is not None and seconds >= left):
            raise error
        guard.tally.add("retries", guard.name)
        answerer.failed(error.code)
        await asyncio.sleep(seconds)

    @property
    def _left(self) -> float | None:
        return None if self._end is None else self._end - self._guard.clock()

    async def within(self, work: Awaitable[T], seconds: float | None = None, *, late: bool = False) -> T:
        """What `work` gives in so many seconds and before the run has to end; raises what a time-out is to a caller."""
        left = self._left
        if left is not None and (seconds is None or left < seconds):
            seconds = left
        if seconds is None:
            return await work
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            raise (ModelStreamErrorException if late else ModelTimeoutException)(TIMED_OUT) from error


class Attempt:
    """One time an engine is asked: the circuit lets it through, and learns what became of it."""

    def __init__(self, guard: Guard) -> None:
        if not guard.available:
            raise guard.skip()
        self._guard, self._circuit = guard, guard.circuit
        self._trial = self._circuit.admit() if self._circuit else False
        guard.tally.add("attempts", guard.name)

    def __enter__(self) -> Self:
        return self

    def answered(self) -> None:
        """The engine has begun to answer."""
        if self._circuit and self._trial:
            self._circuit.answered(trial=True)
            self._trial = False

    def __exit__(self, kind: Any, error: BaseException | None, traceback: TracebackType | None) -> None:
        judged = error is None or isinstance(error, (ServiceError, ModelRefusal))
        failed = isinstance(error, (ServiceError, ModelRefusal)) and not verdicts.callers(error)
        if failed:
            self._guard.tally.add("failures", self._guard.name)
        if self._circuit is None:
            return
        if failed and isinstance(error, ServiceError) and verdicts.ailing(error):
            self._circuit.failed(trial=self._trial)
        elif judged:
            self.answered()
            self._circuit.succeeded()
        else:  # the caller left, or there is a mistake in the engine itself
            self._circuit.left(trial=self._trial)


class Guarded(Composed):
    """The engine of `row` behind `guard`."""

    def __init__(self, row: Row, guard: Guard) -> None:
        super().__init__([row])
        self._guard = guard
        self.estimates = row.estimates

    @property
    def available(self) -> bool:
        return self._guard.available and super().available

    async def ask(self, rows: Rows, ask: Callable[[Any], Awaitable[T]]) -> T:
        """What the engine answers, in as many attempts as it may take."""
        async with self._guard.turn() as turn:
            while True:
                attempt = turn.attempt()
                try:
                    with attempt:
                        return await turn.within(ask(rows[0].engine))
                except ServiceError as error:
                    await turn.pause(error)

    async def stream(self, rows: Rows, begin: Callable[[Engine], Batches], *, streamed: bool) -> Batches:
        """The engine's batches; another attempt is made only while there was none."""
        async with self._guard.turn() as turn:
            while True:
                begun = False
                attempt = turn.attempt()
                try:
                    async with aclosing(
                        self._batches(turn, attempt, lambda: begin(rows[0].engine), streamed)
                    ) as batches:
                        async for batch in batches:
                            begun = True
                            yield batch
                    return
                except ServiceError as error:
                    if begun:
                        raise
                    await turn.pause(error)

    async def _batches(self, turn: Turn, attempt: Attempt, begin: Callable[[], Batches], streamed: bool) -> Batches:
        timeouts = self._guard.timeouts
        with attempt:
            async with aclosing(begin()) as batches:
                batch = await turn.within(first(batches), timeouts.first_token)
                attempt.answered()
                following: list[Event] | None = batch
                while following is not None:
                    yield following
                    following = await turn.within(anext(batches, None), timeouts.between_tokens, late=streamed)


async def first(batches: Batches) -> list[Event]:
    """The first batch; raises ModelErrorException when there is none."""
    batch = await anext(batches, None)
    if batch is None:
        raise ModelErrorException(NO_OUTPUT)
    return batch
