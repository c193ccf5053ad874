"""The AWS SDK for Java: Converse with the blocking client, ConverseStream with the asynchronous one over Netty."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients

TARGET = Path(__file__).parent / "java" / "target"


@pytest.fixture(scope="module")
def report(toolchain, report_of, aws_environment):
    toolchain("mvn", TARGET / "clients.jar")
    classes = f"{TARGET / 'clients.jar'}:{TARGET / 'libraries'}/*"
    command = [toolchain("java"), "-XX:TieredStopAtLevel=1", "-cp", classes, "outcrop.clients.Conversation"]
    return report_of(command, aws_environment)


def check_account(told: dict) -> None:
    usage = told["usage"]
    assert usage["inputTokens"] > 0
    assert usage["outputTokens"] > 0
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert told["latencyMs"] >= 0


def test_converse(report):
    told = report["converse"]
    assert told["status"] == 200
    assert re.fullmatch(r"[0-9a-f-]{36}", told["requestId"])
    assert told["text"].strip()
    assert told["stopReason"] == "end_turn"
    check_account(told)


def test_converse_stream(report):
    told = report["converse_stream"]
    assert told["events"] == [
        "messageStart",
        *["contentBlockDelta"] * len(told["pieces"]),
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert "".join(told["pieces"]) == report["converse"]["text"]
    assert told["stopReason"] == "end_turn"
    assert told["usage"] == report["converse"]["usage"]
    check_account(told)


def test_a_model_that_does_not_exist(report):
    refusal = report["refusal"]
    assert re.fullmatch(r"[0-9a-f-]{36}", refusal.pop("requestId"))
    assert refusal == {
        "code": "ValidationException",
        "message": "The provided model identifier is invalid.",
        "status": 400,
    }
