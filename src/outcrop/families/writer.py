"""Writer's Palmyra: chat completions with the members that vLLM gives them.

Messages become turns; a message's content may be an object with its text, as the documentation writes it. Nothing of the
native bodies was recorded, so requests are refused by the documented limits in everit's words, which is decided.

Sources: the Palmyra X4 and X5 pages of the Bedrock user guide.
"""

import time
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import bodies
from outcrop.families.bodies import bounded
from outcrop.families.chat_completions import replies, turns
from outcrop.families.chat_completions.body import Call, Choice, Format, TextPart, Tool, Turn
from outcrop.families.identifiers import derived_uuid, request_uuid
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ConverseStreamMetadataEvent, InferenceConfiguration, MessageStopEvent, TokenUsage

DEFAULT_LENGTH = 16  # tokens (documented)
_PENALTY = bounded("number", -2, 2)
_SCHEMA = bodies.closed(
    ("messages",),
    messages={"type": "array", "minItems": 1, "items": {"type": "object", "required": ("role",)}},
    temperature=bounded("number", 0, 2),
    top_p=bodies.SHARE,
    max_tokens=bounded("integer", 1, 8192),
    min_tokens=bounded("integer", 0, 8192),
    stop={**bodies.STRINGS, "maxItems": 4},
    seed={"type": "integer"},
    presence_penalty=_PENALTY,
    frequency_penalty=_PENALTY,
    stream=bodies.BOOLEAN,
    tools={"type": "array", "items": bodies.OBJECT},
    tool_choice={"anyOf": (bodies.STRING, bodies.OBJECT)},
    response_format=bodies.OBJECT,
)
_encode = msgspec.json.Encoder().encode
Penalty = Annotated[float, Meta(ge=-2, le=2)]


class Said(Struct):
    """A content of one text."""

    text: str


class PalmyraTurn(Struct, kw_only=True):
    """A message as any other, but for its content."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[TextPart] | Said | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None

    def plain(self) -> Turn:
        """The message as the other families write it."""
        content: Any = self.content.text if isinstance(self.content, Said) else self.content
        return Turn(role=self.role, content=content, tool_calls=self.tool_calls, tool_call_id=self.tool_call_id)


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    messages: Annotated[list[PalmyraTurn], Meta(min_length=1)]
    temperature: Annotated[float, Meta(ge=0, le=2)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(gt=0, le=1)] | UnsetType = UNSET
    max_tokens: Annotated[int, Meta(ge=1, le=8192)] = DEFAULT_LENGTH
    min_tokens: Annotated[int, Meta(ge=0, le=8192)] | UnsetType = UNSET
    stop: Annotated[list[str], Meta(max_length=4)] | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    presence_penalty: Penalty | UnsetType = UNSET
    frequency_penalty: Penalty | UnsetType = UNSET
    stream: bool | UnsetType = UNSET
    tools: list[Tool] | UnsetType = UNSET
    tool_choice: Choice | UnsetType = UNSET
    response_format: Format | UnsetType = UNSET


class PalmyraRequest(ChatRequest):
    """A request that came as a native body."""


_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """Messages as turns; raises ValidationException in everit's words, ModelRefusal for a choice of no tool."""
    native = bodies.read(_decode, _SCHEMA, body)
    said = [turn.plain() for turn in native.messages]
    return PalmyraRequest(
        messages=turns.messages(said, ModelRefusal),
        system=turns.system(said),
        inference=InferenceConfiguration(
            max_tokens=native.max_tokens,
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.top_p),
            stop_sequences=bodies.given(native.stop),
        ),
        tool_config=turns.tool_config(bodies.given(native.tools), bodies.given(native.tool_choice), ModelRefusal),
        output_config=turns.output_config(bodies.given(native.response_format)),
        fields=bodies.additional(
            min_tokens=native.min_tokens,
            seed=native.seed,
            presence_penalty=native.presence_penalty,
            frequency_penalty=native.frequency_penalty,
        ),
    )


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields and settings that the body's schema refuses."""
    if not isinstance(request, PalmyraRequest):
        bodies.check(_SCHEMA, request, bodies.INFERENCE)


def _identify(hub_id: str) -> str:
    return f"chatcmpl-tool-{derived_uuid(hub_id.encode()).replace('-', '')}"


def _envelope(request: ChatRequest, model: Model, kind: str) -> dict[str, Any]:
    """What every answer and every chunk of one run say of themselves."""
    identifier = request_uuid(request, model).replace("-", "")
    return {"id": f"chatcmpl-{identifier}", "object": kind, "created": int(time.time()), "model": model.id}


def _usage(used: TokenUsage) -> dict[str, int | None]:
    prompt, completion = used.input_tokens, used.output_tokens
    return {
        "prompt_tokens": prompt,
        "total_tokens": prompt + completion,
        "completion_tokens": completion,
        "prompt_tokens_details": None,
    }


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole chat.completion."""
    message = {
        "role": "assistant",
        "reasoning_content": None,
        "content": replies.text(reply, None),
        "tool_calls": replies.calls(reply, _identify),
    }
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": replies.finish_reason(reply.stop_reason),
        "stop_reason": reply.stop_sequence,
    }
    envelope = _envelope(request, model, "chat.completion")
    return _encode({**envelope, "choices": [choice], "usage": _usage(reply.usage), "prompt_logprobs": None})


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "PalmyraStream":
    """A new encoder of native chunks."""
    return PalmyraStream(request, model, first_byte_ms)


class PalmyraStream:
    """One run's encoder: the role first, a chunk per delta, then the reason."""

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._envelope = _envelope(request, model, "chat.completion.chunk")
        self._deltas = replies.Deltas(_identify, None)
        self._begun = False
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[dict[str, Any]] = []
        if not self._begun:
            self._begun = True
            found.append(self._chunk({"role": "assistant", "content": ""}))
        for event in batch:
            if delta := self._deltas.of(event):
                found.append(self._chunk(delta))
            elif isinstance(event, MessageStopEvent):
                self._reason = replies.finish_reason(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                found.append(
                    self._chunk({"content": ""}, self._reason) | invocation_metrics(event, self._first_byte_ms)
                )
        return [_encode(chunk) for chunk in found]

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**self._envelope, "choices": [choice]}
