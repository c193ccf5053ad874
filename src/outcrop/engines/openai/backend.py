"""One chat-completions server: how it is reached, what it takes, and the engine that asks one of its models.

Nothing is buffered: a batch of events is what arrived together, and is only read on when the last was taken. Closing
the run closes the connection, which is how these servers learn that nobody listens.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat import tokens
from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.documents import DocumentReader
from outcrop.engines import documents, pictures
from outcrop.engines.failures import Failures
from outcrop.engines.openai import vectors
from outcrop.families.chat_completions import material, writing
from outcrop.families.chat_completions.hearing import Hearing, Unheard
from outcrop.model.runtime import TokenUsage
from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.vectors import VectorReply, VectorRequest
from outcrop.wire import sse
from outcrop.wire.http import JSON

DONE = b"[DONE]"
LAST_BYTES = 0.2  # seconds for the end of an answer that is over; with it, the connection can be used again
Native = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Reach(Struct, frozen=True):
    """Where the server is: `endpoint` before ``/chat/completions``, its key, seconds of silence, its unix socket if any.

    With `kept` False every request has a connection of its own.
    """

    pool: Pool
    endpoint: str
    key: str | None = None
    timeout: float = 600.0
    socket: Path | None = None
    kept: bool = True

    async def post(self, path: str, body: Native) -> Exchange:
        """Ask; raises Unreachable."""
        headers = {"content-type": JSON}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        if not self.kept:
            headers["connection"] = "close"
        url = self.endpoint + path
        return await self.pool.send(
            "POST", url, headers=headers, body=_encode(body), timeout=self.timeout, socket=self.socket
        )


class Speech(Struct, frozen=True, kw_only=True):
    """What the server takes: see `outcrop.engines.openai.Options`. `refused` are fields that callers may not send on."""

    images: frozenset[str] = frozenset()
    limit: str = "max_tokens"
    reasoning: str | None = "reasoning_content"
    dimensions: bool = False
    refused: frozenset[str] = frozenset()

    def check(self, request: ChatRequest) -> None:
        """Raise ModelRefusal for pictures where none are taken, and for fields that callers may not send on."""
        for name in sorted(self.refused & request.fields.keys()):
            raise material.unsupported_field(name)
        if not self.images and not request.plain and any(_has_picture(block) for block in _blocks(request)):
            raise material.unsupported("image")


def _blocks(request: ChatRequest) -> list[Any]:
    return [block for message in request.messages for block in message.content]


def _has_picture(block: Any) -> bool:
    items = block.tool_result.content if block.tool_result else ()
    return bool(block.image or (block.guard_content and block.guard_content.image) or any(item.image for item in items))


class Completions:
    """The backend: one server."""

    def __init__(self, name: str, reach: Reach, speech: Speech, reader: DocumentReader) -> None:
        self.failures = Failures(name, (reach.key,) if reach.key else ())
        self.reach, self.speech, self.reader = reach, speech, reader

    @property
    def where(self) -> str:
        return self.reach.endpoint

    def engine(self, name: str | None) -> "OpenAI":
        return OpenAI(self, name)

    async def aclose(self) -> None:
        """There is nothing to end: the connections are the pool's."""


