"""What may stand in a setting: a table of values by check."""

from collections.abc import Callable
from typing import Any

import pytest

from outcrop.operator import checks


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (checks.filled, ["x", " x "], [None, "", "  ", 1, ["x"]]),
        (checks.text, [None, "", "x"], [1, True, {}]),
        (checks.flag, [True, False], [None, 0, "true"]),
        (checks.integer, [None, -1, 0], [True, 1.0, "1"]),
        (checks.positive, [None, 1, 100], [0, -1, True, "1", 1.5]),
        (checks.fraction, [None, 0, 0.2, 1], [-0.1, 1.1, True, "0.2", float("nan")]),
        (checks.texts, [None, "coffee", ["coffee", "bean"], []], [1, ["coffee", 1], {"a": 1}]),
        (checks.objects, [[], [{}]], [None, {}, "x", ["x"], [{}, 1]]),
    ],
)
def test_checks(check: Callable[[Any], str], right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if check(value)] == []
    assert [value for value in wrong if not check(value)] == []


def test_a_fault_is_said_in_the_words_of_json() -> None:
    said = [checks.text(value) for value in (True, 1.5, ["x"], {})]
    assert said == [f"A string is expected, not {kind}." for kind in ("a boolean", "a number", "a list", "an object")]
    assert checks.positive(0) == "0 is less than the minimum, 1."
