"""Chat completions: OpenAI's messages as Converse's, and Converse's answers as completions, whole or in chunks.

Sources: OpenAI's API reference; six recorded completions of bedrock-mantle (members in alphabetical order, thoughts in
`reasoning`). No stream of it is recorded: chunks follow the reference.
"""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat.features import Model
from outcrop.chat.json_mode import begin
from outcrop.chat.refusals import ModelRefusal
from outcrop.doors.openai import conversing
from outcrop.doors.openai.conversing import Asked, Question
from outcrop.doors.openai.errors import Wrong
from outcrop.doors.openai.json_mode import Opening
from outcrop.doors.openai.parameters import CHAT_RULES
from outcrop.families.chat_completions import replies, turns
from outcrop.families.chat_completions.body import Choice, Format, Tool, Turn
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseResponse,
    ConverseStreamMetadataEvent,
    MessageStopEvent,
    TokenUsage,
)
from outcrop.wire import restjson, sse
from outcrop.wire.eventstream import Message
from outcrop.wire.http import request_id

_encode = msgspec.json.Encoder().encode
DONE = sse.event(b"[DONE]")


class StreamOptions(Struct):
    include_usage: bool | None = None


class Body(Struct, kw_only=True):
    """The members that have a word in Converse, and those that say how to answer."""

    model: str
    messages: list[Turn]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: Choice | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    reasoning_effort: str | None = None
    metadata: dict[str, str] | None = None
    service_tier: str | None = None


def read(value: Any) -> Body:
    """The body in `value`; raises Wrong with what is wrong in it."""
    try:
        found = msgspec.convert(value, Body)
    except msgspec.ValidationError as error:
        raise Wrong(str(error)) from error
    if found.n not in (None, 1):
        raise Wrong("n: an answer has one choice here.", "n")
    return found


def converse(native: Body, value: dict[str, Any], model: Model | None) -> Question:
    """What Converse is asked for the same; raises Wrong for what cannot be read."""
    limit = native.max_tokens if native.max_completion_tokens is None else native.max_completion_tokens
    try:
        asked = Asked(
            messages=turns.messages(native.messages, ModelRefusal),
            system=turns.system(native.messages),
            max_tokens=limit,
            temperature=native.temperature,
            top_p=native.top_p,
            stop=[native.stop] if isinstance(native.stop, str) else native.stop,
            tool_config=turns.tool_config(native.tools, native.tool_choice, ModelRefusal),
            format=native.response_format,
            parallel=native.parallel_tool_calls is not False,
            effort=native.reasoning_effort,
            metadata=native.metadata,
            tier=native.service_tier,
            others=conversing.others(value, Body.__struct_fields__, CHAT_RULES),
        )
    except ModelRefusal as refusal:
        raise Wrong(refusal.text) from refusal
    return conversing.question(asked, model)


def completion(native: Body, answer: bytes, begun: str) -> bytes:
    """Converse's answer as a completion; `begun` is what it was begun with."""
    said = msgspec.json.decode(answer, type=ConverseResponse)
    content = said.output.message.content if said.output.message else []
    calls = [
        replies.call(block.tool_use.name, block.tool_use.tool_use_id, _encode(block.tool_use.input).decode())
        for block in content
        if block.tool_use
    ]
    text = "".join(map(_text, content))
    text = begin(begun, text) if text else ""
    message: dict[str, Any] = {"content": text or (None if calls else "")}
    if reasoning := "".join(map(_thought, content)):
        message["reasoning"] = reasoning
    message |= {"refusal": None, "role": "assistant"} | ({"tool_calls": calls} if calls else {})
    reason = replies.finish_reason(said.stop_reason)
    choice = {"finish_reason": reason, "index": 0, "logprobs": None, "message": message}
    return _encode(Envelope(native.model, "chat.completion").around([choice], usage=usage(said.usage)))


def _text(block: ContentBlock) -> str:
    if block.citations_content:
        return "".join([part.text or "" for part in block.citations_content.content or ()])
    return block.text or ""


def _thought(block: ContentBlock) -> str:
    reasoning = block.reasoning_content.reasoning_text if block.reasoning_content else None
    return reasoning.text if reasoning else ""


def usage(used: TokenUsage) -> dict[str, Any]:
    """Counts in OpenAI's words, where what was cached is part of the prompt."""
    read, written = used.cache_read_input_tokens or 0, used.cache_write_input_tokens or 0
    given = used.input_tokens + read + written
    found: dict[str, Any] = {"completion_tokens": used.output_tokens, "prompt_tokens": given}
    if read or written:
        found["prompt_tokens_details"] = {"cached_tokens": read}
    return found | {"total_tokens": given + used.output_tokens}


class Envelope:
    """What a completion and its chunks say of themselves."""

    def __init__(self, model: str, kind: str) -> None:
        self._self = {
            "created": int(time.time()),
            "id": f"chatcmpl-{request_id()}",
            "model": model,
            "object": kind,
            "service_tier": "default",
        }

    def around(self, choices: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
        return {"choices": choices, **self._self, **members}


class Chunks:
    """One stream: the role first, a chunk for each delta, the reason, the usage if it was asked for, and the end."""

    def __init__(self, native: Body, begun: str) -> None:
        self._opening = Opening(begun)
        self._envelope = Envelope(native.model, "chat.completion.chunk")
        self._deltas = replies.Deltas(str, None)
        self._usage = bool(native.stream_options and native.stream_options.include_usage)

    def of(self, message: Message) -> bytes:
        """The chunks that a frame makes, as events."""
        return b"".join(sse.event(_encode(chunk)) for chunk in self._chunks(message)) + self._end(message)

    def _chunks(self, message: Message) -> Iterator[dict[str, Any]]:
        event = self._opening.of(restjson.decode_event(message))
        if message.headers.get(":event-type") == "messageStart":
            yield self._chunk({"content": "", "role": "assistant"})
        elif isinstance(event, MessageStopEvent):
            yield self._chunk({}, replies.finish_reason(event.stop_reason))
        elif isinstance(event, ConverseStreamMetadataEvent):
            if self._usage:
                yield self._envelope.around([], usage=usage(event.usage))
        elif isinstance(event, ContentBlockDeltaEvent) and event.delta.reasoning_content:
            if event.delta.reasoning_content.text:
                yield self._chunk({"reasoning": event.delta.reasoning_content.text})
        elif event and (delta := self._deltas.of(event)):  # type: ignore[arg-type]
            yield self._chunk(delta)

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return self._envelope.around([{"delta": delta, "finish_reason": reason, "index": 0, "logprobs": None}])

    def _end(self, message: Message) -> bytes:
        return DONE if message.headers.get(":event-type") == "metadata" else b""
