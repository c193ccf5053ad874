"""One socket's conversation: prompts in, one answer at a time, until somebody leaves.

The frames that arrive while an answer is made wait in a short queue, except those that stop it. Sending waits for the
reader, which is how a slow one slows the engine. An error is a frame. Whatever happens, the answer being made is ended
with the socket.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import msgspec

from outcrop.chat.collect import Collector
from outcrop.errors import InternalServerException, ServiceError
from outcrop.iam.keys import Principal
from outcrop.server import frames
from outcrop.server.api.asked import AnswersFor
from outcrop.server.frames import Prompt
from outcrop.wire.http import JSON, HttpRequest, HttpResponse, HttpStream

MAX_FRAME = (
    12_000_000  # characters or bytes of one frame; beyond 16 MiB granian ends the connection, which says nothing
)
MAX_BODY = 25_000_000  # bytes of a conversation: the API's own limit of a body
WAITING = 8  # prompts that may wait for their turn
GOING_AWAY = 1001

log = logging.getLogger("outcrop.server")


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    """What the socket's address asks for: a model, by id and as it was named; answers in pieces or not, plain or typed."""

    model: str
    named: str
    streaming: bool
    plain: bool


class Leaving:
    """Says to all conversations at once that the server is about to stop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def begin(self) -> None:
        self._event.set()

    def watch(self) -> "asyncio.Task[Any]":
        """Done when it has begun."""
        return asyncio.ensure_future(self._event.wait())


class _Waiting(msgspec.Struct, frozen=True):
    """A prompt, and whether it came as bytes: its answer goes the same way."""

    prompt: Prompt
    binary: bool


class Conversation:
    """Reads prompts, answers them in order; `run` is all of it. `opened` is the handshake, which policies may look at."""

    def __init__(
        self,
        asks: Asks,
        gateway: AnswersFor,
        principal: Principal,
        opened: HttpRequest,
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
        busy: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._asks, self._gateway, self._principal, self._opened = asks, gateway, principal, opened
        self._receive, self._send_message, self._busy = receive, send, busy
        self._waiting: deque[_Waiting] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._history: list[Any] = []

    async def run(self, leaving: Leaving, idle: float) -> None:
        """Until the other side closes, nothing has happened for `idle` seconds, or the server is leaving."""
        incoming, left = asyncio.ensure_future(self._receive()), leaving.watch()
        try:
            while True:
                tasks = {incoming, *((self._answering,) if self._answering else (left,))}
                limit = None if self._answering else idle
                done, _ = await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
                if not done or left in done:
                    incoming.cancel()
                    await asyncio.wait({incoming})  # granian closes nothing that is being read
                    await self._send_message({"type": "websocket.close", "code": GOING_AWAY})
                    return
                if incoming in done:
                    message = incoming.result()
                    if message["type"] == "websocket.disconnect":
                        return
                    await self._take(message)
                    incoming = asyncio.ensure_future(self._receive())
                await self._go_on()
        finally:
            for task in (incoming, left, self._answering):
                if task:
                    task.cancel()
            if self._answering:
                await asyncio.wait({self._answering})

    async def _go_on(self) -> None:
        """See an answer off that has ended, and begin the next."""
        if self._answering and self._answering.done():
            if self._answering.cancelled() and not self._asks.plain:
                await self._send(frames.frame({"type": "end", "stopReason": "cancelled"}))
            self._answering = None
        if not self._answering and self._waiting:
            self._answering = asyncio.ensure_future(self._answer(self._waiting.popleft()))

    async def _take(self, message: dict[str, Any]) -> None:
        """One frame that has arrived."""
        data = message.get("bytes") if message.get("text") is None else message["text"]
        binary = isinstance(data, bytes)
        try:
            if len(data or b"") > MAX_FRAME:
                raise frames.WrongFrame(f"This frame is larger than {MAX_FRAME:,} bytes")
            if len(self._waiting) == WAITING:
                raise frames.WrongFrame(f"{WAITING} prompts are waiting already")
            prompt = (frames.read_plain if self._asks.plain else frames.read_json)(data or "")
        except frames.WrongFrame as wrong:
            await self._fail("ValidationException", str(wrong), binary)
            return
        if prompt.type == "prompt":
            self._waiting.append(_Waiting(prompt, binary))
            return
        self._waiting.clear()
        if self._answering:
            self._answering.cancel()
        if prompt.type == "clear":
            self._history = []

    async def _answer(self, waiting: _Waiting) -> None:
        """Answer one prompt; never raises but when it is cancelled."""
        with self._busy():
            try:
                await self._ask(waiting)
            except ServiceError as error:
                await self._fail(error.code, error.message, waiting.binary)
            except Exception as error:
                log.exception("an answer of the chat ended with %s", type(error).__name__)
                failed = InternalServerException()
                await self._fail(failed.code, failed.message, waiting.binary)

    async def _ask(self, waiting: _Waiting) -> None:
        prompt = waiting.prompt
        messages = [*(self._history if prompt.messages is None else ()), *prompt.turn()]
        operation = "converse-stream" if self._asks.streaming else "converse"
        path = f"/model/{quote(self._asks.model or '-', safe='')}/{operation}"
        body = prompt.body(messages)
        if len(body) > MAX_BODY:
            await self._fail("ValidationException", "The conversation is too long; begin a new one", waiting.binary)
            return
        started = time.perf_counter()
        if not self._asks.plain:
            await self._send(frames.frame({"type": "start", "modelId": self._asks.model}))
        headers = {**self._opened.headers, "content-type": JSON}
        request = msgspec.structs.replace(self._opened, method="POST", path=path, query="", headers=headers, body=body)
        answer = await self._gateway.handle_for(self._principal, request)
        if isinstance(answer, HttpResponse):
            told = await self._whole(answer, waiting.binary)
        else:
            told = await self._stream(answer, started, waiting.binary)
        if prompt.history is not None:
            self._history = [*messages, told] if prompt.history and told else []

    async def _whole(self, answer: HttpResponse, binary: bool) -> Any:
        """Send a whole answer; the assistant's message, None after an error."""
        body = msgspec.json.decode(answer.body)
        if answer.status != 200:
            code = dict(answer.headers)["x-amzn-errortype"].partition(":")[0]
            await self._fail(code, body.get("message") or body.get("Message") or code, binary)
            return None
        if self._asks.plain:
            await self._send(frames.text_of(body), binary)
        else:
            for found in frames.whole(body):
                await self._send(frames.frame(found), binary)
        return body["output"]["message"]

    async def _stream(self, answer: HttpStream, started: float, binary: bool) -> Any:
        """Send an answer piece by piece; the assistant's message."""
        collector, typed, first = Collector(), frames.Typed(), 0
        try:
            async for batch in answer.source:
                first = first or round((time.perf_counter() - started) * 1000)
                for event in batch:
                    collector.add(event)
                if self._asks.plain:
                    pieces = frames.texts(batch)
                else:
                    pieces = [frames.frame(found) for found in typed.frames(batch, first)]
                for piece in pieces:
                    await self._send(piece, binary)
        finally:
            await answer.source.aclose()
        return msgspec.to_builtins(collector.reply().message)

    async def _fail(self, code: str, message: str, binary: bool = False) -> None:
        if code == "ValidationException" and message == "The provided model identifier is invalid.":
            message = f"No such model: {self._asks.named}. {message}"
        await self._send(frames.error(code, message, plain=self._asks.plain), binary)

    async def _send(self, text: str, binary: bool = False) -> None:
        await self._send_message({"type": "websocket.send", **({"bytes": text.encode()} if binary else {"text": text})})
