"""OpenAI's API at ``/openai/v1`` and ``/v1``: chat completions, responses and models, for every model that converses.

A body becomes one of Converse's, and what Converse answers becomes a completion or a response; policies, rules, engines and
the ledger are Converse's own. Errors are in OpenAI's shape, with AWS's words.
"""

import logging
from functools import partial
from typing import Any
from urllib.parse import unquote

import msgspec

from outcrop.doors import inside
from outcrop.doors.inside import Caller, Inside, Refusal
from outcrop.doors.openai import answering, chat, models, responses
from outcrop.doors.openai.errors import Failure, Wrong, failure
from outcrop.doors.openai.errors import body as error_body
from outcrop.errors import ServiceError
from outcrop.model.runtime import PayloadPart
from outcrop.wire import bounds, restjson, sse
from outcrop.wire.eventstream import Message
from outcrop.wire.http import JSON, Header, HttpRequest, HttpResponse, HttpStream, request_id

PREFIX = "/openai"
CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
RESPONSES = "/v1/responses"
_encode = msgspec.json.Encoder().encode

log = logging.getLogger("outcrop.doors")


class OpenAIDoor:
    """The door; `inside` is the way to the gateway."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def takes(self, request: HttpRequest) -> bool:
        """Whether `request` is for this door."""
        return request.path.startswith((PREFIX + "/v1/", CHAT, MODELS, RESPONSES))

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer to `request`; never raises."""
        try:
            caller = self._inside.caller(request)
            return await self._answer(caller, request)
        except Wrong as wrong:
            return _error(wrong.failure())
        except ServiceError as error:
            return refused(inside.refused(error))
        except Exception as error:
            log.exception("a request to %s failed", request.path)
            return refused(inside.refused(error))

    async def _answer(self, caller: Caller, request: HttpRequest) -> HttpResponse | HttpStream:
        path = request.path.removeprefix(PREFIX)
        if request.method == "POST" and path == CHAT:
            return await self._chat(caller, request)
        if request.method == "POST" and path == RESPONSES:
            return await self._respond(caller, request)
        if request.method == "GET" and (path == MODELS or path.startswith(MODELS + "/")):
            return await self._models(caller, request, unquote(path.removeprefix(MODELS).lstrip("/")))
        text = f"Invalid URL ({request.method} {request.path})"
        return refused(Refusal("ResourceNotFoundException", 404, text))

    async def _chat(self, caller: Caller, request: HttpRequest) -> HttpResponse | HttpStream:
        value = _object(request.body)
        native = chat.read(value)
        model = self._inside.model(native.model, caller.region)
        question = chat.converse(native, value, model)
        asked = "ConverseStream" if native.stream else "Converse"
        model_id = self._inside.model_id(native.model, caller.region)
        answer = await self._inside.ask(caller, request, asked, model_id, question.body)
        headers = inside.identified(answer)
        if isinstance(answer, HttpStream):
            return inside.translated(answer, headers, chat.Chunks(native, question.begun).of, failed)
        if answer.status != 200:
            return refused(inside.refusal(answer), headers)
        return HttpResponse(
            200, [("content-type", JSON), *headers], chat.completion(native, answer.body, question.begun)
        )

    async def _respond(self, caller: Caller, request: HttpRequest) -> HttpResponse | HttpStream:
        """A response is put together from a stream, whether it is told as one or whole."""
        value = _object(request.body)
        native = responses.read(value)
        model = self._inside.model(native.model, caller.region)
        question = responses.converse(native, value, model)
        model_id = self._inside.model_id(native.model, caller.region)
        answer = await self._inside.ask(caller, request, "ConverseStream", model_id, question.body)
        headers = inside.identified(answer)
        if not isinstance(answer, HttpStream):
            return refused(inside.refusal(answer), headers)
        response = answering.Answer(native, value, question.begun)
        if native.stream:
            return inside.translated(answer, headers, partial(_told, response), failed)
        return await _whole(answer, response, headers)

    async def _models(self, caller: Caller, request: HttpRequest, name: str) -> HttpResponse:
        try:
            if not name:
                said: Any = {"data": await models.listed(self._inside, caller, request), "object": "list"}
            else:
                said = await models.found(self._inside, caller, request, name)
        except models.NotListed as refusal:
            return refused(inside.refusal(refusal.answer), inside.identified(refusal.answer))
        if said is None:
            return refused(Refusal("ResourceNotFoundException", 404, f"The model '{name}' does not exist"))
        identifier = request_id()
        headers = [("x-amzn-requestid", identifier), ("x-request-id", identifier), *inside.HEADERS]
        return HttpResponse(200, [("content-type", JSON), *headers], _encode(said))


def _object(body: bytes) -> dict[str, Any]:
    bounds.check(body)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Wrong(f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(value, dict):
        raise Wrong("We expected a JSON object as the body of your request.")
    return value


def _told(response: answering.Answer, message: Message) -> bytes:
    """The events that a frame makes."""
    event = restjson.decode_event(message)
    known = None if event is None or isinstance(event, PayloadPart) else event
    return b"".join(map(answering.event, response.take(known))) if known else b""


async def _whole(answer: HttpStream, response: answering.Answer, headers: list[Header]) -> HttpResponse:
    """The response at the end of its stream; an exception that ends it is an error answer."""
    stream = inside.translated(answer, headers, partial(_told, response), failed)
    try:
        async for batch in stream.source:
            stream.encode(batch)
    except Exception as error:
        return refused(inside.refused(error), headers)
    finally:
        await stream.source.aclose()
    return HttpResponse(200, [("content-type", JSON), *headers], _encode(response.response))


def failed(error: Exception) -> bytes:
    """An error that ends a stream."""
    return sse.event(error_body(failure(inside.refused(error))))


def refused(refusal: Refusal, headers: list[Header] | None = None) -> HttpResponse:
    """An error answer."""
    return _error(failure(refusal), headers)


def _error(found: Failure, headers: list[Header] | None = None) -> HttpResponse:
    identifier = request_id()
    known = headers or [("x-amzn-requestid", identifier), ("x-request-id", identifier), *inside.HEADERS]
    return HttpResponse(found.status, [("content-type", JSON), *known], error_body(found))
