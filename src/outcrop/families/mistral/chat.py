"""A native body of Mistral's chat completion as a request of the hub.

Messages and tools are those of chat completions in a stricter frame; what the hub has no word for travels in `fields` under
its native name. `wording` says what is wrong with a body that does not decode.

Sources: the Mistral chat completion page of the Bedrock user guide; for Pixtral Large, whose server takes what Mistral's
public API takes (recorded 2025-10: model, stream, an object as the tool's choice), that API.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import everit
from outcrop.families.chat_completions import turns
from outcrop.families.chat_completions.body import Named, Tool, Turn
from outcrop.families.mistral.wording import refusal
from outcrop.model.runtime import InferenceConfiguration

Share = Annotated[float, Meta(ge=0, le=1)]


class Said(Turn, forbid_unknown_fields=True, kw_only=True):
    role: Literal["system", "user", "assistant", "tool"]
    name: str | None = None
    prefix: bool = False


class Common(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every body may have. The upper limit of `max_tokens` is the model's; null is as good as absent, as pydantic has
    it."""

    messages: list[Said]
    tools: list[Tool] | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Share | None = None
    top_p: Share | None = None


class Body(Common):
    """A body of Mistral Large and Small (documented)."""

    tool_choice: Literal["auto", "any", "none"] | None = None


class PublicBody(Common):
    """A body of Pixtral Large."""

    tool_choice: Literal["auto", "any", "none", "required"] | Named | None = None
    stop: str | list[str] | None = None
    model: Any = None
    stream: Any = None
    stream_options: dict[str, Any] | None = None
    random_seed: int | None = None
    safe_prompt: bool | None = None
    response_format: Any = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    n: int | None = None
    prediction: Any = None
    parallel_tool_calls: bool | None = None
    min_tokens: int | None = None


_FIELDS = (  # of a public body, for which the hub has no word
    "random_seed",
    "safe_prompt",
    "response_format",
    "presence_penalty",
    "frequency_penalty",
    "n",
    "prediction",
    "parallel_tool_calls",
    "min_tokens",
)
_decode = msgspec.json.Decoder(Body, strict=False).decode
_decode_public = msgspec.json.Decoder(PublicBody, strict=False).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """Messages as turns; raises ModelRefusal in the words of `wording`, ValidationException for what is no JSON object."""
    longest = model.max_output_tokens
    try:
        native: Body | PublicBody = (_decode_public if model.features.images else _decode)(body)
        valid = longest is None or native.max_tokens is None or native.max_tokens <= longest
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        valid = False
    if not valid:
        raise refusal(everit.decode(body), model)
    choice = "required" if native.tool_choice == "any" else native.tool_choice
    return ChatRequest(
        messages=turns.messages(native.messages, ModelRefusal),
        system=turns.system(native.messages),
        inference=_inference(native),
        tool_config=turns.tool_config(native.tools, choice, ModelRefusal),
        fields=_fields(native),
    )


def _inference(native: Body | PublicBody) -> InferenceConfiguration:
    stop = native.stop if isinstance(native, PublicBody) else None
    return InferenceConfiguration(
        max_tokens=native.max_tokens,
        temperature=native.temperature,
        top_p=native.top_p,
        stop_sequences=[stop] if isinstance(stop, str) else stop,
    )


def _fields(native: Body | PublicBody) -> dict[str, Any]:
    given = {name: getattr(native, name) for name in _FIELDS} if isinstance(native, PublicBody) else {}
    if native.tool_choice == "none":
        given["tool_choice"] = "none"
    return {name: value for name, value in given.items() if value is not None}
