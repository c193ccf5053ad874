"""Mistral's native bodies, both ways: text completion and chat completion, as one family.

Some models speak one of the two, two of them both; which of them a body is shows in whether it has a prompt (documented).
Each is a module of its own (`text`; `chat` and `choices`), the words of refusals are in `faults` and `wording`, and this
module only says which of them is meant.
"""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families.mistral import chat, choices, text, wording

__all__ = ["check", "decode", "encode_reply", "stream"]

_TEXT, _CHAT = "mistral_text", "mistral_chat"


class Heading(Struct):
    """As much of a body as tells which of the two it is."""

    prompt: Raw | UnsetType = UNSET
    messages: Raw | UnsetType = UNSET


_heading = msgspec.json.Decoder(Heading).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A prompt or messages as turns; raises ValidationException or ModelRefusal in the words of the model's server."""
    return text.decode(body, model) if _reads_text(body, model) else chat.decode(body, model)


def _reads_text(body: bytes, model: Model) -> bool:
    if model.also is None:
        return model.api == _TEXT
    try:
        heading = _heading(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return model.api == _TEXT
    return heading.prompt is not UNSET or (heading.messages is UNSET and model.api == _TEXT)


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields the model does not take (probed) and prompts over its window (decided)."""
    if _writes_text(request, model):
        text.check(request, model)
    elif request.fields and not wording.acceptable(request.fields, model):
        raise wording.refusal(request.fields, model, whole=False)
    window = model.context_window
    if window is None or sum(len(b.text or "") for m in request.messages for b in m.content) <= window:
        return  # no token is shorter than a letter
    if tokens.count_request(request, model, window) > window:
        # the words of Llama's server
        raise ModelRefusal(
            f"This model's maximum context length is {window} tokens. Please reduce the length of the prompt"
        )


def _writes_text(request: ChatRequest, model: Model) -> bool:
    return isinstance(request, text.Completion) or _CHAT not in (model.api, model.also)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole continuation, or a choice for a request that came as messages."""
    return text.encode_reply(reply) if _writes_text(request, model) else choices.encode_reply(reply)


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> text.OutputStream | choices.ChoiceStream:
    """A new encoder of native chunks."""
    if _writes_text(request, model):
        return text.OutputStream(first_byte_ms)
    return choices.ChoiceStream(first_byte_ms)
