"""Cohere's Command of 2023: a prompt in, one or more continuations of it out.

The prompt is what one user says, cut to the window where the request allows it. An engine runs once: further generations
are the first one again. Likelihoods are those of an engine that is sure of itself, since engines do not tell them.

Sources: the Cohere Command page of the Bedrock user guide; recorded answers of 2024 and 2025, the newer ones followed.
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
from outcrop.chat.request import ChatRequest, text_of, user
from outcrop.families import bodies
from outcrop.families.bodies import bounded
from outcrop.families.identifiers import request_uuid
from outcrop.families.metrics import invocation_metrics
from outcrop.families.whole import WholeStream
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    InferenceConfiguration,
    MessageStopEvent,
)

Likelihoods = Literal["GENERATION", "ALL", "NONE"]
Truncate = Literal["NONE", "START", "END"]
_SCHEMA = bodies.closed(
    ("prompt",),
    prompt={"type": "string", "minLength": 1},
    temperature=bounded("number", 0, 5),
    p=bodies.SHARE,
    k=bounded("number", 0, 500),
    max_tokens=bounded("integer", 1, 4096),
    stop_sequences={**bodies.STRINGS, "maxItems": 4},
    return_likelihoods={"enum": ("GENERATION", "ALL", "NONE")},
    stream=bodies.BOOLEAN,
    num_generations=bounded("integer", 1, 5),
    logit_bias=bodies.OBJECT,
    truncate={"enum": ("NONE", "START", "END")},
)
_NAMES = {**bodies.INFERENCE, "top_p": "p", "stop_sequences": "stop_sequences"}
# The documented reasons; a stop sequence is not one of them.
_FINISH = {"max_tokens": "MAX_TOKENS", "content_filtered": "ERROR_TOXIC"}
_encode = msgspec.json.Encoder().encode


class Continuation(ChatRequest, kw_only=True):
    """A request that came as a prompt, with what it says about its answer: the prompt itself comes back in it."""

    prompt: str
    likelihoods: Likelihoods = "NONE"
    in_pieces: bool = False
    generations: int = 1


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    prompt: Annotated[str, Meta(min_length=1)]
    temperature: Annotated[float, Meta(ge=0, le=5)] | UnsetType = UNSET
    p: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    k: Annotated[float, Meta(ge=0, le=500)] | UnsetType = UNSET
    max_tokens: Annotated[int, Meta(ge=1, le=4096)] | UnsetType = UNSET
    stop_sequences: Annotated[list[str], Meta(max_length=4)] | UnsetType = UNSET
    return_likelihoods: Likelihoods = "NONE"
    stream: bool = False
    num_generations: Annotated[int, Meta(ge=1, le=5)] = 1
    logit_bias: dict[str, Annotated[float, Meta(ge=-10, le=10)]] | UnsetType = UNSET
    truncate: Truncate = "END"


_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as one user's turn; raises ValidationException in everit's words, ModelRefusal for a prompt too long."""
    native = bodies.read(_decode, _SCHEMA, body)
    length = bodies.given(native.max_tokens)
    return Continuation(
        messages=[user(_cut(native.prompt, native.truncate, model.context_window))],
        inference=InferenceConfiguration(
            max_tokens=model.default_max_tokens if length is None else length,
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.p),
            stop_sequences=bodies.given(native.stop_sequences),
        ),
        fields=bodies.additional(k=native.k, logit_bias=native.logit_bias),
        prompt=native.prompt,
        likelihoods=native.return_likelihoods,
        in_pieces=native.stream,
        generations=native.num_generations,
    )


def _cut(prompt: str, truncate: Truncate, window: int | None) -> str:
    """The prompt without what is over the window; `truncate` names the end that is dropped."""
    if window is None or len(prompt) <= window:
        return prompt  # no token is shorter than a letter
    if truncate == "NONE":
        if (count := tokens.count(prompt, window)) <= window:
            return prompt
        # decided: the words of Cohere's own API
        raise ModelRefusal(
            f"too many tokens: total number of tokens in the prompt cannot exceed {window} - received {count}. Try "
            "using a shorter prompt, or enable prompt truncating."
        )
    most = tokens.MAX_LETTERS  # at this end; nothing beyond would be left
    pieces = tokens.pieces(prompt[-most:] if truncate == "START" else prompt[:most])
    return "".join(pieces[-window:] if truncate == "START" else pieces[:window])


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields and settings that the body's schema refuses."""
    if not isinstance(request, Continuation):
        bodies.check(_SCHEMA, request, _NAMES)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """All generations, and the prompt they continue."""
    return _encode(_answer(reply, request, model))


def _answer(reply: Reply, request: ChatRequest, model: Model) -> dict[str, Any]:
    asked = _asked(request)
    text = "".join([block.text for block in reply.message.content if block.text])
    likelihoods = _likelihoods(asked, text)
    generations = [
        {
            "id": request_uuid(request, model, f"generation {index}"),
            "text": text,
            "finish_reason": _finish(reply.stop_reason),
            **likelihoods,
        }
        for index in range(asked.generations)
    ]
    return {"id": request_uuid(request, model), "generations": generations, "prompt": asked.prompt}


def _asked(request: ChatRequest) -> Continuation:
    """What the request says about its answer; through Converse, one generation."""
    if isinstance(request, Continuation):
        return request
    said = [text_of(block) or "" for message in request.messages for block in message.content]
    return Continuation(messages=[], prompt="\n".join(said))


def _likelihoods(asked: Continuation, text: str) -> dict[str, Any]:
    """The members that `return_likelihoods` adds: logarithms of certainty."""
    if asked.likelihoods == "NONE":
        return {}
    scored = asked.prompt + text if asked.likelihoods == "ALL" else text
    return {
        "likelihood": 0.0,
        "token_likelihoods": [{"token": piece, "likelihood": 0.0} for piece in tokens.pieces(scored)],
    }


def _finish(reason: str) -> str:
    return _FINISH.get(reason, "COMPLETE")


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> "PieceStream | WholeStream":
    """A new encoder of native chunks: pieces for ``"stream": true``, else one chunk with everything (both recorded)."""
    asked = _asked(request)
    if asked.in_pieces:
        return PieceStream(asked.generations, first_byte_ms)
    return WholeStream(lambda reply: _answer(reply, request, model), first_byte_ms)


class PieceStream:
    """One run's encoder: a chunk per piece of text, then one with the reason; numbered if there are several generations."""

    def __init__(self, generations: int, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._indices = [{"index": index} for index in range(generations)] if generations > 1 else [{}]
        self._reason = "COMPLETE"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[dict[str, Any]] = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    found += [{**index, "is_finished": False, "text": event.delta.text} for index in self._indices]
            elif isinstance(event, MessageStopEvent):
                self._reason = _finish(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                found += [{"finish_reason": self._reason, **index, "is_finished": True} for index in self._indices]
                found[-1] |= invocation_metrics(event, self._first_byte_ms)
        return [_encode(chunk) for chunk in found]
