"""What AWS answers, read for those who need more than its bytes: errors as exceptions, usage, the events of a stream.

Bytes that are passed on are not changed here; that they arrived whole is checked frame by frame.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from outcrop import errors
from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.engines.failures import seconds
from outcrop.errors import ServiceError, ServiceUnavailableException
from outcrop.families.anthropic_messages.hearing import Hearing, UnknownBlock
from outcrop.model.runtime import PayloadPart, TokenUsage
from outcrop.wire import restjson
from outcrop.wire.eventstream import Message
from outcrop.wire.http import Header

METRICS = "amazon-bedrock-invocationMetrics"
NOTHING = events.usage(0, 0)
# What AWS says of Outcrop's own signature is not for the caller, whose signature was right.
_OURS = frozenset(
    {
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)

log = logging.getLogger("outcrop.engines")


class RelayedError(ServiceError):
    """An exception of AWS's that Outcrop itself never raises: its code and status are AWS's."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self._code, self.status = code, status

    @property
    def code(self) -> str:
        return self._code


def error(status: int, headers: Mapping[str, str], body: bytes) -> ServiceError:
    """The exception of an error answer, which is written again as it came."""
    kind, _, origin = headers.get("x-amzn-errortype", "").partition(":")
    said = _object(body)
    key = "Message" if "Message" in said else "message"
    found = _exception(kind or "InternalServerException", status, str(said.pop(key, "")), said)
    found.message_key = key
    found.retry_after = seconds(headers.get("retry-after"))
    if origin:
        found.origin = origin.rstrip("/").rpartition("/")[2]
    return found


def exception(message: Message) -> ServiceError:
    """The exception that ended a stream."""
    name = message.headers.get(":exception-type") or message.headers.get(":error-code") or "internalServerException"
    said = _object(message.payload)
    text = said.pop("message", None) or message.headers.get(":error-message") or ""
    return _exception(name[0].upper() + name[1:], 424, str(text), said)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _exception(code: str, status: int, message: str, details: dict[str, Any]) -> ServiceError:
    if code in _OURS:
        log.error("AWS refuses the credentials of this server: %s: %s", code, message)
        return ServiceUnavailableException()
    known = getattr(errors, code, None)
    if isinstance(known, type) and issubclass(known, ServiceError) and known.status == status:
        found = known(message)
    else:
        found = RelayedError(code, status, message)
    found.details = details
    return found


class _Whole(Struct, rename="camel"):
    """What a Converse answer says beside its message."""

    stop_reason: Any = "end_turn"
    usage: TokenUsage | None = None


def whole(operation: str, headers: Mapping[str, str], body: bytes) -> tuple[TokenUsage, Any]:
    """The usage and the stop reason of a whole answer; InvokeModel's usage is in its headers."""
    if operation == "Converse":
        try:
            said = msgspec.json.decode(body, type=_Whole)
        except msgspec.MsgspecError:
            return NOTHING, "end_turn"
        return said.usage or NOTHING, said.stop_reason
    counts = {name: _count(headers, name) for name in ("input", "output", "cache-read-input", "cache-write-input")}
    read, written = counts["cache-read-input"], counts["cache-write-input"]
    return _usage(counts["input"] or 0, counts["output"] or 0, read, written), "end_turn"


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(f"x-amzn-bedrock-{name}-token-count", "")
    return int(text) if text.isdecimal() else None


def _usage(given: int, made: int, read: int | None, written: int | None) -> TokenUsage:
    return TokenUsage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=given + made + (read or 0) + (written or 0),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
    )


def passed_headers(headers: Mapping[str, str]) -> list[Header]:
    """The operation's own headers of an answer."""
    return [(name, value) for name, value in headers.items() if name.startswith("x-amzn-bedrock-")]


class Listener:
    """Reads the frames of one stream. Of native ones it understands Claude's, and the usage in the last chunk of any."""

    def __init__(self, api: str) -> None:
        self._claude = Hearing() if api == "anthropic_messages" else None

    def events(self, message: Message) -> list[Event]:
        """What a frame says; an event that is not known yet says nothing. Raises msgspec.MsgspecError for what is none."""
        event = restjson.decode_event(message)
        if isinstance(event, PayloadPart):
            return list(self._native(event.bytes or b""))
        return [event] if event else []

    def _native(self, chunk: bytes) -> Iterator[Event]:
        if self._claude:
            try:
                yield from self._claude.events(msgspec.json.decode(chunk))
            except (UnknownBlock, LookupError, TypeError):
                return
        elif METRICS.encode() in chunk:
            told = _object(chunk).get(METRICS) or {}
            read, written = told.get("cacheReadInputTokenCount"), told.get("cacheWriteInputTokenCount")
            yield events.metadata(
                _usage(told.get("inputTokenCount", 0), told.get("outputTokenCount", 0), read, written)
            )
