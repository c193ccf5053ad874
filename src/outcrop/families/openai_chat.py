"""The open-weight models behind one chat-completions server: gpt-oss, Qwen, Gemma, GLM, Kimi, MiniMax, Nemotron and others.

What they think stands in the content between ``<reasoning>`` and ``</reasoning>`` (recorded on gpt-oss). Members of a body
that nobody knows are ignored (probed), and reach the engine all the same. Whether the answer is streamed is for the
operation to say: ``stream`` in a body is read and not believed. An engine runs once: further choices repeat the first.

Sources: the OpenAI page of the Bedrock user guide, recorded answers of gpt-oss (their members in alphabetical order, which
may be the recorder's), probed refusals. No stream was recorded: chunks follow OpenAI's reference and the recorded answers.
"""

import time
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import everit
from outcrop.families.chat_completions import refusals, replies, turns
from outcrop.families.chat_completions.body import Choice, Format, Tool, Turn
from outcrop.families.identifiers import derived_uuid, request_uuid
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ConverseStreamMetadataEvent, InferenceConfiguration, Message, MessageStopEvent

MARKS = ("<reasoning>", "</reasoning>")
EFFORTS = ("high", "low", "medium", "minimal", "none", "xhigh")  # what the server knows
KNOWN_EFFORTS = ("none", "low", "medium", "high")  # what the model's own server knows
MOST_CHOICES = 128  # OpenAI's limit
_encode = msgspec.json.Encoder().encode


class StreamOptions(Struct):
    include_usage: bool | None = None


class Body(Struct, kw_only=True):
    """The members that Outcrop reads; the others travel on as fields."""

    messages: list[Turn]
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    tools: list[Tool] | None = None
    tool_choice: Choice | None = None
    response_format: Format | None = None


class ChatCompletion(ChatRequest, kw_only=True):
    """A request that came as a chat-completions body, with what it says about its answer."""

    choices: int
    include_usage: bool


def decode(body: bytes, model: Model) -> ChatRequest:
    """Messages as turns; raises ModelRefusal in the server's words, ValidationException for what is no JSON object."""
    value = everit.decode(body)
    try:
        native = msgspec.convert(value, Body)
    except msgspec.ValidationError as error:
        raise refusals.misread(error, value, len(body)) from None
    _check_values(native, model)
    return ChatCompletion(
        messages=turns.messages(native.messages, refusals.bad_request),
        system=turns.system(native.messages),
        inference=InferenceConfiguration(
            max_tokens=native.max_tokens if native.max_completion_tokens is None else native.max_completion_tokens,
            temperature=native.temperature,
            top_p=native.top_p,
            stop_sequences=[native.stop] if isinstance(native.stop, str) else native.stop,
        ),
        tool_config=turns.tool_config(native.tools, native.tool_choice, refusals.bad_request),
        output_config=turns.output_config(native.response_format),
        fields={name: given for name, given in value.items() if name not in Body.__struct_fields__},
        choices=1 if native.n is None else native.n,
        include_usage=bool(native.stream_options and native.stream_options.include_usage),
    )


def _check_values(native: Body, model: Model) -> None:
    """Raise ModelRefusal for values out of range, in vLLM's words; none of them is recorded on Bedrock."""
    lengths = {"max_tokens": native.max_tokens, "max_completion_tokens": native.max_completion_tokens, "n": native.n}
    for name, number in lengths.items():
        if number is not None and number < 1:
            raise refusals.bad_request(f"{name} must be at least 1, got {number}.")
    if native.n is not None and native.n > MOST_CHOICES:
        raise refusals.bad_request(f"n must be at most {MOST_CHOICES}, got {native.n}.")
    if native.temperature is not None and native.temperature < 0:
        raise refusals.bad_request(f"temperature must be non-negative, got {native.temperature}.")
    if native.top_p is not None and not 0 < native.top_p <= 1:
        raise refusals.bad_request(f"top_p must be in (0, 1], got {native.top_p}.")
    if not any(turn.role in ("user", "assistant", "tool") for turn in native.messages):
        raise refusals.bad_request("messages must hold at least one turn of the conversation.")  # decided
    if native.model is not None and not native.model.endswith(model.id):  # documented: must match, or be left out
        raise refusals.embedded(f"The model {native.model} in the body does not match the model that is invoked.")


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for efforts that there are not, turns out of order, and prompts over the window."""
    _check_effort(request, model)
    _check_turns(request, model)
    window = model.context_window
    if window is None or sum(map(_length, request.messages)) <= window:
        return  # no token is shorter than a letter
    count = tokens.count_request(request, model, window)
    if count > window:  # vLLM's words; not recorded on Bedrock
        raise refusals.bad_request(
            f"This model's maximum context length is {window} tokens. However, your request has {count} input tokens. "
            "Please reduce the length of the input messages."
        )


def _length(message: Message) -> int:
    return sum(len(block.text or "") for block in message.content)


def _check_effort(request: ChatRequest, model: Model) -> None:
    """Probed on gpt-oss: the server reads six efforts, of which the model's own knows four."""
    effort = request.fields.get("reasoning_effort")
    if effort is None and model.provider == "OpenAI":
        effort = request.fields.get("reasoning_config")  # an alias (probed)
    if effort is None or effort in KNOWN_EFFORTS:
        return
    if effort in EFFORTS:
        raise refusals.not_a_literal("reasoning_effort", effort, KNOWN_EFFORTS)
    # a map is read as the variant that its first member names
    variant = min(effort, default="") if isinstance(effort, dict) else effort
    expected = ", ".join([f"`{each}`" for each in EFFORTS])
    column = len(_encode((request.system, request.messages, request.fields)))
    raise refusals.wrong_form(f"unknown variant `{variant}`, expected one of {expected}", "reasoning_effort", column)


