"""One run of a model: its events, its times, its end, however it ends.

A `Generation` owns an engine's stream. It is made by `start`, which waits for the first batch, so that an engine that
fails early is an ordinary HTTP error; it measures, because latency is what the service saw; and `aclose` ends the engine
whether the stream was read to its end, cut by the caller or broken. Nobody else iterates over an engine, so a run that has
an account has exactly one entry in the ledger.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from outcrop.account import Account
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine, WholeReplies
from outcrop.engines.failures import NO_OUTPUT
from outcrop.errors import ModelErrorException, ServiceError
from outcrop.model.runtime import ConverseStreamMetadataEvent


async def whole(engine: Engine, model: Model, request: ChatRequest, account: Account | None = None) -> Reply:
    """One run read to its end: in one piece from an engine that can, else collected from its events."""
    if not hasattr(engine, "reply"):
        return await (await Generation.start(engine, model, request, account)).reply()
    direct = cast(WholeReplies, engine)
    started = time.perf_counter()
    try:
        reply = await direct.reply(model, request)
    except BaseException as error:
        if account:
            account.failed(error, _since(started))
        raise
    reply.latency_ms = _since(started)
    if account:
        account.complete(reply.usage, reply.stop_reason, reply.latency_ms)
    return reply


def _since(started: float) -> int:
    """Milliseconds."""
    return int((time.perf_counter() - started) * 1000)


class Generation:
    """An asynchronous iterator of batches of events; `first_byte_ms` is the time to the first of them."""

    def __init__(
        self, events: AsyncGenerator[list[Event], None], started: float, account: Account | None = None
    ) -> None:
        self._events = events
        self._started = started
        self._account = account
        self._first: list[Event] | None = None
        self.first_byte_ms = 0

    @classmethod
    async def start(
        cls, engine: Engine, model: Model, request: ChatRequest, account: Account | None = None
    ) -> "Generation":
        """Begin, and wait for the first batch; raises what the engine raises before it."""
        run = cls(engine.generate(model, request), time.perf_counter(), account)
        try:
            run._first = await anext(run._events, None)
            if run._first is None:
                raise ModelErrorException(NO_OUTPUT)
        except BaseException as error:
            if account:
                account.failed(error, _since(run._started))
            raise
        run.first_byte_ms = _since(run._started)
        return run

    def __aiter__(self) -> AsyncIterator[list[Event]]:
        return self

    async def __anext__(self) -> list[Event]:
        if self._first is not None:
            batch, self._first, elapsed = self._first, None, self.first_byte_ms
        else:
            batch = await self._next()
            elapsed = _since(self._started)
        last = batch[-1] if batch else None
        if isinstance(last, ConverseStreamMetadataEvent):
            last.metrics.latency_ms = elapsed
        if self._account:
            self._account.hand(batch)
            if isinstance(last, ConverseStreamMetadataEvent):
                self._account.finish(last.usage, elapsed, self.first_byte_ms)
        return batch

    async def _next(self) -> list[Event]:
        try:
            return await anext(self._events)
        except BaseException as error:
            if self._account:
                self._account.failed(error, _since(self._started), self.first_byte_ms)
            raise

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
        if self._account:
            self._account.close(_since(self._started), self.first_byte_ms, unread=self._first)
            self._account = None
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
