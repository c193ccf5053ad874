"""Claude through Anthropic's Messages API, or through any server that speaks it (llama.cpp, another Outcrop).

The backend is asked in its own language (`families.anthropic_messages` writes it) and always asked to stream, so that a long
answer is never a long silence. Documents that it does not read go as their text. Keys are only in the header they belong to.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Literal

import msgspec

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.documents import DocumentReader
from outcrop.engines import Sent, documents
from outcrop.engines.anthropic.passage import Passage
from outcrop.engines.anthropic.stream import natives, said
from outcrop.engines.failures import Failures
from outcrop.engines.kinds import Parts
from outcrop.engines.secrets import Keyed, key
from outcrop.families.anthropic_messages import writing
from outcrop.families.anthropic_messages.hearing import Hearing, UnknownBlock
from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.wire.http import JSON

ENDPOINT = "https://api.anthropic.com"
VERSION = "2023-06-01"
Native = dict[str, Any]
_encode = msgspec.json.Encoder().encode
# What of a request its tokens depend on (Claude API documentation).
_COUNTED = ("model", "messages", "system", "tools", "tool_choice", "thinking", "anthropic_beta")


class Options(Keyed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`endpoint` is what stands before ``/v1/messages``; `timeout` the seconds without a byte that are too many.
    `validation` "backend" passes InvokeModel bodies on unjudged, for members that Outcrop does not know yet.

    `documents` says which formats the backend reads: "pdf", or "none", then PDFs go as their text, too. `betas` are sent
    with every request, beside those of ``anthropic_beta``.
    """

    endpoint: str = ENDPOINT
    timeout: float = 600.0
    documents: Literal["pdf", "none"] = "pdf"
    betas: tuple[str, ...] = ()
    validation: Literal["local", "backend"] = "local"


class Messages:
    """The backend: one endpoint of the Messages API."""

    def __init__(self, name: str, options: Options, key: str | None, pool: Pool, reader: DocumentReader) -> None:
        self.failures = Failures(name, (key,) if key else ())
        self.reader, self.kept = reader, frozenset(("pdf",) if options.documents == "pdf" else ())
        self._options, self._key, self._pool = options, key, pool

    @property
    def validates(self) -> bool:
        return self._options.validation == "backend"

    @property
    def where(self) -> str:
        return self._options.endpoint

    def engine(self, name: str | None) -> "Anthropic":
        return Anthropic(self, name)

    async def aclose(self) -> None:
        """There is nothing to end: the connections are the pool's."""

    async def ask(self, body: Native, model: Model) -> Exchange:
        """Send a native request; raises what a refusal or a lost connection is to a caller."""
        try:
            exchange = await self._send("", body)
            if exchange.status == 200:
                return exchange
            asked = exchange.headers.get("retry-after")
            raise self.failures.refused(exchange.status, said(await exchange.read()), model, retry_after=asked)
        except Unreachable as error:
            raise self.failures.lost(error, model) from error

    async def count(self, body: Native, model: Model) -> int | None:
        """The tokens of a native request's input; None from a backend that does not count. Raises as `ask` does."""
        try:
            exchange = await self._send("/count_tokens", {name: body[name] for name in _COUNTED if name in body})
            told = await exchange.read()
        except Unreachable as error:
            raise self.failures.lost(error, model) from error
        if exchange.status in (404, 405, 501):
            return None
        if exchange.status != 200:
            raise self.failures.refused(exchange.status, said(told), model)
        try:
            return int(msgspec.json.decode(told)["input_tokens"])
        except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
            raise self.failures.broken(f"no count: {error}", model) from error

    async def _send(self, path: str, body: Native) -> Exchange:
        headers = self._headers(body.pop("anthropic_beta", ()))
        body.pop("anthropic_version", None)
        url = f"{self._options.endpoint.rstrip('/')}/v1/messages{path}"
        return await self._pool.send("POST", url, headers=headers, body=_encode(body), timeout=self._options.timeout)

    def _headers(self, betas: Sequence[str]) -> dict[str, str]:
        headers = {"content-type": JSON, "anthropic-version": VERSION}
        if self._key:
            headers["x-api-key"] = self._key
        if wanted := dict.fromkeys((*self._options.betas, *betas)):
            headers["anthropic-beta"] = ",".join(wanted)
        return headers


class Anthropic:
    """An engine that asks the backend for one of its models: `name`, or the one the caller's model is at Anthropic."""

    def __init__(self, backend: Messages, name: str | None) -> None:
        self._backend, self._name = backend, name

    @property
    def validates(self) -> bool:
        return self._backend.validates

    def _named(self, model: Model) -> str:
        return self._name or model.short_name or model.id

    def relay(self, sent: Sent, model: Model) -> Passage | None:
        """The way for native bodies of Claude models; whatever else is asked goes through the hub."""
        if model.api != "anthropic_messages" or not sent.operation.startswith("InvokeModel"):
            return None
        return Passage(self._backend, self._named(model), sent.body)

    async def count(self, model: Model, request: ChatRequest) -> int | None:
        """The backend's count of the tokens, None where it does not count; raises ModelRefusal for what it does not take."""
        backend = self._backend
        request = await documents.read(backend.reader, request, kept=backend.kept)
        return await backend.count(writing.body(request, model) | {"model": self._named(model)}, model)

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the backend's events as they come; raises ModelRefusal for what it does not take."""
        backend = self._backend
        request = await documents.read(backend.reader, request, kept=backend.kept)
        body = writing.body(request, model) | {"model": self._named(model), "stream": True}
        exchange = await backend.ask(body, model)
        hearing, begun = Hearing(), False
        async with aclosing(natives(exchange, backend.failures, model)) as stream:
            async for batch in stream:
                try:
                    found = [event for native in batch for event in hearing.events(native)]
                except (UnknownBlock, LookupError, TypeError) as error:
                    raise backend.failures.broken(f"an unknown event: {error}", model, late=begun) from error
                if found:
                    begun = True
                    yield found


def build(name: str, options: Options, parts: Parts) -> Messages:
    """The backend called `name`; raises EngineError for a key that is not there."""
    return Messages(name, options, key(options, parts.folder), parts.pool, parts.documents)
