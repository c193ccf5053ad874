"""Meta's Llama: a prompt in, its continuation out.

`prompts` takes a prompt apart into turns; the schema here refuses bodies in everit's words; replies and chunks are four
members. Llama's native bodies know no tools and no reasoning, so nothing of that is ever written.

Sources: the Llama page of the Bedrock user guide, recorded answers and streams, quoted refusals.
"""

import base64
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import everit, prompts
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    ImageBlock,
    ImageSource,
    InferenceConfiguration,
    Message,
    MessageStopEvent,
)

_encode = msgspec.json.Encoder().encode


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    """A native body. `max_gen_len` counts tokens; its upper limit is the model's, so the schema knows it."""

    prompt: Annotated[str, Meta(min_length=1)]
    max_gen_len: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    temperature: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    top_p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    images: list[str] | UnsetType = UNSET


_decode = msgspec.json.Decoder(Body).decode


@lru_cache
def _schema(longest: int | None, images: bool) -> everit.Schema:
    """Longest is quoted: 8192 is not less or equal to 2048. Llama 3.2 and later may take pictures."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    length = {"type": "integer", "minimum": 1} | ({"maximum": longest} if longest is not None else {})
    properties = {
        "prompt": {"type": "string", "minLength": 1},
        "max_gen_len": length,
        "temperature": share,
        "top_p": share,
    }
    if images:
        properties["images"] = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "required": ["prompt"], "properties": properties, "additionalProperties": False}


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as turns; raises ValidationException in everit's words, ModelRefusal for pictures that are none."""
    schema = _schema(model.max_output_tokens, bool(model.features.images))
    try:
        native = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        everit.check(schema, everit.decode(body))
        raise everit.malformed() from None  # a body that no schema has words for
    longest = model.max_output_tokens
    if native.images is not UNSET or (native.max_gen_len is not UNSET and longest and native.max_gen_len > longest):
        everit.check(schema, everit.decode(body))
    system, messages = prompts.turns(native.prompt)
    if native.images is not UNSET:
        _add_pictures(messages, native.images)
    return ChatRequest(
        messages=messages,
        system=system,
        inference=InferenceConfiguration(
            max_tokens=_set(native.max_gen_len), temperature=_set(native.temperature), top_p=_set(native.top_p)
        ),
    )


def _set(value: Any) -> Any:
    return None if value is UNSET else value


def _add_pictures(messages: list[Message], images: list[str]) -> None:
    """Pictures stand before the text of the last turn of the user."""
    turn = next(message for message in reversed(messages) if message.role == "user")
    turn.content[:0] = [ContentBlock(image=_picture(data)) for data in images]


def _picture(data: str) -> ImageBlock:
    try:
        decoded = base64.b64decode(data, validate=True)
    except ValueError:
        decoded = b""
    header = image_header(decoded)
    if header is None:
        raise ModelRefusal("Could not process image")  # decided: no record for Llama
    return ImageBlock(format=header.format, source=ImageSource(bytes=decoded))


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for unknown additional fields (probed) and prompts over the window (quoted)."""
    for name in request.fields:
        raise ModelRefusal(everit.malformed([f"#: extraneous key [{name}] is not permitted"]).message)
    window = model.context_window
    if window is None or sum(len(b.text or "") for m in request.messages for b in m.content) <= window:
        return  # no token is shorter than a letter
    if tokens.count_request(request, model, window) > window:
        raise ModelRefusal(
            f"This model's maximum context length is {window} tokens. Please reduce the length of the prompt"
        )


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole continuation."""
    text = "".join([block.text for block in reply.message.content if block.text])
    used = reply.usage
    return _encode(_generation(text, used.input_tokens, used.output_tokens, _stop(reply.stop_reason)))


def _generation(text: str, prompt: int | None, generated: int, stop: str | None) -> dict[str, Any]:
    return {
        "generation": text,
        "prompt_token_count": prompt,
        "generation_token_count": generated,
        "stop_reason": stop,
    }


def _stop(reason: str) -> str:
    return "length" if reason == "max_tokens" else "stop"


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "GenerationStream":
    """A new encoder of native chunks."""
    return GenerationStream(request, model, first_byte_ms)


class GenerationStream:
    """One run's encoder: the prompt's tokens on the first chunk, a running count on all, the reason on the last.

    Every chunk has all four members (recorded), so that a caller may read them into one structure.
    """

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._prompt: int | None = tokens.count_request(request, model)
        self._generated = 0
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    self._generated += tokens.count(event.delta.text)
                    found.append(self._chunk(event.delta.text, self._generated, None))
            elif isinstance(event, MessageStopEvent):
                self._reason = _stop(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                metrics = invocation_metrics(event, self._first_byte_ms)
                found.append(self._chunk("", event.usage.output_tokens, self._reason, metrics))
        return found

    def _chunk(self, text: str, generated: int, stop: str | None, metrics: dict[str, Any] | None = None) -> bytes:
        prompt, self._prompt = self._prompt, None
        return _encode({**_generation(text, prompt, generated, stop), **(metrics or {})})
