"""Numbers within the bounds a schema sets, and within what is usual for a property's name where they leave room.

Bounds and steps are exact fractions, so that a multiple of 0.1 is one. It draws numbers and nothing else; a number the
user said goes before one that is drawn.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, isfinite
from random import Random
from typing import Any

from outcrop.engines.simulator.intersection import Impossible, Schema, exact
from outcrop.engines.simulator.wording import Vocabulary

CENT = Fraction(1, 100)  # the step of numbers that may be any


def number(flat: Schema, name: str, vocabulary: Vocabulary, draw: Random, *, whole: bool, said: bool) -> float:
    """A number that the flat schema's bounds and step allow; an int when `whole`.

    `said` allows a number of the user's. Raises Impossible when no number is left.
    """
    step = _step(flat.get("multipleOf"), whole=whole)
    if said and (heard := vocabulary.said_number(lambda value: _allowed(exact(value), flat, step))) is not None:
        return _json(exact(heard), whole=step is not None)
    low, high = _turns(flat, step or CENT)
    if low is None or high is None or low <= high:
        return _json(_drawn(step or CENT, vocabulary.span(name), low, high, draw), whole=step is not None)
    if step is not None:
        raise Impossible("No number is between the bounds")
    least = max((*_bounds(flat, "minimum"), *_bounds(flat, "exclusiveMinimum")))
    most = min((*_bounds(flat, "maximum"), *_bounds(flat, "exclusiveMaximum")))
    return float((least + most) / 2)  # bounds closer than a cent


def _step(multiple: Any, *, whole: bool) -> Fraction | None:
    """What the number is a multiple of; None for any number."""
    if multiple is None:
        return Fraction(1) if whole else None
    step = exact(multiple)
    return Fraction(step.numerator) if whole else step  # the least whole number that is a multiple of it


def _json(value: Fraction, *, whole: bool) -> float:
    """An int where one is wanted, or where a float would not hold it."""
    if abs(value) > 2**53 or (whole and value.denominator == 1):
        return int(value)
    return float(value)


def _bounds(flat: Schema, keyword: str) -> Iterator[Fraction]:
    bound = flat.get(keyword)
    if isinstance(bound, bool) or bound is None or (isinstance(bound, float) and not isfinite(bound)):
        return  # draft 4 has booleans here
    yield exact(bound)


def _allowed(value: Fraction, flat: Schema, step: Fraction | None) -> bool:
    return (
        (step is None or (value / step).denominator == 1)
        and all(value >= bound for bound in _bounds(flat, "minimum"))
        and all(value > bound for bound in _bounds(flat, "exclusiveMinimum"))
        and all(value <= bound for bound in _bounds(flat, "maximum"))
        and all(value < bound for bound in _bounds(flat, "exclusiveMaximum"))
    )


def _turns(flat: Schema, step: Fraction) -> tuple[int | None, int | None]:
    """The least and the greatest number of steps within the bounds."""
    low = [ceil(bound / step) for bound in _bounds(flat, "minimum")]
    low += [floor(bound / step) + 1 for bound in _bounds(flat, "exclusiveMinimum")]
    high = [floor(bound / step) for bound in _bounds(flat, "maximum")]
    high += [ceil(bound / step) - 1 for bound in _bounds(flat, "exclusiveMaximum")]
    return max(low, default=None), min(high, default=None)


def _drawn(step: Fraction, span: tuple[float, float], low: int | None, high: int | None, draw: Random) -> Fraction:
    first, last = ceil(exact(span[0]) / step), floor(exact(span[1]) / step)
    width = max(last - first, 0)
    if low is not None and first < low:
        first, last = low, max(last, low + width)
    if high is not None and last > high:
        first, last = first if first <= high else high - width, high
        first = first if low is None else max(first, low)
    return draw.randint(first, max(first, last)) * step
