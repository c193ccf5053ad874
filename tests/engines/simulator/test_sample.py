"""Sampled values: valid by an independent check, the same every time, and sensible to a person."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.chat.json_schema import InvalidSchema
from outcrop.engines.simulator.sample import LONGEST, sample

WEATHER = {
    "type": "object",
    "properties": {
        "location": {"type": "string", "description": "The city"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["location"],
}
TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "value": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                "parent": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
            "required": ["value", "parent"],
            "additionalProperties": False,
        },
    },
}
ORDER = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string", "pattern": "^ORD-\\d{6}$"},
        "customer": {
            "type": "object",
            "properties": {
                "email": {"type": "string", "format": "email"},
                "birth_date": {"type": "string", "format": "date"},
                "phone": {"type": ["string", "null"]},
            },
            "required": ["email"],
            "additionalProperties": False,
        },
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "minLength": 3, "maxLength": 12},
                    "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
                    "price": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01},
                },
                "required": ["sku", "quantity", "price"],
            },
        },
        "tags": {"type": "array", "items": {"enum": ["new", "gift", "bulk"]}, "uniqueItems": True, "minItems": 3},
        "payment": {
            "oneOf": [
                {"type": "object", "properties": {"kind": {"const": "card"}, "last4": {"pattern": "^[0-9]{4}$"}}}
                | {"required": ["kind", "last4"]},
                {"type": "object", "properties": {"kind": {"const": "cash"}}, "required": ["kind"]},
            ],
        },
        "attributes": {"type": "object", "additionalProperties": {"type": "string"}},
        "placed_at": {"type": "string", "format": "date-time"},
    },
    "required": ["order_id", "customer", "lines", "payment"],
    "if": {"properties": {"payment": {"properties": {"kind": {"const": "cash"}}}}},
    "then": {"not": {"required": ["attributes"]}},
    "else": {"required": ["placed_at"]},
}
REALISTIC = {"weather": WEATHER, "tree": TREE, "order": ORDER}


def valid(schema: Any, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


class TestRealistic:
    @pytest.mark.parametrize("name", REALISTIC)
    @pytest.mark.parametrize("seed", range(20))
    def test_a_value_is_valid(self, name: str, seed: int) -> None:
        value = sample(REALISTIC[name], seed=seed, words=["a", "cash", "gift", "for", "42"])
        assert valid(REALISTIC[name], value)
        assert json.loads(json.dumps(value)) == value

    def test_optional_properties_are_there_in_their_order(self) -> None:
        assert [*sample(WEATHER, seed=1)] == ["location", "unit"]
        customer = ORDER["properties"]["customer"]  # type: ignore[index]
        assert [*sample(customer, seed=1)] == ["email", "birth_date", "phone"]

    def test_a_tree_has_children_and_ends(self) -> None:
        tree = sample(TREE, seed=3)
        assert tree["children"]
        assert len(json.dumps(tree)) < 10_000

    def test_a_map_shows_entries(self) -> None:
        assert len(sample({"type": "object", "additionalProperties": {"type": "integer"}}, seed=1)) == 2

    def test_seeds_differ(self) -> None:
        assert len({json.dumps(sample(ORDER, seed=seed)) for seed in range(10)}) > 5

    def test_another_process_draws_the_same(self) -> None:
        code = (
            "import json, sys; from outcrop.engines.simulator.sample import sample;"
            "print(json.dumps(sample(json.load(sys.stdin), seed=11, words=['Oslo'])))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], input=json.dumps(ORDER), capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == sample(ORDER, seed=11, words=["Oslo"])


class TestWords:
    def said(self, text: str, **properties: Any) -> Any:
        return sample({"type": "object", "properties": properties}, seed=5, words=text.split())

    def test_a_place_that_was_said_is_the_place(self) -> None:
        said = self.said("What's the weather in New York, please?", location={"type": "string"})
        assert said == {"location": "New York"}

    def test_an_enumerated_word_that_was_said_is_chosen(self) -> None:
        said = self.said("Paint it green!", shade={"enum": ["red", "green", "blue"]})
        assert said == {"shade": "green"}

    def test_numbers_that_were_said_are_taken_in_turn(self) -> None:
        numbers = {"latitude": {"type": "number"}, "longitude": {"type": "number"}}
        assert self.said("Berlin (52.52, 13.405)", **numbers) == {"latitude": 52.52, "longitude": 13.405}

    def test_a_number_that_was_said_is_not_taken_against_the_rules(self) -> None:
        said = self.said("about 12 or 25", quantity={"type": "integer", "multipleOf": 5})
        assert said == {"quantity": 25}

    def test_a_query_is_what_was_said(self) -> None:
        assert self.said("rivers of Peru", query={"type": "string"}) == {"query": "rivers of Peru"}

    def test_a_plain_string_is_a_word_of_the_user(self) -> None:
        assert self.said("describe a volcano", thing={"type": "string"})["thing"] in {"describe", "volcano"}

    def test_a_default_or_an_example_is_shown_if_it_is_right(self) -> None:
        assert self.said("", limit={"type": "integer", "default": 10}) == {"limit": 10}
        assert self.said("", shape={"type": "string", "examples": ["round"]}) == {"shape": "round"}
        assert self.said("", limit={"type": "integer", "default": "many"})["limit"] != "many"


CASES: list[Any] = [
    True,
    {},
    {"type": "integer", "minimum": 3, "maximum": 3},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"type": "number", "minimum": 0.0001, "maximum": 0.0002},
    {"type": "number", "multipleOf": 0.1, "minimum": 1000},
    {"type": "integer", "multipleOf": 2.5},
    {"type": "string", "minLength": 200},
    {"type": "string", "maxLength": 0},
    {"type": "string", "minLength": 2.0, "maxLength": 2.0},
    {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$"},
    {"type": "string", "pattern": "^[a-z]+$", "minLength": 30},
    {"type": "string", "pattern": "end$", "format": "date"},
    {"enum": [None]},
    {"const": {"a": [1]}},
    {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    {"type": "array", "contains": {"const": 7}, "minContains": 2, "items": {"type": "integer"}},
    {"type": "array", "items": {"type": "integer"}, "minItems": 50, "uniqueItems": True},
    {"type": "object", "minProperties": 30},
    {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}},
    {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
    {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 2},
    {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}},
    {"properties": {"a": False, "b": {"type": "null"}}},
    {"properties": {"card": {}}, "dependentRequired": {"card": ["address"]}},
    {"properties": {"card": {}}, "dependentSchemas": {"card": {"required": ["address"]}}},
    {"allOf": [{"type": ["integer", "string"]}, {"type": ["number", "null"]}, {"minimum": 5}]},
    {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"minimum": 9}}, "required": ["a"]}]},
    {"properties": {"a": {}}, "allOf": [{"additionalProperties": {"type": "null"}}]},
    {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}, "type": "object"},
    {"oneOf": [{"type": "number"}, {"type": "integer"}]},
    {"anyOf": [False, {"type": "null"}]},
    {"not": {"type": ["string", "number", "object"]}},
    {"type": "integer", "not": {"enum": [1, 2, 3]}, "minimum": 1, "maximum": 4},
    {"type": "object", "properties": {"a": {}}, "not": {"required": ["a"]}},
    {"if": {"const": 1}, "then": {"type": "integer"}, "else": {"const": "x"}},
    {"type": "object", "properties": {"a": {"const": 1}}, "unevaluatedProperties": False},
    {"$ref": "#thing", "$defs": {"a": {"$anchor": "thing", "type": "boolean"}}},
    {"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "boolean"}}},
    {
        "$id": "https://example.com/root",
        "$ref": "item.json",
        "$defs": {"i": {"$id": "https://example.com/item.json", "type": "null"}},
    },
    {"$ref": "#/prefixItems/1", "prefixItems": [True, {"type": "null"}]},
]


@pytest.mark.parametrize("schema", CASES, ids=json.dumps)
@pytest.mark.parametrize("seed", range(3))
def test_each_keyword_is_obeyed(schema: Any, seed: int) -> None:
    assert jsonschema_rs.is_valid(schema, sample(schema, seed=seed, words=["seven", "7", "Peru"]))


@pytest.mark.parametrize(
    "name", ["date-time", "date", "time", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]
)
@pytest.mark.parametrize("seed", range(5))
def test_each_format_of_structured_outputs_is_right(name: str, seed: int) -> None:
    schema = {"type": "string", "format": name, "minLength": 1}
    assert valid(schema, sample(schema, seed=seed, words=["anything"]))


def test_integers_are_ints() -> None:
    assert type(sample({"type": "integer", "minimum": 2.0, "multipleOf": 1.5}, seed=1)) is int
    assert type(sample({"type": "integer"}, seed=1, words=["3"])) is int


def test_a_draft_that_is_named_is_followed() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "items": [{"type": "null"}, {"type": "integer"}],
        "additionalItems": False,
        "definitions": {},
    }
    assert [type(item) for item in sample(schema, seed=1)] == [type(None), int]


def test_the_schema_is_not_lent_out() -> None:
    schema = {"const": {"list": []}}
    sample(schema, seed=1)["list"].append(1)
    assert schema == {"const": {"list": []}}
    sample({"type": "array", "items": False}, seed=1).append(1)
    assert sample({"type": "array", "items": False}, seed=1) == []


@pytest.mark.parametrize(
    "schema",
    [
        False,
        "string",
        {"type": "text"},
        {"$ref": "#/nowhere"},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "integer", "minimum": 4, "maximum": 5, "multipleOf": 3},
        {"type": "string", "minLength": LONGEST + 1},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"type": "array", "minItems": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {
            "$ref": "#/$defs/a",
            "$defs": {"a": {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}},
        },
        {"allOf": [{"const": 1}, {"const": 2}]},
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
        {"allOf": [{"enum": [1]}, {"enum": [2]}]},
    ],
    ids=str,
)
def test_what_nothing_satisfies_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidSchema):
        sample(schema, seed=1)


def test_a_schema_that_doubles_at_every_step_is_refused_in_bounded_work() -> None:
    definitions = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    with pytest.raises(InvalidSchema):
        sample({"$ref": "#/$defs/d0", "$defs": definitions | {"d40": {"const": {"deep": True}}}}, seed=1)


def test_a_reference_to_a_server_is_never_followed() -> None:
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.raises(InvalidSchema):
            sample({"properties": {"a": {"$ref": f"http://127.0.0.1:{server.server_port}/a.json"}}}, seed=1)
        server.shutdown()
        thread.join()
    assert asked == []


NAMES = st.sampled_from(["city", "count", "email", "startDate", "x", "name", "notes", "überschrift", "a b"])
WORDS = st.lists(st.sampled_from(["Set", "it", "to", "25", "in", "Oslo.", "-3.5", "green", "(“", "7"]), max_size=8)
BOUNDS = st.tuples(st.integers(-50, 50), st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def _object(properties: dict[str, Any], required: int, closed: bool) -> Any:
    schema = {"type": "object", "properties": properties, "required": [*properties][:required]}
    return schema | ({"additionalProperties": False} if closed else {})


LEAVES = (
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {"type": "string"}, True])
    | st.builds(lambda b: {"type": "integer", "minimum": b[0], "maximum": b[1]}, BOUNDS)
    | st.builds(lambda b: {"type": "number", "minimum": b[0] / 8, "maximum": b[1] / 8}, BOUNDS)
    | st.builds(lambda step: {"type": "number", "multipleOf": step}, st.sampled_from([0.1, 0.25, 3, 7.5]))
    | st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 40),
        st.integers(0, 40),
    )
    | st.sampled_from(["^[a-z]{2,5}$", "^\\d{3}-\\d{4}$", "^(a|bc)+\\.x?$", "[^a-z]"]).map(
        lambda pattern: {"type": "string", "pattern": pattern},
    )
    | st.sampled_from(["date", "uuid", "email", "ipv6", "uri"]).map(lambda name: {"type": "string", "format": name})
    | st.lists(st.integers() | st.text(max_size=5) | st.none(), min_size=1).map(lambda values: {"enum": values})
    | st.just({"$ref": "#/$defs/leaf"})
)


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.builds(_object, st.dictionaries(NAMES, inner, max_size=4), st.integers(0, 4), st.booleans())
        | st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3))
        | st.lists(inner, min_size=1, max_size=3).map(lambda items: {"type": "array", "prefixItems": items})
        | st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
        | inner.map(lambda schema: {"allOf": [schema]})
        | inner.map(lambda values: {"type": "object", "additionalProperties": values})
    )


SATISFIABLE = st.recursive(LEAVES, _grown, max_leaves=12)


def _document(schema: Any) -> Any:
    return schema if schema is True else schema | {"$defs": {"leaf": {"type": "string", "maxLength": 5}}}


@settings(max_examples=150, deadline=None)
@given(SATISFIABLE.map(_document), st.integers(), WORDS)
def test_a_schema_that_can_be_satisfied_is(schema: Any, seed: int, words: list[str]) -> None:
    value = sample(schema, seed=seed, words=words)
    assert jsonschema_rs.is_valid(schema, value)
    assert sample(schema, seed=seed, words=words) == value


COMBINED = st.recursive(
    LEAVES,
    lambda inner: (
        _grown(inner)
        | st.builds(lambda a, b: {"allOf": [a, b]}, inner, inner)
        | st.builds(lambda a, b: {"oneOf": [a, b]}, inner, inner)
        | st.builds(lambda a, b: {"if": a, "then": b, "else": {"not": b}}, inner, inner)
        | inner.map(lambda schema: {"not": schema})
        | st.builds(lambda a, b: {"contains": a, "items": b, "uniqueItems": True}, inner, inner)
        | inner.map(lambda schema: {"unevaluatedProperties": False, "properties": {"a": schema}, "required": ["a"]})
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(COMBINED.map(_document), st.integers(0, 5))
def test_any_schema_is_satisfied_or_refused(schema: Any, seed: int) -> None:
    try:
        value = sample(schema, seed=seed)
    except InvalidSchema:
        return
    assert jsonschema_rs.is_valid(schema, value)
