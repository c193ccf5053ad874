"""InvokeModel of a Claude model, passed on: the caller's own body to the backend, the backend's own answer to the caller.

Nothing in either is left out, whether the hub has a word for it or not. What Bedrock adds is added: counts in headers and
metrics in the last chunk; what it never sends, pings, is not.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Protocol

import msgspec

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, has_cache_point
from outcrop.engines import Passed
from outcrop.engines.anthropic.stream import natives
from outcrop.engines.failures import Failures
from outcrop.families import everit
from outcrop.families.anthropic_messages.hearing import Hearing, UnknownBlock, usage
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ConverseStreamMetadataEvent, Message, PayloadPart, TokenUsage
from outcrop.transport import Exchange, Unreachable
from outcrop.wire import restjson
from outcrop.wire.http import Header
from outcrop.wire.restjson import Frames

Native = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Asks(Protocol):
    """Who sends a native body: the backend."""

    failures: Failures

    async def ask(self, body: Native, model: Model) -> Exchange: ...


class Passage:
    """One call's way; `name` is what the backend calls the model."""

    def __init__(self, backend: Asks, name: str, body: bytes) -> None:
        self._backend, self._name, self._body = backend, name, body

    async def reply(self, model: Model, request: ChatRequest) -> Passed:
        """The whole answer; raises as an engine's `generate` does."""
        started = time.perf_counter()
        exchange = await self._ask(model, streamed=False)
        try:
            body = await exchange.read()
            said = msgspec.json.decode(body)
            used = usage(said.get("usage") or {})
        except Unreachable as error:
            raise self._backend.failures.lost(error, model) from error
        except (msgspec.DecodeError, AttributeError, TypeError) as error:
            raise self._backend.failures.broken(f"no message: {error}", model) from error
        message = Message(role="assistant", content=[])
        headers = _headers(used, _since(started))
        return Passed(message=message, stop_reason="end_turn", usage=used, body=body, headers=headers)

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the backend's events as native chunks, with what they say; raises as an engine's `generate` does."""
        started = time.perf_counter()
        exchange = await self._ask(model, streamed=True)
        hearing, first = Hearing(), 0
        async with aclosing(natives(exchange, self._backend.failures, model)) as stream:
            async for batch in stream:
                first = first or _since(started)
                heard: list[Event] = []
                chunks = []
                for native in batch:
                    if native["type"] == "ping":
                        continue
                    heard += _heard(hearing, native)
                    if native["type"] == "message_stop":
                        native |= _metrics(heard, _since(started), first, cached=has_cache_point(request))
                    chunks.append(PayloadPart(bytes=_encode(native)))
                if chunks:
                    yield Frames(heard, restjson.encode_events(chunks))

    async def _ask(self, model: Model, *, streamed: bool) -> Exchange:
        body = everit.decode(self._body)
        return await self._backend.ask({**body, "model": self._name, "stream": streamed}, model)


def _heard(hearing: Hearing, native: Native) -> list[Event]:
    """What is said as far as the hub has words for it: the rest is for the caller alone."""
    try:
        return hearing.events(native)
    except (UnknownBlock, LookupError, TypeError):
        return []


def _metrics(heard: list[Event], latency: int, first: int, *, cached: bool) -> Native:
    last = heard[-1] if heard else None
    used = last.usage if isinstance(last, ConverseStreamMetadataEvent) else events.usage(0, 0)
    return invocation_metrics(events.metadata(used, latency), first, cached=cached)


def _since(started: float) -> int:
    return int((time.perf_counter() - started) * 1000)


def _headers(used: TokenUsage, latency: int) -> list[Header]:
    """The headers of InvokeModel's answer (recorded)."""
    counts = {
        "cache-write-input": used.cache_write_input_tokens,
        "cache-read-input": used.cache_read_input_tokens,
        "output": used.output_tokens,
        "input": used.input_tokens,
    }
    told = [(f"x-amzn-bedrock-{name}-token-count", str(n)) for name, n in counts.items() if n is not None]
    return [("x-amzn-bedrock-invocation-latency", str(latency)), *told]
