"""Condition operators: one row each, and the words around them (``IfExists``, ``ForAnyValue:``, ``ForAllValues:``).

A row says how a value of the policy is read, once, and how it is compared with a value of the request; negation, sets
and absent keys are the same for all of them and stand in `Comparison`. A value of the policy that cannot be read matches
nothing.

Source: documented (IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued
context keys").
"""

import base64
import binascii
import datetime
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from outcrop.iam import patterns
from outcrop.iam.patterns import Context, Known, Piece, Value

Quantifier = Literal["", "ForAnyValue", "ForAllValues"]


class Operator(Struct, frozen=True):
    """`read` makes of a policy's value what `test` compares a request's value with; None is one that matches nothing.

    `variables` says whether policy variables are replaced in the policy's values.
    """

    read: Callable[[tuple[Known, ...]], Any]
    test: Callable[[Any, str], bool]
    negated: bool = False
    variables: bool = False


def _lower(found: tuple[Known, ...]) -> str:
    return patterns.text(found).lower()


def number(text: str) -> Decimal | None:
    """A number as policies and requests write it; None for what is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


_MOMENT = re.compile(
    r"(?P<year>[+-]?\d{1,9})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?"
    r"(?:[Tt](?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?)?"
    r"(?:[Zz]|(?P<zone>[+-]\d{2}(?::?\d{2})?))?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{5,19}", re.ASCII)
_YEAR = 31_556_952  # seconds of a mean year, for years no calendar here reaches


def moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date (W3C's profile) or of an epoch; None for what is neither.

    An integer of up to four digits is a year, one of more an epoch of 64 bits (decided: both forms are documented).
    """
    if _EPOCH.fullmatch(text):
        return float(text) if -(2**63) <= int(text) < 2**63 else None
    parts = _MOMENT.fullmatch(text)
    if parts is None:
        return None
    year, month, day = (int(parts[name] or 1) for name in ("year", "month", "day"))
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    try:
        calendar = datetime.datetime(
            year if 1 <= year <= 9999 else 2000, month, day, hour, minute, second, 0, datetime.UTC
        )
    except ValueError:
        return None
    outside = 0 if 1 <= year <= 9999 else (year - 2000) * _YEAR
    return calendar.timestamp() + outside + float(parts["fraction"] or 0) - _offset(parts["zone"])


def _offset(zone: str | None) -> int:
    if not zone:
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def _network(found: tuple[Known, ...]) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(patterns.text(found), strict=False)
    except ValueError:
        return None


def _within(network: ipaddress.IPv4Network | ipaddress.IPv6Network, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _arn(found: tuple[Known, ...]) -> Callable[[str], bool]:
    """Each of the six components is matched by itself (documented); an asterisk alone is any ARN."""
    components: list[list[Known]] = [[]]
    for piece in found:
        exact = isinstance(piece, patterns.Exact)
        body = piece.text if isinstance(piece, patterns.Exact) else piece
        first, *others = body.split(":", 6 - len(components)) if len(components) < 6 else [body]
        components[-1].append(patterns.Exact(first) if exact else first)
        components += [[patterns.Exact(other) if exact else other] for other in others]
    if len(components) == 1 and found == ("*",):
        return lambda value: value.startswith("arn:")
    tests = [patterns.wildcard(tuple(component)) for component in components]

    def matches(value: str) -> bool:
        given = value.split(":", 5)
        return len(given) == len(tests) and all(test(part) for test, part in zip(tests, given, strict=True))

    return matches


def _called(prepared: Callable[[str], object], value: str) -> bool:
    return bool(prepared(value))


def _read_by(read: Callable[[str], Any]) -> Callable[[tuple[Known, ...]], Any]:
    return lambda found: read(patterns.text(found))


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    """The request's value is read as the policy's is; one that cannot be matches nothing."""

    def test(prepared: Any, value: str) -> bool:
        given = read(value)
        return given is not None and compare(given, prepared)

    return test


def _orders(prefix: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    compares = {
        "Equals": operator.eq,
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    rows = {prefix + name: Operator(_read_by(read), _compared(read, compare)) for name, compare in compares.items()}
    return {**rows, prefix + "NotEquals": Operator(_read_by(read), _compared(read, operator.eq), negated=True)}


def _pair(name: str, opposite: str, row: Operator) -> dict[str, Operator]:
    return {name: row, opposite: Operator(row.read, row.test, negated=True, variables=row.variables)}


_EQUALS = Operator(patterns.text, operator.eq, variables=True)
_EQUALS_IGNORE_CASE = Operator(_lower, lambda prepared, value: bool(prepared == value.lower()), variables=True)
_LIKE = Operator(patterns.wildcard, _called, variables=True)
_ARN = Operator(_arn, _called, variables=True)

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        **_pair("StringEquals", "StringNotEquals", _EQUALS),
        **_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _EQUALS_IGNORE_CASE),
        **_pair("StringLike", "StringNotLike", _LIKE),
        **_orders("Numeric", number),
        **_orders("Date", moment),
        "Bool": Operator(_lower, lambda prepared, value: bool(prepared == value.lower()), variables=True),
        "BinaryEquals": Operator(_read_by(_decoded), _compared(_decoded, operator.eq)),
        **_pair("IpAddress", "NotIpAddress", Operator(_network, _within)),
        **_pair("ArnEquals", "ArnNotEquals", _ARN),
        **_pair("ArnLike", "ArnNotLike", _ARN),
        "Null": Operator(_lower, operator.eq),
    }
)
_BY_LOWER = {name.lower(): name for name in OPERATORS}
_NAME = re.compile(r"(?:(?P<quantifier>ForAnyValue|ForAllValues):)?(?P<name>[A-Za-z]+?)(?P<exists>IfExists)?", re.I)
_QUANTIFIERS: dict[str, Quantifier] = {"foranyvalue": "ForAnyValue", "forallvalues": "ForAllValues"}


