"""Whole native answers, byte by byte."""

import json
import re
from typing import Any

import pytest
from tests.families.conftest import (
    CLAUDE_2,
    HAIKU_3,
    HAIKU_3_5,
    OPUS_4_8,
    SONNET_3_7,
    SONNET_4,
    SONNET_4_5,
    SONNET_5,
    hub,
    whole,
)

from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.families import anthropic_messages
from outcrop.model.runtime import (
    CacheDetail,
    ContentBlock,
    Message,
    ReasoningContentBlock,
    ReasoningTextBlock,
    TokenUsage,
    ToolUseBlock,
)

HELLO = whole(
    events.message_start(),
    events.text_delta(0, "Hello"),
    events.block_stop(0),
    events.message_stop("end_turn"),
    events.metadata(events.usage(11, 4), 250),
)


def encoded(reply: Reply, model: Model) -> str:
    """The answer with its identifier replaced."""
    found = anthropic_messages.encode_reply(reply, hub(), model).decode()
    return re.sub(r'"id":"msg_bdrk_\w+"', '"id":"..."', found)


@pytest.mark.parametrize(
    ("model", "name", "last"),
    [
        # recorded model by model; members that a model's answers never had are not there
        (CLAUDE_2, "claude-2.0", '"usage":{"input_tokens":11,"output_tokens":4}}'),
        (HAIKU_3, "claude-3-haiku-20240307", '"usage":{"input_tokens":11,"output_tokens":4}}'),
        (
            HAIKU_3_5,
            "claude-3-5-haiku-20241022",
            '"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}',
        ),
        (
            SONNET_3_7,
            "claude-3-7-sonnet-20250219",
            '"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}',
        ),
        (
            SONNET_4,
            "claude-sonnet-4-20250514",
            '"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}',
        ),
        # recorded 2026-07
        (
            SONNET_4_5,
            "claude-sonnet-4-5-20250929",
            '"stop_details":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
            '"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":4}}',
        ),
    ],
)
def test_a_reply_in_bytes(model: Model, name: str, last: str) -> None:
    assert encoded(HELLO, model) == (
        f'{{"model":"{name}","id":"...","type":"message","role":"assistant","content":[{{"type":"text","text":"Hello"}}],'
        f'"stop_reason":"end_turn","stop_sequence":null,{last}'
    )


@pytest.mark.parametrize("model", [OPUS_4_8, SONNET_5])
def test_the_newest_backend_tells_more(model: Model) -> None:
    # recorded 2026
    usage = json.loads(encoded(HELLO, model))["usage"]
    assert set(usage) == {
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
        "service_tier",
        "output_tokens_details",
    }
    assert (usage["service_tier"], usage["output_tokens_details"]) == ("standard", {"thinking_tokens": 0})


def reply(*content: ContentBlock, stop: Any = "end_turn", **members: Any) -> Reply:
    message = Message(role="assistant", content=list(content))
    return Reply(**{"message": message, "stop_reason": stop, "usage": events.usage(1, 2), "latency_ms": 1} | members)


def thought(text: str, signature: str | None = None) -> ContentBlock:
    inner = ReasoningTextBlock(text=text, signature=signature)
    return ContentBlock(reasoning_content=ReasoningContentBlock(reasoning_text=inner))


def content(*blocks: ContentBlock) -> Any:
    return json.loads(encoded(reply(*blocks), SONNET_4_5))["content"]


def test_every_kind_of_block() -> None:
    # recorded keys and their order
    use = ToolUseBlock(input={"b": 1, "a": 2}, name="f", tool_use_id="tooluse_x", type="tool_use")
    secret = ContentBlock(reasoning_content=ReasoningContentBlock(redacted_content=b"opaque"))
    found = content(thought("Hm.", "s"), secret, ContentBlock(text="a"), ContentBlock(tool_use=use))
    assert found[:3] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        {"type": "text", "text": "a"},
    ]
    assert list(found[3].items())[2:] == [("name", "f"), ("input", {"b": 1, "a": 2})]
    assert re.fullmatch(r"toolu_bdrk_01[1-9A-HJ-NP-Za-km-z]{22}", found[3]["id"])


def test_no_empty_text_and_no_missing_signature() -> None:
    # recorded: Claude sends no empty text; `signature` is always there
    assert content(ContentBlock(text=""), thought("Hm.")) == [{"type": "thinking", "thinking": "Hm.", "signature": ""}]


def test_thinking_is_counted_on_the_newest_backend() -> None:
    usage = json.loads(encoded(reply(thought("one two three")), SONNET_5))["usage"]
    assert usage["output_tokens_details"] == {"thinking_tokens": 3}


@pytest.mark.parametrize(
    ("reason", "native"),
    [
        ("end_turn", "end_turn"),
        ("max_tokens", "max_tokens"),
        ("tool_use", "tool_use"),
        ("stop_sequence", "stop_sequence"),
        ("guardrail_intervened", "end_turn"),  # recorded
        ("content_filtered", "refusal"),  # documented
        ("model_context_window_exceeded", "model_context_window_exceeded"),  # documented
    ],
)
def test_stop_reasons(reason: Any, native: str) -> None:
    found = json.loads(encoded(reply(ContentBlock(text="a"), stop=reason, stop_sequence=None), HAIKU_3))
    assert found["stop_reason"] == native


def test_a_stop_sequence_is_named() -> None:
    found = json.loads(encoded(reply(stop="stop_sequence", stop_sequence="END"), HAIKU_3))
    assert (found["stop_reason"], found["stop_sequence"]) == ("stop_sequence", "END")


def test_cached_tokens() -> None:
    # recorded keys; input_tokens is what was not cached
    used = TokenUsage(
        input_tokens=3,
        output_tokens=2,
        total_tokens=1605,
        cache_read_input_tokens=300,
        cache_write_input_tokens=1300,
        cache_details=[CacheDetail(input_tokens=1000, ttl="5m"), CacheDetail(input_tokens=300, ttl="1h")],
    )
    usage = json.loads(encoded(reply(usage=used), SONNET_4_5))["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (
        3,
        300,
        1300,
    )
    assert usage["cache_creation"] == {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 300}


def test_non_ascii_text_is_sent_raw() -> None:
    assert "“naïve” 石" in encoded(reply(ContentBlock(text="“naïve” 石")), HAIKU_3)
