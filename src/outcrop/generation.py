"""One run of a model: its events, its times, its end, however it ends.

A `Generation` owns an engine's stream. It is made by `start`, which waits for the first batch, so that an engine that
fails early is an ordinary HTTP error; it measures, because latency is what the service saw; and `aclose` ends the engine
whether the stream was read to its end, cut by the caller or broken. Nobody else iterates over an engine.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine, WholeReplies
from outcrop.errors import ModelErrorException, ServiceError
from outcrop.model.runtime import ConverseStreamMetadataEvent


async def whole(engine: Engine, model: Model, request: ChatRequest) -> Reply:
    """One run read to its end: in one piece from an engine that can, else collected from its events."""
    if not hasattr(engine, "reply"):
        return await (await Generation.start(engine, model, request)).reply()
    direct = cast(WholeReplies, engine)
    started = time.perf_counter()
    reply = await direct.reply(model, request)
    reply.latency_ms = int((time.perf_counter() - started) * 1000)
    return reply


class Generation:
    """An asynchronous iterator of batches of events; `first_byte_ms` is the time to the first of them."""

    def __init__(self, events: AsyncGenerator[list[Event], None], started: float) -> None:
        self._events = events
        self._started = started
        self._first: list[Event] | None = None
        self.first_byte_ms = 0

    @classmethod
    async def start(cls, engine: Engine, model: Model, request: ChatRequest) -> "Generation":
        """Begin, and wait for the first batch; raises what the engine raises before it."""
        run = cls(engine.generate(model, request), time.perf_counter())
        try:
            run._first = await anext(run._events)
        except StopAsyncIteration:
            raise ModelErrorException("The model returned no output. Try your request again.") from None
        run.first_byte_ms = run._elapsed()
        run._stamp(run._first)
        return run

    def _elapsed(self) -> int:
        return int((time.perf_counter() - self._started) * 1000)

    def _stamp(self, batch: list[Event]) -> None:
        if batch and isinstance(batch[-1], ConverseStreamMetadataEvent):
            batch[-1].metrics.latency_ms = self._elapsed()

    def __aiter__(self) -> AsyncIterator[list[Event]]:
        return self

    async def __anext__(self) -> list[Event]:
        if self._first is not None:
            batch, self._first = self._first, None
            return batch
        batch = await anext(self._events)
        self._stamp(batch)
        return batch

    async def reply(self) -> Reply:
        """Everything, collected; the run is closed afterwards."""
        collector = Collector()
        try:
            async for batch in self:
                for event in batch:
                    collector.add(event)
        finally:
            await self.aclose()
        return collector.reply()

    async def aclose(self) -> None:
        """End the engine's work; safe to call at any time and more than once."""
        await self._events.aclose()


class Refused:
    """A run that is over before it has begun, for a stream to tell: it has no batch and raises `error`."""

    first_byte_ms = 0

    def __init__(self, error: ServiceError) -> None:
        self.error = error

    def __aiter__(self) -> AsyncIterator[list[Event]]:
        return self

    async def __anext__(self) -> list[Event]:
        raise self.error

    async def aclose(self) -> None:
        """There is nothing to end."""
