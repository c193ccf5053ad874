"""The service model's constraints, in AWS's words: the slow path, taken only when decoding has already failed.

`violations` walks a parsed JSON value beside a shape and words everything that is wrong with it; `refusal` picks the
exception. The fast path (msgspec, with the same constraints generated into the structures) says yes or no; this module
says why. It never changes a value.

Wording (recorded, and errors reported with it): ``Value 'v' at 'a.1.member.b' failed to satisfy constraint: ...``, list
items counted from 1, the value left out within sensitive shapes and for lists. A value of the wrong JSON type is a
SerializationException; its texts are those other AWS JSON services answer, since none was recorded on Bedrock.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import msgspec

from outcrop.errors import SerializationException, ServiceError, ValidationException
from outcrop.model.service import Service

# AWS prints an enum in the order of its own build. Where that order was recorded and differs from the model's, it is
# here (recorded for DocumentFormat; ConversationRole and ModelModality print in the model's order).
RECORDED_ENUMS = {"DocumentFormat": ["docx", "csv", "html", "txt", "pdf", "md", "doc", "xlsx", "xls"]}

# Member content blocks are sensitive in AWS's own model, although the published one does not mark it: their values
# were never printed in a recorded refusal.
SENSITIVE = {"ContentBlock", "SystemContentBlock"}

# AWS answers values the published enum lacks (`tool_use`, recorded on Claude 4 and later), and clients repeat them.
OPEN_ENUMS = {"ToolUseType"}

# Decided: how many are told at most, and so looked for. What AWS does with more is not recorded.
MAX_TOLD = 100

UNREADABLE = "Unexpected value type in payload"  # the one body of this kind that was recorded
_JAVA_NAMES = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
_SEPARATORS = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SCALARS = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}
_JAVA_TYPES = {"string": "String", "blob": "Blob", "integer": "Integer", "long": "Long", "boolean": "Boolean"}


class Violation(Exception):
    """A value of the wrong JSON type, found on the walk; carries the SerializationException's text."""


