"""JSON schemas that users send: what they accept, and which of them a model behind structured outputs refuses.

The only place that builds validators. Each is built with a retriever that refuses, so a schema can name a remote
document (``http:``, ``file:``) but never cause a request or a read. `unsupported` is a table walk over the schema; it
never looks at a value and never repairs a schema.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

BACKTRACKS = 100_000  # steps for one pattern with lookarounds or backreferences: 2 ms; then the value is not valid

MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")  # name -> schema
SINGLES = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")
LISTS = ("anyOf", "allOf", "oneOf", "prefixItems")

ANNOTATIONS = frozenset({"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"})
CORE = frozenset({"$schema", "$id", "$anchor", "$comment", "$defs", "definitions"})
# `then` and `else` are never named: a schema with `if` and `then` is refused for 'if' alone (reported 2026-08).
ANYWHERE = ANNOTATIONS | CORE | {"type", "enum", "const", "anyOf", "allOf", "then", "else"}
# What is not listed is refused by name, even a stray "name" (reported 2026).
# The strings' own keywords are documented as unsupported, but Claude Sonnet 4.5 took all three (recorded 2026).
KEYWORDS: dict[str, frozenset[str]] = {
    "string": ANYWHERE | {"format", "minLength", "maxLength", "pattern"},
    "array": ANYWHERE | {"items", "minItems"},
    "object": ANYWHERE | {"properties", "required", "additionalProperties"},
    "integer": ANYWHERE,
    "number": ANYWHERE,
    "boolean": ANYWHERE,
    "null": ANYWHERE,
}
BESIDE_COMBINATORS = ANNOTATIONS | {"anyOf", "allOf", "enum", "const", "$schema", "$id", "$comment"}
# Bedrock user guide, structured outputs: the formats that are supported.
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"},
)
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


class InvalidSchema(ValueError):
    """The schema is no JSON schema, points outside itself or nowhere, or accepts no value that could be found."""


def validator(schema: Any) -> Callable[[Any], bool]:
    """A check of decoded JSON values against `schema`: a mapping or a boolean, draft 2020-12 unless it names another.

    Formats are annotations, as the draft has it. Raises InvalidSchema when `schema` is not a schema, is nested deeper
    than about 250 levels, or has a ``$ref`` or ``$schema`` that is remote or cannot be resolved. The check raises
    ValueError for what no JSON text can hold (bytes, lone surrogates).
    """
    import jsonschema_rs

    if not isinstance(schema, dict | bool):  # the library would parse a string as JSON text
        raise InvalidSchema(f"A schema is an object or a boolean, not {type(schema).__name__}")
    try:
        patterns = jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKS)
        return jsonschema_rs.validator_for(schema, retriever=_refuse, pattern_options=patterns).is_valid
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise InvalidSchema(str(error).partition("\n")[0]) from error


def _refuse(uri: str) -> Any:
    raise ValueError(f"Remote reference refused: {uri}")


def unsupported(schema: Any) -> str | None:
    """Why structured outputs and strict tools on Claude refuse `schema`, without the place's prefix; else None.

    Expects what `validator` took. The texts for ``multipleOf`` and ``minItems`` are recorded at Converse (2026); the
    others are those that the same checker, behind Bedrock and Anthropic's own API, is publicly reported to answer
    (2025-11 to 2026-10). A keyword that is reported nowhere is refused in the pattern of its type. The order is:
    references that run in a circle, then each schema before its parts, in the order they are written.
    """
    if circle := _circle(schema):
        # Documented as a 400. Recorded once (2026) as InternalServerException, taken for a fault of the day.
        return (
            f"Circular reference detected in schema definitions: {' -> '.join(circle)}. "
            "Self-referencing or mutually-referencing definitions are not supported."
        )
    return next((refusal for node in _nodes(schema) if (refusal := _refusal(node, schema))), None)


def _nodes(schema: Any) -> Iterator[Any]:
    """Every schema in `schema`, parents first, in document order; a stack, because a user decides the depth."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting.extend(reversed(list(_parts(node))))


def _parts(node: dict[str, Any]) -> Iterator[Any]:
    for keyword, value in node.items():
        if keyword in MAPS and isinstance(value, dict):
            yield from value.values()
        elif keyword in LISTS and isinstance(value, list):
            yield from value
        elif keyword in SINGLES and value is not False:
            yield value


def _refusal(node: Any, root: Any) -> str | None:
    if not isinstance(node, dict):
        return f"Invalid schema: Schema type is missing for schema: {node!r}"  # decided: no record of boolean schemas
    if "oneOf" in node:
        return "Schema type 'oneOf' is not supported"
    if "not" in node:
        return "Schema keyword 'not' is not supported"
    if "anyOf" in node or "allOf" in node:
        beside = ", ".join(sorted(node.keys() - BESIDE_COMBINATORS))
        return f"For 'anyOf', '{beside}' is not supported" if beside else None  # anyOf is named for allOf, too
    if "$ref" in node:
        return _reference_refusal(node["$ref"], root)
    return _untyped_refusal(node) if "type" not in node else _typed_refusal(node)


