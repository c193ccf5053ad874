"""The one violation of a Nova body that is told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import malformed, model, refusal
from tests.families.test_everit import JSON

from outcrop.chat.features import Model
from outcrop.families import nova
from outcrop.families.nova import outlines

MICRO = model("amazon.nova-micro-v1:0")
LITE = model("amazon.nova-lite-v1:0")
LITE_2 = model("amazon.nova-2-lite-v1:0")
HI = {"text": "Hi"}
DOCUMENT = {"format": "pdf", "name": "n"}
S3 = {"s3Location": {"uri": "s3://bucket/key"}}


def body(*content: Any, **members: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(content) or [HI]}], **members}


def result(*items: Any) -> dict[str, Any]:
    return {"toolResult": {"toolUseId": "1", "content": list(items)}}


def tools(*offered: Any, **members: Any) -> dict[str, Any]:
    return {"toolConfig": {"tools": list(offered), **members}}


def tool(name: str = "f", **members: Any) -> dict[str, Any]:
    return {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}, **members}


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # recorded, 2025: each of the two was the answer to a block of an unknown kind
        (body({"inputText": "Hi"}), "#/messages/0/content/0: extraneous key [inputText] is not permitted"),
        (body({}), "#/messages/0/content/0: required key [toolUse] not found"),
        # recorded, 2026: what a tool's result cannot hold, told of the result
        (
            body(result({"document": {**DOCUMENT, "source": S3}})),
            "#/messages/0/content/0: extraneous key [toolResult] is not permitted",
        ),
        (
            body(result({"video": {"format": "mp4", "source": S3}})),
            "#/messages/0/content/0: extraneous key [toolResult] is not permitted",
        ),
        # quoted, 2024 to 2026
        ({"inputText": "Hi"}, "#: required key [messages] not found"),
        ({"messages": [{"content": [HI]}]}, "#/messages/0: required key [role] not found"),
        ({"messages": [{"role": "user"}]}, "#/messages/0: required key [content] not found"),
        (
            {"messages": [{"role": "user", "content": [HI], "text": "Hi"}]},
            "#/messages/0: extraneous key [text] is not permitted",
        ),
        (
            {"messages": [{"role": "user", "content": "Hi"}]},
            "#/messages/0/content: expected type: JSONArray, found: String",
        ),
        (body({"type": "text", "text": "Hi"}), "#/messages/0/content/0: extraneous key [type] is not permitted"),
        (
            body({"toolResult": {"toolUseId": "1"}}),
            "#/messages/0/content/0/toolResult: required key [content] not found",
        ),
        (body(max_tokens=5), "#: extraneous key [max_tokens] is not permitted"),
        (body(anthropic_version="bedrock-2023-05-31"), "#: extraneous key [anthropic_version] is not permitted"),
        # quoted twice, 2024: one member of several is named
        (
            body(anthropic_version="x", max_tokens=1, temperature=0, top_p=1),
            "#: extraneous key [top_p] is not permitted",
        ),
        ({"messages": []}, "#/messages: expected minimum item count: 1, found: 0"),
        (
            body(**tools(tool(), tool(cachePoint={"type": "default"}))),
            "#/toolConfig/tools/1: extraneous key [cachePoint] is not permitted",
        ),
        (
            body(**tools(tool("clock.now"))),
            "#/toolConfig/tools/0/toolSpec/name: string [clock.now] does not match pattern ^[a-zA-Z0-9_-]+$",
        ),
        # by the same schema: documented limits, and the members a picture and a video have
        (
            body(inferenceConfig={"maxTokens": 10001}),
            "#/inferenceConfig/maxTokens: 10001 is not less or equal to 10000",
        ),
        (body(inferenceConfig={"temperature": 2}), "#/inferenceConfig/temperature: 2 is not less or equal to 1"),
        (body(inferenceConfig={"topK": None}), "#/inferenceConfig/topK: expected type: Integer, found: Null"),
        (
            {"messages": [{"role": "system", "content": [HI]}]},
            "#/messages/0/role: system is not a valid enum value",
        ),
        (
            body({"video": {"format": "mp4", "bytes": "AAAA"}}),
            "#/messages/0/content/0/video: required key [source] not found",
        ),
        (
            body({"image": {"format": "bmp", "source": {"bytes": "AAAA"}}}),
            "#/messages/0/content/0/image/format: bmp is not a valid enum value",
        ),
        (body(HI, "Hi"), "#/messages/0/content/1: expected type: JSONObject, found: String"),
        (
            body({**result({"text": "a"}), "cachePoint": {"type": "default"}}),
            "#/messages/0/content/0: extraneous key [cachePoint] is not permitted",
        ),
        (body(**tools({})), "#/toolConfig/tools/0: required key [toolSpec] not found"),
        (body(system=[{}]), "#/system/0: required key [text] not found"),
    ],
)
def test_one_violation_is_told(sent: Any, text: str) -> None:
    assert refusal(nova, sent, LITE) == malformed(text)


def test_what_is_no_json_is_refused_in_one_sentence() -> None:
    assert refusal(nova, b"{", LITE) == "Malformed input request, please reformat your input and try again."


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_a_model_of_texts_knows_no_other_block(kind: str) -> None:
    # decided: the block is unknown to Micro's schema, as reasoning is to the first generation's
    block = {kind: {"format": "png", "source": {"bytes": "AAAA"}}}
    assert refusal(nova, body(block), MICRO) == malformed(
        f"#/messages/0/content/0: extraneous key [{kind}] is not permitted"
    )


@pytest.mark.parametrize(
    ("asked", "given_", "text"),
    [
        # quoted for Nova Pro, 2026-09, whatever the effort
        (LITE, {"type": "enabled", "maxReasoningEffort": "low"}, "the provided reasoning config value is invalid"),
        # quoted for Nova 2 Lite: the effort is missing, or is none of three
        (LITE_2, {"type": "enabled"}, "#: extraneous key [reasoningConfig] is not permitted"),
        (
            LITE_2,
            {"type": "enabled", "maxReasoningEffort": "extreme"},
            "#: extraneous key [reasoningConfig] is not permitted",
        ),
        (LITE_2, {"type": "enabled", "maxReasoningEffort": "low"}, None),  # recorded
        (LITE_2, {"type": "disabled"}, None),  # documented
    ],
)
def test_reasoning(asked: Model, given_: Any, text: str | None) -> None:
    assert refusal(nova, body(reasoningConfig=given_), asked) == (malformed(text) if text else None)


@pytest.mark.parametrize(
    "sent",
    [
        # recorded, 2025
        body(
            schemaVersion="messages-v1",
            inferenceConfig={"max_new_tokens": 10, "temperature": 0.8, "topP": 1, "stopSequences": ["|"]},
        ),
        body(inferenceConfig={"max_new_tokens": 10, "top_p": 1}),
        body({"text": "Hi", "cachePoint": {"type": "default"}}, HI),
        body(**tools(tool())),
        body(result({"json": {"weather": "rain"}}), result({"text": "a"})),
        # documented
        body(
            {"video": {"format": "mp4", "source": S3}},
            {"document": {**DOCUMENT, "source": {"bytes": "AAAA"}}},
            system=[{"text": "Be brief."}],
            inferenceConfig={"topK": 20},
            **tools(tool(), toolChoice={"any": {}}),
        ),
        body(result({"document": {**DOCUMENT, "source": {"bytes": "AAAA"}}})),
        body(**tools({"systemTool": {"name": "nova_grounding"}})),
    ],
)
def test_what_is_right_is_taken(sent: Any) -> None:
    assert outlines.violation(sent, LITE) is None
    assert refusal(nova, sent, LITE) is None


MEMBERS = ("messages", "system", "inferenceConfig", "toolConfig", "reasoningConfig", "schemaVersion", "x")
KINDS = ("text", "image", "video", "document", "toolUse", "toolResult", "reasoningContent", "cachePoint", "x")


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | st.dictionaries(st.sampled_from(MEMBERS), JSON).map(lambda value: json.dumps({**body(), **value}).encode())
    | st.lists(st.dictionaries(st.sampled_from(KINDS), JSON, max_size=2), max_size=3).map(
        lambda blocks: json.dumps(body(*blocks)).encode()
    ),
    st.sampled_from((MICRO, LITE, LITE_2)),
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes, asked: Model) -> None:
    assert refusal(nova, sent, asked) != ""