class OpenAI:
    """An engine that asks a chat-completions server for its model `name`, or for the caller's own id."""

    def __init__(self, backend: Completions, name: str | None) -> None:
        self._backend, self._name = backend, name

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the server's events as they come; raises ModelRefusal for what it does not take."""
        body = await self._body(model, request)
        exchange = await self._exchange("/chat/completions", body, model)
        async with aclosing(heard(exchange, self._backend.failures, model, request)) as batches:
            async for batch in batches:
                yield batch

    async def _body(self, model: Model, request: ChatRequest) -> Native:
        speech = self._backend.speech
        speech.check(request)
        request = await documents.read(self._backend.reader, request, kept=frozenset())
        request = await pictures.convert(request, kept=speech.images)
        body = writing.body(request, limit=speech.limit, thoughts=speech.reasoning)
        body |= {"model": self._name or model.id, "stream": True, "stream_options": {"include_usage": True}}
        return body

    async def _exchange(self, path: str, body: Native, model: Model) -> Exchange:
        """The answer to a request, once its headers are here; raises what a failure is to a caller."""
        try:
            return await ask(self._backend.reach, self._backend.failures, path, body, model)
        except Unreachable as error:
            raise self._backend.failures.lost(error, model) from error

    async def embed(self, model: Model, request: VectorRequest) -> VectorReply:
        """One vector for each text; raises ModelRefusal for pictures, which these servers do not embed."""
        backend = self._backend
        body = vectors.body(request, shorten=backend.speech.dimensions) | {"model": self._name or model.id}
        exchange = await self._exchange("/embeddings", body, model)
        try:
            return vectors.reply(_decode(await exchange.read()), request)
        except Unreachable as error:
            raise backend.failures.lost(error, model) from error
        except (msgspec.DecodeError, ValueError, LookupError, TypeError) as error:
            raise backend.failures.broken(f"no vectors: {error}", model) from error


async def ask(reach: Reach, failures: Failures, path: str, body: Native, model: Model) -> Exchange:
    """The answer to a request, once its headers are here; raises what a refusal is to a caller, or Unreachable."""
    exchange = await reach.post(path, body)
    if exchange.status == 200:
        return exchange
    asked = exchange.headers.get("retry-after")
    raise failures.refused(exchange.status, said(await exchange.read()), model, retry_after=asked)


def said(body: bytes) -> str:
    """What an error body says: ``error.message`` as OpenAI has it, or one of the forms that other servers have."""
    try:
        found: Any = _decode(body)
        for name in ("error", "message", "detail"):
            if isinstance(found, dict) and found.get(name):
                found = found[name]
        return found if isinstance(found, str) else _encode(found).decode()
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")


async def heard(
    exchange: Exchange, failures: Failures, model: Model, request: ChatRequest
) -> AsyncGenerator[list[Event], None]:
    """The events of an answer, those that came together together; raises ServiceError when it breaks or fails."""
    hearing, begun = Hearing(), False
    async with aclosing(exchange), aclosing(_chunks(exchange)) as together:
        try:
            batch: list[Event] = []
            async for chunks, done in together:
                batch = [event for chunk in chunks for event in hearing.events(_sound(chunk))]
                if done:
                    break
                if batch:
                    begun = True
                    yield batch
                    batch = []
            if not hearing.ended:
                raise Unheard("the stream ended before the answer")
            yield batch + hearing.end(hearing.usage or estimated(hearing, model, request))
        except Unreachable as error:
            raise failures.lost(error, model, late=begun and request.streamed) from error
        except (Unheard, sse.MalformedStream, msgspec.DecodeError) as error:
            raise failures.broken(str(error), model, late=begun and request.streamed) from error
        with suppress(TimeoutError, Unreachable):
            async with asyncio.timeout(LAST_BYTES):
                async for _ in exchange:
                    pass


async def _chunks(exchange: Exchange) -> AsyncGenerator[tuple[list[Native], bool], None]:
    """The chunks that came together, and whether the answer is over; a server that does not stream sends one."""
    if exchange.headers.get("content-type", "").startswith(JSON):
        yield [_decode(await exchange.read())], True
        return
    decoder = sse.Decoder()
    async for piece in exchange:
        events = decoder.feed(piece)
        if events:
            done = events[-1] == DONE
            yield [_decode(data) for data in events if data != DONE], done


def _sound(chunk: Any) -> Native:
    """`chunk`, when it is one; raises Unheard with what the server says went wrong instead."""
    if not isinstance(chunk, dict):
        raise Unheard("no chunk of a completion")
    if chunk.get("error"):
        raise Unheard(said(_encode(chunk)))
    return chunk


def estimated(hearing: Hearing, model: Model, request: ChatRequest) -> TokenUsage:
    """Usage for an answer whose server did not count."""
    given, made = tokens.count_request(request, model), max(1, tokens.count("".join(hearing.said)))
    return EstimatedUsage(input_tokens=given, output_tokens=made, total_tokens=given + made)
