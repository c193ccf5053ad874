"""What a Mistral model's own validator says of JSON: pydantic 2's sentences, all of them, in either of two renderings.

A schema is a dictionary of JSON Schema's keywords, those that pydantic's fields become: an object's properties are judged in
the schema's order and members it does not know in the body's. Only what can be said of JSON is here, and numbers in
strings are numbers, as pydantic takes them.

Sources: refusals of Mistral 7B and Mistral Large (probed 2026-08) and of Pixtral Large (recorded 2025-10), pydantic 2.10.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.everit import MAX_TOLD

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]

_VERSION = "2.10"  # probed
_HEAD, _TAIL, _LONGEST = 25, 24, 50  # bytes of a value that are shown
_TYPES: dict[str, tuple[type | tuple[type, ...], str, str]] = {
    "string": (str, "string_type", "Input should be a valid string"),
    "integer": (int, "int_type", "Input should be a valid integer"),
    "number": ((int, float), "float_type", "Input should be a valid number"),
    "boolean": (bool, "bool_type", "Input should be a valid boolean"),
    "array": (list, "list_type", "Input should be a valid list"),
    "object": (dict, "dict_type", "Input should be a valid dictionary"),
}
_PARSERS: dict[str, tuple[type, str, str]] = {
    "integer": (int, "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    "number": (float, "float_parsing", "Input should be a valid number, unable to parse string as a number"),
}


class Fault(Struct, frozen=True):
    """One thing that is wrong: where, of which kind, in which words, and the value that was given."""

    place: Place
    kind: str
    message: str
    value: Any

    def lines(self) -> str:
        """The fault as an exception's text has it."""
        given = f"[type={self.kind}, input_value={_shown(self.value)}, input_type={type(self.value).__name__}]"
        link = f"    For further information visit https://errors.pydantic.dev/{_VERSION}/v/{self.kind}"
        return f"{'.'.join(map(str, self.place))}\n  {self.message} {given}\n{link}"

    def detail(self, *above: str) -> dict[str, Any]:
        """The fault as a web framework reports it, `above` before its place."""
        return {"type": self.kind, "loc": [*above, *self.place], "msg": self.message, "input": self.value}


def refusal_of(title: str, found: list[Fault]) -> ModelRefusal:
    """What an exception for the class `title` says, all faults in order (probed); when there is none to tell, the bare words
    of 2024 and 2025 (recorded, quoted)."""
    if not found:
        return ModelRefusal("Validation Error")
    number = f"{len(found)} validation error{'' if len(found) == 1 else 's'}"
    return ModelRefusal("\n".join([f"Validation Error: {number} for {title}", *(fault.lines() for fault in found)]))


def _shown(value: Any) -> str:
    """A value as Python writes it; a long one without its middle."""
    text = repr(value)
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= _LONGEST:
        return text
    return f"{data[:_HEAD].decode(errors='ignore')}...{data[-_TAIL:].decode(errors='ignore')}"


def faults(schema: Schema, value: Any, place: Place = ()) -> Iterator[Fault]:
    """What in `value` violates `schema`: MAX_TOLD at most."""
    return islice(_faults(schema, value, place), MAX_TOLD)


def _faults(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    if value is None and schema.get("nullable"):
        return
    if "enum" in schema:
        if value not in schema["enum"]:
            yield Fault(place, "literal_error", f"Input should be {_either(schema['enum'])}", value)
        return
    kind = schema.get("type")
    if kind is None:
        return
    classes, name, message = _TYPES[kind]
    if not isinstance(value, classes):
        yield from _unlike(schema, Fault(place, name, message, value))
    elif isinstance(value, list):
        yield from _array(schema, value, place)
    elif isinstance(value, dict):
        yield from _object(schema, value, place)
    elif isinstance(value, int | float):
        yield from _bounded(schema, value, value, place)


def _unlike(schema: Schema, fault: Fault) -> Iterator[Fault]:
    """A value of another type, unless it can be read as one of this type."""
    kind, value = schema["type"], fault.value
    if kind in _PARSERS and isinstance(value, str):
        parse, name, message = _PARSERS[kind]
        try:
            number = parse(value)
        except ValueError:
            yield Fault(fault.place, name, message, value)
        else:
            yield from _bounded(schema, number, value, fault.place)
    elif kind == "integer" and isinstance(value, float):
        if not value.is_integer():
            message = "Input should be a valid integer, got a number with a fractional part"
            yield Fault(fault.place, "int_from_float", message, value)
    else:
        yield fault


def _bounded(schema: Schema, number: float, value: Any, place: Place) -> Iterator[Fault]:
    """What is wrong with the size of `number`, which was given as `value`."""
    if "minimum" in schema and number < schema["minimum"]:
        message = f"Input should be greater than or equal to {schema['minimum']}"
        yield Fault(place, "greater_than_equal", message, value)
    if "maximum" in schema and number > schema["maximum"]:
        yield Fault(place, "less_than_equal", f"Input should be less than or equal to {schema['maximum']}", value)


def _array(schema: Schema, value: list[Any], place: Place) -> Iterator[Fault]:
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        message = f"List should have at most {most} items after validation, not {len(value)}"
        yield Fault(place, "too_long", message, value)
    elif "items" in schema:
        for index, item in enumerate(value):
            yield from _faults(schema["items"], item, (*place, index))


def _object(schema: Schema, value: dict[str, Any], place: Place) -> Iterator[Fault]:
    properties = schema.get("properties", {})
    for name, inner in properties.items():
        if name in value:
            yield from _faults(inner, value[name], (*place, name))
        elif name in schema.get("required", ()):
            yield Fault((*place, name), "missing", "Field required", value)
    if schema.get("additionalProperties") is False:
        for name, given in value.items():
            if name not in properties:
                yield Fault((*place, name), "extra_forbidden", "Extra inputs are not permitted", given)


def _either(values: tuple[str, ...]) -> str:
    *most, last = map(repr, values)
    return f"{', '.join(most)} or {last}" if most else last
