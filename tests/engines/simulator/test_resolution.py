"""Schemas resolved: references, combinators, and an end to what has none."""

from random import Random
from typing import Any

import pytest

from outcrop.engines.simulator.intersection import Impossible
from outcrop.engines.simulator.resolution import SOFT, Budget, Resolution, target


def flat(schema: Any, depth: int = 0, *, seed: int = 1, full: bool = True, plain: bool = True, parts: int = 500) -> Any:
    return Resolution(schema, Random(seed), Budget(parts), full=full, plain=plain).flat(schema, depth)


def test_references_and_all_of_are_merged_in() -> None:
    schema = {"$ref": "#/$defs/a", "allOf": [{"maximum": 5}, True], "$defs": {"a": {"type": "integer", "minimum": 1}}}
    assert flat(schema) == {"type": "integer", "minimum": 1, "maximum": 5}


def test_an_alternative_is_chosen_that_says_something() -> None:
    schema = {"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "object", "properties": {}}]}
    assert {flat(schema, seed=seed)["type"] for seed in range(20)} == {"string", "object"}
    assert {flat(schema, seed=seed, plain=False)["type"] for seed in range(30)} == {"null", "string", "object"}


def test_deep_down_the_lightest_alternative_is_chosen() -> None:
    schema = {"oneOf": [{"type": "object", "properties": {}}, {"type": "string"}, {"type": "null"}]}
    assert {flat(schema, SOFT, seed=seed)["type"] for seed in range(20)} == {"null"}


def test_a_condition_takes_one_branch() -> None:
    schema = {"if": {"type": "string"}, "then": {"minLength": 3}, "else": {"minimum": 4}}
    assert flat(schema) == {"type": "string", "minLength": 3}
    assert flat(schema, full=False) == {"not": {"type": "string"}, "minimum": 4}
    branches = [flat(schema, seed=seed, full=False, plain=False) for seed in range(20)]
    assert {"minimum" in branch for branch in branches} == {True, False}


def test_dependents_come_with_their_property() -> None:
    schema = {"properties": {"a": {}}, "dependentSchemas": {"a": {"required": ["b"]}, "c": {"required": ["d"]}}}
    assert flat(schema) == {"properties": {"a": {}}, "required": ["b"]}
    assert flat(schema, full=False) == {"properties": {"a": {}}}
    assert flat({"required": ["c"], **schema}, full=False)["required"] == ["c", "d"]
    assert flat({"dependencies": {"a": ["b"]}}) == {"dependentRequired": {"a": ["b"]}}


def test_older_tuples_and_whole_counts_are_read() -> None:
    schema = {"items": [{"type": "string"}], "additionalItems": False, "minItems": 1.0}
    assert flat(schema) == {"prefixItems": [{"type": "string"}], "items": False, "minItems": 1}
    assert flat(True) == {}


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"allOf": [False]},
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}},
        {"$ref": "#/$defs/none"},
        {"$ref": "#none"},
        {"$ref": "none.json"},
        {"$ref": "#/type", "type": "string"},
    ],
    ids=str,
)
def test_what_leads_nowhere_is_impossible(schema: Any) -> None:
    with pytest.raises(Impossible):
        flat(schema)


def test_the_budget_is_shared_and_ends() -> None:
    budget = Budget(3)
    resolution = Resolution({}, Random(1), budget, full=True, plain=True)
    for _ in range(3):
        resolution.flat({}, 0)
    assert budget.left == 0
    with pytest.raises(Impossible):
        resolution.flat({}, 0)


ROOT = {
    "$defs": {
        "a/b~c%": {"const": 1},
        "list": [{"const": 2}],
        "named": {"$id": "https://example.com/schemas/named.json", "$defs": {"x": {"const": 3}}, "const": 4},
        "anchored": {"$anchor": "here", "const": 5},
        "dynamic": {"$dynamicAnchor": "there", "const": 6},
    },
}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("#/$defs/a~1b~0c%25", 1),
        ("#/$defs/list/0", 2),
        ("named.json#/$defs/x", 3),
        ("https://example.com/schemas/named.json", 4),
        ("#here", 5),
        ("#there", 6),
    ],
)
def test_a_reference_is_found_by_pointer_identifier_or_anchor(reference: str, value: int) -> None:
    assert target(reference, ROOT)["const"] == value


def test_the_document_itself_is_a_target() -> None:
    assert target("#", ROOT) is ROOT


@pytest.mark.parametrize("reference", ["#/$defs/list/7", "#/$defs/list/x", "#/$defs/none", "#/$defs/a/b"])
def test_a_pointer_into_nothing_is_impossible(reference: str) -> None:
    with pytest.raises(Impossible):
        target(reference, ROOT)
