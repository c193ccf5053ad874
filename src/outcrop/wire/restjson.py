"""HTTP to typed input, typed output to HTTP: the rest-json protocol as Bedrock speaks it.

`Decoder` is compiled once per operation and does the fast path; what does not decode goes to `validate`, which words
the refusal. Encoding is compact JSON with members in AWS's order, which the generated structures already have. Events
get their padding here. Nothing here knows what an operation does.

Sources: recorded exchanges for headers, spacing, order, padding and error bodies (wire facts of 3,925 exchanges).
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec

from outcrop.errors import (
    InternalServerException,
    SerializationException,
    ServiceError,
    UnknownOperationException,
)
from outcrop.model import runtime
from outcrop.model.service import Operation, service
from outcrop.model.shape import Shape
from outcrop.wire import bounds, eventstream, validate
from outcrop.wire.http import EVENT_STREAM, JSON, Header, HttpRequest, HttpResponse, HttpStream

Input = TypeVar("Input", bound=Shape)
Event = (
    runtime.MessageStartEvent
    | runtime.ContentBlockStartEvent
    | runtime.ContentBlockDeltaEvent
    | runtime.ContentBlockStopEvent
    | runtime.MessageStopEvent
    | runtime.ConverseStreamMetadataEvent
    | runtime.PayloadPart
)

# Every event carries `p`, a prefix of this alphabet, its length uniform on 2..61 and independent of the payload
# (21,405 of 21,405 events recorded since 2025-01).
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_PADDING = [_ALPHABET[:length] for length in range(2, 62)]

_EVENT_HEADERS: dict[type[Shape], bytes] = {
    runtime.MessageStartEvent: eventstream.event_headers("messageStart"),
    runtime.ContentBlockStartEvent: eventstream.event_headers("contentBlockStart"),
    runtime.ContentBlockDeltaEvent: eventstream.event_headers("contentBlockDelta"),
    runtime.ContentBlockStopEvent: eventstream.event_headers("contentBlockStop"),
    runtime.MessageStopEvent: eventstream.event_headers("messageStop"),
    runtime.ConverseStreamMetadataEvent: eventstream.event_headers("metadata"),
    runtime.PayloadPart: eventstream.event_headers("chunk"),
}
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_json = msgspec.json.Encoder()


class Decoder(Generic[Input]):
    """Decodes the requests of one operation into its input structure."""

    def __init__(self, operation: Operation, input_type: type[Input]) -> None:
        self._type = input_type
        self._service = service(operation.service)
        self._shape = operation.input or ""
        shape = self._service.shapes[self._shape]
        places: dict[str, list[tuple[str, str]]] = {"uri": [], "header": [], "querystring": []}
        for name, member in shape["members"].items():
            if "location" in member:
                places[member["location"]].append((member["locationName"], _attribute(input_type, name)))
        self._labels, self._headers, self._query = places["uri"], places["header"], places["querystring"]
        self._payload = _attribute(input_type, shape["payload"]) if "payload" in shape else None
        self._json = msgspec.json.Decoder(input_type)
        required = (field.name for field in msgspec.structs.fields(input_type) if field.required)
        self._absent: dict[str, Any] = dict.fromkeys(required)

    def addressed(self, labels: Mapping[str, str]) -> Input:
        """An input with what the path says, and None for all that the body would have to."""
        value = self._type(**self._absent)
        for name, attribute in self._labels:
            setattr(value, attribute, labels[name])
        return value

    def decode(self, request: HttpRequest, labels: Mapping[str, str]) -> Input:
        """The operation's input; raises ValidationException or SerializationException in AWS's words."""
        bounds.check(request.body)
        value = self._body(request.body)
        for name, attribute in self._labels:
            setattr(value, attribute, labels[name])
        if self._headers:
            for name, attribute in self._headers:
                if (found := request.headers.get(name.lower())) is not None:
                    setattr(value, attribute, found)
        if self._query and request.query:
            given = dict(parse_qsl(request.query, keep_blank_values=True))
            for name, attribute in self._query:
                if name in given:
                    setattr(value, attribute, given[name])
        if self._headers or self._query:
            self._check_located(value)
        return value

    def _body(self, body: bytes) -> Input:
        if self._payload:
            value = self._type()
            setattr(value, self._payload, body)
            return value
        try:
            return self._json.decode(body or b"{}")
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            raise validate.refusal(self._service, self._shape, body or b"{}") from None

    def _check_located(self, value: Input) -> None:
        """Constraints of members outside the body, which msgspec has not seen; integers there arrive as text."""
        shapes = self._service.shapes
        found: list[str] = []
        for name, member in shapes[self._shape]["members"].items():
            if member.get("location") not in ("header", "querystring"):
                continue
            attribute, shape = _attribute(self._type, name), member["shape"]
            given = getattr(value, attribute)
            if given is not None:
                if shapes[shape]["type"] == "integer" and isinstance(given, str) and _INTEGER.fullmatch(given):
                    given = int(given)
                    setattr(value, attribute, given)
                found += self._violations(shape, given, name)
        if found:
            raise validate.constraint_error(found)

    def _violations(self, shape: str, given: Any, name: str) -> list[str]:
        try:
            return list(validate.violations(self._service, shape, given, name))
        except validate.Violation as wrong:
            raise SerializationException(str(wrong)) from wrong


def _attribute(structure: type[Shape], member: str) -> str:
    """The Python attribute of an AWS member."""
    return next(f.name for f in msgspec.structs.fields(structure) if f.encode_name == member)


class Payload(msgspec.Struct, frozen=True):
    """An output whose body is not modelled JSON: the bytes as they are, and headers of its own."""

    body: bytes
    headers: list[Header]


class Frames(list[Any]):
    """A batch whose frames are already made: `data` are their bytes, the events in it are what they say."""

    def __init__(self, events: Iterable[Any], data: bytes) -> None:
        super().__init__(events)
        self.data = data


class EventStream(msgspec.Struct, frozen=True):
    """An output that streams: where batches come from, how one batch becomes events, and headers of its own."""

    source: Any
    events: Callable[[list[Any]], Iterable[Event]]
    headers: list[Header]


Output = Shape | dict[str, Any] | Payload | EventStream


def encode_output(output: Output, request_id: str, status: int = 200) -> HttpResponse | HttpStream:
    """The answer to a request that went well; header order as recorded, `status` the operation's own."""
    request_id_header = ("x-amzn-requestid", request_id)
    if isinstance(output, EventStream):
        headers = [("content-type", EVENT_STREAM), request_id_header, *output.headers]
        to_events = output.events

        def encode(batch: list[Any]) -> bytes:
            return batch.data if type(batch) is Frames else encode_events(to_events(batch))

        return HttpStream(200, headers, output.source, encode, encode_exception)
    if isinstance(output, Payload):
        return HttpResponse(200, [("content-type", JSON), request_id_header, *output.headers], output.body)
    return HttpResponse(status, [("content-type", JSON), request_id_header], _json.encode(output))


