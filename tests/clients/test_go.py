"""The AWS SDK for Go with the calls of the Go tutorial: one program makes them all and prints what it read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients

PROGRAM = Path(__file__).parent.parent.parent / ".tools" / "clients" / "go-tutorial"
INVALID_MODEL = "The provided model identifier is invalid."


@pytest.fixture(scope="module")
def report(toolchain, report_of, aws_environment):
    toolchain("go", PROGRAM)
    return report_of([PROGRAM], aws_environment)


def test_claude_invoke(report):
    answer = report["claude_invoke"]
    assert (answer["type"], answer["role"]) == ("message", "assistant")
    assert answer["id"].startswith("msg_bdrk_")
    assert answer["model"] == "claude-3-haiku-20240307"
    assert answer["content"][0]["type"] == "text"
    assert answer["content"][0]["text"].strip()
    assert answer["stop_reason"] in {"end_turn", "max_tokens"}
    assert answer["usage"]["input_tokens"] > 0
    assert 0 < answer["usage"]["output_tokens"] <= 200


def test_claude_stream(report):
    stream, answer = report["claude_stream"], report["claude_invoke"]
    assert stream["types"] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * len(stream["pieces"]),
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert len(stream["pieces"]) > 1
    assert "".join(stream["pieces"]).strip()
    assert stream["id"].startswith("msg_bdrk_")
    assert stream["stop_reason"] in {"end_turn", "max_tokens"}
    assert stream["input_tokens"] == answer["usage"]["input_tokens"]
    assert 0 < stream["output_tokens"] <= 200


def test_llama_invoke(report):
    assert report["llama_invoke"]["generation"].strip()


def test_every_llama_chunk_carries_its_own_text(report):
    pieces = report["llama_stream"]
    assert len(pieces) > 1
    assert "".join(pieces).strip()
    assert "".join(pieces) == report["llama_invoke"]["generation"]


def test_a_model_that_does_not_exist(report):
    refusal = report["unknown"]
    assert re.fullmatch(
        r"operation error Bedrock Runtime: InvokeModel, https response error StatusCode: 400, "
        r"RequestID: [0-9a-f-]{36}, ValidationException: " + re.escape(INVALID_MODEL),
        refusal["error"],
    )
    assert (refusal["code"], refusal["message"]) == ("ValidationException", INVALID_MODEL)
    assert refusal["typed"]
