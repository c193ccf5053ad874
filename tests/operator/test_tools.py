"""Tools as generators describe them, and as Converse takes them."""

from typing import Any

import pytest

from outcrop.operator.exceptions import DataException
from outcrop.operator.tools import configuration, listed, metadata

PUBLISHED = {
    "sl_type": "function",
    "name": "get_weather",
    "description": "The weather",
    "parameters": [
        {"name": "city", "type": "STRING", "description": "Where", "required": True},
        {"name": "days", "type": "INTEGER", "enum": [1, 7]},
    ],
}
NATIVE = {"toolSpec": {"name": "now", "inputSchema": {"json": {"type": "object"}}}}


def test_a_description_becomes_a_tool_specification() -> None:
    assert configuration([PUBLISHED, NATIVE], {"any": {}}) == {
        "tools": [
            {
                "toolSpec": {
                    "name": "get_weather",
                    "description": "The weather",
                    "inputSchema": {
                        "json": {
                            "type": "object",
                            "properties": {
                                "city": {"type": "string", "description": "Where"},
                                "days": {"type": "integer", "enum": [1, 7]},
                            },
                            "required": ["city"],
                        }
                    },
                }
            },
            NATIVE,
        ],
        "toolChoice": {"any": {}},
    }


def test_a_schema_may_be_given_whole() -> None:
    schema = {"type": "object", "properties": {}}
    made = configuration([{"name": "a", "parameters": schema}], None)
    assert made == {"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": schema}}}]}


def test_tools_are_found_in_lists_and_documents() -> None:
    assert listed([PUBLISHED]) == listed({"tools": [PUBLISHED]}) == listed([{"tools": [PUBLISHED]}]) == [PUBLISHED]


def test_metadata_is_kept_from_the_model() -> None:
    tool = {**PUBLISHED, "sl_tool_metadata": {"tool_type": "pipeline"}}
    assert metadata([tool, NATIVE]) == {"get_weather": {"tool_type": "pipeline"}}
    assert "pipeline" not in str(configuration([tool], None))


@pytest.mark.parametrize("given", [None, "x", [1], [{"name": "a", "parameters": [{"type": "STRING"}]}]])
def test_what_are_no_tools(given: Any) -> None:
    with pytest.raises(DataException):
        configuration(listed(given), None)
