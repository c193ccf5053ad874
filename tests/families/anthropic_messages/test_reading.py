"""Native Claude bodies as hub requests."""

import json
from typing import Any

import pytest
from tests.families.conftest import (
    HAIKU_3,
    HAIKU_3_5,
    OPUS_4_8,
    SONNET_3,
    SONNET_4,
    SONNET_4_5,
    SONNET_5,
    claude,
    encoded,
    refusal,
    text,
    tool,
    turns,
)

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import anthropic_messages
from outcrop.model.runtime import CachePointBlock


def read(asked: Model = SONNET_4_5, **members: Any) -> ChatRequest:
    return anthropic_messages.decode(encoded(claude(**members)), asked)


def said(request: ChatRequest) -> list[tuple[str, list[str | None]]]:
    return [(message.role, [block.text for block in message.content]) for message in request.messages]


def test_strings_and_blocks_say_the_same() -> None:
    plain = read(messages=turns(("user", "Hi"), ("assistant", "Hello"), ("user", "Bye")))
    blocks = read(messages=turns(("user", [text("Hi")]), ("assistant", [text("Hello")]), ("user", [text("Bye")])))
    assert said(plain) == said(blocks) == [("user", ["Hi"]), ("assistant", ["Hello"]), ("user", ["Bye"])]


def test_parameters() -> None:
    # the request of the seed for the CLI, 2024: a stop sequence of mostly white space among them
    request = read(HAIKU_3, max_tokens=2000, temperature=1, top_k=250, top_p=0.999, stop_sequences=["\n\nHuman:"])
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (2000, 1, 0.999)
    assert (inference.stop_sequences, request.fields) == (["\n\nHuman:"], {"top_k": 250})


def test_what_is_not_said_is_left_open() -> None:
    request = read()
    assert (request.inference.temperature, request.inference.top_p, request.inference.stop_sequences) == (None,) * 3
    assert (request.system, request.tool_config, request.output_config, request.fields) == ([], None, None, {})


def test_a_system_prompt_is_a_string_or_blocks() -> None:
    assert [block.text for block in read(system="Be kind.").system] == ["Be kind."]
    marked = text("Be brief.", cache_control={"type": "ephemeral", "ttl": "1h"})
    first, second, point = read(system=[text("Be kind."), marked]).system
    assert (first.text, second.text) == ("Be kind.", "Be brief.")
    assert point.cache_point == CachePointBlock(type="default", ttl="1h")
    assert read(system="").system == []


def test_tools() -> None:
    marked = tool("g", cache_control={"type": "ephemeral"})
    config = read(tools=[tool(description="d", strict=True, type="custom"), marked]).tool_config
    assert config is not None
    first, second, point = config.tools
    assert first.tool_spec is not None
    assert (first.tool_spec.name, first.tool_spec.description, first.tool_spec.strict) == ("f", "d", True)
    assert first.tool_spec.input_schema.json == {"type": "object", "properties": {}}
    assert second.tool_spec is not None
    assert (second.tool_spec.name, second.tool_spec.description) == ("g", None)
    assert point.cache_point == CachePointBlock(type="default")


@pytest.mark.parametrize(
    ("choice", "hub", "fields"),
    [
        ({"type": "auto"}, {"auto": {}}, {}),
        ({"type": "any"}, {"any": {}}, {}),
        ({"type": "tool", "name": "f"}, {"tool": {"name": "f"}}, {}),
        ({"type": "none"}, None, {"tool_choice": {"type": "none"}}),
        (
            {"type": "any", "disable_parallel_tool_use": True},
            {"any": {}},
            {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
        ),
    ],
)
def test_tool_choice(choice: Any, hub: Any, fields: Any) -> None:
    import msgspec

    request = read(tools=[tool()], tool_choice=choice)
    assert msgspec.to_builtins(request.tool_choice) == hub
    assert request.fields == fields


def test_tools_of_anthropics_own_keep_their_form() -> None:
    # documented: Converse takes them in additionalModelRequestFields, under the same name
    own = {"type": "bash_20250124", "name": "bash"}
    request = read(SONNET_4, tools=[own, tool()])
    assert request.fields == {"tools": [own]}
    assert [found.tool_spec.name for found in request.tools if found.tool_spec] == ["f"]


def test_what_converse_has_no_word_for_keeps_its_name() -> None:
    members = {
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "metadata": {"user_id": "x"},
        "anthropic_beta": ["context-1m-2025-08-07"],
        "context_management": {"edits": []},
    }
    assert read(max_tokens=2000, **members).fields == members


def test_structured_output_has_a_word() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    found = read(output_config={"format": {"type": "json_schema", "schema": schema}}).output_config
    assert found is not None
    assert found.text_format is not None
    structure = found.text_format.structure.json_schema
    assert structure is not None
    assert json.loads(structure.schema) == schema


def test_an_empty_last_turn_of_the_assistant_is_no_prefill() -> None:
    # the seed of 2024: accepted, and the model begins of itself
    for empty in ("", []):
        request = read(HAIKU_3, system="todo", max_tokens=4096, messages=turns(("user", "Hi"), ("assistant", empty)))
        assert said(request) == [("user", ["Hi"])]
    assert said(read(HAIKU_3, messages=turns(("user", "Hi"), ("assistant", "{"))))[-1] == ("assistant", ["{"])


@pytest.mark.parametrize(
    ("messages", "index"),
    [
        (turns(("user", "")), 0),
        (
            turns(
                ("user", []),
            ),
            0,
        ),
        (turns(("user", "a"), ("assistant", ""), ("user", "b")), 1),
    ],
)
def test_other_empty_turns_are_refused(messages: Any, index: int) -> None:
    # quoted
    assert refusal(anthropic_messages, claude(messages=messages), HAIKU_3) == (
        f"messages.{index}: all messages must have non-empty content except for the optional final assistant message"
    )


def test_claude_3_wants_turns_in_order() -> None:
    # quoted
    twice = claude(messages=turns(("user", "a"), ("user", "b")))
    assert refusal(anthropic_messages, twice, SONNET_3) == (
        'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row'
    )
    leading = claude(messages=turns(("assistant", "a"), ("user", "b")))
    assert refusal(anthropic_messages, leading, SONNET_3) == 'messages: first message must use the "user" role'


def test_later_models_join_them() -> None:
    # recorded on Claude 3.5 Haiku, 2025: results of tools in one turn each
    for model in (HAIKU_3_5, SONNET_4):
        assert refusal(anthropic_messages, claude(messages=turns(("user", "a"), ("user", "b"))), model) is None
        assert refusal(anthropic_messages, claude(messages=turns(("assistant", "a"), ("user", "b"))), model) is None


def test_system_turns() -> None:
    # recorded on Claude Opus 4.8; quoted for the others
    sent = claude(messages=turns(("user", "a"), ("system", "From now on in verse.")))
    request = anthropic_messages.decode(encoded(sent), OPUS_4_8)
    assert [message.role for message in request.messages] == ["user", "system"]
    for model in (SONNET_4, SONNET_5):
        assert refusal(anthropic_messages, sent, model) == (
            'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as '
            "an input message role."
        )


def test_the_version_is_bedrocks() -> None:
    # quoted, 2024
    sent = claude(anthropic_version="claude-3-sonnet-20240229-v1:0")
    assert refusal(anthropic_messages, sent, SONNET_3) == "Invalid API version: claude-3-sonnet-20240229-v1:0"
