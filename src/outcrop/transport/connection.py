"""One connection that carries one exchange after another: a request as bytes out, an answer in.

httptools (Node's parser) reads HTTP/1.1 and judges it strictly; here is what it says put together, whatever pieces it came
in. What was read is bounded: while nobody takes the pieces of an answer, some 320 KB of it wait here at most, and the
other side has to; 64 KB that bring no body forward (heads, trailers, notes beside chunks) are too much.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

ENOUGH = 65_536  # bytes of a body that wait; then nothing more is read
LARGEST_HEAD = 65_536  # bytes


class Connection(asyncio.Protocol):
    """A connection; `lost` is called once it is closed. `ask` begins an exchange, `head` and `piece` wait for the answer.

    `status` and `headers` (names in lower case) are the answer's once `head` has returned; `heard` is whether a byte of
    it has come. Both waits raise ConnectionError when the connection breaks, TimeoutError after `silence` seconds.
    """

    def __init__(self, lost: Callable[["Connection"], None]) -> None:
        self._loop, self._lost = asyncio.get_running_loop(), lost
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._parts: list[bytes] = []
        self._size = self._fruitless = 0
        self._paused = self._bodiless = self._stays = False
        self._whole = True  # nothing is under way
        self._failure = ""
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self.closed = self.heard = False
        self.status, self.headers = 0, dict[str, str]()

    @property
    def reusable(self) -> bool:
        """Whether the exchange is over on both sides, and another may begin."""
        over = self._whole and self._stays and not self._parts and not self.closed
        return over and not self._transport.get_write_buffer_size()

    def ask(self, request: bytes, *, bodiless: bool = False) -> None:
        """Send a whole request; `bodiless` when its answer is a head alone, whatever that says."""
        self.status, self.headers = 0, {}
        self.heard = self._whole = self._stays = False
        self._fruitless, self._bodiless = 0, bodiless
        self._transport.write(request)

    async def head(self, silence: float) -> None:
        """Wait for the head of the answer."""
        while not self.status:
            self._check()
            await self._wait(silence)

    async def piece(self, silence: float) -> bytes:
        """What has come of the body since the last piece, once there is some; nothing when it is over."""
        while not self._parts:
            if self._whole:
                return b""
            self._check()
            await self._wait(silence)
        piece = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        if self._paused and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return piece

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
        self._wake()

    async def _wait(self, silence: float) -> None:
        """Until something has changed."""
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(silence, self._silent)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _silent(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        self._fruitless += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._break(f"what it sends is not HTTP: {error}")
            return
        if self._fruitless > LARGEST_HEAD and not self._whole:
            self._break(f"it sent {LARGEST_HEAD:,} bytes and no body")
            return
        if self._size > ENOUGH and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and self.status and not self.headers.keys() & {"content-length", "transfer-encoding"}:
            self._whole = True  # its end is that of the connection
        self._fail(str(exc or "it was closed by the other side"))
        self.gone.set_result(None)
        self._lost(self)

    def _break(self, reason: str) -> None:
        self._fail(reason)
        self._transport.abort()

    # What the parser says.

    def on_message_begin(self) -> None:
        if self._whole:
            raise ValueError("an answer to nothing")
        self.headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # a later one is a trailer
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:  # what comes before is not the answer yet
            self.status, self._stays = status, self._parser.should_keep_alive()
        if self.status and self._bodiless:
            self._whole, self._stays = True, False  # the parser waits for a body

    def on_body(self, data: bytes) -> None:
        self._fruitless = 0
        if not self._bodiless:
            self._parts.append(data)
            self._size += len(data)

    def on_message_complete(self) -> None:
        if self.status:
            self._whole = True
