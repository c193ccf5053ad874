"""A.7: the function generator and the function result generator."""

from typing import Any

import pytest
from tests.operator.clients import done

from outcrop.operator import (
    Chain,
    ConfigurationException,
    FunctionGenerator,
    FunctionResultGenerator,
    Parameter,
    payload,
)

CITY = Parameter("city", description="Where", required=True)
UNIT = Parameter("unit", "STRING", "Which scale", ["C", "F"])


def weather(**more: Any) -> FunctionGenerator:
    return FunctionGenerator(name="get_weather", description="The weather", parameters=[CITY, UNIT], **more)


def test_the_published_shape() -> None:
    assert done(weather().process({"q": 1})) == {
        "tools": [
            {
                "sl_type": "function",
                "name": "get_weather",
                "description": "The weather",
                "parameters": [
                    {"name": "city", "type": "STRING", "description": "Where", "required": True},
                    {"name": "unit", "type": "STRING", "description": "Which scale", "enum": ["C", "F"]},
                ],
            }
        ],
        "original": {"q": 1},
    }


def test_generators_in_a_row_collect_tools() -> None:
    chain = Chain([weather(), FunctionGenerator(name="now", metadata={"tool_type": "pipeline", "path": "/now"})])
    tools = done(chain.process({}))["tools"]
    assert [tool["name"] for tool in tools] == ["get_weather", "now"]
    assert tools[1]["sl_tool_metadata"] == {"tool_type": "pipeline", "path": "/now"}


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "ä"])
def test_names_are_1_to_64_letters_digits_and_two_signs(name: str) -> None:
    with pytest.raises(ConfigurationException):
        FunctionGenerator(name=name)


def test_types_are_named() -> None:
    with pytest.raises(ConfigurationException) as caught:
        FunctionGenerator(name="a", parameters=[Parameter("x", "string")])
    assert caught.value.resolution == "Choose one of: STRING, INTEGER, NUMBER, BOOLEAN, ARRAY, OBJECT."


def test_a_result_is_a_message_of_role_tool() -> None:
    record = {"response": {"t": 15}, "original": {"toolUse": {"toolUseId": "tooluse_1"}}}
    made = done(FunctionResultGenerator(function_name="get_weather", metadata={"ms": 3}).process(record))
    assert made == {
        "sl_role": "TOOL",
        "function_id": "tooluse_1",
        "content": {"t": 15},
        "is_error": False,
        "name": "get_weather",
        "metadata": {"ms": 3},
        "original": record,
    }
    assert payload.parse([made]).messages == [
        {"role": "user", "content": [{"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": {"t": 15}}]}}]}
    ]


@pytest.mark.parametrize(("given", "error"), [("true", True), ("false", False), (True, True), (False, False)])
def test_is_error_is_a_flag_or_its_name(given: Any, error: bool) -> None:
    made = done(FunctionResultGenerator(function_id="$id", content="x", is_error=given).process({"id": "a"}))
    assert made["is_error"] is error
    result = payload.parse([made]).messages[0]["content"][0]["toolResult"]
    assert result.get("status") == ("error" if error else None)


def test_is_error_is_nothing_else() -> None:
    with pytest.raises(ConfigurationException):
        FunctionResultGenerator(is_error="maybe")
