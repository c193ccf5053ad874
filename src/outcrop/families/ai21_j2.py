"""AI21's Jurassic-2: a prompt in; the prompt and its continuation out, cut into tokens with the odds of each.

The prompt is what one user says. Tokens are Outcrop's estimate of them, and their odds those of an engine that is sure of
itself, since engines tell neither. The models stream nothing; who streams all the same gets one chunk.

Sources: the Jurassic-2 page of the Bedrock user guide, recorded answers of 2024, a quoted refusal.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, text_of, user
from outcrop.families import bodies
from outcrop.families.bodies import BOOLEAN, bounded
from outcrop.families.whole import WholeStream
from outcrop.model.runtime import InferenceConfiguration

DEFAULT_LENGTH = 200  # tokens (documented)
IDENTIFIER = 1234  # of every recorded answer


def _penalty(most: float) -> dict[str, Any]:
    kinds = ("Whitespaces", "Punctuations", "Numbers", "Stopwords", "Emojis")
    return dict(bodies.closed(("scale",), scale=bounded("number", 0, most), **{f"applyTo{k}": BOOLEAN for k in kinds}))


_SCHEMA = bodies.closed(
    ("prompt",),
    prompt={"type": "string", "minLength": 1},
    temperature=bodies.SHARE,
    topP=bodies.SHARE,
    maxTokens=bounded("integer", 1, 8191),
    stopSequences=bodies.STRINGS,
    countPenalty=_penalty(1),
    presencePenalty=_penalty(5),
    frequencyPenalty=_penalty(500),
)
_NAMES = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP", "stop_sequences": "stopSequences"}
_encode = msgspec.json.Encoder().encode
Share = Annotated[float, Meta(ge=0, le=1)]


class Prompt(ChatRequest, kw_only=True):
    """A request that came as a prompt, which comes back in the answer."""

    prompt: str


class Penalty(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """How much less likely a token gets by being there already, and which tokens that is for."""

    scale: Annotated[float, Meta(ge=0)]
    apply_to_whitespaces: bool | UnsetType = UNSET
    apply_to_punctuations: bool | UnsetType = UNSET
    apply_to_numbers: bool | UnsetType = UNSET
    apply_to_stopwords: bool | UnsetType = UNSET
    apply_to_emojis: bool | UnsetType = UNSET


class CountPenalty(Penalty, kw_only=True):
    scale: Share


class PresencePenalty(Penalty, kw_only=True):
    scale: Annotated[float, Meta(ge=0, le=5)]


class FrequencyPenalty(Penalty, kw_only=True):
    scale: Annotated[float, Meta(ge=0, le=500)]


class Body(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    prompt: Annotated[str, Meta(min_length=1)]
    temperature: Share | UnsetType = UNSET
    top_p: Share | UnsetType = UNSET
    max_tokens: Annotated[int, Meta(ge=1, le=8191)] = DEFAULT_LENGTH
    stop_sequences: list[str] | UnsetType = UNSET
    count_penalty: CountPenalty | UnsetType = UNSET
    presence_penalty: PresencePenalty | UnsetType = UNSET
    frequency_penalty: FrequencyPenalty | UnsetType = UNSET


_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt as one user's turn; raises ValidationException in everit's words."""
    native = bodies.read(_decode, _SCHEMA, body)
    penalties = bodies.additional(
        countPenalty=native.count_penalty,
        presencePenalty=native.presence_penalty,
        frequencyPenalty=native.frequency_penalty,
    )
    return Prompt(
        messages=[user(native.prompt)],
        inference=InferenceConfiguration(
            max_tokens=native.max_tokens,
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.top_p),
            stop_sequences=bodies.given(native.stop_sequences),
        ),
        fields={name: msgspec.to_builtins(penalty) for name, penalty in penalties.items()},
        prompt=native.prompt,
    )


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields and settings that the body's schema refuses."""
    if not isinstance(request, Prompt):
        bodies.check(_SCHEMA, request, _NAMES)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """The prompt and its continuation, each with its tokens."""
    return _encode(_answer(reply, request))


def _answer(reply: Reply, request: ChatRequest) -> dict[str, Any]:
    prompt = request.prompt if isinstance(request, Prompt) else _said(request)
    text = "".join([block.text for block in reply.message.content if block.text])
    end = _finish(reply)
    spoken = list(_tokens(text))
    if end["reason"] == "endoftext":
        spoken.append(_token("<|endoftext|>", len(text), len(text)))
    return {
        "id": IDENTIFIER,
        "prompt": {"text": prompt, "tokens": list(_tokens(prompt))},
        "completions": [{"data": {"text": text, "tokens": spoken}, "finishReason": end}],
    }


def _said(request: ChatRequest) -> str:
    return "\n".join([text_of(block) or "" for message in request.messages for block in message.content])


def _finish(reply: Reply) -> dict[str, Any]:
    """The two recorded reasons, and the one AI21 documents for a stop sequence."""
    if reply.stop_reason == "max_tokens":
        return {"reason": "length", "length": reply.usage.output_tokens}
    if reply.stop_reason == "stop_sequence":
        return {"reason": "stop", "sequence": reply.stop_sequence}
    return {"reason": "endoftext"}


def _tokens(text: str) -> Iterator[dict[str, Any]]:
    """The pieces of `text` with their places; a space is written as U+2581, also before the first word (recorded)."""
    at = 0
    for piece in tokens.pieces(text):
        name = "<|newline|>" if piece == "\n" else piece.replace(" ", "▁")
        yield _token(name if at or not piece[0].isalnum() else f"▁{name}", at, at + len(piece))
        at += len(piece)


def _token(name: str, start: int, end: int) -> dict[str, Any]:
    return {
        "generatedToken": {"token": name, "logprob": 0.0, "raw_logprob": 0.0},
        "topTokens": None,
        "textRange": {"start": start, "end": end},
    }


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> WholeStream:
    """A new encoder of native chunks, of which there is one."""
    return WholeStream(lambda reply: _answer(reply, request), first_byte_ms)