def _reference_refusal(reference: Any, root: Any) -> str | None:
    if not str(reference).startswith("#"):
        return "External schema references are not supported"
    if _target(reference, root) is None:
        return f"Invalid schema: Reference to non-existent definition: {reference}"
    return None


def _untyped_refusal(node: dict[str, Any]) -> str | None:
    if not node.keys() - ANNOTATIONS - CORE:
        return "Empty schema ({}) that accepts any JSON value is not supported. Please specify a concrete type."
    if "enum" in node or "const" in node:
        return None
    return f"Invalid schema: Schema type is missing for schema: {node!r}"


def _typed_refusal(node: dict[str, Any]) -> str | None:
    declared = node["type"]
    if refusal := _enum_refusal(node.get("enum"), declared):
        return refusal
    types = declared if isinstance(declared, list) else [declared]
    refusals = (_type_refusal(name, node) for name in types if name != "null" or len(types) == 1)
    return next(filter(None, refusals), None)


def _enum_refusal(values: Any, declared: Any) -> str | None:
    """A list of types matches no value at all, not even one of a listed type (reported 2026)."""
    if not isinstance(values, list):
        return None
    allowed = PYTHON_TYPES.get(declared, ()) if isinstance(declared, str) else ()
    for value in values:
        if not isinstance(value, allowed) or (isinstance(value, bool) and declared != "boolean"):
            return f"Invalid schema: Enum value {value!r} does not match declared type '{declared}'"
    return None


def _type_refusal(name: Any, node: dict[str, Any]) -> str | None:
    if not isinstance(name, str) or name not in KEYWORDS:
        return None  # no JSON schema at all, which is for `validator` to say
    if refusal := _items_refusal(node) if name == "array" else None:
        return refusal
    match sorted(node.keys() - KEYWORDS[name]):
        case [keyword]:
            return f"For '{name}' type, property '{keyword}' is not supported"
        case [_, *_] as keywords:
            return f"For '{name}' type, properties {', '.join(keywords)} are not supported"
    if name == "object":
        return _closed_refusal(node)
    if name == "string" and node.get("format", "uuid") not in FORMATS:
        return f"For 'string' type, format '{node['format']}' is not supported"
    return None


def _items_refusal(node: dict[str, Any]) -> str | None:
    if isinstance(node.get("items"), list):
        return "Invalid schema: Array types must be specified with a single object schema for 'items'."
    least = node.get("minItems", 0)
    if not isinstance(least, int | float) or least <= 1:
        return None
    # What was got is told by its class, not its value: 2 answers [2, 5] (recorded), 7 and 10 [6, ∞] (reported).
    got = "[2, 5]" if least <= 5 else "[6, ∞]"
    return f"For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: {got})"


def _closed_refusal(node: dict[str, Any]) -> str | None:
    if "additionalProperties" not in node:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    value = node["additionalProperties"]
    if value is False:
        return None
    got = "true" if value is True else "object"
    return (
        f"For 'object' type, 'additionalProperties: {got}' is not supported. Please set 'additionalProperties' to false"
    )


def _circle(schema: Any) -> list[str]:
    """The first circle of references, as the last segments of their names, its first name repeated; else nothing."""
    finished: set[str] = set()
    for start in _references(schema):
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            reference, depth = waiting.pop()
            del path[depth:]
            if reference in path:
                names = [*path[path.index(reference) :], reference]
                return [name.rpartition("/")[2] for name in names]
            if reference in finished:
                continue
            finished.add(reference)
            path.append(reference)
            waiting.extend((inner, depth + 1) for inner in _references(_target(reference, schema)))
    return []


def _references(schema: Any) -> list[str]:
    found = (node["$ref"] for node in _nodes(schema) if isinstance(node, dict) and "$ref" in node)
    return [reference for reference in found if isinstance(reference, str)]


def _target(reference: str, root: Any) -> Any:
    """What a reference within the document points at; None when there is nothing."""
    place = root
    if re.match("#(/|$)", reference) is None:
        return None
    for segment in reference[1:].split("/")[1:]:
        place = _step(place, unquote(segment).replace("~1", "/").replace("~0", "~"))
    return place


def _step(place: Any, segment: str) -> Any:
    if isinstance(place, dict):
        return place.get(segment)
    if isinstance(place, list) and segment.isdecimal() and int(segment) < len(place):
        return place[int(segment)]
    return None
