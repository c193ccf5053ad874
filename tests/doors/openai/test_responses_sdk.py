"""OpenAI's own SDK against the Responses API: text, streams, thoughts, tools and errors."""

import json
from typing import Any

import openai
import pytest
from openai import OpenAI
from tests.doors.openai.conftest import CLAUDE, GPT_OSS, NOVA

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}


@pytest.mark.parametrize("model", [CLAUDE, NOVA, GPT_OSS])
def test_a_response(client: OpenAI, model: str) -> None:
    found = client.responses.create(model=model, input="Hello", instructions="Be kind.", max_output_tokens=300)
    assert "Hello" in found.output_text
    assert (found.status, found.object, found.model) == ("completed", "response", model)
    assert found.usage is not None
    assert found.usage.total_tokens == found.usage.input_tokens + found.usage.output_tokens > 0


def test_a_stream(client: OpenAI) -> None:
    with client.responses.stream(model=GPT_OSS, input="Hello") as stream:
        events = list(stream)
        final = stream.get_final_response()
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == final.output_text == client.responses.create(model=GPT_OSS, input="Hello").output_text
    # recorded on gpt-oss: the thought is an item of its own, before the message
    assert [item.type for item in final.output] == ["reasoning", "message"]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_loop_with_tools(client: OpenAI, streamed: bool) -> None:
    items: list[Any] = [{"role": "user", "content": "What is the weather in Rome?"}]
    options: dict[str, Any] = {"model": CLAUDE, "tools": [TOOL]}
    if streamed:
        with client.responses.stream(input=items, tool_choice="required", **options) as stream:
            found = stream.get_final_response()
    else:
        found = client.responses.create(input=items, tool_choice="required", **options)
    call = next(item for item in found.output if item.type == "function_call")
    assert json.loads(call.arguments)["city"]
    items += [item.model_dump(exclude_none=True) for item in found.output]
    items.append({"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"})
    assert client.responses.create(input=items, **options).output_text


def test_structure(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "name": "number", "schema": schema, "strict": True}
    found = client.responses.create(model=CLAUDE, input="Give me a number.", text={"format": form})
    assert isinstance(json.loads(found.output_text)["n"], int)


@pytest.mark.parametrize(
    "model", [CLAUDE, "anthropic.claude-sonnet-4-6", NOVA, GPT_OSS, "meta.llama3-8b-instruct-v1:0"]
)
def test_an_answer_in_json_from_any_model(client: OpenAI, model: str) -> None:
    options: dict[str, Any] = {"model": model, "input": "Hello", "text": {"format": {"type": "json_object"}}}
    whole = client.responses.create(**options).output_text
    assert isinstance(json.loads(whole), dict)
    deltas = [
        event.delta
        for event in client.responses.create(**options, stream=True)
        if event.type == "response.output_text.delta"
    ]
    assert "".join(deltas) == whole


def test_a_schema_that_a_model_does_not_take(client: OpenAI) -> None:
    form = {"type": "json_schema", "name": "number", "schema": {"type": "object"}}
    with pytest.raises(openai.BadRequestError, match="takes no JSON schema") as raised:
        client.responses.create(model=NOVA, input="Hello", text={"format": form})
    assert raised.value.param == "text.format"


def test_a_limit_leaves_it_incomplete(client: OpenAI) -> None:
    found = client.responses.create(model=CLAUDE, input="Hello", max_output_tokens=1)
    assert found.status == "incomplete"
    assert found.incomplete_details is not None
    assert found.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"previous_response_id": "resp_1"}, "not stored here; send the whole conversation as input"),
        ({"model": "nobody.knows"}, "The provided model identifier is invalid."),
        ({"tools": [{"type": "web_search"}]}, "web_search"),
        ({"temperature": 1.5}, "less than or equal to 1"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input_file"),
    ],
)
def test_refusals(client: OpenAI, options: dict[str, Any], text: str) -> None:
    for streamed in (False, True):
        with pytest.raises(openai.BadRequestError) as raised:
            client.responses.create(**{"model": CLAUDE, "input": "Hello", **options}, stream=streamed)
        assert text in str(raised.value)
