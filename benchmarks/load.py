"""A load generator for one request sent over and over: 64 connections of HTTP/1.1, one request in flight on each.

It counts whole answers and nothing else, so that it costs less than any server it drives. It is bounded in time.
"""

import asyncio
import time
from typing import NamedTuple


class Load(NamedTuple):
    """Answers counted, seconds taken, and the status of the last answer."""

    answers: int
    seconds: float
    status: int


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, deadline: float, done: "asyncio.Future[None]") -> None:
        self._request, self._deadline, self._done = request, deadline, done
        self._buffer = b""
        self._missing = 0
        self.answers = self.status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.find(b"content-length: ") + 16
            stop = head.find(b"\r\n", at)
            length = int(head[at : stop if stop > 0 else None])
            self.status = int(head[9:12])
            self._missing = end + 4 + length - len(self._buffer)
            self._buffer = b""
        if self._missing <= 0:
            self._missing = 0
            self.answers += 1
            if time.monotonic() < self._deadline:
                self._transport.write(self._request)
            else:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def run(port: int, request: bytes, *, seconds: float, connections: int = 64) -> Load:
    """Send `request` for `seconds` over `connections`; raises OSError when nobody listens."""
    loop = asyncio.get_running_loop()
    began = time.monotonic()
    made = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        connection = _Connection(request, began + seconds, done)
        await loop.create_connection(lambda c=connection: c, "127.0.0.1", port)  # type: ignore[misc]
        made.append((connection, done))
    await asyncio.wait_for(asyncio.gather(*(done for _, done in made)), seconds + 30)
    answers = sum(connection.answers for connection, _ in made)
    return Load(answers, time.monotonic() - began, made[-1][0].status)
