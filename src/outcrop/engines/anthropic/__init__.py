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
from outcrop.engines import documents
from outcrop.engines.failures import Failures
from outcrop.engines.kinds import Parts
from outcrop.engines.secrets import Keyed, key
from outcrop.families.anthropic_messages import writing
from outcrop.families.anthropic_messages.hearing import Hearing, UnknownBlock
from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.wire import sse
from outcrop.wire.http import JSON

ENDPOINT = "https://api.anthropic.com"
VERSION = "2023-06-01"
Native = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Options(Keyed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`endpoint` is what stands before ``/v1/messages``; `timeout` the seconds without a byte that are too many.

    `documents` says which formats the backend reads: "pdf", or "none", then PDFs go as their text, too. `betas` are sent
    with every request, beside those of ``anthropic_beta``.
    """

    endpoint: str = ENDPOINT
    timeout: float = 600.0
    documents: Literal["pdf", "none"] = "pdf"
    betas: tuple[str, ...] = ()


class Messages:
    """The backend: one endpoint of the Messages API."""

    def __init__(self, name: str, options: Options, key: str | None, pool: Pool, reader: DocumentReader) -> None:
        self.failures = Failures(name, (key,) if key else ())
        self.reader, self.kept = reader, frozenset(("pdf",) if options.documents == "pdf" else ())
        self._options, self._key, self._pool = options, key, pool

    @property
    def where(self) -> str:
        return self._options.endpoint

    def engine(self, name: str | None) -> "Anthropic":
        return Anthropic(self, name)

    async def aclose(self) -> None:
        """There is nothing to end: the connections are the pool's."""

    async def ask(self, body: Native, model: Model) -> Exchange:
        """Send a native request; raises what a refusal or a lost connection is to a caller."""
        headers = self._headers(body.pop("anthropic_beta", ()))
        body.pop("anthropic_version", None)
        url = f"{self._options.endpoint.rstrip('/')}/v1/messages"
        try:
            exchange = await self._pool.send(
                "POST", url, headers=headers, body=_encode(body), timeout=self._options.timeout
            )
            if exchange.status == 200:
                return exchange
            raise self.failures.refused(exchange.status, said(await exchange.read()), model)
        except Unreachable as error:
            raise self.failures.lost(error, model) from error

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

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the backend's events as they come; raises ModelRefusal for what it does not take."""
        backend = self._backend
        request = await documents.read(backend.reader, request, kept=backend.kept)
        body = writing.body(request, model) | {"model": self._name or model.short_name or model.id, "stream": True}
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


async def natives(exchange: Exchange, failures: Failures, model: Model) -> AsyncGenerator[list[Native], None]:
    """The native events of a stream, those that came together together; raises ServiceError when it breaks or fails."""
    decoder, begun, ended = sse.Decoder(), False, False
    async with aclosing(exchange.pieces()) as pieces:
        try:
            async for piece in pieces:
                batch: list[Native] = [msgspec.json.decode(data) for data in decoder.feed(piece)]
                for native in batch:
                    if native["type"] == "error":
                        raise _failed(native, failures, model, late=begun)
                    ended = ended or native["type"] == "message_stop"
                begun = begun or bool(batch)
                yield batch
        except Unreachable as error:
            raise failures.lost(error, model, late=begun) from error
        except (sse.MalformedStream, msgspec.DecodeError, LookupError, TypeError) as error:
            raise failures.broken(f"no event of a message: {error}", model, late=begun) from error
    if not ended:
        raise failures.broken("the stream ended before the message", model, late=begun)


def _failed(native: Native, failures: Failures, model: Model, *, late: bool) -> Exception:
    """An error that came under status 200: before anything else, it is what it would have been with its own status."""
    error = native.get("error") or {}
    text = str(error.get("message") or "")
    status = _STATUS.get(error.get("type") or "")
    return failures.broken(text, model, late=late) if late or status is None else failures.refused(status, text, model)


# Anthropic's error types and their statuses (Claude API documentation).
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def said(body: bytes) -> str:
    """What an error body says, in Anthropic's form or in none."""
    try:
        error = msgspec.json.decode(body)["error"]
        return str(error["message"])
    except (msgspec.DecodeError, LookupError, TypeError):
        return body.decode("utf-8", "replace")


def build(name: str, options: Options, parts: Parts) -> Messages:
    """The backend called `name`; raises EngineError for a key that is not there."""
    return Messages(name, options, key(options, parts.folder), parts.pool, parts.documents)
