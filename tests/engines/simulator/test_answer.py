"""What the simulator says to whom: everything it was given shows, and forced forms are kept."""

import re
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import DEEPSEEK, GPT_OSS, NOVA_2, SONNET_4, SONNET_4_5

from outcrop.catalog import Catalogue
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, user
from outcrop.engines.simulator import answer
from outcrop.engines.simulator.reading import NOTHING
from outcrop.model.runtime import OutputConfig

KIMI = "moonshot.kimi-k2-thinking"

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 14}},
    "required": ["city", "days"],
}
TICKET = {
    "type": "object",
    "properties": {
        "priority": {"enum": ["low", "high"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "reporter": {
            "type": "object",
            "properties": {"email": {"type": "string", "format": "email"}},
            "required": ["email"],
            "additionalProperties": False,
        },
    },
    "required": ["priority", "tags", "reporter"],
    "additionalProperties": False,
}


def tool(name: str, description: str, schema: Any = WEATHER) -> dict[str, Any]:
    return {"toolSpec": {"name": name, "description": description, "inputSchema": {"json": schema}}}


TOOLS = [tool("get_weather", "The weather forecast of a city"), tool("open_ticket", "Open a ticket", TICKET)]


def content(ask: Ask, model: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    got = ask(converse_path(model), body)
    assert got.status == 200, got.error
    found: list[dict[str, Any]] = got.json["output"]["message"]["content"]
    return found


def text(ask: Ask, body: dict[str, Any], model: str = HAIKU) -> str:
    """The one block of text of an answer."""
    (block,) = content(ask, model, body)
    return str(block["text"])


def call(ask: Ask, body: dict[str, Any], model: str = HAIKU) -> dict[str, Any] | None:
    """The call of an answer, if it is one."""
    found: dict[str, Any] | None = content(ask, model, body)[-1].get("toolUse")
    return found


def with_tools(words: str, *tools: dict[str, Any], **choice: Any) -> dict[str, Any]:
    config = {"tools": list(tools or TOOLS)} | ({"toolChoice": choice} if choice else {})
    return {**said(words), "toolConfig": config}


def test_says_who_it_is_and_what_was_said(ask: Ask) -> None:
    spoken = text(ask, said("What is an outcrop?"))

    assert "simulator" in spoken
    assert "Claude 3 Haiku" in spoken
    assert "What is an outcrop?" in spoken


def test_the_last_message_is_what_counts(ask: Ask) -> None:
    history = [
        {"role": "user", "content": [{"text": "granite"}]},
        {"role": "assistant", "content": [{"text": "basalt"}]},
        {"role": "user", "content": [{"text": "marble"}, {"text": "and slate"}]},
    ]
    spoken = text(ask, {"messages": history})

    assert "marble and slate" in spoken
    assert "granite" not in spoken
    assert "basalt" not in spoken


def test_the_system_prompt_shows(ask: Ask) -> None:
    assert "Answer in verse" in text(ask, {**said(), "system": [{"text": "Answer in verse."}]})


def test_text_marked_for_a_guardrail_is_text(ask: Ask) -> None:
    marked = {"guardContent": {"text": {"text": "the marked words"}}}
    body = {"messages": [{"role": "user", "content": [marked]}], "system": [{"guardContent": marked["guardContent"]}]}

    assert text(ask, body).count("the marked words") == 2


def test_a_long_message_is_shortened_at_a_word(ask: Ask) -> None:
    spoken = text(ask, said("syllable " * 200))

    assert len(spoken) < 600
    assert spoken.endswith("syllable …”.")


def test_the_results_of_tools_show(ask: Ask) -> None:
    found = [{"text": "11 degrees"}, {"json": {"wind": "north"}}]
    messages = [
        {"role": "user", "content": [{"text": "The weather in Bern?"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "a", "name": "get_weather", "input": {}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "a", "content": found}}]},
    ]
    spoken = text(ask, {"messages": messages, "toolConfig": {"tools": TOOLS}})

    assert "11 degrees" in spoken
    assert '{"wind":"north"}' in spoken


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("What will the weather be in Zürich?", "get_weather"),
        ("Please open a TICKET about it", "open_ticket"),
        ("Tell me a joke", None),  # nothing in common
        ("Which tool can you use for this question?", None),  # words that every description has
    ],
)
def test_auto_calls_the_tool_a_message_is_about(ask: Ask, words: str, name: str | None) -> None:
    for choice in ({}, {"auto": {}}):
        found = call(ask, with_tools(words, **choice))
        assert (found and found["name"]) == name


