"""JSON values against JSON schemas, violations worded as the Java library everit-org/json-schema words them.

A schema is a dictionary; the keywords are those that the schemas of the model families use. Violations come as
``#/pointer: text`` in the order in which the library finds them, and `check` puts them into the service's sentence. It
is for bodies that are already known to be wrong, or rare: nothing here is fast, changes a value or fills in a default.

Sources: recorded and publicly quoted answers of 2024 to 2026; the texts and the order are the library's own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

from outcrop.errors import ValidationException

Schema = Mapping[str, Any]

# Decided: how many violations are told at most, and so looked for; and of how many names, and of how much of one, the
# place in a hash table is found out.
MAX_TOLD = 100
_MAX_NAMES = 1000

_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("String", (str,)),
    "integer": ("Integer", (int,)),
    "number": ("Number", (int, float)),
    "boolean": ("Boolean", (bool,)),
    "array": ("JSONArray", (list,)),
    "object": ("JSONObject", (dict,)),
}


def malformed(violations: Iterable[str] = ()) -> ValidationException:
    """The service's refusal of a native body: its violations without a separator; none for a body that is no JSON object."""
    text = "".join(islice(violations, MAX_TOLD))
    listed = f": {text}" if text else ""
    return ValidationException(f"Malformed input request{listed}, please reformat your input and try again.")


def decode(body: bytes) -> dict[str, Any]:
    """`body` as a JSON object; raises ValidationException (recorded for Titan) when it is none."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(value, dict):
        raise malformed()
    return value


def check(schema: Schema, value: Any) -> None:
    """Raise ValidationException with everything in `value` that violates `schema`."""
    found = list(violations(schema, value))
    if found:
        raise malformed(found)


def violations(schema: Schema, value: Any, pointer: str = "#") -> Iterator[str]:
    """What in `value` violates `schema`, as ``pointer: text``, in the library's order: MAX_TOLD at most."""
    return islice(_violations(schema, value, pointer), MAX_TOLD)


def _violations(schema: Schema, value: Any, pointer: str) -> Iterator[str]:
    if "if" in schema:
        yield from _conditional(schema, value, pointer)
    if "not" in schema and not any(violations(schema["not"], value, pointer)):
        yield f"{pointer}: subject must not be valid against schema {_text(schema['not'])}"
    if "anyOf" in schema:
        yield from _any_of(schema["anyOf"], value, pointer)
    yield from _typed(schema, value, pointer)
    if "const" in schema and value != schema["const"]:
        yield f"{pointer}: "  # the library has no words for it
    if "enum" in schema and value not in schema["enum"]:
        yield f"{pointer}: {_text(value)} is not a valid enum value"


def _conditional(schema: Schema, value: Any, pointer: str) -> Iterator[str]:
    """`then` is blamed alone; before `else` stands why the condition failed (both recorded on Claude's schema)."""
    refused = list(violations(schema["if"], value, pointer))
    branch = list(violations(schema["else" if refused else "then"], value, pointer))
    if branch:
        yield from refused
        yield from branch


def _any_of(branches: Iterable[Schema], value: Any, pointer: str) -> Iterator[str]:
    """What each branch finds wrong, unless one finds nothing."""
    found = [list(violations(branch, value, pointer)) for branch in branches]
    if all(found):
        for each in found:
            yield from each


def _typed(schema: Schema, value: Any, pointer: str) -> Iterator[str]:
    declared = schema.get("type")
    if declared == "null":
        if value is not None:
            yield f"{pointer}: expected: null, found: {_class(value)}"
        return
    if declared is not None:
        name, classes = _TYPES[declared]
        if not isinstance(value, classes) or (isinstance(value, bool) and declared != "boolean"):
            yield f"{pointer}: expected type: {name}, found: {_class(value)}"
            return
    for kind, rule in _BY_CLASS:
        if isinstance(value, kind) and not isinstance(value, bool):
            yield from rule(schema, value, pointer)


def _object(schema: Schema, value: dict[str, Any], pointer: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{pointer}: required key [{name}] not found"
    properties = schema.get("properties", {})
    if schema.get("additionalProperties") is False and not value.keys() <= properties.keys():
        for name in _hash_order(value):
            if name not in properties:
                yield f"{pointer}: extraneous key [{name}] is not permitted"
    for name in _hash_order(properties):
        if name in value:
            yield from _violations(properties[name], value[name], f"{pointer}/{name}")


def _array(schema: Schema, value: list[Any], pointer: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{pointer}: expected minimum item count: {schema['minItems']}, found: {len(value)}"
    if "items" in schema:
        for index, item in enumerate(value):
            yield from _violations(schema["items"], item, f"{pointer}/{index}")


def _string(schema: Schema, value: str, pointer: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{pointer}: expected minLength: {schema['minLength']}, actual: {len(value)}"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield f"{pointer}: expected maxLength: {schema['maxLength']}, actual: {len(value)}"


def _number(schema: Schema, value: float, pointer: str) -> Iterator[str]:
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{pointer}: {value} is not greater or equal to {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{pointer}: {value} is not less or equal to {schema['maximum']}"


_BY_CLASS: tuple[tuple[type | tuple[type, ...], Callable[[Schema, Any, str], Iterator[str]]], ...] = (
    (dict, _object),
    (list, _array),
    (str, _string),
    ((int, float), _number),
)


def _class(value: Any) -> str:
    """The Java class a JSON value is parsed into; integers grow with their size."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        bits = (value if value >= 0 else ~value).bit_length()
        return "Integer" if bits < 32 else "Long" if bits < 64 else "BigInteger"
    return {float: "Double", str: "String", list: "JSONArray", dict: "JSONObject"}[type(value)]


def _text(value: Any) -> str:
    """A value as Java prints it: strings bare, the rest as compact JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _hash_order(names: Mapping[str, Any]) -> list[str]:
    """`names` in the order of the hash table Java keeps them in, in which every recorded list of keys stands."""
    buckets = 16
    names = dict.fromkeys(islice(names, _MAX_NAMES))
    while len(names) > buckets * 3 // 4:
        buckets *= 2
    return sorted(names, key=lambda name: _bucket(name[:_MAX_NAMES], buckets))


@lru_cache(maxsize=1024)
def _bucket(name: str, buckets: int) -> int:
    units = name.encode("utf-16-be", "surrogatepass")
    code = 0
    for at in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
    return (code ^ code >> 16) & (buckets - 1)