def refusal(service: Service, shape: str, body: bytes) -> ServiceError:
    """The exception for a body that did not decode as `shape`."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return SerializationException(UNREADABLE)
    if not isinstance(value, dict):
        return SerializationException(_start_of(value))
    try:
        found = list(islice(violations(service, shape, value), MAX_TOLD))
    except Violation as wrong:
        return SerializationException(str(wrong))
    return constraint_error(found) if found else SerializationException(UNREADABLE)


def constraint_error(found: list[str]) -> ValidationException:
    """``N validation error(s) detected: ...`` around the violations."""
    return ValidationException(constraint_text(found))


def constraint_text(found: list[str]) -> str:
    """The text of that error."""
    count = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
    return f"{count} detected: {'; '.join(found)}"


def violations(service: Service, shape: str, value: Any, path: str = "", *, hidden: bool = False) -> Iterator[str]:
    """Every broken constraint of `value` as `shape`, in the order of the value; raises `Violation` for a wrong type.

    Nothing within a list or map that is too long is told, or looked at.
    """
    row = service.shapes[shape]
    kind = row["type"]
    hidden = hidden or shape in SENSITIVE or bool(row.get("sensitive"))
    if row.get("document"):
        return
    if kind == "structure":
        yield from _structure(service, row, value, path, hidden)
    elif kind == "list":
        yield from _list(service, row, value, path, hidden)
    elif kind == "map":
        yield from _map(service, row, value, path, hidden)
    else:
        yield from _scalar(shape, row, value, path, hidden)


def _structure(service: Service, row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        raise Violation(_start_of(value))
    for name in row.get("required", ()):
        located = row["members"][name].get("location")
        document = service.shapes[row["members"][name]["shape"]].get("document")  # null is a document like any other
        if value.get(name) is None and not located and not (document and name in value):
            yield broken(None, _join(path, service.spelled(name)), "Member must not be null", show="Value null")
    for name, member in row["members"].items():
        if value.get(name) is not None and not member.get("location"):
            yield from violations(
                service, member["shape"], value[name], _join(path, service.spelled(name)), hidden=hidden
            )


def _list(service: Service, row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    if not isinstance(value, list):
        raise Violation(_start_of(value))
    yield from _length(row, value, path)
    if _is_too_long(row, value):
        return
    for index, item in enumerate(value, 1):
        item_path = f"{path}.{index}.member"
        if item is None:
            yield broken(None, item_path, "Member must not be null", show="Value null")
        else:
            yield from violations(service, row["member"]["shape"], item, item_path, hidden=hidden)


def _map(service: Service, row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        raise Violation(_start_of(value))
    yield from _length(row, value, path)
    if _is_too_long(row, value):
        return
    for key, item in value.items():
        yield from violations(service, row["key"]["shape"], key, f"{path}.{key}.key", hidden=hidden)
        if item is None:
            yield broken(None, f"{path}.{key}.value", "Member must not be null", show="Value null")
        else:
            yield from violations(service, row["value"]["shape"], item, f"{path}.{key}.value", hidden=hidden)


def _scalar(shape: str, row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    kind = row["type"]
    allowed = _SCALARS.get(kind, (str, int, float))
    if type(value) not in allowed:
        raise Violation(_not_converted(value, kind))
    if "enum" in row:
        if value not in row["enum"] and shape not in OPEN_ENUMS:
            values = ", ".join(RECORDED_ENUMS.get(shape, row["enum"]))
            yield broken(value, path, f"Member must satisfy enum value set: [{values}]", hidden=hidden)
    elif kind == "string":
        yield from _string(row, value, path, hidden)
    elif kind == "blob":
        yield from _length(row, _bytes(value), path)
    elif kind != "boolean":
        yield from _range(row, _double(value) if kind in ("float", "double") else value, path, hidden)


def _string(row: dict[str, Any], value: str, path: str, hidden: bool) -> Iterator[str]:
    """Too long, then the pattern, then too short: the order in which both recorded pairs have them."""
    yield from _too_long(row, value, path, hidden)
    if "pattern" in row and not _pattern(row["pattern"]).fullmatch(value):
        yield broken(value, path, f"Member must satisfy regular expression pattern: {row['pattern']}", hidden=hidden)
    yield from _too_short(row, value, path, hidden)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """The model's pattern, whose classes of letters, separators and numbers Python lacks (IAM's tags have them)."""
    return re.compile(text.replace(r"\p{L}", r"\w").replace(r"\p{Z}", _SEPARATORS).replace(r"\p{N}", r"\w"))


def _bytes(value: str) -> bytes:
    try:
        return msgspec.convert(value, bytes)
    except msgspec.ValidationError as error:
        raise Violation(UNREADABLE) from error


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError as error:  # an integer of hundreds of digits
        raise Violation(UNREADABLE) from error


def _length(row: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Of a list, a map or bytes, whose values are never printed."""
    yield from _too_short(row, value, path, hidden=True)
    yield from _too_long(row, value, path, hidden=True)


def _too_short(row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    if len(value) < row.get("min", 0):
        yield broken(value, path, f"Member must have length greater than or equal to {row['min']}", hidden=hidden)


def _too_long(row: dict[str, Any], value: Any, path: str, hidden: bool) -> Iterator[str]:
    if _is_too_long(row, value):
        yield broken(value, path, f"Member must have length less than or equal to {row['max']}", hidden=hidden)


def _is_too_long(row: dict[str, Any], value: Any) -> bool:
    return "max" in row and len(value) > row["max"]


def _range(row: dict[str, Any], value: float, path: str, hidden: bool) -> Iterator[str]:
    if "min" in row and value < row["min"]:
        yield broken(value, path, f"Member must have value greater than or equal to {row['min']}", hidden=hidden)
    if "max" in row and value > row["max"]:
        yield broken(value, path, f"Member must have value less than or equal to {row['max']}", hidden=hidden)


def broken(value: Any, path: str, constraint: str, *, hidden: bool = False, show: str = "") -> str:
    """One violation; floats print as Java does (``99.0``), which Python's own form happens to be."""
    head = show or ("Value" if hidden else f"Value '{value}'")
    return f"{head} at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _start_of(value: Any) -> str:
    if isinstance(value, list):
        return "Start of list found where not expected"
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    return UNREADABLE


def _not_converted(value: Any, kind: str) -> str:
    if isinstance(value, (list, dict)):
        return _start_of(value)
    found = f"{str(value).upper()}_VALUE" if isinstance(value, bool) else _JAVA_NAMES.get(type(value), "NULL_VALUE")
    return f"{found} can not be converted to {'an' if kind == 'integer' else 'a'} {_JAVA_TYPES.get(kind, 'Double')}"