def _check_turns(request: ChatRequest, model: Model) -> None:
    """Probed on Gemma 3, whose template knows two roles: results of tools have a third."""
    if model.provider == "Google" and any(block.tool_result for turn in request.messages for block in turn.content):
        raise refusals.bad_request("Conversation roles must alternate user/assistant/user/assistant/...")


class Envelope:
    """What every answer and every chunk of one run say of themselves, in alphabetical order."""

    def __init__(self, request: ChatRequest, model: Model, kind: str) -> None:
        self._self = {
            "created": int(time.time()),
            "id": f"chatcmpl-{request_uuid(request, model)}",
            "model": model.id,
            "object": kind,
            "service_tier": "auto",
        }

    def around(self, choices: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
        return {"choices": choices, **self._self, **members}


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole chat.completion."""
    calls = replies.calls(reply, _identify(model))
    message: dict[str, Any] = {
        "content": replies.text(reply, MARKS) or (None if calls else ""),
        "refusal": None,
        "role": "assistant",
    }
    if calls:
        message["tool_calls"] = calls
    reason = replies.finish_reason(reply.stop_reason)
    choices = [_choice(index, reason, "message", message) for index in range(_choices(request))]
    envelope = Envelope(request, model, "chat.completion")
    return _encode(envelope.around(choices, usage=replies.usage(reply.usage)))


def _choice(index: int, reason: str | None, member: str, said: dict[str, Any]) -> dict[str, Any]:
    """A choice; `member` is message or delta."""
    return dict(sorted({"finish_reason": reason, "index": index, "logprobs": None, member: said}.items()))


def _choices(request: ChatRequest) -> int:
    return request.choices if isinstance(request, ChatCompletion) else 1


def _identify(model: Model) -> replies.Identify:
    """Identifiers of calls: vLLM's form (recorded), or Kimi's own, which comes from the engine."""
    if model.features.tool_use_id == "function":
        return str
    return lambda hub_id: f"chatcmpl-tool-{derived_uuid(hub_id.encode()).replace('-', '')}"


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "CompletionStream":
    """A new encoder of native chunks."""
    return CompletionStream(request, model, first_byte_ms)


class CompletionStream:
    """One run's encoder: the role first, a chunk per delta, then the reason; the usage last, if the body asked for it."""

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._envelope = Envelope(request, model, "chat.completion.chunk")
        self._deltas = replies.Deltas(_identify(model), MARKS)
        self._choices = range(_choices(request))
        self._include_usage = isinstance(request, ChatCompletion) and request.include_usage
        self._begun = False
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[dict[str, Any]] = []
        if not self._begun:
            self._begun = True
            found += self._all({"content": "", "role": "assistant"})
        for event in batch:
            if delta := self._deltas.of(event):
                found += self._all(delta)
            elif isinstance(event, MessageStopEvent):
                self._reason = replies.finish_reason(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                found += self._all({}, self._reason)
                if self._include_usage:
                    found.append(self._envelope.around([], usage=replies.usage(event.usage)))
                found[-1] |= invocation_metrics(event, self._first_byte_ms)
        return [_encode(chunk) for chunk in found]

    def _all(self, delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
        """A chunk for every choice."""
        return [self._envelope.around([_choice(index, reason, "delta", delta)]) for index in self._choices]
