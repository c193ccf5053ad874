"""The three voices in which the servers behind the open-weight models refuse, embedded as JSON in the service's message.

A body of the wrong form is refused in the words of serde, a wrong value in those of pydantic, and what only the model's
template shows in those of vLLM, within the error event of the layer between. All three envelopes are probed (gpt-oss and
Gemma, 2026-08). The place in a line is told as the end of the body, since the body that AWS's server read is another one.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from outcrop.chat.refusals import ModelRefusal

_encode = msgspec.json.Encoder().encode
_PLACE = re.compile(r"(.*?)(?: - at `(?:key in )?\$\.?(.*)`)?", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_EXPECTED = re.compile(r"Expected `([a-z]+).*?`, got `(\w+)`.*", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.+)`")
_VARIANT = re.compile(r"Invalid (?:enum )?value '(.*)'", re.DOTALL)
_ROLES = ", ".join([f"`{role}`" for role in ("assistant", "developer", "system", "tool", "user")])
# What serde calls the types that msgspec expects.
_NAMES = {
    "str": "a string",
    "int": "u32",
    "float": "f32",
    "bool": "a boolean",
    "array": "a sequence",
    "object": "a map",
}
# What serde calls a value, by the type that msgspec got.
_FOUND: dict[str, Callable[[Any], str]] = {
    "null": lambda value: "null",
    "bool": lambda value: f"boolean `{str(value).lower()}`",
    "int": lambda value: f"integer `{value}`",
    "float": lambda value: f"floating point `{value}`",
    "str": lambda value: f'string "{value}"',
    "array": lambda value: "sequence",
    "object": lambda value: "map",
}


def embedded(message: str) -> ModelRefusal:
    """A refusal as the JSON document that callers see."""
    error = {"code": "validation_error", "message": message, "param": None, "type": "invalid_request_error"}
    return ModelRefusal(_encode({"error": error}).decode())


def bad_request(message: str) -> ModelRefusal:
    """What vLLM refuses, as it was passed on."""
    quoted = message.replace("\\", "\\\\").replace('"', '\\"')
    return embedded(
        f'ErrorEvent {{ error: APIError {{ type: "BadRequestError", code: Some(400), message: "{quoted}", param: None }} }}'
    )


def not_a_literal(name: str, value: Any, allowed: Iterable[str]) -> ModelRefusal:
    """A value that pydantic does not find among those allowed."""
    *most, last = [f"'{each}'" for each in allowed]
    return embedded(
        "SubmitRequestFailure: SubmitRequestFailure: code=-32602, msg=1 validation error for ChatCompletionRequest\n"
        f"{name}\n  Input should be {', '.join(most)} or {last} [type=literal_error, input_value={value!r}, "
        f"input_type={type(value).__name__}]\n"
        "    For further information visit https://errors.pydantic.dev/2.13/v/literal_error"
    )


def wrong_form(what: str, path: str, column: int) -> ModelRefusal:
    """What serde finds wrong at `path` ("" for the whole body)."""
    place = f"Invalid '{path}': " if path else ""
    return embedded(
        f"Failed to deserialize the JSON body into the target type: {place}{what} at line 1 column {column}"
    )


def misread(error: msgspec.ValidationError, body: Any, column: int) -> ModelRefusal:
    """What msgspec finds wrong in `body`, in serde's words."""
    match = _PLACE.fullmatch(str(error))
    what, path = (match[1], match[2] or "") if match else (str(error), "")
    expected = f", expected one of {_ROLES}" if path.endswith(".role") else ""
    return wrong_form(_serde(what, _at(body, path)) + expected, path, column)


def _serde(what: str, value: Any) -> str:
    if match := _EXPECTED.fullmatch(what):
        return f"invalid type: {_FOUND[match[2]](value)}, expected {_NAMES.get(match[1], match[1])}"
    if match := _MISSING.fullmatch(what):
        return f"missing field `{match[1]}`"
    if match := _VARIANT.fullmatch(what):
        return f"unknown variant `{match[1]}`"
    return what


def _at(value: Any, path: str) -> Any:
    """What stands in `value` at a path such as ``messages[0].role``; the nearest thing around it if nothing does."""
    for index, name in _STEP.findall(path):
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif name and isinstance(value, dict) and name in value:
            value = value[name]
    return value
