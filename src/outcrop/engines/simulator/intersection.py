"""Two flat JSON schemas into one that accepts what both accept.

Flat means: without references and combinators at its own level; the parts of the result may hold ``allOf`` again. What
cannot be said exactly in one schema is said for the first of the two, so the caller checks what it makes of the result.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import lcm
from typing import Any

Schema = dict[str, Any]

_INTEGERS = ("integer", "number")
_VALUES = ("const", "enum")  # where Python's equality will not do: 1 is True


class Impossible(Exception):
    """Nothing can satisfy the schema, as far as it was tried."""


def both(first: Schema, second: Schema) -> Schema:
    """The intersection; raises Impossible when their types or enumerations share nothing."""
    if not first or not second:
        return first or second
    result = {**second, **first}
    for keyword in first.keys() & second.keys():
        if (rule := _RULES.get(keyword)) and (keyword in _VALUES or first[keyword] != second[keyword]):
            result[keyword] = rule(first[keyword], second[keyword])
    if any("properties" in schema or "patternProperties" in schema for schema in (first, second)):
        result["properties"] = _properties(first, second)
    if "prefixItems" in result:
        result["prefixItems"] = _prefix(first, second)
    return result


def types(schema: Schema) -> list[str]:
    """The types that a flat schema names, as a list; empty when it names none."""
    named = schema.get("type", [])
    return [named] if isinstance(named, str) else list(named)


def same(first: Any, second: Any) -> bool:
    """Equality as JSON schema has it: 1 is 1.0 but not true."""
    return first == second and isinstance(first, bool) == isinstance(second, bool)


def exact(number: float | Fraction) -> Fraction:
    """A decoded number as it was written: 0.1 is a tenth."""
    return Fraction(number) if isinstance(number, int | Fraction) else Fraction(str(number))


def every(schemas: Iterable[Any]) -> Any:
    """One schema for several."""
    telling = [schema for schema in schemas if schema is not True]
    if not telling:
        return True
    return telling[0] if len(telling) == 1 else {"allOf": telling}


def _types(first: Any, second: Any) -> Any:
    left, right = types({"type": first}), types({"type": second})
    shared = [name for name in left if name in right]
    if "integer" not in shared and {*left} & {*_INTEGERS} and {*right} & {*_INTEGERS}:
        shared = [*shared, "integer"] if "number" not in shared else shared
    if not shared:
        raise Impossible(f"Types {first} and {second} share nothing")
    return shared


def _enumerated(first: Any, second: Any) -> Any:
    shared = [value for value in first if any(same(value, other) for other in second)]
    if not shared:
        raise Impossible("Two enumerations share nothing")
    return shared


def _constant(first: Any, second: Any) -> Any:
    if not same(first, second):
        raise Impossible("Two constants differ")
    return first


def _multiple(first: Any, second: Any) -> Fraction:
    """The least common multiple; a fraction, because it may be beyond a float."""
    left, right = exact(first), exact(second)
    whole = lcm(left.numerator * right.denominator, right.numerator * left.denominator)
    return Fraction(whole, left.denominator * right.denominator)


def _named(first: Any, second: Any) -> Any:
    """Schemas by name or by pattern."""
    return {name: every(part[name] for part in (first, second) if name in part) for name in {**first, **second}}


def _lists(first: Any, second: Any) -> Any:
    return {name: [*first.get(name, ()), *second.get(name, ())] for name in {**first, **second}}


def _properties(first: Schema, second: Schema) -> Schema:
    """Each property under its own schema and under what the other side says of properties it does not name."""
    left, right = first.get("properties", {}), second.get("properties", {})
    names = {**left, **right}
    return {name: every((left.get(name, _rest(first)), right.get(name, _rest(second)))) for name in names}


def _rest(schema: Schema) -> Any:
    """What holds for a property not named; patterns are left to the caller, who knows how to match them."""
    return True if schema.get("patternProperties") else schema.get("additionalProperties", True)


def _prefix(first: Schema, second: Schema) -> list[Any]:
    left, right = first.get("prefixItems", []), second.get("prefixItems", [])
    return [
        every(
            (
                left[index] if index < len(left) else first.get("items", True),
                right[index] if index < len(right) else second.get("items", True),
            ),
        )
        for index in range(max(len(left), len(right)))
    ]


def _all(first: Any, second: Any) -> Any:
    return every((first, second))


_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _enumerated,
    "const": _constant,
    "multipleOf": _multiple,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minContains", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxContains", "maxProperties"), min),
    "uniqueItems": lambda first, second: first or second,
    "required": lambda first, second: [*first, *(name for name in second if name not in first)],
    "dependentRequired": _lists,
    "patternProperties": _named,
    **dict.fromkeys(("additionalProperties", "propertyNames", "items", "contains"), _all),
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _all),
    "not": lambda first, second: {"anyOf": [first, second]},
}
