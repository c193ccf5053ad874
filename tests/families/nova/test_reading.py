"""Nova's native bodies as requests."""

import base64
import json
from typing import Any

from tests.families.conftest import PIXEL, model

from outcrop.chat.request import ChatRequest
from outcrop.families import nova

LITE = model("amazon.nova-lite-v1:0")
LITE_2 = model("amazon.nova-2-lite-v1:0")


def read(*content: Any, **members: Any) -> ChatRequest:
    turns = [{"role": "user", "content": list(content) or [{"text": "Hi"}]}]
    return nova.decode(json.dumps({"messages": turns, **members}).encode(), LITE)


def test_a_body_is_read() -> None:
    # recorded, 2025: a system prompt and three turns
    body = {
        "messages": [
            {"role": "user", "content": [{"text": "Say this is a test"}]},
            {"role": "assistant", "content": [{"text": "This is a test"}]},
            {"role": "user", "content": [{"text": "Say again this is a test"}]},
        ],
        "inferenceConfig": {"max_new_tokens": 10},
        "schemaVersion": "messages-v1",
        "system": [{"text": "You are friendly model"}],
    }
    request = nova.decode(json.dumps(body).encode(), LITE)
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [
        ("user", "Say this is a test"),
        ("assistant", "This is a test"),
        ("user", "Say again this is a test"),
    ]
    assert [block.text for block in request.system] == ["You are friendly model"]
    assert (request.inference.max_tokens, request.fields, request.tool_config) == (10, {}, None)


def test_settings_go_by_two_names() -> None:
    # recorded: max_new_tokens, top_p, maxTokens and topP; documented: top_k and topK
    newer = read(inferenceConfig={"maxTokens": 5, "temperature": 0.5, "topP": 0.9, "topK": 20})
    older = read(inferenceConfig={"max_new_tokens": 5, "temperature": 0.5, "top_p": 0.9, "top_k": 20})
    assert newer == older
    assert (newer.inference.max_tokens, newer.inference.temperature, newer.inference.top_p) == (5, 0.5, 0.9)
    # where Converse's additionalModelRequestFields have it (recorded)
    assert newer.fields == {"inferenceConfig": {"topK": 20}}


def test_stop_sequences() -> None:
    assert read(inferenceConfig={"stopSequences": ["|"]}).inference.stop_sequences == ["|"]


def test_a_cache_point_stands_behind_its_block() -> None:
    # recorded: a member of the text's block; Converse has blocks of their own
    point = {"type": "default"}
    request = read({"text": "a", "cachePoint": point}, {"text": "b"}, system=[{"text": "s", "cachePoint": point}])
    assert [(block.text, block.cache_point is not None) for block in request.messages[0].content] == [
        ("a", False),
        (None, True),
        ("b", False),
    ]
    assert [block.cache_point is not None for block in request.system] == [False, True]


def test_pictures_come_in_base64() -> None:
    # recorded
    data = base64.b64encode(PIXEL).decode()
    image = (
        read({"text": "What?"}, {"image": {"format": "png", "source": {"bytes": data}}}).messages[0].content[1].image
    )
    assert image is not None
    assert (image.format, image.source.bytes) == ("png", PIXEL)


def test_tools_and_their_results() -> None:
    # recorded: calls have UUIDs here
    schema = {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]}
    identifier = "4d8acf92-6a04-42b6-aaf7-f68937a339ef"
    answer = {"toolResult": {"toolUseId": identifier, "content": [{"json": {"weather": "rain"}}]}}
    request = read(
        answer, toolConfig={"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": schema}}}]}
    )
    [tool] = request.tools
    assert tool.tool_spec is not None
    assert (tool.tool_spec.name, tool.tool_spec.input_schema.json) == ("get_weather", schema)
    result = request.messages[0].content[0].tool_result
    assert result is not None
    assert (result.tool_use_id, result.content[0].json) == (identifier, {"weather": "rain"})


def test_reasoning_keeps_its_native_name() -> None:
    # recorded as an additional field on Converse
    asked = {"type": "enabled", "maxReasoningEffort": "low"}
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "reasoningConfig": asked}
    assert nova.decode(json.dumps(body).encode(), LITE_2).fields == {"reasoningConfig": asked}
