"""DeepSeek-R1: a prompt in, what the model thinks and says out, in one text.

A prompt in DeepSeek's template becomes the turns it spells out; any other is what one user says. A template that ends in
``<think>`` has opened the thought already, so the text goes on from there; else the text opens it. Whatever is wrong in a
request, the model says the same two words.

Sources: the DeepSeek page of the Bedrock user guide, DeepSeek's published template, the quoted and probed refusal.
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
from outcrop.families import bodies, everit, prompts
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    InferenceConfiguration,
    Message,
    MessageStopEvent,
    SystemContentBlock,
)

OPENED, CLOSED = "<think>\n", "\n</think>\n\n"
# <｜begin▁of▁sentence｜>system<｜User｜>text<｜Assistant｜>text<｜end▁of▁sentence｜>; some write it in ASCII (quoted).
_MARK = re.compile(r"<[｜|](User|Assistant|(?:begin|end)[▁_]of[▁_]sentence)[｜|]>")
_ROLES = {"User": "user", "Assistant": "assistant"}
_encode = msgspec.json.Encoder().encode


class Prompt(ChatRequest, kw_only=True):
    """A request that came as a prompt; `thinking` when the prompt ends within a thought."""

    thinking: bool


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    prompt: Annotated[str, Meta(min_length=1)]
    temperature: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    max_tokens: Annotated[int, Meta(ge=1, le=32768)] | UnsetType = UNSET
    stop: Annotated[list[str], Meta(max_length=10)] | UnsetType = UNSET


_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as turns; raises ModelRefusal, and ValidationException for what is no JSON object."""
    try:
        native = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        everit.decode(body)
        raise _refusal() from None
    system, messages = _turns(native.prompt)
    return Prompt(
        messages=messages,
        system=system,
        inference=InferenceConfiguration(
            max_tokens=bodies.given(native.max_tokens),
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.top_p),
            stop_sequences=bodies.given(native.stop),
        ),
        thinking=native.prompt.rstrip().endswith("<think>"),
    )


def _refusal() -> ModelRefusal:
    return ModelRefusal("Validation Error")


def _turns(prompt: str) -> tuple[list[SystemContentBlock], list[Message]]:
    """The system prompt, if the template has one, and what was said; a user's turn is among it."""
    before, *parts = prompts.cut(_MARK, prompt)
    spoken = [("system", before)]
    for mark, text in zip(parts[::2], parts[1::2], strict=True):
        spoken.append((_ROLES.get(mark, "system"), text))
    said = [(role, text.strip()) for role, text in _without_thoughts(spoken) if text.strip()]
    if not any(role == "user" for role, _ in said):
        said = [("user", prompt)]
    return (
        [SystemContentBlock(text=text) for role, text in said if role == "system"],
        [_message(role, text) for role, text in said if role != "system"],
    )


def _message(role: Any, text: str) -> Message:
    return Message(role=role, content=[ContentBlock(text=text)])


def _without_thoughts(spoken: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Past thoughts, and one that is open, are no part of what was said."""
    for role, text in spoken:
        if role == "assistant":
            text = text.rpartition("</think>")[2].removesuffix("\n").removesuffix("<think>")
        yield role, text


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for any additional field (probed): Converse has words for all that a body may hold."""
    if request.fields:
        raise _refusal()


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """One choice: thought and answer in one text."""
    thoughts = [block.reasoning_content.reasoning_text for block in reply.message.content if block.reasoning_content]
    deltas = [events.reasoning_delta(0, thought.text).delta for thought in thoughts if thought]
    deltas += [events.text_delta(0, block.text).delta for block in reply.message.content if block.text]
    said = _Voice(request)
    return _encode(_choice("".join([said.text(delta) for delta in deltas]), _stop(reply.stop_reason)))


def _choice(text: str, stop: str | None) -> dict[str, Any]:
    return {"choices": [{"text": text, "stop_reason": stop}]}


def _stop(reason: str) -> str:
    return "length" if reason == "max_tokens" else "stop"


class _Voice:
    """Puts the marks of a thought around what is thought, as it comes."""

    def __init__(self, request: ChatRequest) -> None:
        self._opened = self._thought = isinstance(request, Prompt) and request.thinking

    def text(self, delta: ContentBlockDelta) -> str:
        """What `delta` adds to the text."""
        if delta.reasoning_content:
            return self._think(delta.reasoning_content.text or "")
        closing = CLOSED if self._thought and delta.text else ""
        self._thought = self._thought and not closing
        return closing + (delta.text or "")

    def _think(self, text: str) -> str:
        opening = "" if self._opened or not text else OPENED
        self._opened = self._opened or bool(text)
        self._thought = self._thought or bool(text)
        return opening + text


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "ChoiceStream":
    """A new encoder of native chunks."""
    return ChoiceStream(request, first_byte_ms)


class ChoiceStream:
    """One run's encoder: a chunk per piece of text, and a last one without text."""

    def __init__(self, request: ChatRequest, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._voice = _Voice(request)
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if text := self._voice.text(event.delta):
                    found.append(_encode(_choice(text, None)))
            elif isinstance(event, MessageStopEvent):
                self._reason = _stop(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                metrics = invocation_metrics(event, self._first_byte_ms)
                found.append(_encode(_choice("", self._reason) | metrics))
        return found
