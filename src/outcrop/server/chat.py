"""The chat over a WebSocket, `GET /ws/model?model=…&streaming=…`: who may open one, and how long it lives.

The contract is that of a tutorial's server in Go (decided: its aliases, its words for `streaming`, plain frames, no
history), over the real API: an answer passes the gateway like any other request. What was a crash there is an error
frame here, and the socket lives on. `?format=json` speaks typed frames instead (`frames`).

A browser's socket needs the page's cookie, and then the page's origin, or a single-use ticket; anything else a bearer
key. One conversation is one task, `conversation`; closing the socket ends what it runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from outcrop.iam.keys import Principal
from outcrop.server.api.asked import Backing
from outcrop.server.conversation import Asks, Conversation, Leaving
from outcrop.server.visitor import same_origin
from outcrop.wire.http import JSON, HttpRequest

PATH = "/ws/model"
ALIASES = {  # the tutorial's
    "anthropic": "anthropic.claude-3-haiku-20240307-v1:0",
    "llama3": "meta.llama3-70b-instruct-v1:0",
}
TRUE = ("true", "yes", "1")
IDLE = 1800.0  # seconds without a frame and without an answer being made
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Busy = Callable[[], AbstractContextManager[None]]


class Chat:
    """Serves sockets. With `open_as`, an access key's id, anyone on this machine may chat as its holder."""

    def __init__(self, backing: Backing, *, open_as: str | None = None, idle: float = IDLE) -> None:
        self._backing, self._open_as, self._idle = backing, open_as, idle
        self._leaving = Leaving()
        self._open: set[asyncio.Future[None]] = set()

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send, busy: Busy) -> None:
        """One socket, to its end; `busy` is entered while an answer is made."""
        await receive()  # websocket.connect
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query: dict[str, str] = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if scope["raw_path"].decode("latin-1") != PATH:
            await _refuse(send, 404, f"There is no socket here; the chat is {PATH}.")
            return
        principal = self._principal(headers, query)
        if principal is None:
            await _refuse(send, 403, "Open this socket from the page, with a bearer key, or with a ticket.")
            return
        await send({"type": "websocket.accept"})
        model: str = query.get("model", "")
        asks = Asks(
            model=ALIASES.get(model, model),
            named=model,
            streaming=query.get("streaming", "").lower() in TRUE,
            plain=query.get("format") != "json",
        )
        conversation = Conversation(
            asks, self._backing.gateway, principal, _opening(scope, headers), receive, send, busy
        )
        closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open.add(closed)
        try:
            await conversation.run(self._leaving, self._idle)
        finally:
            self._open.discard(closed)
            closed.set_result(None)

    async def leave(self) -> None:
        """Close every socket as soon as it is not answering, and wait until they are closed."""
        self._leaving.begin()
        if self._open:
            await asyncio.wait(self._open)

    def _principal(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Principal | None:
        """Who opens the socket; None is refused."""
        visitors = self._backing.visitors
        if "authorization" in headers:
            return visitors.bearer(headers)
        if "ticket" in query:
            return visitors.ticket(query["ticket"])
        if same_origin(headers) and (known := visitors.cookie(headers)):
            return known
        return visitors.holder(self._open_as) if self._open_as and _is_local(headers) else None


def _opening(scope: dict[str, Any], headers: Mapping[str, str]) -> HttpRequest:
    """What policies may ask of the socket's handshake: from where, over what, by which program."""
    client, kept = scope.get("client"), ("user-agent", "referer")
    shown = {name: headers[name] for name in kept if name in headers}
    return HttpRequest("GET", PATH, "", shown, b"", client[0] if client else "", scope.get("scheme") == "wss")


def _is_local(headers: Mapping[str, str]) -> bool:
    """Whether the socket was opened by this machine's name, and not by a page from elsewhere."""
    origin = headers.get("origin")
    hosts = [urlsplit(f"//{headers.get('host', '')}").hostname, urlsplit(origin).hostname if origin else "localhost"]
    return all(host in LOOPBACK for host in hosts)


async def _refuse(send: Send, status: int, message: str) -> None:
    """Answer the handshake with an HTTP error."""
    headers = [(b"content-type", JSON.encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": msgspec.json.encode({"message": message})})
