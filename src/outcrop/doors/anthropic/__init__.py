"""Anthropic's Messages API at ``/anthropic/v1/messages``, with its token counts, for the Claude models of the catalogue.

A body is the native one of InvokeModel but for the version, the betas, the model and whether to stream, which stand
elsewhere; so the door moves these and leaves everything else to InvokeModel, whose answers it hands on. Errors are in
Anthropic's shape.

Sources: the Messages page of the Bedrock user guide, one recorded exchange with bedrock-mantle, the Claude API's own pages.
"""

import logging
from typing import Any

import msgspec

from outcrop.doors import inside
from outcrop.doors.anthropic.errors import body as error_body
from outcrop.doors.anthropic.errors import failure, not_found, wrong
from outcrop.doors.inside import Caller, Inside, Refusal
from outcrop.errors import ServiceError
from outcrop.families.anthropic_messages.reading import VERSION
from outcrop.model.runtime import PayloadPart
from outcrop.wire import bounds, restjson, sse
from outcrop.wire.eventstream import Message
from outcrop.wire.http import JSON, Header, HttpRequest, HttpResponse, HttpStream, request_id

BASE = "/anthropic/"
MESSAGES = "/anthropic/v1/messages"
COUNT = "/anthropic/v1/messages/count_tokens"
_METRICS = b',"amazon-bedrock-invocationMetrics":'  # the last member of the last chunk, which is Bedrock's alone
_encode = msgspec.json.Encoder().encode
Native = dict[str, Any]

log = logging.getLogger("outcrop.doors")


class AnthropicDoor:
    """The door; `inside` is the way to the gateway."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def takes(self, request: HttpRequest) -> bool:
        """Whether `request` is for this door."""
        return request.path.startswith(BASE)

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer to `request`; never raises."""
        try:
            caller = self._inside.caller(request)
            if request.method != "POST" or request.path not in (MESSAGES, COUNT):
                return _refused(not_found(f"{request.method} {request.path} is not part of this API."))
            return await self._answer(caller, request)
        except ServiceError as error:
            return _refused(inside.refused(error))
        except Exception as error:
            log.exception("a request to %s failed", request.path)
            return _refused(inside.refused(error))

    async def _answer(self, caller: Caller, request: HttpRequest) -> HttpResponse | HttpStream:
        native = _object(request.body)
        name = native.pop("model", None) if native is not None else None
        if native is None or not isinstance(name, str):
            text = "The body must be a JSON object." if native is None else "model: Field required"
            return _refused(wrong(text))
        native.setdefault("anthropic_version", VERSION)
        if betas := [beta.strip() for beta in request.headers.get("anthropic-beta", "").split(",") if beta.strip()]:
            native["anthropic_beta"] = list(dict.fromkeys([*native.get("anthropic_beta", []), *betas]))
        if request.path == COUNT:
            return await self._count(caller, request, name, native)
        return await self._message(caller, request, name, native)

    async def _message(
        self, caller: Caller, request: HttpRequest, name: str, native: Native
    ) -> HttpResponse | HttpStream:
        model = self._inside.model(name, caller.region)
        if model and model.api != "anthropic_messages":
            return _refused(not_found(f"model: {name} is not served through the Messages API."))
        streamed = native.pop("stream", False) is True
        asked = "InvokeModelWithResponseStream" if streamed else "InvokeModel"
        model_id = self._inside.model_id(name, caller.region)
        answer = await self._inside.ask(caller, request, asked, model_id, _encode(native))
        headers = _identified(answer)
        if isinstance(answer, HttpStream):
            return inside.translated(answer, headers, _event, _failed)
        if answer.status != 200:
            return _refused(inside.refusal(answer), headers)
        return HttpResponse(200, [("content-type", JSON), *headers], answer.body)

    async def _count(self, caller: Caller, request: HttpRequest, name: str, native: Native) -> HttpResponse:
        """A profile's count is that of the model behind it (decided): CountTokens takes none, this API knows none."""
        model = None if self._inside.catalogue.get(name) else self._inside.model(name, caller.region)
        model_id = model.id if model else name
        native.setdefault("max_tokens", 1)  # a body of this operation has none, and InvokeModel's must
        body = _encode({"input": {"invokeModel": {"body": _encode(native)}}})
        answer = await self._inside.ask(caller, request, "CountTokens", model_id, body)
        headers = _identified(answer)
        if isinstance(answer, HttpStream):
            raise TypeError("CountTokens has streamed")
        if answer.status != 200:
            return _refused(inside.refusal(answer), headers)
        counted = msgspec.json.decode(answer.body)["inputTokens"]
        return HttpResponse(200, [("content-type", JSON), *headers], _encode({"input_tokens": counted}))


def _identified(answer: HttpResponse | HttpStream) -> list[Header]:
    """The headers of an answer, with the id under Anthropic's name as well."""
    headers = inside.identified(answer)
    return [*headers, ("request-id", headers[0][1])]


def _object(body: bytes) -> Native | None:
    bounds.check(body)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _event(message: Message) -> bytes:
    """One chunk as an event, under the name its type says, without what Bedrock measured."""
    part = restjson.decode_event(message)
    if not isinstance(part, PayloadPart):
        return b""
    chunk = part.bytes or b""
    if _METRICS in chunk:
        chunk = chunk[: chunk.rindex(_METRICS)] + b"}"
    kind = str(msgspec.json.decode(chunk, type=dict[str, Any]).get("type", ""))
    return sse.event(chunk, kind)


def _failed(error: Exception) -> bytes:
    return sse.event(error_body(failure(inside.refused(error))), "error")


def _refused(refusal: Refusal, headers: list[Header] | None = None) -> HttpResponse:
    identifier, found = request_id(), failure(refusal)
    known = headers or [("x-amzn-requestid", identifier), ("request-id", identifier), *inside.HEADERS]
    return HttpResponse(found.status, [("content-type", JSON), *known], error_body(found))
