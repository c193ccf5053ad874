"""The application as plain ASGI: requests read whole and within limits, answers sent whole or as they are made.

It knows HTTP and nothing of Bedrock: what a request means is the gateway's. A stream's batches leave in one write each;
awaiting the send is what makes a slow reader slow the engine, and a reader that goes away cancels the sending, whose end
closes the engine. While the server stops, running requests finish and new ones are refused.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from outcrop.errors import (
    RequestEntityTooLargeException,
    SerializationException,
    ServiceError,
    ServiceUnavailableException,
    ValidationException,
)
from outcrop.server.waits import Waits
from outcrop.wire import restjson
from outcrop.wire.http import Header, HttpRequest, HttpResponse, HttpStream, request_id

if TYPE_CHECKING:
    from outcrop.server.site import Site

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY = 25_000_000  # bytes: the service model's limit of InvokeModel's body
TOO_LARGE = f"Request body is larger than {MAX_BODY} bytes"
ENDED_EARLY = "Request body ended before it was complete"
PATIENCE = 60.0  # seconds without a byte, after which a body that is not complete has ended
HEALTH = "/health"

log = logging.getLogger("outcrop.server")


class Answers(Protocol):
    """What the application asks: the gateway."""

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream: ...


class Circuits(Protocol):
    """Who knows which engines are left alone because they failed."""

    @property
    def open_circuits(self) -> list[str]: ...


class Application:
    """One ASGI application. `draining` refuses new requests; `idle` is set while none is running.

    `site` answers what is not the AWS API's: the page and its sockets; without one there is no page. `engines` says which
    circuits are open. A body of which nothing has come for `patience` seconds has ended.
    """

    def __init__(
        self,
        gateway: Answers,
        site: "Site | None" = None,
        engines: Circuits | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._gateway, self._site, self._engines = gateway, site, engines
        self._waits = Waits(patience)
        self._running = 0
        self.draining = False
        self.idle = asyncio.Event()
        self.idle.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and self._site and not self.draining:
            await self._site.chat.serve(scope, receive, send, self._busy)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not spoken here")
        self._begin()
        try:
            await self._answer(scope, receive, send)
        finally:
            self._end()

    async def drain(self) -> None:
        """Refuse what is new, wait for what runs, and for sockets to close, which they do when they are not answering."""
        self.draining = True
        if self._site:
            await self._site.chat.leave()
        await self.idle.wait()

    def _begin(self) -> None:
        self._running += 1
        self.idle.clear()

    def _end(self) -> None:
        self._running -= 1
        if not self._running:
            self.idle.set()

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """While a socket's answer is made, which counts as a request does."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        if path == HEALTH:
            await _send_whole(send, self._health())
            return
        if self.draining:
            await _send_whole(send, restjson.encode_error(ServiceUnavailableException(), request_id()))
            return
        try:
            request = await _read(scope, path, partial(self._waits.next, receive))
        except (ServiceError, TimeoutError) as error:
            refusal = error if isinstance(error, ServiceError) else SerializationException(ENDED_EARLY)
            await _send_whole(send, restjson.encode_error(refusal, request_id()))
            return
        answers: Answers = self._gateway
        if self._site and self._site.takes(request.method, path):
            answers = self._site
        answer = await answers.handle(request)
        if isinstance(answer, HttpResponse):
            # Sending lets the server's own threads in, and every such change of hands is dear. One turn of the loop first:
            # requests that are here are worked on together and answered together, a fifth more of them per second.
            await asyncio.sleep(0)
            await _send_whole(send, answer)
        else:
            await _send_stream(receive, send, answer)

    def _health(self) -> HttpResponse:
        """A server that lacks engines still serves: what it says of itself then is for people and alarms."""
        status, state = (503, "draining") if self.draining else (200, "ok")
        said: dict[str, Any] = {"service": "outcrop", "status": state}
        if not self.draining and self._engines and (left_alone := self._engines.open_circuits):
            said |= {"status": "degraded", "openCircuits": left_alone}
        return HttpResponse(status, [("content-type", "application/json")], msgspec.json.encode(said))


async def _read(scope: Scope, path: str, receive: Receive) -> HttpRequest:
    """The whole request; raises a ServiceError for a body that is too large or ends early, TimeoutError as `receive` does.

    Too large is said after the body was read to its end, so that the answer arrives. A client that went away hears
    nothing of an early end; one whose chunks are malformed does.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if len(headers) < len(scope["headers"]):
        headers = _joined(scope["headers"])
    message = await receive()
    body = message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise SerializationException(ENDED_EARLY)
    # what Content-Length promised is here: the end need not be waited for, which would cost another turn of the loop
    if message.get("more_body") and headers.get("content-length") != str(len(body)):
        body = await _rest(body, receive)
    if len(body) > MAX_BODY:
        raise RequestEntityTooLargeException(TOO_LARGE)
    query, client = scope["query_string"].decode("latin-1"), scope.get("client")
    return HttpRequest(
        scope["method"], path, query, headers, body, client[0] if client else "", scope.get("scheme") == "https"
    )


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers of which some are there more than once."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _rest(first: bytes, receive: Receive) -> bytes:
    parts, size = [first], len(first)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SerializationException(ENDED_EARLY)
        size += len(message.get("body", b""))
        if size <= MAX_BODY:
            parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    if size > MAX_BODY:
        raise RequestEntityTooLargeException(TOO_LARGE)
    return b"".join(parts)


def _start(status: int, headers: list[Header]) -> dict[str, Any]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": status, "headers": raw}


async def _send_whole(send: Send, answer: HttpResponse) -> None:
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    await send(_start(answer.status, headers))
    await send({"type": "http.response.body", "body": answer.body})


async def _send_stream(receive: Receive, send: Send, answer: HttpStream) -> None:
    """Send batch by batch; whatever happens, the source is closed."""
    watcher = asyncio.get_running_loop().create_task(_cancel_when_gone(receive, asyncio.current_task()))
    try:
        await send(_start(answer.status, answer.headers))
        await _send_batches(send, answer)
        await send({"type": "http.response.body", "body": b""})
    except asyncio.CancelledError:
        if not watcher.done():
            raise  # the server itself is stopping
    finally:
        watcher.cancel()
        await answer.source.aclose()


async def _send_batches(send: Send, answer: HttpStream) -> None:
    try:
        async for batch in answer.source:
            data = answer.encode(batch)
            if data:
                await send({"type": "http.response.body", "body": data, "more_body": True})
    except Exception as error:
        # The status has left; what is wrong can only be said within the stream.
        if not isinstance(error, ValidationException):  # the caller's mistake, and it quotes the caller
            log.warning("a stream ended with %s: %s", type(error).__name__, error)
        await send({"type": "http.response.body", "body": answer.encode_error(error), "more_body": True})


async def _cancel_when_gone(receive: Receive, sender: "asyncio.Task[Any] | None") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    if sender:
        sender.cancel()
