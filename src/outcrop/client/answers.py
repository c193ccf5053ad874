"""Bytes become replies and events: the generated structures, read strictly when that works and loosely when it does not.

AWS adds members and values to its API several times a year. A member that is not known is left out; a value that the
structure would refuse, such as a new stop reason, is kept as it came. An event that is not known is an `UnknownEvent`, never
an error. No socket, no wait.
"""

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from outcrop.client import errors
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStartEvent,
    MessageStopEvent,
    PayloadPart,
)
from outcrop.wire.eventstream import Decoder, MalformedFrame, Message

Kind = TypeVar("Kind")


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event newer than this client: its name, and its payload as it came."""

    name: str
    payload: bytes


Event = (
    MessageStartEvent
    | ContentBlockStartEvent
    | ContentBlockDeltaEvent
    | ContentBlockStopEvent
    | MessageStopEvent
    | ConverseStreamMetadataEvent
    | UnknownEvent
)


class Invocation(msgspec.Struct, frozen=True):
    """InvokeModel's answer: the native body as it came; tokens and milliseconds where the service names them."""

    body: bytes
    content_type: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    latency_ms: int | None = None

    def json(self) -> Any:
        """The body as a JSON value."""
        return msgspec.json.decode(self.body)


def read(data: bytes, kind: type[Kind]) -> Kind:
    """A reply of type `kind`; raises `NoAnswer` when `data` is no JSON object."""
    try:
        return typing.cast(Kind, _decode(kind, data))
    except msgspec.ValidationError:
        value = msgspec.json.decode(data)
        if isinstance(value, dict):
            return typing.cast(Kind, _loosely(value, kind))
        raise errors.malformed("the answer is no JSON object") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.malformed(f"the answer is no JSON: {error}") from error


def _decode(kind: Any, data: bytes) -> Any:
    return _decoder(kind)(data)


@cache
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(kind).decode


def invocation(headers: Mapping[str, str], body: bytes) -> Invocation:
    """InvokeModel's answer."""
    numbers = ("input-token-count", "output-token-count", "invocation-latency")
    found = (headers.get(f"x-amzn-bedrock-{name}", "") for name in numbers)
    counts = (int(text) if text.isdecimal() else None for text in found)
    return Invocation(body, headers.get("content-type", ""), *counts)


class Reader:
    """The events of one stream, out of the pieces of its body; `request_id` goes into the errors it raises.

    `feed` and `end` raise `ApiError` for an exception within the stream, `NoAnswer` for what is no event stream.
    """

    def __init__(self, event: Callable[[Message], Any], request_id: str | None) -> None:
        self._decoder, self._event, self._request_id = Decoder(), event, request_id

    def feed(self, piece: bytes) -> Iterator[Any]:
        try:
            messages = self._decoder.feed(piece)
        except MalformedFrame as error:
            raise errors.malformed(f"the answer is no event stream: {error}") from error
        for message in messages:
            if message.headers.get(":message-type", "event") != "event":
                raise errors.exception(message, self._request_id)
            yield self._event(message)

    def end(self) -> None:
        """Nothing more comes."""
        if self._decoder.pending:
            raise errors.malformed("the stream ended within a frame")


_KINDS: dict[str, type[Any]] = {
    "messageStart": MessageStartEvent,
    "contentBlockStart": ContentBlockStartEvent,
    "contentBlockDelta": ContentBlockDeltaEvent,
    "contentBlockStop": ContentBlockStopEvent,
    "messageStop": MessageStopEvent,
    "metadata": ConverseStreamMetadataEvent,
}


def event(message: Message) -> Event:
    """An event of ConverseStream, without its padding (about 0.5 µs)."""
    name = message.headers.get(":event-type", "")
    kind: Any = _KINDS.get(name)
    if kind is None:
        return UnknownEvent(name, message.payload)
    try:
        made = _decoder(kind)(message.payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        made = read(message.payload, kind)
    made.p = None
    return made  # type: ignore[no-any-return]


def chunk(message: Message) -> bytes | UnknownEvent:
    """An event of InvokeModelWithResponseStream: a piece of the native answer, JSON."""
    name = message.headers.get(":event-type", "")
    return read(message.payload, PayloadPart).bytes or b"" if name == "chunk" else UnknownEvent(name, message.payload)


def _loosely(value: Any, kind: Any) -> Any:
    """`value` as `kind` as far as it goes; what does not fit stays as it is."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _loosely(value, parts[0])
    if origin in (types.UnionType, typing.Union):
        inner = [part for part in parts if part is not type(None)]
        return None if value is None else _loosely(value, inner[0])
    if origin is list and isinstance(value, list):
        return [_loosely(item, parts[0]) for item in value]
    if origin is dict and isinstance(value, dict):
        return {name: _loosely(item, parts[1]) for name, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        return _structure(value, kind)
    return _scalar(value, kind)


def _structure(value: dict[str, Any], kind: type[msgspec.Struct]) -> msgspec.Struct:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    given = {f.name: _loosely(value[f.encode_name], hints[f.name]) for f in fields if f.encode_name in value}
    missing = {f.name: None for f in fields if f.required and f.name not in given}
    return kind(**given, **missing)


def _scalar(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, TypeError):
        return value
