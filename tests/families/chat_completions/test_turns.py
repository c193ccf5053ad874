"""Chat-completions messages, tools and formats as the hub's."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import PIXEL
from tests.families.natives import link
from tests.families.test_everit import JSON

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.chat_completions import turns
from outcrop.families.chat_completions.body import Choice, Format, Tool, Turn
from outcrop.model.runtime import Message, ToolConfiguration


def read(*messages: Any) -> list[Turn]:
    return msgspec.convert(list(messages), list[Turn])


def hub(*messages: Any) -> list[Message]:
    return turns.messages(read(*messages), ModelRefusal)


def said(role: str, content: Any, **members: Any) -> Any:
    return {"role": role, "content": content, **members}


def call(identifier: str = "c1", arguments: str = '{"a":2}') -> Any:
    return {"id": identifier, "type": "function", "function": {"name": "add", "arguments": arguments}}


def test_roles() -> None:
    messages = [
        said("system", "Be brief."),
        said("developer", [{"type": "text", "text": "Be"}, {"type": "text", "text": "kind."}]),
        said("user", "Hi"),
        said("assistant", "Hello"),
        said("user", None),
    ]
    assert [(message.role, message.content[0].text) for message in hub(*messages)] == [
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", ""),
    ]
    assert [block.text for block in turns.system(read(*messages))] == ["Be brief.", "Be\nkind."]


def test_pictures_stand_among_the_words() -> None:
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": link()}}]
    words, picture = hub(said("user", parts))[0].content
    assert words.text == "What is it?"
    assert picture.image is not None
    assert (picture.image.format, picture.image.source.bytes) == ("png", PIXEL)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a.png", "data:image/png;base64,!", link(b"no picture"), base64.b64encode(PIXEL).decode()],
)
def test_what_is_no_picture_is_refused_and_never_fetched(url: str) -> None:
    with pytest.raises(ModelRefusal, match="Failed to load image"):
        hub(said("user", [{"type": "image_url", "image_url": {"url": url}}]))


@pytest.mark.parametrize("content", ["", None, []])
def test_a_call_without_words(content: Any) -> None:
    # recorded 2025-11 with an empty list
    (block,) = hub(said("assistant", content, tool_calls=[call()]))[0].content
    assert block.tool_use is not None
    assert (block.tool_use.tool_use_id, block.tool_use.name, block.tool_use.input) == ("c1", "add", {"a": 2})


def test_words_and_a_call() -> None:
    # recorded 2025-11
    words, use = hub(said("assistant", "sum=5", tool_calls=[call()]))[0].content
    assert (words.text, use.tool_use is not None) == ("sum=5", True)


@pytest.mark.parametrize("arguments", ["{", "[]", "null", "5"])
def test_arguments_that_are_no_object_are_refused(arguments: str) -> None:
    with pytest.raises(ModelRefusal, match="tool call c1"):
        hub(said("assistant", None, tool_calls=[call(arguments=arguments)]))


def test_results_that_follow_each_other_are_one_turn() -> None:
    messages = hub(
        said("assistant", None, tool_calls=[call("c1"), call("c2")]),
        said("tool", "5", tool_call_id="c1"),
        said("tool", [{"type": "text", "text": "6"}], tool_call_id="c2"),
        said("user", "And?"),
        said("tool", "7", tool_call_id="c3"),
    )
    assert [message.role for message in messages] == ["assistant", "user", "user", "user"]
    results = [block.tool_result for message in messages for block in message.content if block.tool_result]
    assert [(each.tool_use_id, each.content[0].text) for each in results] == [("c1", "5"), ("c2", "6"), ("c3", "7")]


ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "required": ["a"]}}}
BARE = {"type": "function", "function": {"name": "now", "description": ""}}


def tool_config(tools: Any, choice: Any = None) -> ToolConfiguration | None:
    asked = msgspec.convert(tools, list[Tool] | None)
    return turns.tool_config(asked, msgspec.convert(choice, Choice | None), ModelRefusal)


def test_tools() -> None:
    found = tool_config([ADD, BARE])
    assert found is not None
    specifications = [tool.tool_spec for tool in found.tools if tool.tool_spec]
    assert [each.name for each in specifications] == ["add", "now"]
    assert specifications[0].input_schema.json == {"type": "object", "required": ["a"]}
    assert specifications[1].input_schema.json == {"type": "object", "properties": {}}
    assert (specifications[1].description, found.tool_choice) == (None, None)


def test_choices() -> None:
    required, named = (
        tool_config([ADD], "required"),
        tool_config([ADD], {"type": "function", "function": {"name": "add"}}),
    )
    assert required is not None
    assert required.tool_choice is not None
    assert required.tool_choice.any is not None
    assert named is not None
    assert named.tool_choice is not None
    assert named.tool_choice.tool is not None
    assert named.tool_choice.tool.name == "add"
    assert tool_config([ADD], "none") is tool_config([]) is tool_config(None, "auto") is None


def test_a_choice_of_nothing_is_refused() -> None:
    # vLLM's words
    with pytest.raises(ModelRefusal, match="When using `tool_choice`, `tools` must be set"):
        tool_config([], "required")
    with pytest.raises(ModelRefusal, match="does not match any of the specified `tools`"):
        tool_config([ADD], {"type": "function", "function": {"name": "subtract"}})


def schema_of(asked: Any) -> Any:
    found = turns.output_config(msgspec.convert(asked, Format))
    if found is None or found.text_format is None or found.text_format.structure.json_schema is None:
        return None
    return msgspec.json.decode(found.text_format.structure.json_schema.schema)


def test_formats() -> None:
    schema = {"type": "object", "required": ["word"]}
    assert schema_of({"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}) == schema
    assert schema_of({"type": "json_object"}) == {"type": "object"}
    assert schema_of({"type": "json_schema"}) == {"type": "object"}
    assert schema_of({"type": "text"}) is None
    assert turns.output_config(None) is None


@given(st.lists(st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "tool"]), "content": JSON})))
def test_any_messages_are_read_or_refused(messages: Any) -> None:
    try:
        found = hub(*messages)
    except (msgspec.ValidationError, ModelRefusal):
        return
    assert len(found) <= len(messages)
    assert all(message.content or message.role == "user" for message in found)
