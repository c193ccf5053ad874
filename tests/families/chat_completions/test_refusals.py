"""The three voices of the servers behind the open-weight models."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from tests.families.test_everit import JSON

from outcrop.families.chat_completions import refusals
from outcrop.families.chat_completions.body import Turn


class Body(msgspec.Struct):
    messages: list[Turn]
    temperature: float | None = None
    seed: int | None = None
    stream: bool | None = None
    tools: dict[str, Any] | None = None


def message(refusal: refusals.ModelRefusal) -> str:
    return str(json.loads(refusal.text)["error"]["message"])


def misread(body: Any) -> str:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(body, Body)
    return message(refusals.misread(error.value, body, 99))


def test_a_refusal_is_a_document() -> None:
    # probed: the members in this order
    assert refusals.embedded("No.").text == (
        '{"error":{"code":"validation_error","message":"No.","param":null,"type":"invalid_request_error"}}'
    )


def test_vllm_within_the_error_event() -> None:
    # probed on Gemma 3
    assert refusals.bad_request("Conversation roles must alternate user/assistant/user/assistant/...").text == (
        '{"error":{"code":"validation_error","message":"ErrorEvent { error: APIError { type: \\"BadRequestError\\", code: '
        'Some(400), message: \\"Conversation roles must alternate user/assistant/user/assistant/...\\", param: None } }",'
        '"param":null,"type":"invalid_request_error"}}'
    )
    assert 'message: "a \\"b\\" \\\\", param' in message(refusals.bad_request('a "b" \\'))


def test_pydantic() -> None:
    # probed on gpt-oss
    assert refusals.not_a_literal("reasoning_effort", "minimal", ("none", "low", "medium", "high")).text == (
        '{"error":{"code":"validation_error","message":"SubmitRequestFailure: SubmitRequestFailure: code=-32602, msg=1 '
        "validation error for ChatCompletionRequest\\nreasoning_effort\\n  Input should be 'none', 'low', 'medium' or "
        "'high' [type=literal_error, input_value='minimal', input_type=str]\\n    For further information visit "
        'https://errors.pydantic.dev/2.13/v/literal_error","param":null,"type":"invalid_request_error"}}'
    )


def test_serde() -> None:
    # probed on gpt-oss, but for the place
    expected = "unknown variant `budget_tokens`, expected one of `high`, `low`, `medium`, `minimal`, `none`, `xhigh`"
    assert message(refusals.wrong_form(expected, "reasoning_effort", 360)) == (
        f"Failed to deserialize the JSON body into the target type: Invalid 'reasoning_effort': {expected} at line 1 "
        "column 360"
    )


ASKED = {"messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # the sentences are serde's own
        ({}, "missing field `messages`"),
        ({"messages": 5}, "Invalid 'messages': invalid type: integer `5`, expected a sequence"),
        ({"messages": None}, "Invalid 'messages': invalid type: null, expected a sequence"),
        ({"messages": ["a"]}, "Invalid 'messages[0]': invalid type: string \"a\", expected a map"),
        ({"messages": [{}]}, "Invalid 'messages[0]': missing field `role`"),
        (
            {"messages": [{"role": "bot"}]},
            "Invalid 'messages[0].role': unknown variant `bot`, expected one of `assistant`, `developer`, `system`, `tool`, "
            "`user`",
        ),
        ({**ASKED, "temperature": "hot"}, "Invalid 'temperature': invalid type: string \"hot\", expected f32"),
        ({**ASKED, "seed": 1.5}, "Invalid 'seed': invalid type: floating point `1.5`, expected u32"),
        ({**ASKED, "stream": {}}, "Invalid 'stream': invalid type: map, expected a boolean"),
        ({**ASKED, "tools": True}, "Invalid 'tools': invalid type: boolean `true`, expected a map"),
    ],
)
def test_what_msgspec_finds_in_serdes_words(body: Any, text: str) -> None:
    assert misread(body) == f"Failed to deserialize the JSON body into the target type: {text} at line 1 column 99"


@given(JSON)
def test_whatever_is_wrong_is_put_into_words(body: Any) -> None:
    wrong = None
    try:
        msgspec.convert(body, Body)
    except msgspec.ValidationError as error:
        wrong = message(refusals.misread(error, body, 1))
    assert wrong is None or wrong.endswith(" at line 1 column 1")
