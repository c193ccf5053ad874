"""The AWS SDK for JavaScript, today's over HTTP/2 and a release of mid-2024 over HTTP/1.1, with the samples of the
JavaScript question and its answers, and with pictures and tools. Every script prints what an application sees."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.clients

JAVASCRIPT = Path(__file__).parent / "javascript"
PROTOCOLS = {"@aws-sdk/client-bedrock-runtime": "h2", "client-bedrock-runtime-2024": "http/1.1"}
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TOO_MANY_TOKENS = (
    "max_tokens: 10000 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307"
)
SYSTEM_IS_NO_ROLE = (
    'Malformed input request: #: subject must not be valid against schema {"required":["messages"]}'
    "#/messages/0/role: system is not a valid enum value, please reformat your input and try again."
)


@pytest.fixture(scope="module", params=PROTOCOLS, ids=["current", "2024"])
def script(request, toolchain, report_of, aws_environment):
    """Run a script with one of the two SDKs; its client spoke the protocol that is that SDK's default."""
    node = toolchain("node", JAVASCRIPT / "node_modules" / ".installed")

    def run(name: str, *arguments: Path, env: dict[str, str] = aws_environment) -> dict:
        report = report_of([node, f"{name}.mjs", request.param, *arguments], env, JAVASCRIPT)
        assert report.pop("protocol") == PROTOCOLS[request.param]
        return report

    return run


def names_of(events: list[dict]) -> list[str]:
    return [next(iter(event)) for event in events]


def check_text_stream(events: list[dict]) -> None:
    """A ConverseStream answer of one text block: the events in order, text in deltas, an account at the end."""
    names = names_of(events)
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    assert names == [
        "messageStart",
        *["contentBlockDelta"] * len(deltas),
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert "".join(delta["delta"]["text"] for delta in deltas).strip()
    assert {delta["contentBlockIndex"] for delta in deltas} == {0}
    assert events[0]["messageStart"]["role"] == "assistant"
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"
    check_account(events[-1]["metadata"])


def check_account(metadata: dict) -> None:
    usage = metadata["usage"]
    assert usage["inputTokens"] > 0
    assert usage["outputTokens"] > 0
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert metadata["metrics"]["latencyMs"] >= 0


def test_too_many_tokens_are_refused_before_the_stream(script):
    refusal = script("question")
    assert refusal["name"] == "ValidationException"
    assert refusal["message"] == TOO_MANY_TOKENS
    assert refusal["$fault"] == "client"
    assert refusal["$metadata"]["httpStatusCode"] == 400


def test_the_system_role_is_refused_as_the_question_prints_it(script):
    refusal = script("system_role")
    request_id = refusal["$metadata"].pop("requestId")
    assert refusal == {
        "name": "ValidationException",
        "message": SYSTEM_IS_NO_ROLE,
        "$fault": "client",
        "$metadata": {"httpStatusCode": 400, "attempts": 1, "totalRetryDelay": 0},
    }
    assert UUID4.fullmatch(request_id)


def test_the_accepted_answer_streams(script):
    report = script("accepted_fix")
    events = report["events"]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert (report["status"], report["contentType"]) == (200, "application/json")
    assert [event["type"] for event in events] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * len(deltas),
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert "".join(delta["text"] for delta in deltas).strip()
    assert events[-2]["delta"]["stop_reason"] == "end_turn"
    metrics = events[-1]["amazon-bedrock-invocationMetrics"]
    assert metrics["inputTokenCount"] == events[0]["message"]["usage"]["input_tokens"]
    assert metrics["outputTokenCount"] == events[-2]["usage"]["output_tokens"]


def test_clean_email(script):
    report = script("clean_email")
    [response] = report["printed"]
    assert response["output"]["message"] == {"role": "assistant", "content": [{"text": report["text"]}]}
    assert report["text"].strip()
    assert response["stopReason"] == "end_turn"
    assert response["$metadata"]["httpStatusCode"] == 200
    check_account(response)


def test_converse_stream(script):
    report = script("converse_stream")
    assert report["status"] == 200
    check_text_stream(report["events"])


def test_converse_stream_over_tls(script, tls_server, environment_of):
    env = environment_of(tls_server) | {"NODE_EXTRA_CA_CERTS": tls_server.ca_bundle}
    check_text_stream(script("converse_stream", env=env)["events"])


def test_a_picture(script, tmp_path):
    picture = tmp_path / "square.png"
    Image.new("RGB", (64, 64), "teal").save(picture)
    check_text_stream(script("image", picture)["events"])


def test_a_tool_is_called_with_an_input_of_its_schema(script):
    events = script("tool")["events"]
    [start] = [event["contentBlockStart"] for event in events if "contentBlockStart" in event]
    called = start["contentBlockIndex"]
    fragments = [
        event["contentBlockDelta"]["delta"]["toolUse"]["input"]
        for event in events
        if event.get("contentBlockDelta", {}).get("contentBlockIndex") == called
    ]
    assert start["start"]["toolUse"]["name"] == "get_weather"
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", start["start"]["toolUse"]["toolUseId"])
    assert isinstance(json.loads("".join(fragments))["city"], str)
    assert names_of(events)[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"
    check_account(events[-1]["metadata"])
