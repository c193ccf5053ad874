"""AI21's Jamba: chat completions of its own kind, with the service's metrics in a chunk of their own.

Messages become turns; documents, which Jamba 1.5 takes beside them, stand before the last user's words. An engine runs once:
further choices are the first one again.

Sources: the Jamba page of the Bedrock user guide, AI21's API reference for tools, documents and formats, recorded answers
and streams.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import bodies, everit
from outcrop.families.bodies import bounded
from outcrop.families.chat_completions import replies, turns
from outcrop.families.chat_completions.body import Format, Tool, Turn
from outcrop.families.identifiers import request_uuid
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    ContentBlock,
    ConverseStreamMetadataEvent,
    DocumentBlock,
    DocumentSource,
    InferenceConfiguration,
    Message,
    MessageStopEvent,
)

_TURN: dict[str, Any] = {
    "type": "object",
    "required": ("role", "content"),
    "properties": {"role": {"enum": ("user", "assistant", "system", "tool")}, "content": bodies.STRING},
}
_LIST = {"type": "array", "items": bodies.OBJECT}
_SCHEMA = bodies.closed(
    ("messages",),
    messages={"type": "array", "minItems": 1, "items": _TURN},
    max_tokens=bounded("integer", 1, 4096),
    temperature=bounded("number", 0, 2),
    top_p=bodies.SHARE,
    stop={"anyOf": (bodies.STRING, bodies.STRINGS)},
    n=bounded("integer", 1, 16),
    frequency_penalty={"type": "number"},
    presence_penalty={"type": "number"},
    tools=_LIST,
    documents=_LIST,
    response_format=bodies.OBJECT,
)
_INSTRUCT = {  # Jamba-Instruct takes neither tools nor documents (documented)
    **_SCHEMA,
    "properties": {name: each for name, each in _SCHEMA["properties"].items() if name not in ("tools", "documents")},
}
_encode = msgspec.json.Encoder().encode


class JambaTurn(Turn, kw_only=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None


class Document(Struct, kw_only=True):
    """A document is text; what its metadata say of it is read with it."""

    content: str
    metadata: list[dict[str, str]] = []


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    messages: Annotated[list[JambaTurn], Meta(min_length=1)]
    max_tokens: Annotated[int, Meta(ge=1, le=4096)] | UnsetType = UNSET
    temperature: Annotated[float, Meta(ge=0, le=2)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    stop: str | list[str] | UnsetType = UNSET
    n: Annotated[int, Meta(ge=1, le=16)] = 1
    frequency_penalty: float | UnsetType = UNSET
    presence_penalty: float | UnsetType = UNSET
    tools: list[Tool] | UnsetType = UNSET
    documents: list[Document] | UnsetType = UNSET
    response_format: Format | UnsetType = UNSET


class JambaRequest(ChatRequest, kw_only=True):
    """A request that came as a native body, with how many choices its answer has."""

    choices: int


_decode = msgspec.json.Decoder(Body).decode


def _schema(model: Model) -> everit.Schema:
    return _SCHEMA if model.features.tools else _INSTRUCT


def decode(body: bytes, model: Model) -> ChatRequest:
    """Messages as turns; raises ValidationException in everit's words, ModelRefusal for arguments that are none."""
    native = bodies.read(_decode, _schema(model), body)
    if not model.features.tools and (native.tools is not UNSET or native.documents is not UNSET):
        everit.check(_INSTRUCT, everit.decode(body))
    messages = turns.messages(native.messages, ModelRefusal)
    _add_documents(messages, bodies.given(native.documents) or [])
    stop = bodies.given(native.stop)
    return JambaRequest(
        messages=messages,
        system=turns.system(native.messages),
        inference=InferenceConfiguration(
            max_tokens=bodies.given(native.max_tokens),
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.top_p),
            stop_sequences=[stop] if isinstance(stop, str) else stop,
        ),
        tool_config=turns.tool_config(bodies.given(native.tools), None, ModelRefusal),
        output_config=turns.output_config(bodies.given(native.response_format)),
        fields=bodies.additional(frequency_penalty=native.frequency_penalty, presence_penalty=native.presence_penalty),
        choices=native.n,
    )


def _add_documents(messages: list[Message], documents: list[Document]) -> None:
    asked = next((message for message in reversed(messages) if message.role == "user"), None)
    if asked:
        asked.content[:0] = [ContentBlock(document=_document(found, at)) for at, found in enumerate(documents)]


def _document(document: Document, index: int) -> DocumentBlock:
    said = [f"{each.get('key', '')}: {each.get('value', '')}" for each in document.metadata]
    text = "\n".join([*said, document.content])
    return DocumentBlock(format="txt", name=f"document {index}", source=DocumentSource(text=text))


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields and settings that the body's schema refuses."""
    if not isinstance(request, JambaRequest):
        bodies.check(_schema(model), request, bodies.INFERENCE)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole completion; calls are null when there are none (recorded)."""
    calls = replies.calls(reply, str)
    message = {"role": "assistant", "content": replies.text(reply, None), "tool_calls": calls or None}
    reason = replies.finish_reason(reply.stop_reason)
    answer = {
        "id": _identifier(request, model),
        "choices": [
            {"index": index, "message": message, "finish_reason": reason} for index in range(_choices(request))
        ],
        "usage": _usage(reply.usage.input_tokens, reply.usage.output_tokens),
        "meta": {"requestDurationMillis": reply.latency_ms},
        "model": model.id.removeprefix("ai21.").rpartition("-v")[0],
    }
    return _encode(answer)


def _identifier(request: ChatRequest, model: Model) -> str:
    return f"chatcmpl-{request_uuid(request, model)}"


def _choices(request: ChatRequest) -> int:
    return request.choices if isinstance(request, JambaRequest) else 1


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "JambaStream":
    """A new encoder of native chunks."""
    return JambaStream(request, model, first_byte_ms)


class JambaStream:
    """One run's encoder: the role first, a chunk per delta, the reason, and the metrics alone in the last (recorded).

    Every chunk tells the usage so far, by estimate; the one with the reason tells what the engine counted.
    """

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._id = _identifier(request, model)
        self._deltas = replies.Deltas(str, None)
        self._choices = range(_choices(request))
        self._used = (tokens.count_request(request, model), 0)
        self._begun = False
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[dict[str, Any]] = []
        if not self._begun:
            self._begun = True
            found += self._all({"role": "assistant", "content": ""})
        for event in batch:
            if delta := self._deltas.of(event):
                self._used = (self._used[0], self._used[1] + tokens.count(delta.get("content", "")))
                found += self._all(delta)
            elif isinstance(event, MessageStopEvent):
                self._reason = replies.finish_reason(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                self._used = (event.usage.input_tokens, event.usage.output_tokens)
                found += [*self._all({"content": ""}, self._reason), {**invocation_metrics(event, self._first_byte_ms)}]
        return [_encode(chunk) for chunk in found]

    def _all(self, delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
        """A chunk for every choice."""
        usage = _usage(*self._used)
        return [
            {"id": self._id, "choices": [{"index": index, "delta": delta, "finish_reason": reason}], "usage": usage}
            for index in self._choices
        ]
