"""What is taken down of calls, as a reader of the logs finds it: in objects, in files, or not at all."""

import asyncio
import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.operations.conftest import Account

from outcrop.config import build
from outcrop.settings import Settings

CLOUD = {"logGroupName": "/outcrop/calls", "roleArn": "arn:aws:iam::123456789012:role/logs"}
FOLDER = "quarry/logs/AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1"
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000"
        "000049454e44ae426082"
    )
).decode()


class Logged(Account):
    """An account with an object store, whose logs are read once everything is delivered."""

    def configure(self, **members: Any) -> int:
        return self.ask("PUT", "/logging/modelinvocations", {"loggingConfig": members}).status

    def end(self) -> None:
        self.runner.run(self.built.recorder.delivery.aclose())

    def records(self) -> list[dict[str, Any]]:
        """The records of the S3 destination."""
        self.end()
        found = sorted((self.data / "objects" / FOLDER).rglob("*Z_*.json.gz"))
        return [json.loads(line) for path in found for line in gzip.decompress(path.read_bytes()).splitlines()]

    def lines(self) -> list[dict[str, Any]]:
        """The records of the log group."""
        self.end()
        (path,) = (self.data / "log-groups").iterdir()
        return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def logged(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Logged]:
    (tmp_path / "objects" / "quarry").mkdir(parents=True)
    built = build(Settings(data=tmp_path, objects_folder=tmp_path / "objects"))
    yield Logged(built, runner, tmp_path)
    runner.run(built.aclose())


S3 = {"s3Config": {"bucketName": "quarry", "keyPrefix": "logs"}}


def test_converse_is_recorded_as_it_was_asked_and_answered(logged: Logged) -> None:
    assert logged.configure(**S3) == 200
    answer = logged.ask("POST", converse_path(), {**said(), "requestMetadata": {"team": "geology"}})
    (record,) = logged.records()
    assert (record["schemaType"], record["schemaVersion"]) == ("ModelInvocationLog", "1.0")
    assert (record["operation"], record["modelId"], record["accountId"]) == ("Converse", HAIKU, "123456789012")
    assert record["identity"] == {"arn": "arn:aws:iam::123456789012:root"}
    assert record["requestId"] == answer.headers["x-amzn-requestid"]
    assert record["requestMetadata"] == {"team": "geology"}
    assert record["input"]["inputBodyJson"] == said()
    assert record["output"]["outputBodyJson"] == answer.json
    usage = answer.json["usage"]
    assert record["input"]["inputTokenCount"] == usage["inputTokens"]
    assert record["output"]["outputTokenCount"] == usage["outputTokens"]


def test_a_stream_is_recorded_as_the_reply_it_amounts_to(logged: Logged) -> None:
    logged.configure(**S3)
    whole = logged.ask("POST", converse_path(), said()).json
    logged.ask("POST", converse_path(operation="converse-stream"), said())
    first, second = logged.records()
    assert second["operation"] == "ConverseStream"
    assert second["output"]["outputBodyJson"]["output"] == whole["output"]
    assert second["output"]["outputBodyJson"]["stopReason"] == "end_turn"
    assert second["output"]["outputTokenCount"] == first["output"]["outputTokenCount"]


NATIVE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}


def test_native_bodies_are_recorded_as_they_are(logged: Logged) -> None:
    logged.configure(**S3)
    answer = logged.ask("POST", converse_path(operation="invoke"), NATIVE)
    streamed = logged.ask("POST", converse_path(operation="invoke-with-response-stream"), NATIVE)
    first, second = logged.records()
    assert first["input"]["inputBodyJson"] == second["input"]["inputBodyJson"] == NATIVE
    assert first["output"]["outputBodyJson"] == answer.json
    chunks = [json.loads(base64.b64decode(payload["bytes"])) for _, payload in streamed.events]
    assert second["output"]["outputBodyJson"] == chunks
    for record in (first, second):
        assert record["input"]["inputTokenCount"] == answer.json["usage"]["input_tokens"]
        assert record["output"]["outputTokenCount"] == answer.json["usage"]["output_tokens"]


