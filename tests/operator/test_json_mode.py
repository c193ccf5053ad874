"""A.4: how JSON is asked for, and how it is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat.json_mode import INSTRUCTION
from outcrop.operator.exceptions import DataException
from outcrop.operator.json_mode import check, parse, prepare, schema_fault, way

SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
HAIKU_3, SONNET_45, SONNET_46 = (
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-sonnet-4-6",
)


@pytest.mark.parametrize(
    ("model", "schema", "thinking", "expected"),
    [
        (HAIKU_3, False, False, "prefill"),
        (HAIKU_3, True, False, "prefill"),
        (SONNET_45, False, False, "prefill"),
        (SONNET_45, True, False, "schema"),
        (SONNET_45, False, True, "instruction"),
        (SONNET_46, False, False, "instruction"),
        (SONNET_46, True, False, "schema"),
        ("mistral.mistral-large-3-675b-instruct", False, False, "schema"),
        ("mistral.mistral-large-2402-v1:0", False, False, "instruction"),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", True, False, "instruction"),
    ],
)
def test_the_way_by_model(model: str, schema: bool, thinking: bool, expected: str) -> None:
    assert way(model, schema=SCHEMA if schema else None, thinking=thinking) == expected


def test_a_list_is_not_begun_with_a_brace() -> None:
    assert way(HAIKU_3, schema={"type": "array"}, thinking=False) == "instruction"


def request() -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"text": "List."}]}]}


def test_an_assistant_message_is_added_at_the_end() -> None:
    asked = request()
    prepare(asked, "prefill", None)
    assert asked["messages"][1:] == [{"role": "assistant", "content": [{"text": "{"}]}]


def test_a_schema_is_sent_as_structured_output() -> None:
    asked = request()
    prepare(asked, "schema", SCHEMA)
    text_format = asked["outputConfig"]["textFormat"]
    assert text_format["type"] == "json_schema"
    assert text_format["structure"]["jsonSchema"]["schema"] == (
        '{"type":"object","properties":{},"additionalProperties":false}'
    )
    assert asked["messages"] == request()["messages"]


def test_the_pages_advice_is_added_where_nothing_else_works() -> None:
    given_messages = request()["messages"]
    asked = {"messages": given_messages}
    prepare(asked, "instruction", None)
    assert asked["messages"][0]["content"] == [{"text": "List."}, {"text": INSTRUCTION}]
    assert given_messages == request()["messages"]  # the record's own message is not touched


@pytest.mark.parametrize("chosen", ["prefill", "instruction"])
def test_a_schema_is_told_to_models_that_cannot_be_held_to_it(chosen: Any) -> None:
    asked = request()
    prepare(asked, chosen, {"type": "object"})
    assert asked["messages"][0]["content"][-1] == {
        "text": 'Respond with a valid JSON object. It must follow this JSON schema: {"type":"object"}'
    }
    assert len(asked["messages"]) == (2 if chosen == "prefill" else 1)


def test_every_answer_is_held_to_the_schema() -> None:
    schema = {"type": "object", "required": ["city"]}
    check({"city": "Rome"}, schema, {})
    check([], None, {})
    with pytest.raises(DataException) as caught:
        check({"town": "Rome"}, schema, {"output": {}})
    assert caught.value.error == "The JSON content does not follow the JSON schema"
    assert caught.value.response == {"output": {}}


@pytest.mark.parametrize("schema", ["{}", [], True, {"type": "city"}, {"$ref": "http://example.com/schema"}])
def test_what_is_no_schema(schema: Any) -> None:
    assert schema_fault(schema)


@pytest.mark.parametrize("chosen", ["prefill", "schema", "instruction"])
def test_a_list_that_ends_with_an_assistant_message_is_refused(chosen: Any) -> None:
    asked = request()
    asked["messages"].append({"role": "assistant", "content": [{"text": "Sure:"}]})
    with pytest.raises(DataException) as caught:
        prepare(asked, chosen, SCHEMA)
    assert caught.value.resolution == "Ensure your message list ends with a User message, not an Assistant message."


def test_the_pages_words_for_what_does_not_parse() -> None:
    with pytest.raises(DataException) as caught:
        parse('{"a": [1, 2], "b" 1}', {"output": {}})
    assert caught.value.error == "Unable to parse JSON content string"
    assert caught.value.reason == "Expecting ':' delimiter: line 1 column 19 (char 18)"
    assert caught.value.resolution == (
        "Explicitly request a valid JSON response in your prompt. For example, Respond with a valid JSON object."
    )
    assert caught.value.response == {"output": {}}


@pytest.mark.parametrize(
    "text", ['{"a":NaN}', "{}{}", "", '{"a":1} Hope this helps', "[" * 200_000, "```json\n{}\n``` Hope this helps"]
)
def test_reading_never_repairs(text: str) -> None:
    with pytest.raises(DataException):
        parse(text, {})


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '```json\n{"a": 1}\n```', ' ```\n{"a": 1}\n``` \n', '```JSON\n{\n"a": 1}```']
)
def test_one_fence_is_taken_off(text: str) -> None:
    assert parse(text, {}) == {"a": 1}


@given(st.text())
def test_any_text_is_json_or_an_error_that_carries_the_answer(text: str) -> None:
    response = {"output": text}
    try:
        found: Any = parse(text, response)
    except DataException as error:
        found = error.response
    assert found is response or json.loads(text.strip("` \n").removeprefix("json")) == found
