"""The model's own schema of native Claude bodies, consulted for pydantic's words once a body has been refused.

From Claude 4 on it is all there is; up to 3.x it checks what the service leaves to the model (`outlines`). The order of
the members is the order in which they are checked. Nothing here decides what a body means.

Sources: recorded and quoted refusals, the Messages page of the Bedrock user guide.
"""

from collections.abc import Iterable
from functools import lru_cache

from outcrop.chat.features import Model
from outcrop.families.anthropic_messages.generation import version
from outcrop.families.pydantic import Schema

STRING: Schema = {"type": "string"}
OBJECT: Schema = {"type": "object"}
MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
EFFORTS = ("low", "medium", "high", "xhigh", "max")


def _object(required: Iterable[str] = (), /, **properties: Schema) -> Schema:
    return {"type": "object", "required": tuple(required), "properties": properties, "additionalProperties": False}


_ANY: Schema = {}
_CACHE_CONTROL: Schema = {
    "nullable": True,
    "variants": {"ephemeral": _object((), type=STRING, ttl={"nullable": True, "enum": ("5m", "1h")})},
}
_TITLE: Schema = {"nullable": True, "type": "string"}
_TOOL_NAME: Schema = {"type": "string", "pattern": "[a-zA-Z0-9_-]{1,128}"}
_INTEGER: Schema = {"type": "integer"}
THINKING: Schema = {
    "variants": {
        "adaptive": _object((), type=STRING, display=STRING),
        "disabled": _object((), type=STRING),
        "enabled": _object(
            ("budget_tokens",), type=STRING, budget_tokens={"type": "integer", "minimum": 1024}, display=STRING
        ),
    }
}
OUTPUT_CONFIG: Schema = _object(
    (),
    effort={"nullable": True, "enum": EFFORTS},
    format={"nullable": True, "variants": {"json_schema": _object(("schema",), type=STRING, schema=OBJECT)}},
)


def _source(*kinds: str) -> Schema:
    whole: dict[str, Schema] = {
        "base64": _object(("media_type", "data"), type=STRING, media_type={"enum": MEDIA_TYPES}, data=STRING),
        "text": _object(("media_type", "data"), type=STRING, media_type={"enum": ("text/plain",)}, data=STRING),
        "pdf": _object(("media_type", "data"), type=STRING, media_type={"enum": ("application/pdf",)}, data=STRING),
        "content": _object(
            ("content",), type=STRING, content={"type": "array", "text": True, "items": {"variants": {"text": _TEXT}}}
        ),
        "url": _object(("url",), type=STRING, url=STRING),
    }
    variants = {"base64" if kind == "pdf" else kind: whole[kind] for kind in kinds}
    return {"variants": variants, "unbuilt": ("url",)}


_TEXT = _object(("text",), type=STRING, text=STRING, cache_control=_CACHE_CONTROL, citations=_ANY)
_IMAGE = _object(("source",), type=STRING, source=_source("base64"), cache_control=_CACHE_CONTROL)
_DOCUMENT = _object(
    ("source",),
    type=STRING,
    source=_source("pdf", "text", "content", "url"),
    title=_TITLE,
    context=_TITLE,
    citations={"nullable": True, **_object((), enabled={"type": "boolean"})},
    cache_control=_CACHE_CONTROL,
)
_SEARCH_RESULT = _object(
    ("source", "title", "content"),
    type=STRING,
    source=STRING,
    title=STRING,
    content={"type": "array", "items": _TEXT},
    citations={"nullable": True, **_object((), enabled={"type": "boolean"})},
    cache_control=_CACHE_CONTROL,
)


def _blocks(old: bool) -> dict[str, Schema]:
    """Kinds of content blocks in the order in which refusals list them."""
    within: dict[str, Schema] = {"text": _TEXT, "image": _IMAGE}
    if not old:
        within = {"document": _DOCUMENT, "image": _IMAGE, "search_result": _SEARCH_RESULT, "text": _TEXT}
    known: dict[str, Schema] = {
        "text": _TEXT,
        "image": _IMAGE,
        "document": _DOCUMENT,
        "search_result": _SEARCH_RESULT,
        "thinking": _object(("signature", "thinking"), type=STRING, signature=STRING, thinking=STRING),
        "redacted_thinking": _object(("data",), type=STRING, data=STRING),
        "tool_use": _object(
            ("id", "name", "input"),
            type=STRING,
            id=STRING,
            name=STRING,
            input=OBJECT,
            caller=_ANY,
            cache_control=_CACHE_CONTROL,
        ),
        "tool_result": _object(
            ("tool_use_id",),
            type=STRING,
            tool_use_id=STRING,
            content={"type": "array", "text": True, "nullable": True, "items": {"variants": within}},
            is_error={"nullable": True, "type": "boolean"},
            cache_control=_CACHE_CONTROL,
        ),
    }
    listed = ("text", "image", "tool_use", "tool_result") if old else _LISTED
    return {name: known.get(name, _ANY) for name in listed}


