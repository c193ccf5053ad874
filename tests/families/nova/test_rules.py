"""What Nova refuses through Converse as well."""

from typing import Any

import msgspec
import pytest
from tests.families.conftest import checked, hub, malformed, model

from outcrop.families import nova
from outcrop.families.nova import rules
from outcrop.model.runtime import (
    CachePointBlock,
    ContentBlock,
    DocumentBlock,
    DocumentSource,
    ImageBlock,
    ImageSource,
    S3Location,
    SystemContentBlock,
    Tool,
    ToolConfiguration,
    ToolInputSchema,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolSpecification,
    VideoBlock,
    VideoSource,
)

LITE = model("amazon.nova-lite-v1:0")
LITE_2 = model("amazon.nova-2-lite-v1:0")
POINT = ContentBlock(cache_point=CachePointBlock(type="default"))
S3 = S3Location(uri="s3://bucket/key")


def result(*items: ToolResultContentBlock) -> ContentBlock:
    return ContentBlock(tool_result=ToolResultBlock(tool_use_id="1", content=list(items)))


def offered(**schema: Any) -> ToolConfiguration:
    specification = ToolSpecification(name="f", input_schema=ToolInputSchema(json={"type": "object", **schema}))
    return ToolConfiguration(tools=[Tool(tool_spec=specification)])


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        # probed on Nova Lite, 2026
        ({"top_k": 10}, "#: extraneous key [top_k] is not permitted"),
        ({"thinking": {"type": "enabled"}}, "#: extraneous key [thinking] is not permitted"),
        ({"reasoning_effort": "high"}, "#: extraneous key [reasoning_effort] is not permitted"),
        # quoted for Nova Pro, 2026
        ({"reasoningConfig": {"type": "enabled"}}, "the provided reasoning config value is invalid"),
        # recorded
        ({"inferenceConfig": {"topK": 20}}, None),
        ({"inferenceConfig": {"topK": "x"}}, "#/inferenceConfig/topK: expected type: Integer, found: String"),
    ],
)
def test_additional_fields(fields: Any, text: str | None) -> None:
    assert checked(nova, hub(fields=fields), LITE) == (malformed(text) if text else None)


def test_the_second_generation_reasons() -> None:
    # recorded
    fields = {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}
    assert checked(nova, hub(fields=fields), LITE_2) is None


@pytest.mark.parametrize(("key", "index"), [("$defs", 1), ("definitions", 2)])
def test_schemas_with_definitions(key: str, index: int) -> None:
    # quoted for tools/1 and $defs, tools/2 and definitions, of 2025; the second generation is not known to refuse them
    tools = offered().tools * index + offered(**{key: {}}).tools
    request = hub(tool_config=ToolConfiguration(tools=tools))
    assert checked(nova, request, LITE) == malformed(
        f"#/toolConfig/tools/{index}/toolSpec/inputSchema/json: extraneous key [{key}] is not permitted"
    )
    assert checked(nova, request, LITE_2) is None


def test_schemas_that_are_taken() -> None:
    # recorded: title and additionalProperties beside the three documented keys
    schema = offered(properties={}, required=[], additionalProperties=False, title="F")
    assert checked(nova, hub(tool_config=schema), LITE) is None


def test_a_result_without_content() -> None:
    # quoted for the fifth message of a conversation
    request = hub(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"), ("user", [result()]))
    assert checked(nova, request, LITE) == malformed(
        "#/messages/4/content/0/toolResult: required key [content] not found"
    )


@pytest.mark.parametrize(
    "item",
    [
        ToolResultContentBlock(document=DocumentBlock(name="n", format="pdf", source=DocumentSource(s3_location=S3))),
        ToolResultContentBlock(video=VideoBlock(format="mp4", source=VideoSource(s3_location=S3))),
    ],
)
def test_media_from_s3_in_a_result(item: ToolResultContentBlock) -> None:
    # both recorded on Nova 2 Lite, 2026, in the third message
    request = hub(("user", "a"), ("assistant", "b"), ("user", [result(item)]))
    assert checked(nova, request, LITE_2) == malformed(
        "#/messages/2/content/0: extraneous key [toolResult] is not permitted"
    )


def test_a_picture_from_s3_in_a_result_is_taken() -> None:
    # recorded on Nova 2 Lite
    image = ToolResultContentBlock(image=ImageBlock(format="jpeg", source=ImageSource(s3_location=S3)))
    assert checked(nova, hub(("user", [result(image)])), LITE_2) is None


def test_a_cache_point_belongs_to_the_block_before_it() -> None:
    # quoted for Nova 2 Lite: behind a tool's result, told of the result's place
    answered = [result(ToolResultContentBlock(text="a")), POINT]
    assert checked(nova, hub(("user", ["a", POINT, *answered])), LITE_2) == malformed(
        "#/messages/0/content/1: extraneous key [cachePoint] is not permitted"
    )
    # recorded: behind a text
    assert checked(nova, hub(("user", ["a", POINT])), LITE_2) is None


def test_a_conversation_over_the_window() -> None:
    # recorded on Nova 2 Lite, in these words
    small = msgspec.structs.replace(LITE, context_window=100)
    words = (
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again."
    )
    assert checked(nova, hub(("user", "word " * 120)), small) == words == rules.TOO_LONG
    assert checked(nova, hub(("user", "word " * 80)), small) is None
    assert checked(nova, hub(system=[SystemContentBlock(text="word " * 120)]), small) == words
    assert checked(nova, hub(("user", "word " * 120)), LITE) is None
