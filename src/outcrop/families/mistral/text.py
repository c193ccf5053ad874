"""Mistral's text completion: a prompt in, its continuation out.

A prompt in Mistral's template (``<s>[INST] ... [/INST]``) is taken apart into turns, as Llama 2's of the same form is; any
other is what one user says. No tools and no reasoning are ever written.

Sources: the Mistral text completion page of the Bedrock user guide, recorded answers and streams of 2024 and 2025.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import everit, prompts
from outcrop.families.metrics import invocation_metrics
from outcrop.families.mistral.faults import Schema, faults, refusal_of
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    InferenceConfiguration,
    MessageStopEvent,
)

TITLE = "TextToTextCompletionRequest"  # probed on Mistral 7B
MAX_TOP_K = 200  # documented, as are the other limits
MAX_STOPS = 10
_encode = msgspec.json.Encoder().encode


class Completion(ChatRequest):
    """A request that came as a prompt, and whose answer is a continuation."""


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    """A native body. The upper limit of `max_tokens` is the model's; an optional member may be null, as pydantic has it."""

    prompt: str
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=0, le=MAX_TOP_K)] | None = None
    stop: Annotated[list[str], Meta(max_length=MAX_STOPS)] | None = None


_decode = msgspec.json.Decoder(Body, strict=False).decode


@lru_cache
def schema(longest: int | None, *, whole: bool = True) -> Schema:
    """What `faults` is asked with; without `whole` a prompt need not be there."""
    share = {"type": "number", "minimum": 0, "maximum": 1, "nullable": True}
    length = {"type": "integer", "minimum": 1, "nullable": True} | ({} if longest is None else {"maximum": longest})
    return {
        "type": "object",
        "required": ("prompt",) if whole else (),
        "properties": {
            "prompt": {"type": "string"},
            "max_tokens": length,
            "temperature": share,
            "top_p": share,
            "top_k": {"type": "integer", "minimum": 0, "maximum": MAX_TOP_K, "nullable": True},
            "stop": {"type": "array", "items": {"type": "string"}, "maxItems": MAX_STOPS, "nullable": True},
        },
        "additionalProperties": False,
    }


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as turns; raises ModelRefusal in pydantic's words, ValidationException for what is no JSON object."""
    longest = model.max_output_tokens
    try:
        native = _decode(body)
        valid = longest is None or native.max_tokens is None or native.max_tokens <= longest
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        valid = False
    if not valid:
        raise refusal_of(TITLE, list(faults(schema(longest), everit.decode(body))))
    system, messages = prompts.turns(native.prompt)
    return Completion(
        messages=messages,
        system=system,
        inference=InferenceConfiguration(
            max_tokens=native.max_tokens,
            temperature=native.temperature,
            top_p=native.top_p,
            stop_sequences=native.stop,
        ),
        fields={} if native.top_k is None else {"top_k": native.top_k},
    )


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields the model does not take (probed)."""
    found = list(faults(schema(model.max_output_tokens, whole=False), request.fields)) if request.fields else []
    if found:
        raise refusal_of(TITLE, found)


def encode_reply(reply: Reply) -> bytes:
    """A whole continuation."""
    text = "".join([block.text for block in reply.message.content if block.text])
    return _encode(_output(text, _stop(reply.stop_reason)))


def _output(text: str, stop: str | None) -> dict[str, Any]:
    return {"outputs": [{"text": text, "stop_reason": stop}]}


def _stop(reason: str) -> str:
    return "length" if reason == "max_tokens" else "stop"


class OutputStream:
    """One run's encoder: a chunk per piece of text, the last of which has the reason.

    At a limit that is the last piece of text (recorded); at its own end the model says nothing more, so the last one is
    empty. Which it will be shows only at the end, so a piece is held until the next one comes.
    """

    def __init__(self, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._held = ""
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[bytes] = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    self._flush(found)
                    self._held = event.delta.text
            elif isinstance(event, MessageStopEvent):
                self._reason = _stop(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                if self._reason == "stop":
                    self._flush(found)
                metrics = invocation_metrics(event, self._first_byte_ms)
                found.append(_encode({**_output(self._held, self._reason), **metrics}))
        return found

    def _flush(self, found: list[bytes]) -> None:
        if self._held:
            found.append(_encode(_output(self._held, None)))
            self._held = ""
