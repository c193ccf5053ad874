"""One connection that carries one exchange after another, on an event loop: a request as bytes out, an answer in.

What was read is bounded: while nobody takes the pieces of an answer, some 320 KB of it wait here at most, and the other
side has to.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from outcrop.transport.message import Answer, Malformed

ENOUGH = 65_536  # bytes of a body that wait; then nothing more is read


class Connection(asyncio.Protocol):
    """A connection; `lost` is called once it is closed. `ask` begins an exchange, `head` and `piece` wait for the answer.

    `answer` has a head once `head` has returned; `heard` is whether a byte of it has come. Both waits raise
    ConnectionError when the connection breaks, TimeoutError after `silence` seconds.
    """

    def __init__(self, lost: Callable[["Connection"], None]) -> None:
        self._loop, self._lost = asyncio.get_running_loop(), lost
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._paused = False
        self._failure = ""
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self.closed = self.heard = False
        self.answer = Answer(asked=False)

    @property
    def reusable(self) -> bool:
        """Whether the exchange is over on both sides, and another may begin."""
        over = self.answer.stays and self.answer.whole and not self.answer.size and not self.closed
        return over and not self._transport.get_write_buffer_size()

    def ask(self, request: bytes, *, bodiless: bool = False) -> None:
        """Send a whole request; `bodiless` when its answer is a head alone, whatever that says."""
        self.answer, self.heard = Answer(bodiless=bodiless), False
        self._transport.write(request)

    async def head(self, silence: float) -> None:
        """Wait for the head of the answer."""
        while not self.answer.status:
            self._check()
            await self._wait(silence)

    async def piece(self, silence: float) -> bytes:
        """What has come of the body since the last piece, once there is some; nothing when it is over."""
        answer = self.answer
        while not answer.size:
            if answer.whole:
                return b""
            self._check()
            await self._wait(silence)
        if self._paused and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return answer.take()

    def close(self) -> None:
        """Close it at once, whatever it carries; safe to call more than once."""
        if not self.closed:
            self._fail("it was closed")
            self._transport.abort()

    def _check(self) -> None:
        if self.closed:
            raise ConnectionError(self._failure)

    def _fail(self, reason: str) -> None:
        self.closed = True
        self._failure = self._failure or reason
        if self._timer:
            self._timer.cancel()
        self._wake()

    async def _wait(self, silence: float) -> None:
        """Until something has changed."""
        self._deadline = self._loop.time() + silence
        if self._timer is None or self._timer.when() > self._deadline:
            self._watch()
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _watch(self) -> None:
        """Look at the deadline when it comes: one timer, which later waits find set, costs less than one for each."""
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._late)

    def _late(self) -> None:
        self._timer = None
        if self._waiter and not self._waiter.done():
            if self._loop.time() < self._deadline:
                self._watch()
            else:
                self._waiter.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard, answer = True, self.answer
        try:
            answer.feed(data)
        except Malformed as error:
            self._break(str(error))
            return
        if answer.size > ENOUGH and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self.answer.end()
        self._fail(str(exc or "it was closed by the other side"))
        self.gone.set_result(None)
        self._lost(self)

    def _break(self, reason: str) -> None:
        self._fail(reason)
        self._transport.abort()
