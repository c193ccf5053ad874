"""A.7: the agent."""

import asyncio
from typing import Any

import pytest
from tests.operator.clients import InProcess, Listed, answered, done, said

from outcrop.operator import Agent, ConfigurationException, DataException

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]}
TOOLS = [{"name": name, "description": f"{name} two numbers", "parameters": SCHEMA} for name in ("add", "divide")]
RECORD = {"messages": [{"sl_role": "USER", "content": "What is 1 + 2, and 1 / 0?"}], "tools": TOOLS}


def use(identifier: str, name: str, a: int, b: int) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": identifier, "name": name, "input": {"a": a, "b": b}}}


async def add(a: int, b: int) -> dict[str, int]:
    await asyncio.sleep(0)
    return {"sum": a + b}


def divide(a: int, b: int) -> float:
    return a / b


def agent(client: Any, **settings: Any) -> Agent:
    return Agent(client, model=HAIKU, functions={"add": add, "divide": divide}, **settings)


def test_it_asks_until_no_tool_is_called() -> None:
    calls = answered([use("t1", "add", 1, 2), use("t2", "divide", 1, 0), use("t3", "sing", 0, 0)], "tool_use")
    client = Listed(calls, answered([use("t4", "add", 3, 3)], "tool_use"), said("Three, and no number."))
    op = agent(client, tool_choice="ANY")
    document = done(op.process(RECORD))
    assert document["output"]["message"]["content"] == [{"text": "Three, and no number."}]
    assert document["iterations"] == 3
    assert document["usage"] == {"inputTokens": 30, "outputTokens": 15, "totalTokens": 45}
    assert document["messages"][2]["content"] == [
        {"toolResult": {"toolUseId": "t1", "content": [{"json": {"sum": 3}}]}},
        {
            "toolResult": {
                "toolUseId": "t2",
                "content": [{"text": "ZeroDivisionError: division by zero"}],
                "status": "error",
            }
        },
        {"toolResult": {"toolUseId": "t3", "content": [{"text": "There is no function sing."}], "status": "error"}},
    ]
    assert client.requests[2]["messages"] == document["messages"][:-1]
    assert ["toolChoice" in request["toolConfig"] for request in client.requests] == [True, False, False]
    assert op.statistics.requests == 3


def test_its_limit() -> None:
    client = Listed(answered([use("t", "add", 1, 2)], "tool_use"))
    with pytest.raises(DataException) as caught:
        done(agent(client).process(RECORD))
    assert len(client.requests) == 20
    assert caught.value.reason == "The model still calls functions after 20 iterations."
    assert caught.value.response["iterations"] == 20
    with pytest.raises(ConfigurationException):
        agent(client, iteration_limit=0)


def test_a_prompt_and_thinking() -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}}
    client = Listed(answered([thought, use("t1", "add", 1, 2)], "tool_use"), said("Three."))
    op = agent(client, prompt="$q", thinking=True, budget_tokens=1024)
    done(op.process({"q": "1 + 2?", "tools": TOOLS}))
    assert client.requests[0]["messages"] == [{"role": "user", "content": [{"text": "1 + 2?"}]}]
    assert client.requests[1]["messages"][1]["content"][0] == thought
    assert client.requests[1]["additionalModelRequestFields"]["thinking"]["budget_tokens"] == 1024


def test_the_gateway_and_an_agent(gateway: InProcess, asked: Any) -> None:
    record = {"messages": [{"sl_role": "USER", "content": "Please add two numbers"}], "tools": TOOLS[:1]}
    document = asked(agent(gateway), record)
    assert document["iterations"] == 2
    assert document["stopReason"] == "end_turn"
    assert 'The tool answered: {"sum":' in document["output"]["message"]["content"][0]["text"]
