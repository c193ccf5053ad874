"""Amazon Titan Text: a prompt in, one result out.

A prompt that spells out a conversation (``User:`` and ``Bot:`` on lines of their own, documented) becomes its turns, any
other is what one user says. Titan knows no tools and no reasoning, so nothing of that is ever written.

Sources: the Titan Text page of the Bedrock user guide, recorded answers and streams of 2024 and 2025, quoted refusals.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, user
from outcrop.families import everit, prompts
from outcrop.families.bodies import OBJECT, SHARE, STRING, STRINGS, bounded, closed, given
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

STOPS = re.compile(r"^(\|+|User:)$")  # the only stop sequences there are (quoted seven times, 2024)
MAX_LETTERS = 42_000  # of a prompt (quoted); not of Premier's, whose window is wider
WIDE = 8192  # tokens of the widest window to which that applies
_VOICES = re.compile(r"^[^\S\n]*(User|Bot):", re.MULTILINE)
# Recorded: FINISH, where the user guide says FINISHED, and LENGTH; documented: the others.
_REASONS = {"max_tokens": "LENGTH", "stop_sequence": "STOP_CRITERIA_MET", "content_filtered": "CONTENT_FILTERED"}
_BODY = closed(("inputText",), inputText=STRING, textGenerationConfig=OBJECT)
_encode = msgspec.json.Encoder().encode


class Config(Struct, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """Settings; the count's upper limit is the model's."""

    max_token_count: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    temperature: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    stop_sequences: list[Annotated[str, Meta(pattern=STOPS.pattern)]] | UnsetType = UNSET


class Body(Struct, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    input_text: Annotated[str, Meta(min_length=1)]
    text_generation_config: Config = field(default_factory=Config)


_decode = msgspec.json.Decoder(Body).decode


@lru_cache
def _config(longest: int | None) -> everit.Schema:
    count = bounded("integer", 0, longest)
    return closed((), maxTokenCount=count, temperature=SHARE, topP=SHARE, stopSequences=STRINGS)


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as turns; raises ValidationException in everit's words."""
    longest = model.max_output_tokens
    try:
        native = _decode(body)
        config = native.text_generation_config
        valid = longest is None or config.max_token_count is UNSET or config.max_token_count <= longest
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        valid = False
    if not valid:
        raise everit.malformed(_violations(everit.decode(body), longest))
    system, messages = turns(native.input_text)
    return ChatRequest(messages=messages, system=system, inference=_inference(config))


def _violations(value: dict[str, Any], longest: int | None) -> Iterator[str]:
    """What is wrong with a body. A string's own faults are told without its place (quoted of two kinds), and the places
    of settings are those within the settings (quoted of one)."""
    yield from everit.violations(_BODY, value)
    if value.get("inputText") == "":
        yield "expected minLength: 1, actual: 0"  # quoted, 2023, without the model's name
    config = value.get("textGenerationConfig")
    if isinstance(config, dict):
        yield from everit.violations(_config(longest), config)
        yield from _wrong_stops(config.get("stopSequences"))


def _wrong_stops(sequences: Any) -> Iterator[str]:
    for sequence in sequences if isinstance(sequences, list) else ():
        if isinstance(sequence, str) and not STOPS.search(sequence):
            yield f"string [{sequence}] does not match pattern {STOPS.pattern}"


def _inference(config: Config) -> InferenceConfiguration:
    """The settings in the hub's words. A count of 0 is taken (documented), and the hub has none below 1."""
    count = given(config.max_token_count)
    return InferenceConfiguration(
        max_tokens=None if count is None else max(count, 1),
        temperature=given(config.temperature),
        top_p=given(config.top_p),
        stop_sequences=given(config.stop_sequences),
    )


def turns(prompt: str) -> tuple[list[SystemContentBlock], list[Message]]:
    """The instructions and the turns of `prompt`; one turn of the user when it is no conversation."""
    before, *parts = prompts.cut(_VOICES, prompt)
    voices = parts[::2]
    said = [(voice, text.strip()) for voice, text in zip(voices, parts[1::2], strict=True) if text.strip()]
    if "Bot" not in voices or "User" not in (voice for voice, _ in said):
        return [], [user(prompt)]
    system = [SystemContentBlock(text=before.strip())] if before.strip() else []
    return system, [_message(voice, text) for voice, text in said]


def _message(voice: str, text: str) -> Message:
    return Message(role="user" if voice == "User" else "assistant", content=[ContentBlock(text=text)])


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for unknown additional fields, stop sequences (both quoted) and prompts that are too long."""
    found = [f"#: extraneous key [{name}] is not permitted" for name in request.fields]
    found += _wrong_stops(request.inference.stop_sequences)
    letters = sum(len(block.text or "") for message in request.messages for block in message.content)
    window = model.context_window
    if letters > MAX_LETTERS and window is not None and window <= WIDE:
        found.append(f"expected maxLength: {MAX_LETTERS}, actual: {letters}")
    if found:
        raise ModelRefusal(everit.malformed(found).message)
    if window is not None and letters > window:  # no token is shorter than a letter
        count = tokens.count_request(request, model, window)
        if count > window:
            # quoted for Lite, the space at the end included
            raise ModelRefusal(
                f"400 Bad Request: Too many input tokens. Max input tokens: {window}, request input token count: {count} "
            )


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """One result."""
    result = {
        "tokenCount": reply.usage.output_tokens,
        "outputText": "".join([block.text for block in reply.message.content if block.text]),
        "completionReason": _reason(reply.stop_reason),
    }
    return _encode({"inputTextTokenCount": reply.usage.input_tokens, "results": [result]})


def _reason(reason: str) -> str:
    return _REASONS.get(reason, "FINISH")


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "ResultStream":
    """A new encoder of native chunks."""
    return ResultStream(request, model, first_byte_ms)


class ResultStream:
    """One run's encoder: the prompt's tokens on the first chunk, and on the last, which has text too, all the rest.

    So a piece is held until the next one or the end comes. The five members are always there (recorded).
    """

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._model = model
        self._request: ChatRequest | None = request  # until the first chunk
        self._first_byte_ms = first_byte_ms
        self._held = ""
        self._reason = "FINISH"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    if self._held:
                        found.append(_encode(self._piece()))
                    self._held = event.delta.text
            elif isinstance(event, MessageStopEvent):
                self._reason = _reason(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                found.append(_encode(self._last(event)))
        return found

    def _piece(self) -> dict[str, Any]:
        count = tokens.count_request(self._request, self._model) if self._request else None
        self._request = None
        return _chunk(self._held, None, None, count)

    def _last(self, event: ConverseStreamMetadataEvent) -> dict[str, Any]:
        count = event.usage.input_tokens if self._request else None
        last = _chunk(self._held, event.usage.output_tokens, self._reason, count)
        return {**last, **invocation_metrics(event, self._first_byte_ms)}


def _chunk(text: str, total: int | None, reason: str | None, prompt: int | None) -> dict[str, Any]:
    return {
        "outputText": text,
        "index": 0,
        "totalOutputTextTokenCount": total,
        "completionReason": reason,
        "inputTextTokenCount": prompt,
    }
