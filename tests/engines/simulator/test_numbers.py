"""Numbers are within their bounds, exact multiples, and what is usual for a name."""

from fractions import Fraction
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.intersection import Impossible
from outcrop.engines.simulator.numbers import number
from outcrop.engines.simulator.wording import Vocabulary


def drawn(flat: dict[str, Any], name: str = "", *, whole: bool = True, words: str = "", seed: int = 1) -> float:
    draw = Random(seed)
    return number(flat, name, Vocabulary(words.split(), draw), draw, whole=whole, said=True)


BOUND = st.none() | st.integers(-(10**20), 10**20) | st.floats(-1e9, 1e9) | st.floats(-1, 1)
STEP = st.none() | st.sampled_from([1, 3, 0.1, 0.01, 2.5, 7])


@given(BOUND, BOUND, STEP, st.booleans(), st.booleans(), st.integers(0, 5))
def test_a_number_is_valid_or_there_is_none(
    low: float | None, high: float | None, step: float | None, whole: bool, open_ended: bool, seed: int
) -> None:
    names = ("exclusiveMinimum", "exclusiveMaximum") if open_ended else ("minimum", "maximum")
    rules = {names[0]: low, names[1]: high, "multipleOf": step}
    flat = {keyword: value for keyword, value in rules.items() if value is not None}
    try:
        value = drawn(flat, whole=whole, seed=seed)
    except Impossible:
        assert low is not None
        assert high is not None
        assert step is not None or whole
        unit = Fraction(str(step or 1)).numerator if whole else step or 1
        assert high - low < 2 * unit  # wider than that, a multiple lies between any bounds
        return
    if low is not None and high is not None and low >= high:
        return  # between bounds that cross there is a middle, which the caller's check refuses
    assert jsonschema_rs.is_valid({"type": "integer" if whole else "number", **flat}, value)
    assert isinstance(value, int) or not whole


def test_a_tenth_is_exact() -> None:
    assert {
        drawn({"multipleOf": 0.1, "minimum": 0.1, "maximum": 0.35}, whole=False, seed=seed) for seed in range(30)
    } == {
        0.1,
        0.2,
        0.3,
    }


def test_bounds_closer_than_a_cent_leave_the_middle() -> None:
    assert drawn({"exclusiveMinimum": 0.001, "maximum": 0.002}, whole=False) == pytest.approx(0.0015)


def test_a_name_narrows_and_a_bound_moves_it() -> None:
    assert all(18 <= drawn({}, "age", seed=seed) <= 80 for seed in range(30))
    assert all(90 <= drawn({"minimum": 90}, "age", seed=seed) <= 152 for seed in range(30))
    assert all(-62 <= drawn({"maximum": 0}, "age", seed=seed) <= 0 for seed in range(30))
    assert 0 <= drawn({}, "confidence", whole=False) <= 1


def test_what_was_said_goes_first_if_it_is_allowed() -> None:
    assert drawn({"maximum": 30}, "age", words="40 or 20") == 20
    assert drawn({}, words="13.405 degrees", whole=False) == 13.405
    assert type(drawn({}, words="3", whole=False)) is float


def test_draft_4_booleans_are_no_bounds() -> None:
    assert drawn({"minimum": 5, "exclusiveMinimum": True, "maximum": 6}) in (5, 6)


def test_numbers_beyond_a_float_are_ints() -> None:
    assert drawn({"minimum": 10**400}, whole=False) >= 10**400


@pytest.mark.parametrize(
    "flat",
    [
        {"minimum": 2, "maximum": 1},
        {"minimum": 1, "maximum": 2, "multipleOf": 3},
        {"exclusiveMinimum": 1, "exclusiveMaximum": 2},
    ],
)
def test_nothing_between_the_bounds_is_impossible(flat: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        drawn(flat)
