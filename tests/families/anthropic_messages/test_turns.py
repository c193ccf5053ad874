"""What a Claude model refuses of the turns of a conversation."""

from typing import Any

import pytest
from tests.families.conftest import (
    HAIKU_3,
    HAIKU_3_5,
    OPUS_4_7,
    SONNET_3,
    SONNET_4,
    SONNET_4_5,
    SONNET_4_6,
    SONNET_5,
    checked,
    claude,
    hub,
    refusal,
    text,
    tool,
    tool_result,
    tool_use,
    turns,
)

from outcrop.chat.features import Model
from outcrop.families import anthropic_messages
from outcrop.model.runtime import (
    CachePointBlock,
    ContentBlock,
    DocumentBlock,
    DocumentSource,
    ReasoningContentBlock,
    ReasoningTextBlock,
    SystemContentBlock,
)


def conversation(*said: tuple[str, Any], **members: Any) -> Any:
    return claude(messages=turns(*said), **members)


def test_no_turn_at_all() -> None:
    # quoted
    assert refusal(anthropic_messages, claude(messages=[]), SONNET_4) == "messages: at least one message is required"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # quoted for Claude 3 and 4
        ([text("")], "messages: text content blocks must be non-empty"),
        ([text("a"), text(" \n")], "messages: text content blocks must contain non-whitespace text"),
        (" ", "messages: text content blocks must contain non-whitespace text"),
    ],
)
@pytest.mark.parametrize("asked", [HAIKU_3, SONNET_4_5])
def test_blank_text(content: Any, words: str, asked: Model) -> None:
    assert refusal(anthropic_messages, conversation(("user", content)), asked) == words


def test_a_blank_system_prompt() -> None:
    found = checked(anthropic_messages, hub(system=[SystemContentBlock(text="")]), SONNET_4)
    assert found == "system: text content blocks must be non-empty"  # quoted


def test_a_line_feed_behind_a_text_document() -> None:
    # recorded on Claude Sonnet 4.5: the document reaches the model as text and takes it in
    def beside(kind: Any) -> str | None:
        document = DocumentBlock(format=kind, name="a", source=DocumentSource(bytes=b"%PDF words"))
        said = hub(("user", ["Read.", ContentBlock(document=document), "\n"]))
        return checked(anthropic_messages, said, SONNET_4_5)

    assert beside("txt") is None
    assert beside("pdf") == "messages: text content blocks must contain non-whitespace text"


MISSING = (
    "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` block must "
    "have a corresponding `tool_result` block in the next message."
)
UNCALLED = (
    "messages.{}.content.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each `tool_result` block must have "
    "a corresponding `tool_use` block in the previous message."
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        # quoted, both
        ([("user", "a"), ("assistant", [tool_use("t1")]), ("user", "b")], MISSING.format(1, "t1")),
        (
            [("user", "a"), ("assistant", [tool_use("t1"), tool_use("t2")]), ("user", [tool_result("t2")])],
            MISSING.format(1, "t1"),
        ),
        ([("user", "a"), ("assistant", [tool_use("t1")])], MISSING.format(1, "t1")),
        ([("user", [text("a"), tool_result("t1")])], UNCALLED.format(0, 1, "t1")),
        (
            [("user", "a"), ("assistant", [tool_use("t1")]), ("user", [tool_result("t1"), tool_result("t3")])],
            UNCALLED.format(2, 1, "t3"),
        ),
        ([("user", "a"), ("assistant", [tool_use("t1")]), ("user", [tool_result("t1"), text("b")])], None),
        # turns of one role in a row are one turn (recorded on Claude 3.5 Haiku)
        (
            [
                ("user", "a"),
                ("assistant", [tool_use("t1"), tool_use("t2")]),
                ("user", [tool_result("t1")]),
                ("user", [tool_result("t2")]),
            ],
            None,
        ),
    ],
)
def test_calls_and_their_results(said: Any, words: str | None) -> None:
    assert refusal(anthropic_messages, conversation(*said, tools=[tool()]), HAIKU_3_5) == words


def test_thinking_comes_back_signed() -> None:
    # quoted for Converse; a cache point is no block of its own in a native place
    thought = ContentBlock(reasoning_content=ReasoningContentBlock(reasoning_text=ReasoningTextBlock(text="Hm.")))
    point = ContentBlock(cache_point=CachePointBlock(type="default"))
    said = hub(("user", "a"), ("assistant", ["b", point, thought]), ("user", "c"))
    found = checked(anthropic_messages, said, SONNET_4)
    assert found == "messages.1.content.1.thinking.signature: Field required"


@pytest.mark.parametrize("asked", [SONNET_4_6, OPUS_4_7, SONNET_5])
def test_prefill_on_newer_models(asked: Model) -> None:
    # probed on Claude Opus 4.7 and 5
    assert checked(anthropic_messages, hub(("user", "a"), ("assistant", "{")), asked) == (
        "This model does not support assistant message prefill. The conversation must end with a user message."
    )


@pytest.mark.parametrize("asked", [HAIKU_3, HAIKU_3_5, SONNET_4_5])
def test_prefill_on_older_models(asked: Model) -> None:
    # recorded on Claude 3.5 Haiku, probed on Sonnet 4.5
    assert checked(anthropic_messages, hub(("user", "a"), ("assistant", "{")), asked) is None


def test_prefill_beside_tools() -> None:
    # recorded on Claude 3 Sonnet, 2026-02; taken on Claude 3 Haiku, 2026-01
    sent = conversation(("user", "a"), ("assistant", "{"), tools=[tool()])
    assert refusal(anthropic_messages, sent, SONNET_3) == (
        "Your API request included an `assistant` message in the final position, which would pre-fill the `assistant` "
        "response. When using tools, pre-filling the `assistant` response is not supported."
    )
    for taking in (HAIKU_3, HAIKU_3_5, SONNET_4_5):
        assert refusal(anthropic_messages, sent, taking) is None


def test_prefill_before_white_space() -> None:
    # quoted for Claude Sonnet 4.5
    sent = conversation(("user", "a"), ("assistant", "Sure: "))
    words = "messages: final assistant content cannot end with trailing whitespace"
    assert refusal(anthropic_messages, sent, SONNET_4_5) == words
    assert refusal(anthropic_messages, conversation(("user", "a ")), SONNET_4_5) is None
