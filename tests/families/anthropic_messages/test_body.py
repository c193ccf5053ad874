"""The typed body takes what the documentation shows, and nothing that a schema would refuse."""

from typing import Any

import msgspec
import pytest
from tests.families.conftest import claude, encoded, image, text, tool, tool_result, tool_use, turns

from outcrop.families.anthropic_messages.body import Body, Image, Text, Thinking, ToolResult


def decode(sent: Any) -> Body:
    return msgspec.json.decode(encoded(sent), type=Body)


def test_blocks_are_told_apart_by_their_type() -> None:
    thought = {"type": "thinking", "thinking": "a", "signature": "b"}
    sent = claude(messages=turns(("user", [text("a"), image(), tool_result()]), ("assistant", [thought])))
    user, assistant = decode(sent).messages
    assert [type(block) for block in user.content] == [Text, Image, ToolResult]
    assert [type(block) for block in assistant.content] == [Thinking]


def test_strings_may_stand_for_lists_of_text() -> None:
    body = decode(claude(messages=turns(("user", "Hi"))) | {"system": "Be kind."})
    assert (body.messages[0].content, body.system) == ("Hi", "Be kind.")


@pytest.mark.parametrize(
    "members",
    [
        {"temperature": None},
        {"system": None},
        {"top_k": 501},
        {"max_tokens": 0},
        {"surprise": 1},
        {"tool_choice": {"type": "tool"}},
        {"system": [{"text": "no type"}]},
        {"messages": [{"role": "user", "content": [{"text": "no type"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "surprise": 1}]}]},
        {"messages": [{"role": "tool", "content": "a"}]},
        {"output_config": {"format": {"schema": {}}}},
    ],
)
def test_it_is_as_strict_as_the_schemas(members: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(claude(**members))


def test_an_answer_can_be_sent_back_as_it_came() -> None:
    # recorded answers of 2026 have `caller` on tool calls and `citations` on text
    said = [text("a", citations=None), tool_use(caller={"type": "direct"})]
    body = decode(claude(messages=turns(("user", "Hi"), ("assistant", said)), tools=[tool()]))
    assert len(body.messages[1].content) == 2
