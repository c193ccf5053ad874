"""A native Nova body as a request of the hub.

A block's cache point becomes one behind it; topK and reasoningConfig, for which Converse has no word, travel in `fields`
as they would in additionalModelRequestFields. A body of text alone is checked by decoding it; any other is shown to the
schema of `outlines` too.
"""

from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import everit
from outcrop.families.bodies import given
from outcrop.families.nova import outlines
from outcrop.families.nova.body import Block, Body, Inference, Instruction
from outcrop.model.runtime import ContentBlock, InferenceConfiguration, Message, SystemContentBlock

_decode = msgspec.json.Decoder(Body).decode


def read(body: bytes, model: Model) -> ChatRequest:
    """The turn that `body` asks `model` for; raises ValidationException with the one violation that is told."""
    try:
        native = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        _refuse(body, model)
        raise everit.malformed() from None  # a body that the schema has no words for
    length = _either(native.inference_config.max_tokens, native.inference_config.max_new_tokens)
    if not _simple(native) or (length and model.max_output_tokens and length > model.max_output_tokens):
        _refuse(body, model)
    return ChatRequest(
        messages=[Message(role=turn.role, content=_content(turn.content)) for turn in native.messages],
        system=_system(native.system),
        inference=_inference(native.inference_config, length),
        tool_config=given(native.tool_config),
        fields=_fields(native),
    )


def _refuse(body: bytes, model: Model) -> None:
    violation = outlines.violation(everit.decode(body), model)
    if violation is not None:
        raise everit.malformed([violation])


def _simple(native: Body) -> bool:
    """Whether there is nothing but text."""
    if native.tool_config is not msgspec.UNSET or native.reasoning_config is not msgspec.UNSET:
        return False
    return all(_is_text(block) for turn in native.messages for block in turn.content)


def _is_text(block: Block) -> bool:
    return block.text is not None and block == Block(text=block.text)


def _content(blocks: list[Block]) -> list[ContentBlock]:
    found = []
    for block in blocks:
        if _is_text(block):
            found.append(ContentBlock(text=block.text))
            continue
        members = {name: getattr(block, name) for name in block.__struct_fields__ if name != "cache_point"}
        found.append(ContentBlock(**members))
        if block.cache_point:
            found.append(ContentBlock(cache_point=block.cache_point))
    return found


def _system(instructions: list[Instruction]) -> list[SystemContentBlock]:
    found = []
    for instruction in instructions:
        found.append(SystemContentBlock(text=instruction.text))
        if instruction.cache_point:
            found.append(SystemContentBlock(cache_point=instruction.cache_point))
    return found


def _inference(native: Inference, length: int | None) -> InferenceConfiguration:
    return InferenceConfiguration(
        max_tokens=length,
        temperature=given(native.temperature),
        top_p=_either(native.top_p, native.snake_top_p),
        stop_sequences=given(native.stop_sequences),
    )


def _either(first: Any, second: Any) -> Any:
    """The value of a setting that goes by two names."""
    return given(second if first is msgspec.UNSET else first)


def _fields(native: Body) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    top_k = _either(native.inference_config.top_k, native.inference_config.snake_top_k)
    if top_k is not None:
        fields["inferenceConfig"] = {"topK": top_k}
    if native.reasoning_config is not msgspec.UNSET:
        fields["reasoningConfig"] = native.reasoning_config
    return fields
