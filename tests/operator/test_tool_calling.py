"""A.7: tool calling, its two views, and the message appender after it."""

from typing import Any

import pytest
from tests.operator.clients import InProcess, Listed, answered, done, everything, said

from outcrop.operator import (
    ConfigurationException,
    DataException,
    FunctionResultGenerator,
    MessageAppender,
    ToolCalling,
)

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
TOOL = {"name": "get_weather", "description": "The weather", "parameters": [{"name": "city", "required": True}]}
PIPELINE = {"name": "book", "parameters": [], "sl_tool_metadata": {"tool_type": "pipeline", "path": "/book"}}
ROME = {"toolUse": {"toolUseId": "tooluse_1", "name": "get_weather", "input": {"city": "Rome"}}}
BOOK = {"toolUse": {"toolUseId": "tooluse_2", "name": "book", "input": {}}}
RECORD = {"messages": [{"sl_role": "USER", "content": "Weather in Rome?"}], "tools": [TOOL, PIPELINE]}


def operator(client: Any, **settings: Any) -> ToolCalling:
    return ToolCalling(client, model=HAIKU, **settings)


def test_the_request_holds_the_tools() -> None:
    client = Listed(said("Sunny."))
    done(operator(client, system_prompt="Be brief.", maximum_tokens=50).process(RECORD))
    assert client.request["system"] == [{"text": "Be brief."}]
    assert client.request["inferenceConfig"] == {"maxTokens": 50}
    assert [tool["toolSpec"]["name"] for tool in client.request["toolConfig"]["tools"]] == ["get_weather", "book"]
    assert "toolChoice" not in client.request["toolConfig"]


@pytest.mark.parametrize(
    ("settings", "choice"),
    [
        ({"tool_choice": "ANY"}, {"any": {}}),
        ({"tool_choice": "SPECIFY A FUNCTION", "function_name": "book"}, {"tool": {"name": "book"}}),
    ],
)
def test_tool_choice(settings: Any, choice: Any) -> None:
    client = Listed(said("Sunny."))
    done(operator(client, **settings).process(RECORD))
    assert client.request["toolConfig"]["toolChoice"] == choice


@pytest.mark.parametrize(
    "settings", [{"tool_choice": "auto"}, {"tool_choice": "SPECIFY A FUNCTION"}, {"function_name": "book"}]
)
def test_what_can_never_work(settings: Any) -> None:
    with pytest.raises(ConfigurationException):
        operator(Listed(), **settings)


def test_two_views() -> None:
    response = answered([{"text": "I look."}, ROME, BOOK], "tool_use")
    found = everything(operator(Listed(response)), [RECORD])
    assert [view for view, _ in found] == ["output0", "output1", "output1"]
    first, rome, book = (document for _, document in found)
    assert first["messages"] == [*RECORD["messages"], response["output"]["message"]]
    assert first["stopReason"] == "tool_use"
    assert first["original"] == RECORD
    assert rome == {**ROME, "json_arguments": {"city": "Rome"}, "original": RECORD}
    assert book["sl_tool_metadata"] == {"tool_type": "pipeline", "path": "/book"}


def test_a_cut_call_is_no_call() -> None:
    assert len(everything(operator(Listed(answered([ROME], "max_tokens"))), [RECORD])) == 1


def test_the_appender_makes_the_next_request() -> None:
    response = answered([ROME, BOOK], "tool_use")
    first, *calls = (document for _, document in everything(operator(Listed(response)), [RECORD]))
    generator = FunctionResultGenerator(content="Sunny", function_id="$toolUse.toolUseId")
    results = [done(generator.process(call)) for call in calls]
    appended = done(MessageAppender().process([first, *results]))
    assert [message.get("sl_role", message.get("role")) for message in appended["messages"]] == [
        "USER",
        "assistant",
        "TOOL",
        "TOOL",
    ]
    client = Listed(said("Sunny, and booked."))
    done(operator(client, tool_payload="$original.tools").process(appended))
    last = client.request["messages"][-1]
    assert [block["toolResult"]["toolUseId"] for block in last["content"]] == ["tooluse_1", "tooluse_2"]


def test_the_gateway_calls_a_tool_and_takes_its_result(gateway: InProcess, asked: Any) -> None:
    op = operator(gateway, tool_choice="ANY")
    document = asked(op, {**RECORD, "tools": [TOOL]})
    call = op.calls(document)[0]
    assert call["toolUse"]["name"] == "get_weather"
    assert set(call["json_arguments"]) == {"city"}
    result = done(FunctionResultGenerator(content="15 degrees", function_id="$toolUse.toolUseId").process(call))
    appended = done(MessageAppender().process([document, result]))
    after = asked(operator(gateway, tool_payload="$original.tools"), appended)
    assert after["stopReason"] == "end_turn"
    assert "The tool answered: 15 degrees." in after["output"]["message"]["content"][0]["text"]


def test_a_payload_without_tools_is_the_records_fault() -> None:
    with pytest.raises(DataException):
        done(operator(Listed(said("x"))).process({"messages": RECORD["messages"]}))
