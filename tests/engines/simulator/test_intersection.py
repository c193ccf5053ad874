"""Two schemas into one: what the one accepts, both accept."""

from fractions import Fraction
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.intersection import Impossible, both, every, exact, same, types


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ({}, {"type": "string"}, {"type": "string"}),
        ({"type": ["string", "null"]}, {"type": "string"}, {"type": ["string"]}),
        ({"type": "number"}, {"type": ["integer", "string"]}, {"type": ["integer"]}),
        ({"minimum": 1, "maxLength": 9}, {"minimum": 3, "maxLength": 4}, {"minimum": 3, "maxLength": 4}),
        ({"enum": [1, 2, True]}, {"enum": [2.0, 1]}, {"enum": [1, 2]}),
        ({"multipleOf": 4}, {"multipleOf": 6}, {"multipleOf": 12}),
        ({"multipleOf": 0.5}, {"multipleOf": 0.75}, {"multipleOf": Fraction(3, 2)}),
        ({"required": ["a"]}, {"required": ["b", "a"]}, {"required": ["a", "b"]}),
        ({"uniqueItems": False}, {"uniqueItems": True}, {"uniqueItems": True}),
        ({"items": {"type": "string"}}, {"items": False}, {"items": {"allOf": [{"type": "string"}, False]}}),
        ({"not": {"const": 1}}, {"not": {"const": 2}}, {"not": {"anyOf": [{"const": 1}, {"const": 2}]}}),
        ({"pattern": "a", "title": "A"}, {"pattern": "b"}, {"pattern": "a", "title": "A"}),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"dependentRequired": {"a": ["c"], "d": []}},
            {"dependentRequired": {"a": ["b", "c"], "d": []}},
        ),
        (
            {"properties": {"a": {"minimum": 1}}, "additionalProperties": False},
            {"properties": {"a": {"maximum": 2}, "b": {}}},
            {
                "properties": {"a": {"allOf": [{"minimum": 1}, {"maximum": 2}]}, "b": {"allOf": [False, {}]}},
                "additionalProperties": False,
            },
        ),
        (
            {"prefixItems": [{"type": "string"}], "items": {"minimum": 1}},
            {"prefixItems": [True, {"type": "integer"}]},
            {
                "prefixItems": [{"type": "string"}, {"allOf": [{"minimum": 1}, {"type": "integer"}]}],
                "items": {"minimum": 1},
            },
        ),
    ],
)
def test_the_intersection(first: Any, second: Any, result: Any) -> None:
    assert both(first, second) == result


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"type": "string"}, {"type": "integer"}),
        ({"type": ["null", "string"]}, {"type": ["object", "number"]}),
        ({"const": 1}, {"const": True}),
        ({"enum": [1]}, {"enum": [True]}),
    ],
)
def test_what_shares_nothing_is_impossible(first: Any, second: Any) -> None:
    with pytest.raises(Impossible):
        both(first, second)


def test_types_are_a_list() -> None:
    assert types({"type": "string"}) == ["string"]
    assert types({"type": ["string", "null"]}) == ["string", "null"]
    assert types({}) == []


def test_sameness_is_that_of_json_schema() -> None:
    assert same(1, 1.0)
    assert not same(1, True)
    assert same([1], [1])


def test_every_is_as_short_as_it_can_be() -> None:
    assert every([]) is True
    assert every([True, {"type": "null"}]) == {"type": "null"}
    assert every([False, {}]) == {"allOf": [False, {}]}


def test_numbers_are_exact_as_written() -> None:
    assert exact(0.1) == Fraction(1, 10)
    assert exact(1e-9) == Fraction(1, 10**9)
    assert exact(10**5000) == 10**5000
    assert exact(Fraction(1, 3)) == Fraction(1, 3)


FLAT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["integer", "number", ["integer", "null"], ["number", "string"]]),
        "minimum": st.integers(-5, 5),
        "maximum": st.integers(0, 9),
        "exclusiveMaximum": st.integers(3, 9),
        "multipleOf": st.sampled_from([1, 2, 3, 0.5]),
        "enum": st.lists(st.integers(-5, 9), min_size=6),
    },
)


@given(FLAT, FLAT, st.integers(-6, 10) | st.none() | st.sampled_from([0.5, "a"]))
def test_the_intersection_accepts_what_both_accept(first: Any, second: Any, value: Any) -> None:
    accepted = jsonschema_rs.is_valid(first, value) and jsonschema_rs.is_valid(second, value)
    try:
        result = both(first, second)
    except Impossible:
        assert not accepted
        return
    if "multipleOf" in result:
        result = result | {"multipleOf": float(result["multipleOf"])}
    assert jsonschema_rs.is_valid(result, value) == accepted
