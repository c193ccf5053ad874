"""InvokeModelWithResponseStream: native bodies in chunks, the metrics on the last, and no stream of what cannot stream."""

import asyncio
import base64
from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Answer, Ask, converse_path
from tests.conversations import MISTRAL_7B
from tests.scripted import Scripted, asking, opening

from outcrop.catalog import Catalogue
from outcrop.errors import ModelStreamErrorException

BODY = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello there"}],
}
METRICS = "amazon-bedrock-invocationMetrics"


def chunks(got: Answer) -> list[Any]:
    """The native bodies of a stream's chunks."""
    assert got.status == 200, got.error
    return [msgspec.json.decode(base64.b64decode(payload["bytes"])) for _, payload in got.events]


@pytest.fixture
def got(ask: Ask) -> Answer:
    return ask(converse_path(operation="invoke-with-response-stream"), BODY)


def test_every_event_is_a_chunk_of_two_members(got: Answer) -> None:
    for message, (kind, payload) in zip(got.messages, got.events, strict=True):
        assert kind == "chunk"
        assert list(message.headers) == [":event-type", ":content-type", ":message-type"]
        assert list(payload) == ["bytes", "p"]
        assert 2 <= len(payload["p"]) <= 61


def test_the_headers_name_the_type_of_the_stream_and_of_its_chunks(got: Answer) -> None:
    assert list(got.headers) == ["content-type", "x-amzn-requestid", "x-amzn-bedrock-content-type"]
    assert got.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert got.headers["x-amzn-bedrock-content-type"] == "application/json"


def test_the_metrics_are_the_last_member_of_the_last_chunk(ask: Ask, got: Answer) -> None:
    *others, last = chunks(got)
    whole = ask(converse_path(operation="invoke"), BODY)

    assert list(last)[-1] == METRICS  # 449 of 449 recorded
    assert not any(METRICS in chunk for chunk in others)
    assert list(last[METRICS]) == ["inputTokenCount", "outputTokenCount", "invocationLatency", "firstByteLatency"]
    assert last[METRICS]["inputTokenCount"] == whole.json["usage"]["input_tokens"]
    assert last[METRICS]["outputTokenCount"] == whole.json["usage"]["output_tokens"]


def test_the_chunks_make_up_what_invoke_model_says(ask: Ask, got: Answer) -> None:
    text = "".join(c["delta"]["text"] for c in chunks(got) if c["type"] == "content_block_delta")

    assert text == ask(converse_path(operation="invoke"), BODY).json["content"][0]["text"]


@pytest.mark.parametrize("model", ["ai21.j2-mid-v1", "amazon.titan-embed-text-v2:0", "cohere.embed-english-v3"])
def test_a_model_that_cannot_stream_says_so(runner: asyncio.Runner, catalogue: Catalogue, model: str) -> None:
    got = asking(runner, catalogue, Scripted())(converse_path(model, "invoke-with-response-stream"), b"{}")

    assert got.error == (400, "ValidationException", "The model is unsupported for streaming.")  # reported


def test_an_early_refusal_is_an_ordinary_error(ask: Ask) -> None:
    got = ask(converse_path(operation="invoke-with-response-stream"), {**BODY, "max_tokens": 10_000})

    assert got.headers["content-type"] == "application/json"
    assert got.error[2].startswith("max_tokens: 10000 > 4096")


def test_mistral_refuses_within_the_stream(ask: Ask) -> None:
    # recorded on Mistral 7B, 2025-10: a chat's body to a model of text completion, and nothing but this frame
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9}
    got = ask(converse_path(MISTRAL_7B, "invoke-with-response-stream"), body)
    whole = ask(converse_path(MISTRAL_7B, "invoke"), body)

    assert (got.status, got.headers["x-amzn-bedrock-content-type"]) == (200, "application/json")
    (frame,) = got.messages
    assert list(frame.headers.items()) == [
        (":exception-type", "validationException"),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ]
    assert whole.error == (400, "ValidationException", got.late_error)
    assert got.late_error.startswith("Validation Error")
    assert msgspec.json.decode(frame.payload) == {"message": got.late_error}  # no padding


def test_what_is_no_json_is_refused_before_the_stream(ask: Ask) -> None:
    assert ask(converse_path(MISTRAL_7B, "invoke-with-response-stream"), b"{").status == 400


def test_pixtral_tells_its_list_within_the_stream(ask: Ask) -> None:
    # recorded, 2025-10
    body = {"messages": [{"role": "user", "content": "Hi"}], "seed": 42}
    got = ask(converse_path("us.mistral.pixtral-large-2502-v1:0", "invoke-with-response-stream"), body)

    assert got.status == 200
    assert msgspec.json.decode(got.late_error)["detail"][0]["loc"] == ["body", "ChatCompletionRequest", "seed"]


def test_a_late_error_is_a_frame(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    message = "Model has timed out in processing the request. Try your request again."  # reported on such streams
    engine = Scripted(opening(), ModelStreamErrorException(message))
    got = asking(runner, catalogue, engine)(converse_path(operation="invoke-with-response-stream"), BODY)

    assert got.status == 200
    assert got.messages[-1].headers[":exception-type"] == "modelStreamErrorException"
    assert msgspec.json.decode(got.messages[-1].payload) == {"message": message}
    assert engine.closed


def test_a_model_behind_profiles_streams_through_one(ask: Ask) -> None:
    got = ask(converse_path("us." + HAIKU, "invoke-with-response-stream"), BODY)

    assert chunks(got)[0]["type"] == "message_start"
