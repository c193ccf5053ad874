"""Native content blocks as blocks of the hub."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import (
    PIXEL,
    SONNET_4_5,
    claude,
    encoded,
    image,
    refusal,
    text,
    tool,
    tool_result,
    tool_use,
    turns,
)

from outcrop.families import anthropic_messages
from outcrop.model.runtime import (
    CachePointBlock,
    ContentBlock,
    DocumentContentBlock,
    DocumentSource,
    ReasoningTextBlock,
    SearchResultContentBlock,
    ToolUseBlock,
)

PDF = b"%PDF-1.4\n"


def read(*content: Any, role: str = "user") -> list[ContentBlock]:
    """The hub's blocks of one message; an answer stands between two turns of the user."""
    said = (
        turns(("user", "a"), (role, list(content)), ("user", "b"))
        if role == "assistant"
        else turns((role, list(content)))
    )
    request = anthropic_messages.decode(encoded(claude(messages=said, tools=[tool()])), SONNET_4_5)
    return request.messages[1 if role == "assistant" else 0].content


def test_text_and_its_cache_point() -> None:
    first, point, second = read(text("a", cache_control={"type": "ephemeral"}), text("b"))
    assert (first.text, second.text) == ("a", "b")
    assert point.cache_point == CachePointBlock(type="default")


def test_a_cache_points_time_to_live() -> None:
    _, point = read(text("a", cache_control={"type": "ephemeral", "ttl": "1h"}))
    assert point.cache_point == CachePointBlock(type="default", ttl="1h")
    assert len(read(text("a", cache_control=None))) == 1


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp"])
def test_pictures(kind: str) -> None:
    (block,) = read(image(b"data", f"image/{kind}"))
    assert block.image is not None
    assert (block.image.format, block.image.source.bytes) == (kind, b"data")


def document(source: Any, **members: Any) -> Any:
    return {"type": "document", "source": source, **members}


def test_a_pdf() -> None:
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(PDF).decode()}
    (block,) = read(document(source, title="Q2", context="of 2026", citations={"enabled": True}))
    found = block.document
    assert found is not None
    assert (found.format, found.name, found.context, found.source.bytes) == ("pdf", "Q2", "of 2026", PDF)
    assert found.citations is not None
    assert found.citations.enabled


def test_documents_of_text() -> None:
    (plain,) = read(document({"type": "text", "media_type": "text/plain", "data": "words"}))
    assert plain.document is not None
    assert (plain.document.format, plain.document.name) == ("txt", "Untitled")
    assert plain.document.source == DocumentSource(text="words")
    for content in ("words", [text("words")]):
        (parts,) = read(document({"type": "content", "content": content}))
        assert parts.document is not None
        assert parts.document.source == DocumentSource(content=[DocumentContentBlock(text="words")])


def test_search_results() -> None:
    (block,) = read({"type": "search_result", "source": "s", "title": "t", "content": [text("words")]})
    found = block.search_result
    assert found is not None
    assert (found.source, found.title, found.content) == ("s", "t", [SearchResultContentBlock(text="words")])


def test_tool_calls_keep_the_order_of_their_input() -> None:
    (block,) = read(tool_use(input={"b": 1, "a": 2}), role="assistant")
    assert block.tool_use == ToolUseBlock(input={"b": 1, "a": 2}, name="f", tool_use_id="toolu_1")
    assert list(block.tool_use.input) == ["b", "a"]


def test_results_of_tools() -> None:
    inner = text("seen", cache_control={"type": "ephemeral"})
    block, point = read(tool_result(content=[inner, image()], is_error=True))
    found = block.tool_result
    assert found is not None
    assert (found.tool_use_id, found.status) == ("toolu_1", "error")
    assert found.content[0].text == "seen"
    assert found.content[1].image is not None
    assert found.content[1].image.source.bytes == PIXEL
    assert point.cache_point is not None  # the hub has no place for one within a result


@pytest.mark.parametrize(("content", "texts"), [("done", ["done"]), ("", []), (None, []), ([], [])])
def test_short_results_of_tools(content: Any, texts: list[str]) -> None:
    (block,) = read(tool_result(content=content))
    assert block.tool_result is not None
    assert ([item.text for item in block.tool_result.content], block.tool_result.status) == (texts, "success")


def test_thinking() -> None:
    thought, secret = read(
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "redacted_thinking", "data": base64.b64encode(b"opaque").decode()},
        role="assistant",
    )
    assert thought.reasoning_content is not None
    assert thought.reasoning_content.reasoning_text == ReasoningTextBlock(text="Hm.", signature="s")
    assert secret.reasoning_content is not None
    assert secret.reasoning_content.redacted_content == b"opaque"


def test_redacted_thinking_that_is_no_base64_is_kept_as_it_is() -> None:
    (block,) = read({"type": "redacted_thinking", "data": "not base64!"}, role="assistant")
    assert block.reasoning_content is not None
    assert block.reasoning_content.redacted_content == b"not base64!"


@given(st.text(max_size=8))
def test_data_that_are_no_base64_are_refused(data: str) -> None:
    # quoted
    sent = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    try:
        base64.b64decode(data, validate=True)
    except ValueError:
        words = "messages.0.content.1.image.source.base64: invalid base64 data"
        assert refusal(anthropic_messages, claude(text("a"), sent), SONNET_4_5) == words


def test_the_place_of_a_picture_in_a_result() -> None:
    broken = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "?"}}
    sent = claude(messages=turns(("user", "a"), ("assistant", [tool_use()]), ("user", [tool_result(content=[broken])])))
    assert refusal(anthropic_messages, sent, SONNET_4_5) == (
        "messages.2.content.0.tool_result.content.0.image.source.base64: invalid base64 data"
    )
