"""Claude's Text Completions, which 2.x and Instant speak beside Messages: one prompt in two voices, one continuation.

A body with ``messages`` is `anthropic_messages`' own; this module takes the prompt apart into turns and writes the
continuation. It never repairs a prompt: one that does not begin and end as it should is refused.

Sources: the Text Completions page of the Bedrock user guide, recorded answers of 2024, quoted refusals.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import anthropic_messages, everit, prompts
from outcrop.families.anthropic_messages import rules
from outcrop.families.anthropic_messages.outlines import COMPLETION
from outcrop.families.anthropic_messages.streaming import MessageStream
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    InferenceConfiguration,
    Message,
    MessageStopEvent,
    SystemContentBlock,
)

HUMAN, ASSISTANT = "\n\nHuman:", "\n\nAssistant:"
_VOICES = re.compile(f"({HUMAN}|{ASSISTANT})")
_encode = msgspec.json.Encoder().encode


class Completion(ChatRequest):
    """A request that came as a prompt, and whose answer is a continuation."""


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    prompt: str
    max_tokens_to_sample: Annotated[int, Meta(ge=1, le=8191)]
    temperature: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_k: Annotated[int, Meta(ge=0, le=500)] | UnsetType = UNSET
    stop_sequences: list[str] | UnsetType = UNSET
    anthropic_version: str | UnsetType = UNSET


_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as turns, or a Messages body as its family reads it; raises ValidationException or ModelRefusal."""
    try:
        native = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        value = everit.decode(body)
        if "messages" in value:
            return anthropic_messages.decode(body, model)
        everit.check(COMPLETION, value)
        raise everit.malformed() from None  # a body that no schema has words for
    return _request(native)


def _request(native: Body) -> Completion:
    before, *turns = _turns(native.prompt)
    messages = [Message(role=role, content=[ContentBlock(text=text)]) for role, text in turns if text]
    return Completion(
        messages=messages,
        system=[SystemContentBlock(text=before[1])] if before[1] else [],
        inference=InferenceConfiguration(
            max_tokens=native.max_tokens_to_sample,
            temperature=_set(native.temperature),
            top_p=_set(native.top_p),
            stop_sequences=_set(native.stop_sequences),
        ),
        fields={} if native.top_k is UNSET else {"top_k": native.top_k},
    )


def _set(value: Any) -> Any:
    return None if value is UNSET else value


def _turns(prompt: str) -> Iterator[tuple[Any, str]]:
    """What stands before the first voice, then each voice's text. Raises ModelRefusal for a prompt out of form."""
    before, *parts = prompts.cut(_VOICES, prompt)
    voices, texts = parts[::2], parts[1::2]
    if not voices or voices[0] != HUMAN:
        raise ModelRefusal(f'prompt must start with "{HUMAN}" turn after an optional system prompt')  # quoted
    if voices[-1] != ASSISTANT:
        raise ModelRefusal(f'prompt must end with "{ASSISTANT}" turn')  # quoted
    yield "system", before.strip()
    for voice, text in zip(voices, texts, strict=True):
        yield ("user" if voice == HUMAN else "assistant"), text.strip()


def check(request: ChatRequest, model: Model) -> None:
    """The rules of Messages; a prompt has only its size to be checked, the schema bounds the rest."""
    if not isinstance(request, Completion):
        anthropic_messages.check(request, model)
    elif refusal := rules.size(request, model):
        raise ModelRefusal(refusal)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A continuation, or a message for a request that came as messages."""
    if not isinstance(request, Completion):
        return anthropic_messages.encode_reply(reply, request, model)
    text = "".join([block.text for block in reply.message.content if block.text])
    return _encode(_completion(text, *_stop(reply.stop_reason, reply.stop_sequence)))


def _completion(text: str, reason: str | None, stop: str | None) -> dict[str, Any]:
    return {"type": "completion", "completion": text, "stop_reason": reason, "stop": stop}


def _stop(reason: events.StopReason, sequence: str | None) -> tuple[str, str | None]:
    """A turn that ended of itself ended because the other voice was about to speak (recorded)."""
    if reason == "max_tokens":
        return "max_tokens", None
    return "stop_sequence", sequence if sequence is not None else HUMAN


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "CompletionStream | MessageStream":
    """A new encoder of native chunks."""
    if isinstance(request, Completion):
        return CompletionStream(first_byte_ms)
    return anthropic_messages.stream(request, model, first_byte_ms)


class CompletionStream:
    """One run's encoder: a chunk per piece of text, and a last one without text."""

    def __init__(self, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._stop: MessageStopEvent | None = None

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    found.append(_encode(_completion(event.delta.text, None, None)))
            elif isinstance(event, MessageStopEvent):
                self._stop = event
            elif isinstance(event, ConverseStreamMetadataEvent):
                found.append(_encode(self._last(event)))
        return found

    def _last(self, event: ConverseStreamMetadataEvent) -> dict[str, Any]:
        if self._stop is None:
            raise ValueError("the engine told its usage before the end of the turn")
        extra = self._stop.additional_model_response_fields or {}
        reason, stop = _stop(self._stop.stop_reason, extra.get("stop_sequence"))
        return {**_completion("", reason, stop), **invocation_metrics(event, self._first_byte_ms)}