def test_a_log_group_is_a_file_of_lines(logged: Logged) -> None:
    logged.configure(cloudWatchConfig=CLOUD)
    for _ in range(3):
        logged.ask("POST", converse_path(), said())
    assert len({record["requestId"] for record in logged.lines()}) == 3


def test_what_is_refused_is_recorded_with_its_error(logged: Logged) -> None:
    logged.configure(**S3)
    assert (
        logged.ask("POST", converse_path(), {"messages": [{"role": "user", "content": [{"text": " "}]}]}).status == 400
    )
    (record,) = logged.records()
    assert record["errorCode"] == "ValidationException"
    assert "outputBodyJson" not in record["output"]


def test_text_that_is_not_wanted_is_counted_and_left_out(logged: Logged) -> None:
    logged.configure(**S3, textDataDeliveryEnabled=False)
    logged.ask("POST", converse_path(), said("a secret"))
    (record,) = logged.records()
    assert "secret" not in json.dumps(record)
    assert record["input"]["inputTokenCount"] > 0


@pytest.mark.parametrize("wanted", [True, False])
def test_pictures_are_objects_of_their_own_or_left_out(logged: Logged, wanted: bool) -> None:
    logged.configure(**S3, imageDataDeliveryEnabled=wanted)
    picture = {"image": {"format": "png", "source": {"bytes": PIXEL}}}
    logged.ask("POST", converse_path(), {"messages": [{"role": "user", "content": [picture, {"text": "What?"}]}]})
    (record,) = logged.records()
    source = record["input"]["inputBodyJson"]["messages"][0]["content"][0]["image"]["source"]
    if not wanted:
        assert source == {}
        return
    uri = source["s3Location"]["uri"]
    assert uri.startswith("s3://quarry/logs/AWSLogs/")
    path = logged.data / "objects" / uri.removeprefix("s3://")
    assert gzip.decompress(path.read_bytes()) == base64.b64decode(PIXEL)


@pytest.mark.parametrize("medium", [{"source": {"bytes": "x"}}, {"source": {"bytes": 1}}, {"source": 1}, 1, None])
def test_what_only_looks_like_a_picture_stays_as_it_is(logged: Logged, medium: Any) -> None:
    logged.configure(**S3)
    call = {"toolUse": {"toolUseId": "t1", "name": "draw", "input": {"image": medium}}}
    result = {"toolResult": {"toolUseId": "t1", "content": [{"text": "drawn"}]}}
    turns = [
        {"role": "user", "content": [{"text": "Draw."}]},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    tools = {"tools": [{"toolSpec": {"name": "draw", "inputSchema": {"json": {"type": "object"}}}}]}
    assert logged.ask("POST", converse_path(), {"messages": turns, "toolConfig": tools}).status == 200
    (record,) = logged.records()
    assert record["input"]["inputBodyJson"]["messages"][1]["content"] == [call]


def test_a_long_body_is_an_object_of_its_own(logged: Logged) -> None:
    logged.configure(**S3)
    logged.ask("POST", converse_path(), said("stone " * 20_000))
    (record,) = logged.records()
    assert "inputBodyJson" not in record["input"]
    path = logged.data / "objects" / record["input"]["inputBodyS3Path"].removeprefix("s3://")
    assert json.loads(gzip.decompress(path.read_bytes())) == said("stone " * 20_000)


def test_vectors_have_a_switch_of_their_own(logged: Logged) -> None:
    logged.configure(**S3, embeddingDataDeliveryEnabled=False)
    logged.ask("POST", converse_path("amazon.titan-embed-text-v2:0", "invoke"), {"inputText": "Hello"})
    (record,) = logged.records()
    assert "outputBodyJson" not in record["output"]


def test_nothing_is_logged_elsewhere_or_afterwards(logged: Logged) -> None:
    logged.configure(**S3)
    logged.ask("POST", converse_path(), said(), region="eu-west-1")
    logged.ask("GET", "/foundation-models")
    logged.ask("DELETE", "/logging/modelinvocations")
    logged.ask("POST", converse_path(), said())
    assert logged.records() == []


def test_the_newest_records_can_be_shown(logged: Logged) -> None:
    logged.configure(**S3)
    logged.ask("POST", converse_path(), said())
    (shown,) = logged.built.recorder.delivery.recent
    assert json.loads(shown)["operation"] == "Converse"
