"""The blocking client: one signed request at a time, answers as the generated structures.

It knows the wire and nothing of servers, engines or catalogues. It does not retry: the caller sees what happened.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec

from outcrop import transport
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseRequest,
    ConverseResponse,
    ConverseStreamMetadataEvent,
    ConverseStreamRequest,
    MessageStartEvent,
    MessageStopEvent,
)
from outcrop.wire import sigv4
from outcrop.wire.eventstream import Decoder, MalformedFrame, Message
from outcrop.wire.http import JSON, HttpRequest

Event = (
    MessageStartEvent
    | ContentBlockStartEvent
    | ContentBlockDeltaEvent
    | ContentBlockStopEvent
    | MessageStopEvent
    | ConverseStreamMetadataEvent
)
_EVENTS: dict[str, type[Event]] = {
    "messageStart": MessageStartEvent,
    "contentBlockStart": ContentBlockStartEvent,
    "contentBlockDelta": ContentBlockDeltaEvent,
    "contentBlockStop": ContentBlockStopEvent,
    "messageStop": MessageStopEvent,
    "metadata": ConverseStreamMetadataEvent,
}
_encode = msgspec.json.Encoder().encode


class ApiError(Exception):
    """The service refused or failed: `code` is AWS's exception name, `status` the HTTP status (200 within a stream)."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


class Client:
    """Calls Converse and ConverseStream at `endpoint`, signing with an access key."""

    def __init__(
        self,
        endpoint: str,
        *,
        access_key_id: str,
        secret_access_key: str,
        region: str,
        ca_bundle: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._endpoint, self._region = endpoint, region
        self._key, self._secret = access_key_id, secret_access_key
        self._ca_bundle, self._timeout = ca_bundle, timeout

    def converse(self, request: ConverseRequest) -> ConverseResponse:
        """The whole reply; raises ApiError or transport.Unreachable."""
        return msgspec.json.decode(self._post(request, "converse").read(), type=ConverseResponse)

    def converse_stream(self, request: ConverseStreamRequest) -> Iterator[Event]:
        """The events as they arrive; raises ApiError or transport.Unreachable, also in mid-stream, and MalformedFrame."""
        decoder = Decoder()
        for piece in self._post(request, "converse-stream").pieces():
            for message in decoder.feed(piece):
                yield _event(message)
        if decoder.pending:
            raise MalformedFrame("the stream ended within a frame")

    def _post(self, request: ConverseRequest | ConverseStreamRequest, name: str) -> transport.Response:
        path = f"/model/{quote(request.model_id, safe='')}/{name}"
        body = _encode(msgspec.structs.replace(request, model_id=""))
        headers = {"host": urlsplit(self._endpoint).netloc, "content-type": JSON}
        signed = sigv4.sign(
            HttpRequest("POST", path, "", headers, body),
            access_key_id=self._key,
            secret=self._secret,
            region=self._region,
            timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        )
        response = transport.send(
            "POST",
            self._endpoint,
            path,
            headers={**headers, **signed},
            body=body,
            timeout=self._timeout,
            ca_bundle=self._ca_bundle,
        )
        if response.status >= 400:
            raise _error(response)
        return response


def _event(message: Message) -> Event:
    kind = message.headers.get(":event-type")
    if message.headers.get(":message-type") == "exception" or kind not in _EVENTS:
        name = message.headers.get(":exception-type", kind or "unknown")
        raise ApiError(name[:1].upper() + name[1:], _message(message.payload), 200)
    event: Event = msgspec.json.decode(message.payload, type=_EVENTS[kind])
    return event


def _error(response: transport.Response) -> ApiError:
    code = response.headers.get("x-amzn-errortype", "").split(":")[0] or "UnknownError"
    return ApiError(code, _message(response.read()), response.status)


def _message(body: bytes) -> str:
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body[:200].decode("utf-8", "replace")
    return str(value.get("message") or value.get("Message") or value) if isinstance(value, dict) else str(value)
