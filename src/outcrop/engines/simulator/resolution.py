"""A schema resolved into a flat one: references followed, combinators merged in, one alternative of several chosen.

It looks at schemas only and makes no values. Each schema it looks at costs a part of the budget, so that one that grows
without end when it is followed ends in Impossible.
"""

from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import unquote

from outcrop.engines.simulator.intersection import Impossible, Schema, both

CHAIN = 48  # references and combinators within each other
SOFT = 4  # levels from which the lightest alternative is taken

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_COMBINED = (*_REFERENCES, "allOf", "anyOf", "oneOf", "if", "then", "else")
_APPLIED = frozenset((*_COMBINED, "dependentSchemas", "dependencies", "$defs", "definitions"))
_COUNTS = frozenset(f"{end}{what}" for end in ("min", "max") for what in ("Length", "Items", "Contains", "Properties"))
_COMPOUND = frozenset(("$ref", "properties", "items", "allOf", "anyOf", "oneOf"))


class Budget:
    """How much may still be done: `left` counts schemas looked at, or as much work."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, parts: int) -> None:
        """Raises Impossible when nothing is left."""
        self.left -= parts
        if self.left < 0:
            raise Impossible("Too large")


class Resolution:
    """Resolves the schemas of one document, `root`.

    `full` takes what leads to more (the `then` of an `if`, schemas that come with optional properties); `plain` avoids
    alternatives that say nothing (null), and takes them from level SOFT on; otherwise `draw` decides.
    """

    def __init__(self, root: Any, draw: Random, budget: Budget, *, full: bool, plain: bool) -> None:
        self._root = root
        self._draw = draw
        self._budget = budget
        self._full = full
        self._plain = plain

    def flat(self, schema: Any, depth: int, chain: int = 0) -> Schema:
        """`schema` as one without combinators, at `depth` levels into the value; raises Impossible."""
        self._budget.spend(1)
        if chain > CHAIN:
            raise Impossible("References in a circle")
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise Impossible("Nothing is accepted")
        merged = {
            keyword: int(value) if keyword in _COUNTS else value  # 2.0 is a count, too
            for keyword, value in schema.items()
            if keyword not in _APPLIED
        }
        if isinstance(merged.get("items"), list):  # before draft 2020-12
            merged["prefixItems"] = merged.pop("items")
            merged["items"] = merged.pop("additionalItems", True)
        for part in self._applied(schema, depth):
            merged = both(merged, self.flat(part, depth, chain + 1))
        return merged

    def _applied(self, schema: Schema, depth: int) -> Iterator[Any]:
        yield from (target(schema[keyword], self._root) for keyword in _REFERENCES if keyword in schema)
        yield from schema.get("allOf", ())
        yield from (self._alternative(schema[keyword], depth) for keyword in ("anyOf", "oneOf") if keyword in schema)
        if "if" in schema:
            yield from self._branch(schema)
        yield from self._dependent(schema)

    def _alternative(self, options: list[Any], depth: int) -> Any:
        if not self._plain:
            return self._draw.choice(options)
        if depth >= SOFT:
            lightest = min(map(_weight, options))
            return self._draw.choice([option for option in options if _weight(option) == lightest])
        return self._draw.choice([option for option in options if _weight(option)] or options)

    def _branch(self, schema: Schema) -> Iterator[Any]:
        if self._full or (not self._plain and self._draw.random() < 0.5):
            yield schema["if"]
            yield schema.get("then", True)
        else:
            yield {"not": schema["if"]}
            yield schema.get("else", True)

    def _dependent(self, schema: Schema) -> Iterator[Any]:
        """Schemas and names that come with a property, applied if the property is likely to be there."""
        for name, part in {**schema.get("dependencies", {}), **schema.get("dependentSchemas", {})}.items():
            if isinstance(part, list):
                yield {"dependentRequired": {name: part}}
            elif name in schema.get("required", ()) or (self._full and name in schema.get("properties", {})):
                yield part


def _weight(option: Any) -> int:
    """How much there is to an alternative: nothing, a value, or parts of its own."""
    if not isinstance(option, dict) or option.get("type") == "null":
        return 0
    return 1 if _COMPOUND.isdisjoint(option) else 2


def target(reference: Any, root: Any) -> Any:
    """What a reference within the document `root` points at, by pointer, anchor or identifier; raises Impossible."""
    resource, _, fragment = str(reference).partition("#")
    place = _named(resource, ("$id",), root) if resource else root
    if fragment and not fragment.startswith("/"):
        return _named(fragment, ("$anchor", "$dynamicAnchor"), place)
    for segment in unquote(fragment).split("/")[1:]:
        key = segment.replace("~1", "/").replace("~0", "~")
        try:
            place = place[int(key)] if isinstance(place, list) else place[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise Impossible(f"{reference} points nowhere") from None
    return place


def _named(name: str, keywords: tuple[str, ...], root: Any) -> Any:
    """The first schema with that name, or whose name ends with it; the base of relative identifiers is not kept."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found = [node[keyword] for keyword in keywords if isinstance(node.get(keyword), str)]
            if any(own == name or own.endswith(f"/{name}") for own in found):
                return node
        if isinstance(node, dict | list):
            waiting.extend(reversed([*(node.values() if isinstance(node, dict) else node)]))
    raise Impossible(f"{name} names nothing")
