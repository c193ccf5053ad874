"""Shape refusals of Claude 3.x: the service's schema, in everit's words."""

from typing import Any

import pytest
from tests.families.conftest import HAIKU_3, HAIKU_3_5, SONNET_3_7, claude, malformed, refusal, text, tool, turns

from outcrop.chat.features import Model
from outcrop.families import anthropic_messages
from outcrop.families.anthropic_messages.outlines import outline

NOT = '#: subject must not be valid against schema {"required":["messages"]}'


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # the seed of 2024: the schema wins over the limit of max_tokens, which the same body also breaks
        (
            claude(max_tokens=10000, messages=turns(("system", "You are kind."), ("user", "Hi"))),
            "#/messages/0/role: system is not a valid enum value",
        ),
        # recorded on Claude 3.5 Haiku, 2025-04
        (
            claude(
                max_tokens=4096,
                temperature=0.7,
                messages=turns(("user", {"type": "text", "wrong": "format"}), ("user", "hi")),
            ),
            "#/messages/0/content: expected type: String, found: JSONObject"
            "#/messages/0/content: expected type: JSONArray, found: JSONObject",
        ),
        # quoted, all of them
        (claude(max_tokens=...), "#: required key [max_tokens] not found"),
        (
            claude(max_tokens=..., anthropic_version=..., inferenceConfig={}),
            "#: required key [max_tokens] not found#: required key [anthropic_version] not found"
            "#: extraneous key [inferenceConfig] is not permitted",
        ),
        (
            claude(model="claude-3-haiku", stream=True),
            "#: extraneous key [stream] is not permitted#: extraneous key [model] is not permitted",
        ),
        (claude(metadata={"user_id": "x"}), "#: extraneous key [metadata] is not permitted"),
        (claude(response_mime_type="x"), "#: extraneous key [response_mime_type] is not permitted"),
        (claude(messages=[{"role": "user"}]), "#/messages/0: required key [content] not found"),
        (
            claude(messages=[{}]),
            "#/messages/0: required key [role] not found#/messages/0: required key [content] not found",
        ),
        (claude(anthropic_beta=None), "#/anthropic_beta: expected type: JSONArray, found: Null"),
        # by the same schema
        (claude(messages="Hi"), "#/messages: expected type: JSONArray, found: String"),
        (claude(max_tokens="200"), "#/max_tokens: expected type: Integer, found: String"),
        (claude(max_tokens=0), "#/max_tokens: 0 is not greater or equal to 1"),
        (claude(temperature=1.5), "#/temperature: 1.5 is not less or equal to 1"),
        (claude(top_k=501), "#/top_k: 501 is not less or equal to 500"),
        (claude(stop_sequences="END"), "#/stop_sequences: expected type: JSONArray, found: String"),
        (
            claude(system={"text": "x"}),
            "#/system: expected type: String, found: JSONObject#/system: expected type: JSONArray, found: JSONObject",
        ),
        (claude(thinking={"type": "enabled"}), "#: extraneous key [thinking] is not permitted"),
        (claude(output_config={"effort": "low"}), "#: extraneous key [output_config] is not permitted"),
        # the end of it is quoted
        (
            claude(tools=[tool()], tool_choice={"type": "none"}),
            "#/tool_choice/type: none is not a valid enum value",
        ),
    ],
)
def test_violations_follow_the_condition(sent: Any, violations: str) -> None:
    assert refusal(anthropic_messages, sent, HAIKU_3) == malformed(NOT + violations)


def test_a_tool_of_no_kind_fails_every_kind() -> None:
    # recorded on Claude 3.7 Sonnet, 2025-07: the four kinds one after the other, a constant without words each time
    kind = "text_editor_20250429"
    sent = claude(tools=[{"type": kind, "name": "str_replace_editor"}])
    place, wrong = "#/tools/0/type: ", f"#/tools/0/type: {kind} is not a valid enum value"
    name = "#/tools/0/name: #/tools/0/name: str_replace_editor is not a valid enum value"
    assert refusal(anthropic_messages, sent, SONNET_3_7) == malformed(
        NOT
        + place
        + wrong
        + "#/tools/0: required key [display_height_px] not found#/tools/0: required key [display_width_px] not found"
        + name
        + place
        + wrong
        + name
        + place
        + wrong
        + "#/tools/0: required key [input_schema] not found#/tools/0/type: expected: null, found: String"
        + place
        + wrong
    )


@pytest.mark.parametrize("asked", [HAIKU_3, SONNET_3_7])
@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # recorded; without messages the condition holds and says nothing
        (
            {"input": "x"},
            "#: required key [prompt] not found#: required key [max_tokens_to_sample] not found"
            "#: extraneous key [input] is not permitted",
        ),
        ({"prompt": "Hi"}, "#: required key [max_tokens_to_sample] not found"),
    ],
)
def test_a_body_without_messages_is_asked_for_a_prompt(asked: Model, sent: Any, violations: str) -> None:
    assert refusal(anthropic_messages, sent, asked) == malformed(violations)


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"Hi"'])
def test_what_is_no_object_is_refused_in_one_sentence(body: bytes) -> None:
    assert refusal(anthropic_messages, body, HAIKU_3) == (
        "Malformed input request, please reformat your input and try again."
    )


def test_tools_of_the_computer_use_beta_of_2024_are_taken() -> None:
    # documented
    computer = {"type": "computer_20241022", "name": "computer", "display_height_px": 768, "display_width_px": 1024}
    assert refusal(anthropic_messages, claude(tools=[computer, tool()]), HAIKU_3_5) is None


def test_thinking_is_known_where_a_model_thinks() -> None:
    sent = claude(max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024})
    assert refusal(anthropic_messages, sent, SONNET_3_7) is None


def test_a_strict_tool_is_later_than_the_schema() -> None:
    found = refusal(anthropic_messages, claude(tools=[tool(strict=True)]), HAIKU_3_5)
    assert found is not None
    assert "#/tools/0: extraneous key [strict] is not permitted" in found


def test_content_blocks_are_left_to_the_model() -> None:
    # quoted for Claude 3 Haiku, 2025: pydantic's words below the outline
    sent = claude(text("Look"), {"type": "document", "source": {}})
    assert refusal(anthropic_messages, sent, HAIKU_3) == (
        "messages.0.content.1: Input tag 'document' found using 'type' does not match any of the expected tags: "
        "'text', 'image', 'tool_use', 'tool_result'"
    )


def test_only_claude_3_has_an_outline(catalogue: Any) -> None:
    for model in catalogue.listed(provider="Anthropic"):
        assert (outline(model) is not None) == (model.wording == "everit")
