"""JSON values against schemas, the first violation worded as Anthropic's API words it: pydantic's sentences, touched up.

A schema is a dictionary of JSON Schema's keywords and four of our own: `variants` (tagged by the member ``type``; the
place of what is within gets the tag's name), `default` (the tag of a value without one), `unbuilt` (tags that exist at
AWS and not here) and `text` (a string may stand instead of the list). Only the first violation is told, as AWS does:
members in the schema's order, then what is too much. It is for bodies that are already known to be wrong, or rare.

Sources: recorded and publicly quoted answers of Claude on Bedrock, 2024 to 2026.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("a valid string", (str,)),
    "integer": ("a valid integer", (int,)),
    "number": ("a valid number", (int, float)),
    "boolean": ("a valid boolean", (bool,)),
    "array": ("a valid array", (list,)),
    "object": ("an object", (dict,)),
}


def violation(schema: Schema, value: Any, place: str = "") -> str | None:
    """The first thing in `value` that violates `schema`, as ``place: text``; None when nothing does."""
    if value is None and schema.get("nullable"):
        return None
    if schema.get("text") and isinstance(value, str):
        return None
    if "variants" in schema:
        return _variant(schema, value, place)
    if "enum" in schema:
        return None if value in schema["enum"] else f"{place}: Input should be {_either(schema['enum'])}"
    if "type" not in schema:
        return None
    name, classes = _TYPES[schema["type"]]
    if not isinstance(value, classes) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return f"{place}: Input should be {name}" if place else f"Input should be {name}"
    rule = _RULES.get(schema["type"])
    return rule(schema, value, place) if rule else None


def tag_refusal(place: str, tag: Any, expected: Iterable[str]) -> str:
    """The text for a ``type`` that is none of `expected`."""
    listed = ", ".join(f"'{name}'" for name in expected)
    return f"{place}: Input tag '{tag}' found using 'type' does not match any of the expected tags: {listed}"


def _variant(schema: Schema, value: Any, place: str) -> str | None:
    if not isinstance(value, dict):
        return f"{place}: Input should be an object"
    tag = value.get("type") or schema.get("default")
    if tag is None:
        return f"{place}.type: Field required"
    variants = schema["variants"]
    if not isinstance(tag, str) or tag not in variants:
        return tag_refusal(place, tag, variants)
    if tag in schema.get("unbuilt", ()):
        return f"{place}: type '{tag}' is not supported for this model"
    return _object(variants[tag], value, f"{place}.{tag}")


def _object(schema: Schema, value: dict[str, Any], place: str) -> str | None:
    properties = schema.get("properties", {})
    prefix = f"{place}." if place else ""
    for name, inner in properties.items():
        if name in value:
            if refusal := violation(inner, value[name], prefix + name):
                return refusal
        elif name in schema.get("required", ()):
            return f"{prefix}{name}: Field required"
    if schema.get("additionalProperties") is False:
        extra = next((name for name in value if name not in properties), None)
        if extra is not None:
            return f"{prefix}{extra}: Extra inputs are not permitted"
    return None


def _array(schema: Schema, value: list[Any], place: str) -> str | None:
    for index, item in enumerate(value):
        if refusal := violation(schema.get("items", {}), item, f"{place}.{index}"):
            return refusal
    return None


def _number(schema: Schema, value: float, place: str) -> str | None:
    if "range" in schema and not schema["range"][0] <= value <= schema["range"][1]:
        return f"{place}: range: {schema['range'][0]}..{schema['range'][1]}"
    if "minimum" in schema and value < schema["minimum"]:
        return f"{place}: Input should be greater than or equal to {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"{place}: Input should be less than or equal to {schema['maximum']}"
    return None


def _string(schema: Schema, value: str, place: str) -> str | None:
    if "pattern" in schema and re.fullmatch(schema["pattern"], value) is None:
        return f"{place}: String should match pattern '^{schema['pattern']}$'"
    return None


_RULES: dict[str, Callable[[Schema, Any, str], str | None]] = {
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "string": _string,
}


def _either(values: Iterable[str]) -> str:
    """``'a', 'b' or 'c'``."""
    *most, last = [f"'{value}'" for value in values]
    return f"{', '.join(most)} or {last}" if most else last
