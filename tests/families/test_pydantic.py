"""The sentences of pydantic as Anthropic's API gives them: one violation, with its place."""

from typing import Any

import pytest
from hypothesis import given
from tests.families.test_everit import JSON

from outcrop.families import pydantic

STRING = {"type": "string"}
SOURCE = {"type": "object", "required": ["data"], "properties": {"type": STRING, "data": STRING}}
BLOCK = {
    "variants": {
        "text": {
            "type": "object",
            "required": ["text"],
            "properties": {"type": STRING, "text": STRING},
            "additionalProperties": False,
        },
        "image": {"type": "object", "required": ["source"], "properties": {"source": {"variants": {"base64": SOURCE}}}},
        "video": {},
    },
    "unbuilt": ("video",),
}


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        # recorded or quoted: Field required, Extra inputs, the two kinds of numbers, a valid array and an object (2025-26)
        ({"required": ["a"], "type": "object", "properties": {"a": {}}}, {}, "p.a: Field required"),
        (
            {"type": "object", "properties": {}, "additionalProperties": False},
            {"k": 1},
            "p.k: Extra inputs are not permitted",
        ),
        (STRING, 1, "p: Input should be a valid string"),
        ({"type": "integer"}, "1", "p: Input should be a valid integer"),
        ({"type": "integer"}, True, "p: Input should be a valid integer"),
        ({"type": "number"}, None, "p: Input should be a valid number"),
        ({"type": "boolean"}, 1, "p: Input should be a valid boolean"),
        ({"type": "array"}, None, "p: Input should be a valid array"),
        ({"type": "object"}, [], "p: Input should be an object"),
        ({"type": "integer", "minimum": 1024}, 5, "p: Input should be greater than or equal to 1024"),
        ({"type": "integer", "maximum": 500}, 501, "p: Input should be less than or equal to 500"),
        ({"type": "number", "range": (0, 1)}, 1.5, "p: range: 0..1"),
        ({"enum": ("a", "b", "c")}, "d", "p: Input should be 'a', 'b' or 'c'"),
        ({"enum": ("a",)}, "d", "p: Input should be 'a'"),
        ({"type": "string", "pattern": "[a-z]{1,2}"}, "A", "p: String should match pattern '^[a-z]{1,2}$'"),
        ({"type": "array", "items": STRING}, ["a", 1], "p.1: Input should be a valid string"),
        (BLOCK, {}, "p.type: Field required"),
        (BLOCK, "x", "p: Input should be an object"),
        (
            BLOCK,
            {"type": "doc"},
            "p: Input tag 'doc' found using 'type' does not match any of the expected tags: 'text', 'image', 'video'",
        ),
        (BLOCK, {"type": ["text"]}, None),
        (BLOCK, {"type": "image"}, "p.image.source: Field required"),
        (BLOCK, {"type": "image", "source": {"type": "base64"}}, "p.image.source.base64.data: Field required"),
        (BLOCK, {"type": "text", "text": "a", "b": 1}, "p.text.b: Extra inputs are not permitted"),
        (BLOCK, {"type": "video"}, "p: type 'video' is not supported for this model"),
    ],
)
def test_texts(schema: Any, value: Any, text: str | None) -> None:
    found = pydantic.violation(schema, value, "p")
    assert found == text if text else found is not None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, object()),
        ({"nullable": True, "type": "string"}, None),
        ({"type": "array", "text": True}, "a string instead"),
        ({"variants": {"custom": {}}, "default": "custom"}, {"name": "no type"}),
        ({"variants": {"custom": {}}, "default": "custom"}, {"type": None}),
        (BLOCK, {"type": "text", "text": "a"}),
        ({"type": "string", "pattern": "a+"}, "aaa"),
        ({"enum": ("a",)}, "a"),
    ],
)
def test_valid_values(schema: Any, value: Any) -> None:
    assert pydantic.violation(schema, value, "p") is None


def test_only_the_first_violation_is_told_in_the_order_of_the_schema() -> None:
    schema = {
        "type": "object",
        "required": ["a", "c"],
        "properties": {"a": STRING, "b": STRING, "c": STRING},
        "additionalProperties": False,
    }
    assert pydantic.violation(schema, {"x": 1, "b": 2}) == "a: Field required"
    assert pydantic.violation(schema, {"x": 1, "b": 2, "a": "a"}) == "b: Input should be a valid string"
    assert pydantic.violation(schema, {"x": 1, "a": "a", "c": "c"}) == "x: Extra inputs are not permitted"


@given(JSON)
def test_any_value_gives_a_text_or_nothing(value: Any) -> None:
    found = pydantic.violation({"type": "array", "items": BLOCK}, value, "messages")
    assert found is None or found.startswith("messages")
