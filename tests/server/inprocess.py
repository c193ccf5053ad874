"""A gateway that does as it is told, a source that records what is done to it, and a server around them in this process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from outcrop.server.application import PATIENCE, Application
from outcrop.server.listener import Listening, bind
from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream

Step = bytes | Exception | asyncio.Event


class Source:
    """Yields each step's bytes as one batch, raises an exception, waits for an event; `made` counts batches.

    With `forever` the last step repeats without end. `begun` is set by the first batch, `closed` by `aclose`.
    """

    def __init__(self, *steps: Step, forever: bool = False) -> None:
        self._steps, self._forever = list(steps), forever
        self.made = 0
        self.begun = asyncio.Event()
        self.closed = asyncio.Event()

    def __aiter__(self) -> "Source":
        return self

    async def __anext__(self) -> list[Any]:
        while self._steps:
            step = self._steps[0] if self._forever and len(self._steps) == 1 else self._steps.pop(0)
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            else:
                await asyncio.sleep(0)  # as an engine that waits for its tokens
                self.made += 1
                self.begun.set()
                return [step]
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self.closed.set()


class Told:
    """Answers every request with the next of `answers`, the last one again and again; keeps what was asked."""

    def __init__(self, *answers: HttpResponse | HttpStream) -> None:
        self._answers = list(answers) or [whole()]
        self.requests: list[HttpRequest] = []

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        self.requests.append(request)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def whole(body: bytes = b"{}", status: int = 200) -> HttpResponse:
    """An answer that is complete."""
    return HttpResponse(status, [("content-type", "application/json")], body)


def stream(source: Any) -> HttpStream:
    """An answer that is made of the source's bytes, and of `error: TYPE` when it fails."""
    headers = [("content-type", "application/vnd.amazon.eventstream")]
    return HttpStream(200, headers, source, b"".join, lambda error: f"error: {type(error).__name__}".encode())


class Here:
    """A server in this process: where it listens, its application, and how it is stopped."""

    def __init__(self, gateway: Any, host: str, site: Any = None, patience: float = PATIENCE) -> None:
        self.socket = bind(host, 0)
        self.host, self.port = self.socket.getsockname()[:2]
        self.application = Application(gateway, site, patience=patience)
        self.listening = Listening(self.socket, self.application)

    async def connect(self, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A raw connection to it."""
        return await asyncio.open_connection(self.host, self.port, **options)

    async def ask(self, request: bytes) -> bytes:
        """What comes back on a new connection until the server closes it."""
        reader, writer = await self.connect()
        writer.write(request)
        try:
            return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def here(
    gateway: Any, host: str = "127.0.0.1", site: Any = None, patience: float = PATIENCE
) -> AsyncIterator[Here]:
    """The server, stopped when left."""
    server = Here(gateway, host, site, patience)
    try:
        yield server
    finally:
        await server.listening.stop()


async def play(
    application: Application, scope: dict[str, Any], messages: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Run the application over ASGI by hand: `messages` arrive in order, then nothing; what it sent comes back."""
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent
