"""What a Claude model refuses of parameters, tools and size, on every operation."""

import json
from typing import Any

import pytest
from tests.families.conftest import (
    CLAUDE_2,
    CLAUDES,
    HAIKU_3,
    HAIKU_3_5,
    HAIKU_4_5,
    OPUS_4_1,
    OPUS_4_7,
    SONNET_4,
    SONNET_4_5,
    SONNET_4_6,
    SONNET_5,
    checked,
    claude,
    hub,
    malformed,
    refusal,
    tool,
    tool_result,
    tool_use,
    turns,
)

from outcrop.chat.features import Model
from outcrop.families import anthropic_messages
from outcrop.model.runtime import (
    InferenceConfiguration,
    JsonSchemaDefinition,
    OutputConfig,
    OutputFormat,
    OutputFormatStructure,
    SpecificToolChoice,
    Tool,
    ToolChoice,
    ToolConfiguration,
    ToolInputSchema,
    ToolSpecification,
)


def inference(**members: Any) -> Any:
    return {"inference": InferenceConfiguration(**members)}


def tools(*named: tuple[str, Any], strict: bool | None = None, choice: ToolChoice | None = None) -> ToolConfiguration:
    specifications = [
        ToolSpecification(name=name, input_schema=ToolInputSchema(json=schema), strict=strict) for name, schema in named
    ]
    return ToolConfiguration(tools=[Tool(tool_spec=found) for found in specifications], tool_choice=choice)


EMPTY = {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.mark.parametrize("asked", CLAUDES)
def test_a_plain_request_is_taken(asked: Model) -> None:
    assert checked(anthropic_messages, hub(**inference(max_tokens=100)), asked) is None


def test_more_tokens_than_the_model_gives() -> None:
    # quoted for InvokeModel, 2024 to 2026
    assert refusal(anthropic_messages, claude(max_tokens=10000), HAIKU_3) == (
        "max_tokens: 10000 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307"
    )
    assert refusal(anthropic_messages, claude(max_tokens=1_000_000_000), SONNET_4_5) == (
        "max_tokens: 1000000000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5-20250929"
    )
    assert refusal(anthropic_messages, claude(max_tokens=4096), HAIKU_3) is None


@pytest.mark.parametrize(
    ("asked", "given", "fields", "words"),
    [
        # probed on Claude Opus 4.7
        (OPUS_4_7, {"temperature": 0.2}, {}, "`temperature` is deprecated for this model."),
        (OPUS_4_7, {"top_p": 0.5}, {}, "`top_p` is deprecated for this model."),
        (OPUS_4_7, {"temperature": 0.2, "top_p": 0.5}, {}, "`temperature` is deprecated for this model."),
        (OPUS_4_7, {}, {"top_k": 10}, "`top_k` is deprecated for this model."),
        (SONNET_5, {"temperature": 0.2}, {}, "`temperature` is deprecated for this model."),
        # probed on Claude Sonnet 4.5
        (SONNET_4_5, {"temperature": 0.2, "top_p": 0.5}, {}, "both"),
        (HAIKU_4_5, {"temperature": 0.2, "top_p": 0.5}, {}, "both"),
        (OPUS_4_1, {"temperature": 0.2, "top_p": 0.5}, {}, "both"),
        (SONNET_4_5, {"temperature": 0.2}, {"top_k": 10}, None),
        (SONNET_4, {"temperature": 0.2, "top_p": 0.5}, {}, None),
        (HAIKU_3, {"temperature": 0.2, "top_p": 0.5}, {"top_k": 10}, None),
    ],
)
def test_sampling(asked: Model, given: Any, fields: Any, words: str | None) -> None:
    both = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    found = checked(anthropic_messages, hub(**inference(**given), fields=fields), asked)
    assert found == (both if words == "both" else words)


@pytest.mark.parametrize(
    ("asked", "fields", "words"),
    [
        # probed on Claude Sonnet 4.5 and Opus 4.7
        (SONNET_4_5, {"stdapi_probe_unknown": 1}, "stdapi_probe_unknown: Extra inputs are not permitted"),
        (SONNET_4_5, {"reasoning_effort": "high"}, "reasoning_effort: Extra inputs are not permitted"),
        # reported for Claude 3.5 Sonnet on Converse, 2024-12
        (HAIKU_3_5, {"chat_id": "x"}, malformed("#: extraneous key [chat_id] is not permitted")),
        # by the same schemas
        (HAIKU_3_5, {"thinking": {}}, malformed("#: extraneous key [thinking] is not permitted")),
        (HAIKU_3_5, {"metadata": {}}, malformed("#: extraneous key [metadata] is not permitted")),
        (HAIKU_3_5, {"top_k": 501}, malformed("#/top_k: 501 is not less or equal to 500")),
        (SONNET_4_5, {"top_k": "many"}, "top_k: Input should be a valid integer"),
        (SONNET_4_5, {"thinking": {"type": "on"}}, None),
        # what Converse has a word for has no second way in (decided)
        (SONNET_4_5, {"messages": []}, "messages: Extra inputs are not permitted"),
        (HAIKU_3_5, {"temperature": 0.5}, malformed("#: extraneous key [temperature] is not permitted")),
        (HAIKU_3_5, {"top_k": 200}, "taken"),  # documented
        (SONNET_4_5, {"anthropic_beta": ["x"], "metadata": {"user_id": "u"}}, "taken"),
    ],
)
def test_additional_fields(asked: Model, fields: Any, words: str | None) -> None:
    found = checked(anthropic_messages, hub(fields=fields), asked)
    if words is None:
        assert found is not None
    else:
        assert found == (None if words == "taken" else words)


def test_blank_stop_sequences() -> None:
    # quoted
    words = "stop_sequences: each stop sequence must contain non-whitespace"
    assert refusal(anthropic_messages, claude(stop_sequences=["END", "\n"]), HAIKU_3) == words
    assert refusal(anthropic_messages, claude(stop_sequences=["\n\nHuman:"]), HAIKU_3) is None


def test_tool_names_are_unique() -> None:
    # quoted
    assert refusal(anthropic_messages, claude(tools=[tool(), tool()]), HAIKU_3) == "tools: Tool names must be unique."


def test_a_choice_needs_its_tool() -> None:
    # quoted
    choice = ToolChoice(tool=SpecificToolChoice(name="g"))
    found = checked(anthropic_messages, hub(tool_config=tools(("f", EMPTY), choice=choice)), SONNET_4)
    assert found == "Tool 'g' not found in provided tools"
    lost = hub(fields={"tool_choice": {"type": "none"}})
    assert checked(anthropic_messages, lost, SONNET_4) == "tool_choice may only be specified while providing tools."


def test_a_model_without_tools() -> None:
    found = checked(anthropic_messages, hub(tool_config=tools(("f", EMPTY))), CLAUDE_2)
    assert found == "'claude-2.0' does not support tool use."  # decided


def test_calls_of_tools_no_longer_offered_are_taken() -> None:
    # recorded on Claude 3.5 Haiku, 2025-07
    said = turns(("user", "a"), ("assistant", [tool_use()]), ("user", [tool_result(content="b")]))
    assert refusal(anthropic_messages, claude(messages=said), HAIKU_3_5) is None


def test_schemas_of_strict_tools() -> None:
    # recorded on Claude Sonnet 4.5, both
    multiple = {**EMPTY, "properties": {"n": {"type": "integer", "multipleOf": 5}}, "required": ["n"]}
    listed = {**EMPTY, "properties": {"tags": {"type": "array", "items": {"type": "string"}, "minItems": 2}}}
    for schema, words in (
        (multiple, "For 'integer' type, property 'multipleOf' is not supported"),
        (listed, "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [2, 5])"),
    ):
        strict = hub(tool_config=tools(("f", EMPTY), ("g", schema), strict=True))
        assert checked(anthropic_messages, strict, SONNET_4_5) == f"tools.1.custom: {words}"
        assert checked(anthropic_messages, hub(tool_config=tools(("g", schema))), SONNET_4_5) is None


def structured(schema: str, effort: str | None = None) -> Any:
    structure = OutputFormatStructure(json_schema=JsonSchemaDefinition(schema=schema))
    return hub(
        output_config=OutputConfig(effort=effort, text_format=OutputFormat(type="json_schema", structure=structure))
    )


MULTIPLE = json.dumps({**EMPTY, "properties": {"value": {"type": "integer", "multipleOf": 5}}})


@pytest.mark.parametrize(
    ("asked", "schema", "words"),
    [
        # recorded on Claude Sonnet 4.5
        (
            SONNET_4_5,
            MULTIPLE,
            "output_config.format.schema: For 'integer' type, property 'multipleOf' is not supported",
        ),
        (SONNET_4_5, json.dumps(EMPTY), None),
        # probed on Claude Opus 4.7 and 5
        (OPUS_4_7, json.dumps(EMPTY), "output_config.format: Extra inputs are not permitted"),
    ],
)
def test_structured_output(asked: Model, schema: str, words: str | None) -> None:
    assert checked(anthropic_messages, structured(schema), asked) == words
    native = hub(fields={"output_config": {"format": {"type": "json_schema", "schema": json.loads(schema)}}})
    assert checked(anthropic_messages, native, asked) == words


@pytest.mark.parametrize("schema", ["{", "[]", '{"type": 1}'])
def test_what_is_no_schema(schema: str) -> None:
    found = checked(anthropic_messages, structured(schema), SONNET_4_5)
    assert found is not None
    assert found.startswith("output_config.format.schema: Invalid schema: ")  # decided


def test_effort() -> None:
    # quoted: Opus from 4.5, the others from 4.6 on
    low = hub(output_config=OutputConfig(effort="low"))
    words = "This model does not support the effort parameter."
    assert checked(anthropic_messages, low, SONNET_4_5) == words
    assert checked(anthropic_messages, hub(fields={"output_config": {"effort": "low"}}), HAIKU_4_5) == words
    assert checked(anthropic_messages, low, SONNET_4_6) is None


def test_too_many_bytes_of_text() -> None:
    # recorded on Claude 3.5 Haiku: ten million letters in ten turns, and "Hi"
    said = [(("user", "assistant")[n % 2], "a" * 1_000_000) for n in range(10)]
    found = checked(anthropic_messages, hub(*said, ("user", "Hi")), HAIKU_3_5)
    assert found == "too many total text bytes: 10000002 > 9000000"


def test_bytes_are_counted_not_letters() -> None:
    found = checked(anthropic_messages, hub(("user", "ü" * 4_500_001)), HAIKU_3_5)
    assert found == "too many total text bytes: 9000002 > 9000000"


def test_more_than_the_window() -> None:
    # recorded on Claude Sonnet 4.5: 250,000 words for a window of 200,000 tokens
    words = "Input is too long for requested model."
    assert checked(anthropic_messages, hub(("user", "word " * 250_000)), SONNET_4_5) == words
    assert checked(anthropic_messages, hub(("user", "word " * 190_000)), SONNET_4_5) is None


def test_input_and_output_together() -> None:
    # quoted for models before 4.5
    long = hub(("user", "word " * 199_000), **inference(max_tokens=4096))
    found = checked(anthropic_messages, long, HAIKU_3)
    assert found is not None
    assert found.startswith("input length and `max_tokens` exceed context limit: 199")
    assert found.endswith(" + 4096 > 200000")
    assert checked(anthropic_messages, long, SONNET_4_5) is None
