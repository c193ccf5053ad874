"""Native bodies that a schema of the service guards: decoded by type, refused in everit's words when they do not decode.

A family gives a typed decoder and the schema that says the same; the schema is asked only once a body has been refused, or
for the few parameters that come through Converse. Nothing here knows a family, and nothing is filled in or repaired.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import everit

T = TypeVar("T")
SHARE: everit.Schema = {"type": "number", "minimum": 0, "maximum": 1}
STRING: everit.Schema = {"type": "string"}
STRINGS: everit.Schema = {"type": "array", "items": STRING}
BOOLEAN: everit.Schema = {"type": "boolean"}
OBJECT: everit.Schema = {"type": "object"}
INFERENCE = {"max_tokens": "max_tokens", "temperature": "temperature", "top_p": "top_p", "stop_sequences": "stop"}


def closed(required: tuple[str, ...], /, **properties: everit.Schema) -> everit.Schema:
    """An object with these properties and no other."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def bounded(kind: str, least: float, most: float | None = None) -> everit.Schema:
    """A number from `least` to `most`, both included; no upper bound without `most`."""
    return {"type": kind, "minimum": least} | ({} if most is None else {"maximum": most})


def read(decode: Callable[[bytes], T], schema: everit.Schema, body: bytes) -> T:
    """`body` as `decode` reads it; raises ValidationException with what `schema` finds wrong in it."""
    try:
        return decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # a body that the schema has no words for is refused without any
        raise everit.malformed(_violations(schema, everit.decode(body))) from None


def check(schema: everit.Schema, request: ChatRequest, names: Mapping[str, str]) -> None:
    """Raise ModelRefusal for parameters out of `schema`: additional fields, and the inference settings under `names`.

    `names` says how the family calls the members of Converse's inferenceConfig.
    """
    given = {native: getattr(request.inference, name) for name, native in names.items()}
    given = request.fields | {native: value for native, value in given.items() if value is not None}
    found = list(_violations({**schema, "required": ()}, given))
    if found:
        raise ModelRefusal(everit.malformed(found).message)


def _violations(schema: everit.Schema, value: dict[str, Any]) -> Iterator[str]:
    yield from everit.violations(schema, value)
    for name, inner in schema["properties"].items():
        most, items = inner.get("maxItems"), value.get(name)
        if most is not None and isinstance(items, list) and len(items) > most:
            yield f"#/{name}: expected maximum item count: {most}, found: {len(items)}"


def given(value: Any) -> Any:
    """`value`, or None for a member that is not in the body."""
    return None if value is msgspec.UNSET else value


def additional(**members: Any) -> dict[str, Any]:
    """Those of `members` that are in the body, as fields of the hub."""
    return {name: value for name, value in members.items() if value is not msgspec.UNSET}
