"""The sentences of everit's JSON schema library, and what the service puts around them."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.counting import Looked
from tests.families.conftest import malformed

from outcrop.errors import ValidationException
from outcrop.families import everit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def found(schema: Any, value: Any) -> str:
    return "".join(everit.violations(schema, value))


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        # the texts of the grammar that behaviour of 2024 and 2025 is recorded and quoted in
        ({"required": ["role"]}, {}, "#: required key [role] not found"),
        ({"properties": {}, "additionalProperties": False}, {"x": 1}, "#: extraneous key [x] is not permitted"),
        ({"type": "string"}, [], "#: expected type: String, found: JSONArray"),
        ({"type": "string"}, {}, "#: expected type: String, found: JSONObject"),
        ({"type": "string"}, 1, "#: expected type: String, found: Integer"),
        ({"type": "string"}, True, "#: expected type: String, found: Boolean"),
        ({"type": "array"}, None, "#: expected type: JSONArray, found: Null"),
        ({"type": "object"}, "a", "#: expected type: JSONObject, found: String"),
        ({"type": "integer"}, "1", "#: expected type: Integer, found: String"),
        ({"type": "integer"}, True, "#: expected type: Integer, found: Boolean"),
        ({"type": "number"}, "1", "#: expected type: Number, found: String"),
        ({"type": "boolean"}, 0, "#: expected type: Boolean, found: Integer"),
        ({"type": "null"}, "x", "#: expected: null, found: String"),
        ({"enum": ["a", "b"]}, "c", "#: c is not a valid enum value"),
        ({"type": "integer", "maximum": 2048}, 8192, "#: 8192 is not less or equal to 2048"),
        ({"type": "integer", "minimum": 1}, 0, "#: 0 is not greater or equal to 1"),
        ({"type": "number", "maximum": 1}, 1.5, "#: 1.5 is not less or equal to 1"),
        ({"type": "string", "maxLength": 2}, "abc", "#: expected maxLength: 2, actual: 3"),
        ({"type": "string", "minLength": 1}, "", "#: expected minLength: 1, actual: 0"),
        ({"type": "array", "minItems": 1}, [], "#: expected minimum item count: 1, found: 0"),
        # type and enum fail side by side (the library's own documentation)
        (
            {"type": "string", "enum": ["a"]},
            1,
            "#: expected type: String, found: Integer#: 1 is not a valid enum value",
        ),
        # Java's classes by size of the number
        ({"type": "string"}, 2**31, "#: expected type: String, found: Long"),
        ({"type": "string"}, -(2**31), "#: expected type: String, found: Integer"),
        ({"type": "string"}, 2**63, "#: expected type: String, found: BigInteger"),
        ({"type": "integer"}, 1.0, "#: expected type: Integer, found: Double"),
        # a constant fails without words (recorded on the tools of Claude 3.7)
        ({"const": "bash"}, "sh", "#: "),
    ],
)
def test_texts(schema: Any, value: Any, text: str) -> None:
    assert found(schema, value) == text


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 1}, "a"),
        ({"type": "integer", "minimum": 1, "maximum": 1}, 1),
        ({"type": "number"}, 1),
        ({"type": "null"}, None),
        ({"type": "boolean"}, False),
        ({"required": ["a"], "maximum": 0, "minItems": 9}, "keywords of other types do not count"),
        ({"enum": ["a"], "const": "a"}, "a"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"not": {"required": ["a"]}}, {"b": 1}),
    ],
)
def test_valid_values_have_no_violations(schema: Any, value: Any) -> None:
    assert found(schema, value) == ""


def test_places_are_pointers_to_members_and_items() -> None:
    schema = {"properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    assert found(schema, {"a": ["x", 2, None]}) == (
        "#/a/1: expected type: String, found: Integer#/a/2: expected type: String, found: Null"
    )


def test_required_keys_come_before_extraneous_ones_and_both_before_what_is_within() -> None:
    # recorded for cohere.embed-english-v3: {"inputText": ...} lacks texts and input_type and has one key too many
    schema = {
        "required": ["texts", "input_type"],
        "properties": {"texts": {}, "input_type": {}, "truncate": {"enum": ["END"]}},
        "additionalProperties": False,
    }
    assert found(schema, {"inputText": "x", "truncate": "MID"}) == (
        "#: required key [texts] not found#: required key [input_type] not found"
        "#: extraneous key [inputText] is not permitted#/truncate: MID is not a valid enum value"
    )


@pytest.mark.parametrize(
    "recorded",
    [
        # the order in which recorded and quoted refusals name keys, whatever order they were sent in
        ["stream", "model"],
        ["input_schema", "description"],
        ["toolConfig", "inferenceConfig"],
        ["top_p", "max_tokens_to_sample"],
    ],
)
def test_keys_come_in_the_order_of_javas_hash_table(recorded: list[str]) -> None:
    schema = {"properties": {}, "additionalProperties": False}
    sent = dict.fromkeys(reversed(recorded))
    assert found(schema, sent) == "".join(f"#: extraneous key [{key}] is not permitted" for key in recorded)


def test_any_of_lists_what_every_branch_finds() -> None:
    # recorded on Claude 3.5 Haiku: a content that is neither a string nor a list
    schema = {"anyOf": [{"type": "string"}, {"type": "array"}]}
    assert found(schema, {}) == (
        "#: expected type: String, found: JSONObject#: expected type: JSONArray, found: JSONObject"
    )


CONDITION = {
    "if": {"not": {"required": ["messages"]}},
    "then": {"required": ["prompt"]},
    "else": {"required": ["max_tokens"]},
}


def test_a_condition_that_holds_is_silent_about_itself() -> None:
    # recorded: a body without messages is asked for a prompt, without a word on messages
    assert found(CONDITION, {"input": "x"}) == "#: required key [prompt] not found"


def test_a_condition_that_fails_stands_before_what_follows_from_it() -> None:
    # recorded on Claude 3.x
    assert found(CONDITION, {"messages": []}) == (
        '#: subject must not be valid against schema {"required":["messages"]}#: required key [max_tokens] not found'
    )
    assert found(CONDITION, {"messages": [], "max_tokens": 1}) == ""


def test_check_raises_the_services_sentence() -> None:
    with pytest.raises(ValidationException) as refused:
        everit.check({"type": "object", "required": ["a", "b"]}, {})
    assert refused.value.message == malformed("#: required key [a] not found#: required key [b] not found")
    assert refused.value.status == 400
    everit.check({"type": "object"}, {})


@pytest.mark.parametrize(
    "body", [b"{ Malformed Request Body", b"", b"[]", b'"a"', b"1", b"null", b'"\xff"', b"[" * 9999]
)
def test_what_is_no_json_object_is_refused_in_one_sentence(body: bytes) -> None:
    # the first is recorded on Titan
    with pytest.raises(ValidationException) as refused:
        everit.decode(body)
    assert refused.value.message == "Malformed input request, please reformat your input and try again."


def test_an_object_is_decoded_in_its_own_order() -> None:
    assert list(everit.decode(b'{"b": 1, "a": {}}')) == ["b", "a"]


@given(JSON, JSON)
def test_any_value_against_any_enumeration_gives_text(value: Any, other: Any) -> None:
    texts = list(everit.violations({"enum": [other], "type": "object", "required": ["a"]}, value))
    assert all(text.startswith("#: ") for text in texts)
    assert texts or (value == other and isinstance(value, dict) and "a" in value)


@given(st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(ValidationException):
        assert isinstance(everit.decode(body), dict)


def test_a_hundred_violations_are_told_and_no_more_looked_for() -> None:
    given = Looked([1] * 100_000)
    texts = found({"properties": {"texts": {"items": {"type": "string"}}}}, {"texts": given})
    assert texts.count("expected type") == given.items == everit.MAX_TOLD
    assert texts.endswith("#/texts/99: expected type: String, found: Integer")


def test_a_schema_within_a_choice_is_no_way_around_it() -> None:
    given = Looked([1] * 100_000)
    choice = {"anyOf": [{"type": "array", "minItems": 200_000}, {"items": {"type": "string"}}]}
    texts = found({"if": {"required": ["x"]}, "then": {}, "else": {"properties": {"a": choice}}}, {"a": given})
    assert texts.startswith(
        "#: required key [x] not found#/a: expected minimum item count: 200000, found: 100000#/a/0: "
    )
    assert (texts.count("#"), given.items) == (everit.MAX_TOLD, everit.MAX_TOLD)


def test_of_names_by_the_thousand_as_many_are_told() -> None:
    names = {f"k{n}": 1 for n in range(100_000)}
    texts = found({"properties": {}, "additionalProperties": False}, names)
    assert texts.count("extraneous key") == everit.MAX_TOLD


def test_a_name_of_a_million_letters_is_told() -> None:
    name = "k" * 1_000_000
    assert name in found({"properties": {}, "additionalProperties": False}, {name: 1, "b": 2})
