"""Validators that reach nothing outside, and the refusals of structured outputs in their recorded words."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat.json_schema import InvalidSchema, unsupported, validator

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYWORDS = st.sampled_from(
    ["type", "properties", "items", "anyOf", "allOf", "oneOf", "not", "$ref", "$defs", "enum", "additionalProperties"],
)
SCHEMA_LIKE = st.recursive(
    JSON | st.sampled_from(["#", "#/$defs/a", "object", "string"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS | st.just("a"), inner, max_size=4),
    max_leaves=16,
)


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


class TestValidator:
    def test_a_value_is_accepted_or_not(self) -> None:
        accepts = validator({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
        assert accepts({"n": 1})
        assert not accepts({"n": "1"})
        assert not accepts({})

    def test_a_boolean_is_a_schema(self) -> None:
        assert validator(True)(object.__name__)
        assert not validator(False)(None)

    def test_draft_2020_12_is_the_default_and_another_is_taken_when_named(self) -> None:
        assert not validator({"prefixItems": [{"type": "string"}]})([1])
        assert validator({"$schema": "http://json-schema.org/draft-07/schema#", "prefixItems": [False]})([1])

    @pytest.mark.parametrize(
        "schema",
        [
            None,
            [],
            "{}",
            1,
            {"type": "text"},
            {"minimum": "1"},
            {"pattern": "("},
            {"$ref": "#/$defs/nowhere"},
            {"$ref": "other.json"},
            {"$schema": "https://example.com/own", "type": "string"},
            {"const": b"bytes"},
        ],
    )
    def test_what_is_no_schema_is_refused(self, schema: Any) -> None:
        with pytest.raises(InvalidSchema):
            validator(schema)

    def test_the_reason_is_one_line(self) -> None:
        with pytest.raises(InvalidSchema, match=r"\A[^\n]*text[^\n]*\Z"):
            validator({"type": "text"})

    def test_a_schema_too_deep_is_refused(self) -> None:
        schema: dict[str, Any] = {}
        for _ in range(10_000):
            schema = {"not": schema}
        with pytest.raises(InvalidSchema):
            validator(schema)

    def test_references_in_a_circle_do_not_run_away(self) -> None:
        assert validator({"$ref": "#"})(1)
        assert validator({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}})(1)

    def test_a_pattern_that_backtracks_without_end_is_cut_off(self) -> None:
        assert not validator({"pattern": r"^(a|a?)+(?!x)b$"})("a" * 400)

    @given(SCHEMA_LIKE)
    def test_anything_is_a_schema_or_refused(self, schema: Any) -> None:
        try:
            accepts = validator(schema)
        except InvalidSchema:
            return
        assert accepts({}) in (True, False)


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on the loopback, and the paths it was asked for."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "string"}')

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef", "$schema"])
def test_a_remote_reference_is_refused_and_never_fetched(requests: tuple[str, list[str]], keyword: str) -> None:
    address, asked = requests
    with pytest.raises(InvalidSchema):
        validator({"properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {}}, keyword: f"{address}/schema.json"})
    with pytest.raises(InvalidSchema):
        validator({"$id": f"{address}/root.json", "$ref": "other.json"})
    assert asked == []


def test_a_file_is_refused_and_never_read(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"type": "string"}')
    with pytest.raises(InvalidSchema, match=r"file:"):
        validator({"$ref": file.as_uri()})


# The first two are recorded at Converse with Claude Sonnet 4.5 (2026); the others publicly reported of the same checker.
REFUSED: dict[str, Any] = {
    "For 'integer' type, property 'multipleOf' is not supported": closed(n={"type": "integer", "multipleOf": 5}),
    "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [2, 5])": closed(
        tags={"type": "array", "items": {"type": "string"}, "minItems": 2},
    ),
    "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [6, ∞])": closed(
        tags={"type": "array", "items": {"type": "string"}, "minItems": 7, "maxItems": 7},
    ),
    "For 'integer' type, properties maximum, minimum are not supported": closed(
        n={"type": "integer", "minimum": 1, "maximum": 9},
    ),
    "For 'number' type, property 'exclusiveMinimum' is not supported": closed(
        n={"type": "number", "exclusiveMinimum": 0},
    ),
    "For 'array' type, property 'maxItems' is not supported": closed(
        a={"type": "array", "items": {"type": "string"}, "maxItems": 3},
    ),
    "For 'object' type, 'additionalProperties' must be explicitly set to false": {"type": "object", "properties": {}},
    "For 'object' type, 'additionalProperties: true' is not supported. Please set 'additionalProperties' to false": {
        "type": "object",
        "additionalProperties": True,
    },
    "For 'object' type, 'additionalProperties: object' is not supported. Please set 'additionalProperties' to false": {
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    "For 'object' type, property 'propertyNames' is not supported": {
        "type": "object",
        "propertyNames": {"type": "string"},
        "additionalProperties": {"type": "string"},
    },
    "For 'object' type, property 'if' is not supported": closed() | {"if": {}, "then": {}, "else": {}},
    "For 'object' type, property 'items' is not supported": closed(
        a={"type": ["object", "array"], "items": {"type": "string"}, "additionalProperties": False},
    ),
    "For 'string' type, format 'phone' is not supported": closed(a={"type": "string", "format": "phone"}),
    "Schema type 'oneOf' is not supported": closed(a={"oneOf": [{"type": "string"}, {"type": "number"}]}),
    "Schema keyword 'not' is not supported": closed(a={"type": "string", "not": {"const": "x"}}),
    "For 'anyOf', 'discriminator' is not supported": closed(a={"anyOf": [{"type": "null"}], "discriminator": {}}),
    "For 'anyOf', 'additionalProperties, properties, required, type' is not supported": closed() | {"allOf": [{}]},
    "Empty schema ({}) that accepts any JSON value is not supported. Please specify a concrete type.": closed(a={}),
    "Invalid schema: Schema type is missing for schema: {'items': {'type': 'string'}}": closed(
        a={"items": {"type": "string"}},
    ),
    "Invalid schema: Array types must be specified with a single object schema for 'items'.": closed(
        a={"type": "array", "items": [{"type": "string"}]},
    ),
    "Invalid schema: Enum value 'a' does not match declared type '['string', 'null']'": closed(
        a={"type": ["string", "null"], "enum": ["a", None]},
    ),
    "Invalid schema: Enum value None does not match declared type 'string'": closed(
        a={"type": "string", "enum": ["a", None]},
    ),
    "Invalid schema: Reference to non-existent definition: #/$defs/B": closed(a={"$ref": "#/$defs/B"}),
    "External schema references are not supported": closed(a={"$ref": "https://example.com/schema.json"}),
    "Circular reference detected in schema definitions: Node -> Node. "
    "Self-referencing or mutually-referencing definitions are not supported.": {
        "$ref": "#/$defs/Node",
        "$defs": {"Node": closed(next={"$ref": "#/$defs/Node"})},
    },
    "Circular reference detected in schema definitions: A -> B -> A. "
    "Self-referencing or mutually-referencing definitions are not supported.": {
        "$ref": "#/$defs/A",
        "$defs": {"A": closed(b={"$ref": "#/$defs/B"}), "B": closed(a={"anyOf": [{"$ref": "#/$defs/A"}]})},
    },
}

# Accepted at Converse with Claude 4.5 and 4.6 (recorded 2026), among them the strings' own keywords.
TAKEN: list[Any] = [
    closed(city={"type": "string"}, population={"type": "integer"}) | {"title": "CityInfo", "description": "A city."},
    closed(a={"$ref": "#/$defs/Address"}) | {"$defs": {"Address": closed(street={"type": "string"})}},
    closed(status={"anyOf": [{"enum": ["active", "inactive"], "type": "string"}, {"type": "integer"}]}),
    closed(nickname={"default": None, "anyOf": [{"type": "string"}, {"type": "null"}]}),
    closed(
        name={"maxLength": 100, "minLength": 2, "type": "string"}, email={"pattern": "^\\S+@\\S+$", "type": "string"}
    ),
    closed(action={"const": "submit", "type": "string"}),
    closed(url={"format": "uri", "minLength": 1, "type": "string"}, at={"format": "duration", "type": "string"}),
    closed(tags={"type": "array", "items": {"type": "string"}, "minItems": 1}),
    closed(other={"type": ["object", "null"], "properties": {}, "additionalProperties": False}),
]


class TestUnsupported:
    @pytest.mark.parametrize(("refusal", "schema"), REFUSED.items(), ids=range(len(REFUSED)))
    def test_a_keyword_is_refused_in_the_words_of_the_model(self, refusal: str, schema: Any) -> None:
        assert unsupported(schema) == refusal

    @pytest.mark.parametrize("schema", TAKEN)
    def test_what_was_accepted_is_accepted(self, schema: Any) -> None:
        assert unsupported(schema) is None

    def test_a_schema_comes_before_its_parts_and_parts_in_their_order(self) -> None:
        inner = closed(first={"type": "integer", "minimum": 1}, second={"type": "integer", "maximum": 1})
        assert unsupported(inner) == "For 'integer' type, property 'minimum' is not supported"
        assert (
            unsupported(inner | {"minProperties": 1}) == "For 'object' type, property 'minProperties' is not supported"
        )

    def test_names_of_properties_are_no_keywords(self) -> None:
        assert (
            unsupported(closed(oneOf={"type": "string"}, minimum={"type": "string"}, **{"not": {"const": 1}})) is None
        )

    def test_a_reference_may_be_used_twice(self) -> None:
        schema = closed(a={"$ref": "#/$defs/A"}, b={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"type": "string"}}}
        assert unsupported(schema) is None

    def test_a_reference_may_be_encoded(self) -> None:
        schema = closed(a={"$ref": "#/$defs/List%3Cint%3E"}) | {"$defs": {"List<int>": {"type": "integer"}}}
        assert unsupported(schema) is None

    def test_many_references_take_no_time_beyond_their_number(self) -> None:
        definitions = {
            f"d{n}": closed(a={"$ref": f"#/$defs/d{n + 1}"}, b={"$ref": f"#/$defs/d{n + 1}"}) for n in range(99)
        }
        schema = {"$ref": "#/$defs/d0", "$defs": definitions | {"d99": {"type": "string"}}}
        assert unsupported(schema) is None

    @given(SCHEMA_LIKE)
    def test_anything_is_taken_or_refused_in_a_sentence(self, schema: Any) -> None:
        refusal = unsupported(schema)
        assert refusal is None or refusal.strip()

    @given(st.integers(2, 10**9))
    def test_a_minimum_of_items_is_told_by_its_class(self, least: int) -> None:
        refusal = unsupported({"type": "array", "items": {"type": "string"}, "minItems": least})
        assert refusal is not None
        low, high = json.loads(refusal.partition("got: ")[2][:-1].replace("∞", "1000000000"))
        assert low <= least <= high