class Word(Struct, frozen=True):
    """An operator as a policy names it: its row, and what is said around it."""

    name: str
    quantifier: Quantifier = ""
    if_exists: bool = False

    @property
    def text(self) -> str:
        """Its whole name."""
        quantifier = f"{self.quantifier}:" if self.quantifier else ""
        return quantifier + self.name + ("IfExists" if self.if_exists else "")


def word(text: str) -> Word | None:
    """The operator `text` names, in any case of letters; None when there is none. ``NullIfExists`` is none (documented)."""
    found = _NAME.fullmatch(text)
    name = _BY_LOWER.get(found["name"].lower()) if found else None
    if found is None or name is None or (name == "Null" and found["exists"]):
        return None
    return Word(name, _QUANTIFIERS.get((found["quantifier"] or "").lower(), ""), found["exists"] is not None)


class Comparison:
    """One key of a condition: the request's value of `key` against the policy's values.

    `keys` are all condition keys it looks at, its variables among them. Within one key the values are alternatives;
    a negated operator wants none of them (documented: OR, and NOR).
    """

    def __init__(self, word: Word, key: str, values: tuple[str, ...], *, variables: bool) -> None:
        row = OPERATORS[word.name]
        self.operator, self.name, self.values = word, key, values
        self._key, self._row, self._null = key.lower(), row, word.name == "Null"
        cut = [patterns.pieces(value, variables=variables and row.variables) for value in values]
        self._open: tuple[tuple[Piece, ...], ...] = tuple(found for found in cut if patterns.keys(found))
        known = (patterns.resolve(found, {}) or () for found in cut if not patterns.keys(found))
        self._prepared = tuple(value for value in map(row.read, known) if value is not None)
        self.keys = frozenset({self._key}).union(*(patterns.keys(found) for found in cut))

    def holds(self, context: Context) -> bool:
        """Whether the condition is met."""
        value = context.get(self._key)
        if self._null:
            return ("true" if value is None else "false") in self._prepared
        if value is None or (value == () and self.operator.quantifier):
            return self._without_value()
        prepared = self._prepared
        if self._open:
            found = self._variables(context)
            if found is None:
                return False  # a variable without a value makes the statement invalid (documented)
            prepared = prepared + found
        return self._compare(value, prepared)

    def _without_value(self) -> bool:
        if self.operator.if_exists or self.operator.quantifier == "ForAllValues":
            return True
        return self._row.negated and self.operator.quantifier != "ForAnyValue"

    def _variables(self, context: Context) -> tuple[Any, ...] | None:
        found = []
        for cut in self._open:
            known = patterns.resolve(cut, context)
            if known is None:
                return None
            found.append(self._row.read(known))
        return tuple(value for value in found if value is not None)

    def _compare(self, value: Value, prepared: tuple[Any, ...]) -> bool:
        given = (value,) if isinstance(value, str) else value
        test, negated = self._row.test, self._row.negated
        if not self.operator.quantifier:
            # Several values without a set operator are tried as alternatives (decided: AWS asks for one).
            return any(test(wanted, one) for one in given for wanted in prepared) is not negated
        each = (any(test(wanted, one) for wanted in prepared) is not negated for one in given)
        return all(each) if self.operator.quantifier == "ForAllValues" else any(each)
