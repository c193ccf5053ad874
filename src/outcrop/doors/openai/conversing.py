"""What both of OpenAI's APIs ask, as Converse asks it: one place where their parameters find their words.

A parameter that Converse has a word for gets it; what `parameters` says is without effect is left out, what it refuses is
refused; every other travels in `additionalModelRequestFields` under its own name, so that the model refuses what it does not
take.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.json_mode import PREFILL
from outcrop.doors.openai import json_mode
from outcrop.doors.openai.errors import Wrong
from outcrop.doors.parameters import Rules
from outcrop.families.chat_completions import turns
from outcrop.families.chat_completions.body import Format
from outcrop.model.runtime import (
    ConverseRequest,
    InferenceConfiguration,
    Message,
    OutputConfig,
    ServiceTier,
    SystemContentBlock,
    ToolConfiguration,
)

_TIERS = ("priority", "flex", "reserved")  # the others are what happens anyway


def others(value: Mapping[str, Any], known: Collection[str], rules: Rules) -> dict[str, Any]:
    """The parameters of a body that go to the model; raises Wrong for the first that is refused."""
    broken = rules.broken(value)
    if broken:
        path, note = broken
        raise Wrong(f"Unsupported parameter: '{path}' is not supported here: {note}.", path)
    return {name: given for name, given in value.items() if name not in known and rules.travels(name, given)}


class Asked(msgspec.Struct, kw_only=True):
    """A request of either API, read."""

    messages: list[Message]
    system: list[SystemContentBlock] = []
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] | None = None
    tool_config: ToolConfiguration | None = None
    format: Format | None = None
    format_at: str = "response_format"
    parallel: bool = True
    effort: str | None = None
    metadata: dict[str, str] | None = None
    tier: str | None = None
    others: Mapping[str, Any] = {}


class Question(msgspec.Struct, frozen=True):
    """The body of Converse and ConverseStream, and what the answer was begun with."""

    body: bytes
    begun: str = ""


def question(asked: Asked, model: Model | None) -> Question:
    """What Converse is asked; raises Wrong for a schema that the model does not take."""
    fields = {name: value for name, value in asked.others.items() if value is not None}
    formatted = _formatted(asked, model, alone=not (asked.tool_config or "thinking" in fields))
    output, claude = formatted.output, model is not None and model.api == "anthropic_messages"
    if asked.effort is not None and claude:
        output = msgspec.structs.replace(output or OutputConfig(), effort=asked.effort)
    elif asked.effort is not None:
        fields["reasoning_effort"] = asked.effort
    if not asked.parallel and asked.tool_config:
        fields |= _one_at_a_time(asked.tool_config) if claude else {"parallel_tool_calls": False}
    request = ConverseRequest(
        messages=formatted.messages,
        system=asked.system or None,
        inference_config=InferenceConfiguration(
            max_tokens=asked.max_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            stop_sequences=asked.stop,
        ),
        tool_config=asked.tool_config,
        output_config=output,
        request_metadata=asked.metadata or None,
        service_tier=ServiceTier(type=asked.tier) if asked.tier in _TIERS else None,  # type: ignore[arg-type]
        additional_model_request_fields=fields or None,
    )
    return Question(msgspec.json.encode(request), formatted.begun)


class _Formatted(NamedTuple):
    """The conversation that asks for an answer of some form, that form, and what the answer was begun with."""

    messages: list[Message]
    output: OutputConfig | None = None
    begun: str = ""


def _formatted(asked: Asked, model: Model | None, *, alone: bool) -> _Formatted:
    if asked.format is None or asked.format.type == "text":
        return _Formatted(asked.messages)
    if asked.format.type == "json_schema":
        if model and model.features.structured_output != "accepted":
            raise Wrong(
                f"{asked.format_at}: {model.id} takes no JSON schema; json_object makes every model answer with JSON.",
                asked.format_at,
            )
        return _Formatted(asked.messages, turns.output_config(asked.format))
    chosen = json_mode.way(model, alone=alone)
    messages = json_mode.asking(asked.messages, chosen)
    if chosen == "schema":
        return _Formatted(messages, turns.output_config(asked.format))
    return _Formatted(messages, begun=PREFILL if len(messages) > len(asked.messages) else "")


def _one_at_a_time(config: ToolConfiguration) -> dict[str, Any]:
    """Claude's way to say it, which is part of the choice of a tool."""
    choice, native = config.tool_choice, {"type": "auto"}
    if choice and choice.tool:
        native = {"type": "tool", "name": choice.tool.name}
    elif choice and choice.any is not None:
        native = {"type": "any"}
    return {"tool_choice": native | {"disable_parallel_tool_use": True}}
