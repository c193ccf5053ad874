"""Shape refusals in pydantic's words: all of them from Claude 4 on, content blocks before."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.families.conftest import (
    CLAUDES,
    HAIKU_3,
    HAIKU_3_5,
    SONNET_4,
    SONNET_4_5,
    SONNET_4_6,
    claude,
    image,
    refusal,
    text,
    tool,
    tool_result,
    tool_use,
    turns,
)
from tests.families.test_everit import JSON

from outcrop.families import anthropic_messages

TOOLS_4 = "'bash_20250124', 'custom', 'text_editor_20250124', 'text_editor_20250429', 'text_editor_20250728'"
CHOICES = "'auto', 'any', 'tool', 'none'"
BLOCKS = (
    "'connector_text', 'document', 'image', 'mid_conv_system', 'redacted_thinking', 'search_result', 'server_tool_use', "
    "'text', 'thinking', 'tool_result', 'tool_search_tool_result', 'tool_use'"
)


def tag(found: str, expected: str) -> str:
    return f"Input tag '{found}' found using 'type' does not match any of the expected tags: {expected}"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        # recorded (CountTokens on Claude Sonnet 4)
        (
            claude(tools=[{"type": "web_search_20250305", "name": "web_search"}]),
            f"tools.0: {tag('web_search_20250305', TOOLS_4)}",
        ),
        # quoted, on Bedrock or in Anthropic's words
        (claude(max_tokens_to_sample=5), "max_tokens_to_sample: Extra inputs are not permitted"),
        (claude(cache_control={"type": "ephemeral"}), "cache_control: Extra inputs are not permitted"),
        (claude(model="x"), "model: Extra inputs are not permitted"),
        (claude(stream=True), "stream: Extra inputs are not permitted"),
        (claude(messages=...), "messages: Field required"),
        (claude(anthropic_version=...), "anthropic_version: Field required"),
        (claude(max_tokens=...), "max_tokens: Field required"),
        (claude(text("a"), {"type": "image"}), "messages.0.content.1.image.source: Field required"),
        (claude({"text": "a"}), "messages.0.content.0.type: Field required"),
        (claude({"type": "text"}), "messages.0.content.0.text.text: Field required"),
        (claude({"type": "image_url"}), f"messages.0.content.0: {tag('image_url', BLOCKS)}"),
        (
            claude(image(media_type="image/bmp")),
            "messages.0.content.0.image.source.base64.media_type: "
            "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
        ),
        (claude(system=[{"text": "a"}]), "system.0.type: Field required"),
        (claude(system=None), "system: Input should be a valid array"),
        (claude(temperature=None), "temperature: Input should be a valid number"),
        (claude(temperature=1.1), "temperature: range: 0..1"),
        (
            claude(messages=turns(("user", "a"), ("assistant", [tool_use(input="{}")]))),
            "messages.1.content.0.tool_use.input: Input should be an object",
        ),
        (
            claude(messages=turns(("user", "a"), ("assistant", [{"type": "thinking", "thinking": "a"}]))),
            "messages.1.content.0.thinking.signature: Field required",
        ),
        (
            claude(tool_result(content=[{"type": "tool_reference"}])),
            "messages.0.content.0.tool_result.content.0: "
            + tag("tool_reference", "'document', 'image', 'search_result', 'text'"),
        ),
        (claude(tools=[{"name": "f"}]), "tools.0.custom.input_schema: Field required"),
        (claude(tools=[tool(input_schema={})]), "tools.0.custom.input_schema.type: Field required"),
        (claude(tools=[tool(defer_loading=True)]), "tools.0.custom.defer_loading: Extra inputs are not permitted"),
        (
            claude(tools=[tool("a b")]),
            "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
        ),
        (
            claude(tools=[tool()], tool_choice={"type": "required"}),
            f"tool_choice: {tag('required', CHOICES)}",
        ),
        (claude(tools=[tool()], tool_choice={"type": "tool"}), "tool_choice.tool.name: Field required"),
        (claude(tools=[tool()], tool_choice="auto"), "tool_choice: Input should be an object"),
        (
            claude(max_tokens=2000, thinking={"type": "enabled"}),
            "thinking.enabled.budget_tokens: Field required",
        ),
        (
            claude(max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 5}),
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        # by the same schema
        (claude(max_tokens=0), "max_tokens: Input should be greater than or equal to 1"),
        (claude(max_tokens="1"), "max_tokens: Input should be a valid integer"),
        (claude(messages="Hi"), "messages: Input should be a valid array"),
        (claude(messages=[{"role": "user"}]), "messages.0.content: Field required"),
        (claude(messages=[{"role": "user", "content": None}]), "messages.0.content: Input should be a valid array"),
        (claude(output_config={"effort": "low"}), "output_config: Extra inputs are not permitted"),
        (claude(metadata={"x": 1}), "metadata.x: Extra inputs are not permitted"),
        # kinds that exist at AWS and not here (decided)
        (
            claude({"type": "server_tool_use"}),
            "messages.0.content.0: type 'server_tool_use' is not supported for this model",
        ),
        (
            claude({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}),
            "messages.0.content.0.image.source: " + tag("url", "'base64'"),
        ),
    ],
)
def test_claude_4(sent: Any, words: str) -> None:
    assert refusal(anthropic_messages, sent, SONNET_4) == words


def test_newer_models_list_more_tools() -> None:
    # quoted for Bedrock, 2026
    found = refusal(anthropic_messages, claude(tools=[{"type": "code_execution_20250825", "name": "x"}]), SONNET_4_6)
    assert found is not None
    assert found.endswith(
        "'bash_20250124', 'custom', 'memory_20250818', 'text_editor_20250124', 'text_editor_20250429', "
        "'text_editor_20250728', 'tool_search_tool_bm25', 'tool_search_tool_bm25_20251119', 'tool_search_tool_regex', "
        "'tool_search_tool_regex_20251119'"
    )


def test_pictures_on_claude_3_haiku() -> None:
    # quoted, 2025-08
    assert refusal(anthropic_messages, claude(image(media_type="image/tiff")), HAIKU_3) == (
        "messages.0.content.0.image.source.base64.media_type: "
        "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"
    )


def test_cache_control_is_extra_where_nothing_is_cached() -> None:
    sent = claude(text("a", cache_control={"type": "ephemeral"}))
    words = "messages.0.content.0.text.cache_control: Extra inputs are not permitted"
    assert refusal(anthropic_messages, sent, HAIKU_3) == words
    assert refusal(anthropic_messages, sent, HAIKU_3_5) is None


def test_output_config_is_known_from_4_5_on() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    sent = claude(output_config={"format": {"type": "json_schema", "schema": schema}})
    assert refusal(anthropic_messages, sent, SONNET_4_5) is None
    assert refusal(anthropic_messages, claude(output_config={"effort": "much"}), SONNET_4_5) == (
        "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
    )


BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "document", "tool_use", "tool_result", "thinking", "nothing"])},
    optional={
        "text": JSON,
        "source": JSON
        | st.fixed_dictionaries({"type": st.sampled_from(["base64", "text", "url"])}, optional={"data": JSON}),
        "id": JSON,
        "tool_use_id": JSON,
        "name": JSON,
        "input": JSON,
        "content": JSON,
        "thinking": JSON,
        "signature": JSON,
        "cache_control": JSON,
        "is_error": JSON,
    },
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "anthropic_version": st.just("bedrock-2023-05-31") | JSON,
        "max_tokens": st.integers() | JSON,
        "messages": JSON
        | st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant", "system"]) | JSON},
                optional={"content": JSON | st.lists(BLOCK | JSON, max_size=3)},
            ),
            max_size=3,
        ),
        "system": JSON | st.lists(BLOCK, max_size=2),
        "temperature": JSON,
        "top_p": JSON,
        "top_k": JSON,
        "stop_sequences": JSON,
        "tools": JSON
        | st.lists(st.fixed_dictionaries({}, optional={"name": JSON, "type": JSON, "input_schema": JSON})),
        "tool_choice": JSON | st.fixed_dictionaries({"type": st.sampled_from(["auto", "any", "tool", "none"])}),
        "thinking": JSON | st.fixed_dictionaries({"type": st.sampled_from(["enabled", "adaptive"])}),
        "output_config": JSON,
        "metadata": JSON,
        "prompt": JSON,
    },
)


@settings(max_examples=300)
@given(BODY, st.sampled_from(CLAUDES))
def test_whatever_is_refused_has_words_of_its_own(body: Any, asked: Any) -> None:
    """Typed decoding and the schemas agree: an object is never refused in the sentence for what is none."""
    found = refusal(anthropic_messages, body, asked)
    assert found is None or (found and not found.startswith("Malformed input request, "))


@given(st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode), st.sampled_from(CLAUDES))
def test_any_bytes_are_taken_or_refused_in_words(body: bytes, asked: Any) -> None:
    assert refusal(anthropic_messages, body, asked) != ""
