"""What a request says of itself: its tools, its cache points, the text of its blocks."""

import msgspec
import pytest

from outcrop.chat.request import ChatRequest, has_cache_point, text_of, user
from outcrop.model.runtime import ContentBlock, Message, SystemContentBlock, ToolConfiguration

POINT = {"cachePoint": {"type": "default"}}


def block(**members: object) -> ContentBlock:
    return msgspec.convert(members, ContentBlock)


def configuration(*tools: object, **members: object) -> ToolConfiguration:
    return msgspec.convert({"tools": list(tools), **members}, ToolConfiguration)


def test_a_users_message_is_one_block_of_text() -> None:
    assert user("Hi") == Message(role="user", content=[ContentBlock(text="Hi")])


def test_requests_do_not_share_their_empty_members() -> None:
    one, other = ChatRequest(messages=[]), ChatRequest(messages=[])
    one.fields["top_k"] = 1
    one.inference.max_tokens = 1

    assert (other.fields, other.inference.max_tokens) == ({}, None)


def test_without_tools_there_is_no_choice() -> None:
    request = ChatRequest(messages=[user("Hi")])

    assert (request.tools, request.tool_choice) == ([], None)


def test_tools_and_choice_come_from_the_configuration() -> None:
    given = configuration({"systemTool": {"name": "grounding"}}, toolChoice={"any": {}})
    request = ChatRequest(messages=[user("Hi")], tool_config=given)

    assert [tool.system_tool.name for tool in request.tools if tool.system_tool] == ["grounding"]
    assert request.tool_choice is given.tool_choice


@pytest.mark.parametrize(
    "request_",
    [
        ChatRequest(messages=[Message(role="user", content=[ContentBlock(text="Hi"), block(**POINT)])]),
        ChatRequest(messages=[user("Hi")], system=[msgspec.convert(POINT, SystemContentBlock)]),
        ChatRequest(messages=[user("Hi")], tool_config=configuration(POINT)),
    ],
    ids=["message", "system", "tools"],
)
def test_a_cache_point_is_found_wherever_it_stands(request_: ChatRequest) -> None:
    assert has_cache_point(request_)


def test_no_cache_point_is_found_where_none_is() -> None:
    request = ChatRequest(
        messages=[user("cachePoint")],
        system=[SystemContentBlock(text="cachePoint")],
        tool_config=configuration({"systemTool": {"name": "cachePoint"}}),
    )

    assert not has_cache_point(request)


def test_the_text_of_a_block_is_its_own_or_what_it_guards() -> None:
    guarded = {"guardContent": {"text": {"text": "guarded"}}}

    assert text_of(ContentBlock(text="own")) == "own"
    assert text_of(ContentBlock(text="")) == ""
    assert text_of(block(**guarded)) == "guarded"
    assert text_of(msgspec.convert(guarded, SystemContentBlock)) == "guarded"
    assert text_of(block(guardContent={"image": {"format": "png", "source": {"bytes": "AAAA"}}})) is None
    assert text_of(block(**POINT)) is None