def encode_error(error: ServiceError, request_id: str) -> HttpResponse:
    """The answer to a request that is refused or has failed before any event left."""
    if isinstance(error, UnknownOperationException):
        body = b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}'
    else:
        body = _json.encode({error.message_key: error.message, **error.details})
    kind = f"{error.code}:http://internal.amazon.com/coral/{error.origin}/"
    headers = [("content-type", JSON), ("x-amzn-requestid", request_id), ("x-amzn-errortype", kind)]
    return HttpResponse(error.status, headers, body)


def encode_events(events: Iterable[Event]) -> bytes:
    """The frames of events that leave together, each padded."""
    frames = []
    for event in events:
        event.p = _PADDING[int(random.random() * 60)]
        frames.append(eventstream.frame(_EVENT_HEADERS[type(event)], _json.encode(event)))
    return b"".join(frames)


_DECODERS: dict[str, Callable[[bytes], Event]] = {
    "messageStart": msgspec.json.Decoder(runtime.MessageStartEvent).decode,
    "contentBlockStart": msgspec.json.Decoder(runtime.ContentBlockStartEvent).decode,
    "contentBlockDelta": msgspec.json.Decoder(runtime.ContentBlockDeltaEvent).decode,
    "contentBlockStop": msgspec.json.Decoder(runtime.ContentBlockStopEvent).decode,
    "messageStop": msgspec.json.Decoder(runtime.MessageStopEvent).decode,
    "metadata": msgspec.json.Decoder(runtime.ConverseStreamMetadataEvent).decode,
    "chunk": msgspec.json.Decoder(runtime.PayloadPart).decode,
}


def decode_event(message: eventstream.Message) -> Event | None:
    """The event in a frame, None for a kind that is not known yet; raises msgspec.MsgspecError for what is none."""
    decode = _DECODERS.get(message.headers.get(":event-type", ""))
    return decode(message.payload) if decode else None


def encode_exception(error: Exception) -> bytes:
    """The frame that ends a failed stream: the exception's name in lower camel case, no padding (recorded)."""
    modelled = error if isinstance(error, ServiceError) else InternalServerException()
    name = modelled.code[0].lower() + modelled.code[1:]
    return eventstream.frame(
        eventstream.exception_headers(name), _json.encode({"message": modelled.message, **modelled.details})
    )