def test_any_always_calls_the_best(ask: Ask) -> None:
    assert (call(ask, with_tools("Tell me a joke", any={})) or {}).get("name") == "get_weather"
    assert (call(ask, with_tools("A ticket, please", any={})) or {}).get("name") == "open_ticket"


def test_a_named_tool_is_called_whatever_is_said(ask: Ask) -> None:
    found = call(ask, with_tools("What will the weather be?", tool={"name": "open_ticket"}))

    assert found is not None
    assert found["name"] == "open_ticket"


def test_a_forced_tool_is_called_after_a_result_too(ask: Ask) -> None:
    messages = [
        {"role": "user", "content": [{"text": "The weather in Bern?"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "a", "name": "get_weather", "input": {}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "a", "content": [{"text": "weather"}]}}]},
    ]
    config = {"tools": TOOLS, "toolChoice": {"any": {}}}

    assert call(ask, {"messages": messages, "toolConfig": config}) is not None


@pytest.mark.parametrize("schema", [WEATHER, TICKET, {"type": "object"}], ids=["weather", "ticket", "any object"])
@pytest.mark.parametrize("words", ["", "Zürich, 3 days, high priority", "{}"])
def test_arguments_follow_the_schema(ask: Ask, schema: Any, words: str) -> None:
    found = call(ask, with_tools(words or "Go", tool("get_weather", "x", schema), any={}))

    assert found is not None
    assert jsonschema_rs.is_valid(schema, found["input"])


def test_what_is_said_goes_into_the_arguments(ask: Ask) -> None:
    found = call(ask, with_tools("The weather forecast for Zürich, please", any={}))

    assert found is not None
    assert found["input"]["city"] == "Zürich"


def test_calls_end_the_turn_and_have_an_id(ask: Ask) -> None:
    spoken = ask(converse_path(), with_tools("weather")).json

    assert spoken["stopReason"] == "tool_use"
    # the newest form: 22 characters of base 62 (83 of 83 since 2026-02)
    assert re.fullmatch(r"tooluse_[0-9A-Za-z]{22}", spoken["output"]["message"]["content"][0]["toolUse"]["toolUseId"])


def test_kimi_names_calls_in_its_own_way(ask: Ask) -> None:
    found = call(ask, with_tools("weather"), KIMI)

    assert found is not None
    assert found["toolUseId"] == "functions.get_weather:0"  # recorded


