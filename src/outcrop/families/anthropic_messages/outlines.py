"""The service's own schema of native Claude bodies up to 3.x, consulted for everit's words once a body has been refused.

It checks the outline of a body and leaves the content blocks to the model (`details`). It is read back from the recorded
refusals: a condition on ``messages``, four kinds of tools with ``const`` and ``enum`` side by side; limits are those of
the Bedrock user guide.
"""

from functools import lru_cache

from outcrop.chat.features import Model
from outcrop.families.everit import Schema

_STRING: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}

_SAMPLING: Schema = {
    "temperature": {"type": "number", "minimum": 0, "maximum": 1},
    "top_p": {"type": "number", "minimum": 0, "maximum": 1},
    "top_k": {"type": "integer", "minimum": 0, "maximum": 500},
    "stop_sequences": {"type": "array", "items": _STRING},
    "anthropic_version": _STRING,
}
COMPLETION: Schema = {
    "type": "object",
    "required": ["prompt", "max_tokens_to_sample"],  # in this order (recorded)
    "properties": {
        "prompt": _STRING,
        # quoted: 8192 is not less or equal to 8191
        "max_tokens_to_sample": {"type": "integer", "minimum": 1, "maximum": 8191},
        **_SAMPLING,
    },
    "additionalProperties": False,
}


def _built_in(type_: str, name: str, **members: Schema) -> Schema:
    """A tool of Anthropic's own: names and types are `const` and `enum` at once, so both fail (recorded)."""
    return {
        "type": "object",
        "required": [*members, "name", "type"],
        "properties": {
            "name": {"type": "string", "const": name, "enum": [name]},
            "type": {"type": "string", "const": type_, "enum": [type_]},
            **members,
        },
        "additionalProperties": False,
    }


_TOOL: Schema = {
    "anyOf": [
        _built_in("text_editor_20241022", "str_replace_editor"),
        _built_in(
            "computer_20241022",
            "computer",
            display_height_px={"type": "integer", "minimum": 1},
            display_width_px={"type": "integer", "minimum": 1},
        ),
        _built_in("bash_20241022", "bash"),
        {
            "type": "object",
            "required": ["name", "input_schema"],
            "properties": {
                "name": _STRING,
                "description": _STRING,
                "input_schema": _OBJECT,
                "cache_control": _OBJECT,
                "type": {"anyOf": [{"type": "null"}, {"type": "string", "const": "custom", "enum": ["custom"]}]},
            },
            "additionalProperties": False,
        },
    ]
}
_MESSAGE: Schema = {
    "type": "object",
    "required": ["role", "content"],  # in this order (recorded)
    "properties": {
        "role": {"type": "string", "enum": ["user", "assistant"]},
        "content": {"anyOf": [_STRING, {"type": "array", "items": _OBJECT}]},  # in this order (recorded)
    },
    "additionalProperties": False,
}


@lru_cache
def _outline(thinking: bool) -> Schema:
    properties: dict[str, Schema] = {
        **_SAMPLING,
        "anthropic_beta": {"type": "array", "items": _STRING},
        "max_tokens": {"type": "integer", "minimum": 1},
        "messages": {"type": "array", "items": _MESSAGE},
        "system": {"anyOf": [_STRING, {"type": "array", "items": _OBJECT}]},
        "tools": {"type": "array", "items": _TOOL},
        "tool_choice": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"type": "string", "enum": ["auto", "any", "tool"]}, "name": _STRING},
        },
    }
    if thinking:
        properties["thinking"] = _OBJECT
    messages: Schema = {
        "type": "object",
        "required": ["max_tokens", "anthropic_version"],  # in this order (quoted)
        "properties": properties,
        "additionalProperties": False,
    }
    return {"if": {"not": {"required": ["messages"]}}, "then": COMPLETION, "else": messages}


def outline(model: Model) -> Schema | None:
    """The service's own schema for a model's bodies; None for models that are left to check for themselves."""
    return _outline(model.features.reasoning is not None) if model.wording == "everit" else None
