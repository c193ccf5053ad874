"""`{"type": "json_object"}`: a model is made to answer with a JSON object, each in the surest way that it takes.

Structured output with a schema of any object, where the model takes one (Claude takes none); else the answer is begun with
``{``, which is given back before it; else a sentence asks for it, as it does when tools or thoughts may come first.
What the model then says is handed on as it is.
"""

from collections.abc import Sequence
from typing import Literal, TypeVar

import msgspec

from outcrop.chat import json_mode
from outcrop.chat.features import Model
from outcrop.model.runtime import ContentBlock, ContentBlockDeltaEvent, Message

T = TypeVar("T")
Way = Literal["schema", "prefill", "instruction"]
SENTENCE = f"{json_mode.INSTRUCTION} Write nothing before or after it, and no Markdown."


def way(model: Model | None, *, alone: bool) -> Way:
    """How `model` is asked; `alone` says that nothing but the object can be its answer. None is a model nobody knows."""
    if model is None:
        return "instruction"
    features = model.features
    if features.structured_output == "accepted" and model.api != "anthropic_messages":
        return "schema"
    thinks = features.always_reasons
    return "prefill" if alone and features.prefill == "accepted" and not thinks else "instruction"


def asking(messages: list[Message], chosen: Way) -> list[Message]:
    """The conversation that asks for JSON in the `chosen` way; one that ends with the assistant is only told."""
    if chosen == "schema" or not messages:
        return messages
    if chosen == "prefill" and messages[-1].role == "user":
        return [*messages, Message(role="assistant", content=[ContentBlock(text=json_mode.PREFILL)])]
    last = _last_of_user(messages)
    told = [*messages[last].content, ContentBlock(text=SENTENCE)]
    return [*messages[:last], msgspec.structs.replace(messages[last], content=told), *messages[last + 1 :]]


def _last_of_user(messages: Sequence[Message]) -> int:
    return next((at for at in reversed(range(len(messages))) if messages[at].role == "user"), 0)


class Opening:
    """Puts back, before the first text of a stream, what the answer was begun with."""

    def __init__(self, begun: str) -> None:
        self._begun = begun

    def of(self, event: T) -> T:
        """`event`, with what belongs before its text."""
        if self._begun and isinstance(event, ContentBlockDeltaEvent) and (event.delta.text or "").strip():
            event.delta.text = json_mode.begin(self._begun, event.delta.text or "")
            self._begun = ""
        return event
