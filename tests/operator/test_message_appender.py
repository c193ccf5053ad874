"""A.7: the message appender."""

from typing import Any

import pytest
from tests.operator.clients import done

from outcrop.operator import DataException, MessageAppender

FIRST = {"stopReason": "tool_use", "messages": [{"sl_role": "USER", "content": "Hi"}], "original": {"id": 1}}


def test_messages_are_aggregated_in_the_order_of_inputs() -> None:
    message = {"sl_role": "TOOL", "function_id": "a", "content": "x", "original": {"big": 1}}
    listed = {"messages": [{"sl_role": "TOOL", "function_id": "b", "content": "y"}]}
    made = done(MessageAppender().process([FIRST, message, listed]))
    assert [one.get("function_id") for one in made["messages"]] == [None, "a", "b"]
    assert "original" not in made["messages"][1]
    assert (made["stopReason"], made["original"]) == ("tool_use", {"id": 1})


def test_the_message_setting_says_where_messages_are() -> None:
    made = done(MessageAppender(message="$m").process([{"m": [1]}, {"m": 2}]))
    assert made["messages"] == [1, 2]


@pytest.mark.parametrize("record", [{}, [], [FIRST]])
def test_two_inputs_are_needed(record: Any) -> None:
    with pytest.raises(DataException):
        done(MessageAppender().process(record))


def test_its_default_is_execute_only() -> None:
    assert MessageAppender().execution_mode == "Execute only"
    assert done(MessageAppender().preview([[FIRST, FIRST]])).outputs == []