@pytest.mark.parametrize("model", [SONNET_4_5, GPT_OSS])
def test_structured_output_follows_the_schema(ask: Ask, model: str) -> None:
    structure = {"jsonSchema": {"name": "ticket", "schema": msgspec.json.encode(TICKET).decode()}}
    body = {**said("high"), "outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}}}
    spoken = msgspec.json.decode(content(ask, model, body)[-1]["text"])

    assert jsonschema_rs.is_valid(TICKET, spoken)
    assert spoken["priority"] == "high"


@pytest.mark.parametrize("schema", ["{", '{"type":"strin"}', '{"$ref":"https://example.com/schema"}'])
def test_a_schema_that_is_none_is_refused(ask: Ask, catalogue: Catalogue, schema: str) -> None:
    """By Claude's own rules, and here for families that have none."""
    text_format = {"type": "json_schema", "structure": {"jsonSchema": {"schema": schema}}}
    body = {**said(), "outputConfig": {"textFormat": text_format}}
    output_config = msgspec.convert({"textFormat": text_format}, OutputConfig)
    model = catalogue.get(GPT_OSS)
    assert model

    assert ask(converse_path(SONNET_4_5), body).error[:2] == (400, "ValidationException")
    with pytest.raises(ModelRefusal):
        answer.plan(model, ChatRequest(messages=[user("Hi")], output_config=output_config), NOTHING)


def prefilled(words: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": [{"text": "Go"}]}, {"role": "assistant", "content": [{"text": words}]}]
    return {"messages": messages}


def test_a_begun_answer_is_carried_on_and_not_repeated(ask: Ask) -> None:
    spoken = text(ask, prefilled("The three kinds of rock are"))

    assert spoken.startswith(" ")
    assert "three kinds" not in spoken


def test_a_begun_object_is_finished(ask: Ask) -> None:
    assert isinstance(msgspec.json.decode("{" + text(ask, prefilled("{"))), dict)


THINKING = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}


def test_thinking_comes_first_and_is_signed(ask: Ask) -> None:
    reasoning, spoken = content(ask, SONNET_4, {**said("Why?"), **THINKING})
    thought = reasoning["reasoningContent"]["reasoningText"]

    assert list(thought) == ["signature", "text"]
    assert re.fullmatch(r"[0-9A-Za-z+/=]{20,}", thought["signature"])
    assert thought["text"]
    assert spoken["text"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"additionalModelRequestFields": {"thinking": {"type": "disabled"}}},
        {"additionalModelRequestFields": {}},
    ],
    ids=["nothing said", "disabled", "no fields"],
)
def test_claude_does_not_think_unasked(ask: Ask, fields: dict[str, Any]) -> None:
    assert [list(block) for block in content(ask, SONNET_4, {**said("Why?"), **fields})] == [["text"]]


def test_the_other_names_of_thinking_do_the_same(ask: Ask) -> None:
    alias = {"additionalModelRequestFields": {"reasoning_config": {"type": "enabled", "budget_tokens": 1024}}}
    adaptive = {"additionalModelRequestFields": {"thinking": {"type": "adaptive"}}}

    for model, fields in ((SONNET_4, alias), ("us.anthropic.claude-opus-4-7", adaptive)):
        assert "reasoningContent" in content(ask, model, {**said("Why?"), **fields})[0]


def test_thinking_precedes_a_call(ask: Ask) -> None:
    kinds = [next(iter(block)) for block in content(ask, SONNET_4, {**with_tools("weather"), **THINKING})]

    assert kinds == ["reasoningContent", "toolUse"]


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (GPT_OSS, ["reasoningContent", "text"]),
        (DEEPSEEK, ["text", "reasoningContent"]),
    ],  # 9 of 9 recorded on DeepSeek R1
)
def test_models_that_always_reason_do_so_without_a_signature(ask: Ask, model: str, kinds: list[str]) -> None:
    blocks = content(ask, model, said("Why?"))
    thought = next(block["reasoningContent"] for block in blocks if "reasoningContent" in block)

    assert [next(iter(block)) for block in blocks] == kinds
    assert list(thought["reasoningText"]) == ["text"]


def test_nova_2_reasons_when_told_to_and_keeps_it_to_itself(ask: Ask) -> None:
    # recorded on Nova 2 Lite, 2026-08: a text without a signature, the same words whatever was asked
    settings = {"type": "enabled", "maxReasoningEffort": "low"}
    body = {**said("What is 15 * 23?"), "additionalModelRequestFields": {"reasoningConfig": settings}}
    first, second = content(ask, NOVA_2, body)

    assert first == {"reasoningContent": {"reasoningText": {"text": "[REDACTED]."}}}
    assert "15 * 23" in second["text"]


def test_nova_2_does_not_reason_unless_told_to(ask: Ask) -> None:
    off = {"additionalModelRequestFields": {"reasoningConfig": {"type": "disabled"}}}

    assert [list(block) for block in content(ask, NOVA_2, said())] == [["text"]]
    assert [list(block) for block in content(ask, NOVA_2, {**said(), **off})] == [["text"]]


def test_nova_2_reasons_natively(ask: Ask) -> None:
    settings = {"type": "enabled", "maxReasoningEffort": "low"}
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "reasoningConfig": settings}
    got = ask(converse_path(NOVA_2, "invoke"), body)

    assert got.status == 200, got.error
    assert got.json["output"]["message"]["content"][0] == {
        "reasoningContent": {"reasoningText": {"text": "[REDACTED]."}}
    }
