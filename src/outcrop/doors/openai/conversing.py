"""What both of OpenAI's APIs ask, as Converse asks it: one place where their parameters find their words.

A parameter that Converse has a word for gets it; one that says nothing about the answer is left out (`SILENT`); every other
travels in `additionalModelRequestFields` under its own name, so that the model itself refuses what it does not take.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.model.runtime import (
    ConverseRequest,
    InferenceConfiguration,
    Message,
    OutputConfig,
    ServiceTier,
    SystemContentBlock,
    ToolConfiguration,
)

# Members about keeping, caching, attributing and charging, none of which happens here; null stands for absence.
SILENT = frozenset(
    {
        "user",
        "store",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "include",
        "truncation",
        "background",
        "verbosity",
    }
)
_TIERS = ("priority", "flex", "reserved")  # the others are what happens anyway


class Asked(msgspec.Struct, kw_only=True):
    """A request of either API, read."""

    messages: list[Message]
    system: list[SystemContentBlock] = []
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: list[str] | None = None
    tool_config: ToolConfiguration | None = None
    output_config: OutputConfig | None = None
    parallel: bool = True
    effort: str | None = None
    metadata: dict[str, str] | None = None
    tier: str | None = None
    others: Mapping[str, Any] = {}


def body(asked: Asked, model: Model | None) -> bytes:
    """The body of Converse and ConverseStream."""
    fields = {name: value for name, value in asked.others.items() if name not in SILENT and value is not None}
    output = asked.output_config
    claude = model is not None and model.api == "anthropic_messages"
    if asked.effort is not None and claude:
        output = msgspec.structs.replace(output or OutputConfig(), effort=asked.effort)
    elif asked.effort is not None:
        fields["reasoning_effort"] = asked.effort
    if not asked.parallel and asked.tool_config:
        fields |= _one_at_a_time(asked.tool_config) if claude else {"parallel_tool_calls": False}
    return msgspec.json.encode(
        ConverseRequest(
            messages=asked.messages,
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
    )


def _one_at_a_time(config: ToolConfiguration) -> dict[str, Any]:
    """Claude's way to say it, which is part of the choice of a tool."""
    choice, native = config.tool_choice, {"type": "auto"}
    if choice and choice.tool:
        native = {"type": "tool", "name": choice.tool.name}
    elif choice and choice.any is not None:
        native = {"type": "any"}
    return {"tool_choice": native | {"disable_parallel_tool_use": True}}