# The kinds a refusal of 2026 lists on Bedrock (reported); some exist at AWS only.
_LISTED = (
    "connector_text",
    "document",
    "image",
    "mid_conv_system",
    "redacted_thinking",
    "search_result",
    "server_tool_use",
    "text",
    "thinking",
    "tool_result",
    "tool_search_tool_result",
    "tool_use",
)
_UNBUILT = ("connector_text", "mid_conv_system", "server_tool_use", "tool_search_tool_result")
# The tools a refusal lists: recorded on Claude Sonnet 4, and quoted for Bedrock in 2026. Those of 2024 are the outline's.
_TOOLS_3 = ("bash_20241022", "computer_20241022", "custom", "text_editor_20241022")
_TOOLS_4 = ("bash_20250124", "custom", "text_editor_20250124", "text_editor_20250429", "text_editor_20250728")
_SEARCHES = tuple(
    f"tool_search_tool_{kind}{day}" for kind in ("bm25", "regex") for day in ("", "_20251119")
)  # carried out by the service itself
_TOOLS_4_5 = (*_TOOLS_4[:2], "memory_20250818", *_TOOLS_4[2:], *_SEARCHES)


def _tools(listed: tuple[str, ...]) -> Schema:
    custom = _object(
        ("name", "input_schema"),
        name=_TOOL_NAME,
        description=STRING,
        input_schema={"type": "object", "required": ("type",), "properties": {"type": {"enum": ("object",)}}},
        strict={"nullable": True, "type": "boolean"},
        cache_control=_CACHE_CONTROL,
        type={"nullable": True, "type": "string"},
    )
    built_in: Schema = {"type": "object", "required": ("name",), "properties": {"name": STRING}}
    variants = {tag: custom if tag == "custom" else built_in for tag in listed}
    return {"type": "array", "items": {"variants": variants, "default": "custom", "unbuilt": _SEARCHES}}


_CHOICE = _object((), type=STRING, disable_parallel_tool_use={"type": "boolean"})
_NAMED = _object(("name",), type=STRING, name=STRING, disable_parallel_tool_use={"type": "boolean"})
_CHOICES: Schema = {"variants": {"auto": _CHOICE, "any": _CHOICE, "tool": _NAMED, "none": _object((), type=STRING)}}


@lru_cache
def _details(old: bool, tools: tuple[str, ...], structured: bool, cached: bool) -> Schema:
    blocks = {"variants": _blocks(old), "unbuilt": _UNBUILT}
    properties: dict[str, Schema] = {
        "anthropic_version": STRING,
        "anthropic_beta": {"type": "array", "items": STRING},
        "max_tokens": {"type": "integer", "minimum": 1},
        "messages": {
            "type": "array",
            "items": _object(
                ("role", "content"), role=STRING, content={"type": "array", "text": True, "items": blocks}
            ),
        },
        "system": {
            "type": "array",
            "text": True,
            "items": _object(
                ("type", "text"), type={"enum": ("text",)}, text=STRING, cache_control=_CACHE_CONTROL, citations=_ANY
            ),
        },
        "temperature": {"type": "number", "range": (0, 1)},
        "top_p": {"type": "number", "range": (0, 1)},
        "top_k": {"type": "integer", "minimum": 0, "maximum": 500},
        "stop_sequences": {"type": "array", "items": STRING},
        "tools": _tools(tools),
        "tool_choice": _CHOICES,
        "thinking": THINKING,
        "metadata": _object((), user_id=_TITLE),
        "context_management": OBJECT,
    }
    if structured:
        properties["output_config"] = OUTPUT_CONFIG
    required = ("anthropic_version", "max_tokens", "messages")
    whole = {"type": "object", "required": required, "properties": properties, "additionalProperties": False}
    return whole if cached else _without(whole, "cache_control")


def _without(node: Schema, name: str) -> Schema:
    """A schema in which no object has the property `name`."""
    return {
        key: _without(value, name) if isinstance(value, dict) else value for key, value in node.items() if key != name
    }


def details(model: Model) -> Schema:
    """The model's own schema of a body that has ``messages``."""
    generation = version(model)
    return _details(
        old=generation < (3, 5),
        tools=_TOOLS_3 if generation < (4, 0) else _TOOLS_4 if generation < (4, 5) else _TOOLS_4_5,
        structured=model.features.structured_output != "refused",
        cached=model.features.prompt_caching,
    )
