"""Converse's answer, and the refusals of models, which it words as theirs."""

import base64
import json
import struct
from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import (
    GPT_OSS,
    NOVA,
    SERVICE,
    SONNET_4,
    SONNET_4_5,
    Body,
    asked,
    assistant,
    call,
    called,
    document,
    image,
    result,
    talk,
    text,
    tool,
    tools,
    user,
)

OPUS_4_7 = "us.anthropic.claude-opus-4-7"
OPUS_5 = "us.anthropic.claude-opus-5"
PREFIX = "The model returned the following errors: "


def fields(**given: Any) -> Body:
    return {"additionalModelRequestFields": given}


def inference(**given: Any) -> Body:
    return {"inferenceConfig": given}


def png(width: int, height: int) -> str:
    """The first bytes of a picture, which say its size."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)).decode()


def structured(schema: Any) -> Body:
    structure = {"jsonSchema": {"schema": json.dumps(schema)}}
    return {"outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}}}


def thought(**signature: str) -> dict[str, Any]:
    return {"reasoningContent": {"reasoningText": {"text": "hm", **signature}}}


STRINGS = {
    "type": "object",
    "properties": {"names": {"type": "array", "items": {"type": "string"}, "minItems": 2}},
    "additionalProperties": False,
}
THINKING = fields(thinking={"type": "enabled", "budget_tokens": 1024})

EXPECTED_THINKING = "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`."

# What Claude refuses itself; the texts reach the callers of InvokeModel bare.
MODEL_REFUSALS = {
    # probed
    "an assistant last on Opus 4.7": (
        OPUS_4_7,
        talk(user(text()), assistant(text())),
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    ),
    "temperature on Opus 4.7": (
        OPUS_4_7,
        asked(**inference(temperature=0.5)),
        "`temperature` is deprecated for this model.",
    ),
    "both on Opus 4.7": (
        OPUS_4_7,
        asked(**inference(temperature=0.5, topP=0.5)),
        "`temperature` is deprecated for this model.",
    ),
    "topP on Opus 4.7": (OPUS_4_7, asked(**inference(topP=0.5)), "`top_p` is deprecated for this model."),
    "top_k on Opus 4.7": (OPUS_4_7, asked(**fields(top_k=10)), "`top_k` is deprecated for this model."),
    "temperature and topP on Sonnet 4.5": (
        SONNET_4_5,
        asked(**inference(temperature=0.2, topP=0.5)),
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ),
    "thinking without a budget": (
        SONNET_4_5,
        asked(**fields(thinking={"type": "enabled"})),
        "thinking.enabled.budget_tokens: Field required",
    ),
    "thinking enabled on Opus 4.7": (
        OPUS_4_7,
        asked(**fields(reasoning_config={"type": "enabled", "budget_tokens": 1024})),
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
        '"output_config.effort" to control thinking behavior.',
    ),
    "an unknown field": (
        SONNET_4_5,
        asked(**fields(an_unknown_field=1)),
        "an_unknown_field: Extra inputs are not permitted",
    ),
    "another model's field": (
        SONNET_4_5,
        asked(**fields(reasoning_effort="high")),
        "reasoning_effort: Extra inputs are not permitted",
    ),
    "structured output on Opus 5": (
        OPUS_5,
        asked(**structured({"type": "string"})),
        "output_config.format: Extra inputs are not permitted",
    ),
    # recorded
    "a schema with multipleOf": (
        SONNET_4_5,
        asked(**structured({"type": "integer", "multipleOf": 2})),
        "output_config.format.schema: For 'integer' type, property 'multipleOf' is not supported",
    ),
    "a strict tool with minItems": (
        SONNET_4_5,
        asked(**tools(tool(schema=STRINGS, strict=True))),
        "tools.0.custom: For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [2, 5])",
    ),
    "an assistant last beside tools on Claude 3": (
        "anthropic.claude-3-sonnet-20240229-v1:0",
        talk(user(text()), assistant(text()), **tools()),
        "Your API request included an `assistant` message in the final position, which would pre-fill the `assistant` "
        "response. When using tools, pre-filling the `assistant` response is not supported.",
    ),
    "ten million letters": (
        "us.anthropic.claude-3-5-haiku-20241022-v1:0",
        asked(text("a" * 10_000_000), text("Hi")),
        "too many total text bytes: 10000002 > 9000000",
    ),
    "more than the window": (
        SONNET_4_5,
        asked(text("stone " * 250_000)),
        "Input is too long for requested model.",
    ),
    # reported
    "empty text": (HAIKU, asked(text("")), "messages: text content blocks must be non-empty"),
    "white space": (SONNET_4, asked(text(" \n")), "messages: text content blocks must contain non-whitespace text"),
    "white space at the end of a prefill": (
        SONNET_4_5,
        talk(user(text()), assistant(text("So "))),
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    "reasoning without its signature": (
        SONNET_4,
        talk(user(text()), assistant(thought(), text()), user(text())),
        "messages.1.content.0.thinking.signature: Field required",
    ),
    "a budget as large as the limit": (
        SONNET_4,
        asked(**THINKING, **inference(maxTokens=1024)),
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
    ),
    "a budget that is too small": (
        SONNET_4,
        asked(**fields(thinking={"type": "enabled", "budget_tokens": 1000})),
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    "temperature beside thinking": (
        SONNET_4,
        asked(**THINKING, **inference(temperature=0.5)),
        "`temperature` may only be set to 1 when thinking is enabled.",
    ),
    "a picture of more than 5 MB": (
        HAIKU,
        asked(text(), image(bytes="AAAA" * (5_452_500 // 4))),
        "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 5452500 bytes > 5242880 bytes",
    ),
    "a picture of more than 8000 pixels": (
        HAIKU,
        asked(text(), image(bytes=png(8001, 10))),
        "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 "
        "pixels",
    ),
    "many pictures, one of more than 2000 pixels": (
        HAIKU,
        asked(text(), *(image(bytes=png(2001, 10)) for _ in range(21))),
        "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size for "
        "many-image requests: 2000 pixels",
    ),
    "a call at the end": (
        SONNET_4,
        talk(user(text()), assistant(call("a")), **tools()),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a. Each `tool_use` block "
        "must have a corresponding `tool_result` block in the next message.",
    ),
    "a PDF that is none": (
        SONNET_4,
        asked(text(), document(kind="pdf")),
        "messages.0.content.1.source.bytes: The document source bytes could not be parsed as the specified format. "
        "If using "
        "a text-based format, try source.text instead of source.bytes.",
    ),
}


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
@pytest.mark.parametrize(("model", "body", "message"), MODEL_REFUSALS.values(), ids=MODEL_REFUSALS.keys())
def test_a_refusal_of_the_models_is_worded_as_its_own(
    ask: Ask, model: str, body: Body, message: str, operation: str
) -> None:
    got = ask(converse_path(model, operation), body)

    assert got.status == 400
    assert got.headers["x-amzn-errortype"] == f"ValidationException:{SERVICE}"
    assert got.body == msgspec.json.encode({"message": PREFIX + message})


def test_thinking_goes_on_with_thinking(ask: Ask) -> None:
    """Reported in this form; the rest of the text varies."""
    body = talk(user(text()), assistant(text(), call()), user(result()), **tools(), **THINKING)

    assert ask(converse_path(SONNET_4), body).error[2].startswith(PREFIX + EXPECTED_THINKING)


def test_the_answer_has_these_members_in_this_order(ask: Ask) -> None:
    answer = ask(converse_path(), said()).json

    assert list(answer) == ["metrics", "output", "stopReason", "usage"]
    assert list(answer["output"]["message"]) == ["content", "role"]
    assert list(answer["metrics"]) == ["latencyMs"]
    assert isinstance(answer["metrics"]["latencyMs"], int)


def test_there_are_no_headers_of_invoke_model(ask: Ask) -> None:
    assert not [name for name in ask(converse_path(), said()).headers if "bedrock" in name]  # 0 of 1,942 recorded


@pytest.mark.parametrize("latency", ["standard", "optimized"])
def test_performance_is_echoed_on_request(ask: Ask, latency: str) -> None:
    answer = ask(converse_path("us.amazon.nova-pro-v1:0"), asked(performanceConfig={"latency": latency})).json

    assert answer["performanceConfig"] == {"latency": latency}
    assert list(answer) == ["metrics", "output", "performanceConfig", "stopReason", "usage"]


def test_the_service_tier_is_echoed_on_request(ask: Ask) -> None:
    answer = ask(converse_path(GPT_OSS), asked(serviceTier={"type": "flex"})).json

    assert answer["serviceTier"] == {"type": "flex"}
    assert list(answer) == ["metrics", "output", "serviceTier", "stopReason", "usage"]


def test_members_of_the_native_answer_come_on_request(ask: Ask) -> None:
    body = asked(additionalModelResponseFieldPaths=["/stop_sequence", "/usage/output_tokens", "/nowhere/at/all"])
    answer = ask(converse_path(), body).json

    assert answer["additionalModelResponseFields"] == {
        "output_tokens": answer["usage"]["outputTokens"],
        "stop_sequence": None,
    }
    assert next(iter(answer)) == "additionalModelResponseFields"


def test_paths_that_lead_nowhere_leave_the_member_out(ask: Ask) -> None:
    answer = ask(converse_path(), asked(additionalModelResponseFieldPaths=["/nowhere"])).json

    assert "additionalModelResponseFields" not in answer


@pytest.mark.parametrize(
    "members",
    [
        {"requestMetadata": {"team": "stones", "empty": ""}},
        {"promptVariables": {"name": {"text": "value"}}},
        inference(temperature=0.1),
        inference(topP=0.1),
        fields(top_k=5),
    ],
    ids=["metadata", "prompt variables", "temperature", "topP", "top_k"],
)
def test_some_members_change_nothing(ask: Ask, members: Body) -> None:
    assert ask(converse_path(), asked(**members)).json["output"] == ask(converse_path(), asked()).json["output"]


def test_an_answer_can_be_sent_back(ask: Ask) -> None:
    """A conversation goes on with the assistant's own blocks: reasoning, call, result, text."""
    config: Body = {**tools(), **THINKING}
    first = ask(converse_path(SONNET_4), talk(user(text("look up granite")), **config)).json["output"]["message"]
    use = next(block["toolUse"] for block in first["content"] if "toolUse" in block)
    then = talk(user(text("look up granite")), first, user(result(use["toolUseId"], text("a rock"))), **config)
    second = ask(converse_path(SONNET_4), then).json

    assert second["stopReason"] == "end_turn"
    assert "a rock" in second["output"]["message"]["content"][-1]["text"]


@pytest.mark.parametrize("model", [HAIKU, NOVA, GPT_OSS])
def test_results_are_answered_with_text(ask: Ask, model: str) -> None:
    answer = ask(converse_path(model), called()).json

    assert answer["stopReason"] == "end_turn"
    assert "found" in answer["output"]["message"]["content"][-1]["text"]


def test_two_calls_are_answered_at_once(ask: Ask) -> None:
    turn = talk(user(text()), assistant(call("a"), call("b")), user(result("b"), result("a")), **tools())

    assert ask(converse_path(SONNET_4), turn).status == 200
