"""ConverseStream: the grammar of its events, the same words as Converse, and errors before and after the first event."""

import asyncio
import json
import re
from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Answer, Ask, converse_path, said
from tests.conversations import (
    DEEPSEEK,
    GPT_OSS,
    LLAMA_3_1,
    MISTRAL_7B,
    NOVA,
    NOVA_2,
    QWEN,
    SONNET_4,
    SONNET_4_5,
    Body,
    asked,
    called,
    image,
    text,
    tool,
    tools,
)
from tests.scripted import Scripted, asking, before, closing, opening

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.errors import ModelStreamErrorException, ServiceUnavailableException, ThrottlingException
from outcrop.wire.eventstream import Decoder
from outcrop.wire.http import HttpRequest, HttpStream

GRAMMAR = re.compile(
    r"messageStart (?:(?:contentBlockStart )?(?:contentBlockDelta )+contentBlockStop )*messageStop metadata"
)
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
CALL = tools(tool(schema={"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}))
FORCED = {"toolConfig": {**CALL["toolConfig"], "toolChoice": {"any": {}}}}
THINKING = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}

CASES: dict[str, tuple[str, Body]] = {
    "text on Claude": (HAIKU, said("Hello there")),
    "text on Nova": (NOVA, said("Hello there")),
    "text on Llama": (LLAMA_3_1, said("Hello there")),
    "text on Mistral": (MISTRAL_7B, said("Hello there")),
    "a call on Claude": (SONNET_4, {**said("Look up granite"), **FORCED}),
    "a call on Nova": (NOVA, {**said("Look up granite"), **FORCED}),
    "a call on Command R": ("cohere.command-r-v1:0", {**said("look_up granite"), **CALL}),
    "a result": (HAIKU, called()),
    "reasoning on Claude": (SONNET_4, {**said("Why?"), **THINKING}),
    "reasoning and a call": (SONNET_4, {**said("look_up granite"), **THINKING, **CALL}),
    "reasoning on DeepSeek": (DEEPSEEK, said("Why?")),
    "reasoning on gpt-oss": (GPT_OSS, said("Why?")),
    "a picture": (SONNET_4_5, asked(text(), image())),
    "structured output": (
        SONNET_4_5,
        asked(
            outputConfig={
                "textFormat": {
                    "type": "json_schema",
                    "structure": {"jsonSchema": {"schema": '{"type":"object","additionalProperties":false}'}},
                }
            }
        ),
    ),
    "a cut answer": (HAIKU, asked(inferenceConfig={"maxTokens": 3})),
    "a cut call": (QWEN, {**said("Look up granite"), **FORCED, "inferenceConfig": {"maxTokens": 3}}),
    "a stopped answer": (NOVA_2, asked(inferenceConfig={"stopSequences": ["You"]})),
    "an answer stopped at once": (HAIKU, asked(inferenceConfig={"stopSequences": ["I"]})),
}


def stream(ask: Ask, model: str, body: Body) -> Answer:
    got = ask(converse_path(model, "converse-stream"), body)
    assert got.status == 200, got.error
    return got


def put_together(found: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of a stream as a client puts them together."""
    blocks: dict[int, dict[str, Any]] = {}
    for kind, event in found:
        if kind == "contentBlockStart":
            blocks[event["contentBlockIndex"]] = {"toolUse": {**event["start"]["toolUse"], "input": ""}}
        elif kind == "contentBlockDelta":
            _extend(blocks.setdefault(event["contentBlockIndex"], {}), event["delta"])
    return [blocks[index] for index in sorted(blocks)]


def _extend(block: dict[str, Any], delta: dict[str, Any]) -> None:
    if "text" in delta:
        block["text"] = block.get("text", "") + delta["text"]
    elif "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    else:
        thought = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})["reasoningText"]
        thought["text"] += delta["reasoningContent"].get("text", "")
        thought |= {key: value for key, value in delta["reasoningContent"].items() if key == "signature"}


cases = pytest.mark.parametrize(("model", "body"), CASES.values(), ids=CASES.keys())


@cases
def test_events_follow_the_grammar(ask: Ask, model: str, body: Body) -> None:
    kinds = [kind for kind, _ in stream(ask, model, body).events]

    assert GRAMMAR.fullmatch(" ".join(kinds))


@cases
def test_blocks_are_numbered_and_stopped_in_order(ask: Ask, model: str, body: Body) -> None:
    found = stream(ask, model, body).events
    stops = [event["contentBlockIndex"] for kind, event in found if kind == "contentBlockStop"]
    order = [event["contentBlockIndex"] for _, event in found if "contentBlockIndex" in event]

    assert stops == list(range(len(stops)))
    assert order == sorted(order)
    assert set(order) == set(stops)


@cases
def test_only_calls_have_a_start(ask: Ask, model: str, body: Body) -> None:
    """0 of 254 recorded blocks of text and reasoning had one, 98 of 98 calls."""
    found = stream(ask, model, body).events
    starts = {event["contentBlockIndex"] for kind, event in found if kind == "contentBlockStart"}
    calls = {e["contentBlockIndex"] for kind, e in found if kind == "contentBlockDelta" and "toolUse" in e["delta"]}

    assert starts == calls


@cases
def test_every_frame_has_three_headers_and_padding(ask: Ask, model: str, body: Body) -> None:
    got = stream(ask, model, body)

    for message, (_, event) in zip(got.messages, got.events, strict=True):
        assert list(message.headers) == [":event-type", ":content-type", ":message-type"]
        assert message.headers[":content-type"] == "application/json"
        assert message.headers[":message-type"] == "event"
        assert list(event) == sorted(event)
        assert 2 <= len(event["p"]) <= 61
        assert ALPHABET.startswith(event["p"])


@cases
def test_the_pieces_make_up_what_converse_says(ask: Ask, model: str, body: Body) -> None:
    whole = ask(converse_path(model), body).json
    found = stream(ask, model, body).events
    blocks = put_together(found)
    stops = [event["stopReason"] for kind, event in found if kind == "messageStop"]

    if model == GPT_OSS:  # opens with an empty block (2 of 2 recorded)
        assert blocks.pop(0) == {"text": ""}
    if model == DEEPSEEK:  # reasons first in a stream, last in a whole answer (recorded)
        blocks.reverse()
    assert [parsed(block) for block in blocks] == whole["output"]["message"]["content"]
    assert stops == [whole["stopReason"]]


def parsed(block: dict[str, Any]) -> dict[str, Any]:
    """A call's input as JSON; empty where it was none or is cut off, as Converse has it."""
    if "toolUse" not in block:
        return block
    try:
        return {"toolUse": {**block["toolUse"], "input": json.loads(block["toolUse"]["input"] or "{}")}}
    except ValueError:
        return {"toolUse": {**block["toolUse"], "input": {}}}


def test_the_answer_has_aws_headers_and_no_others(ask: Ask) -> None:
    headers = stream(ask, HAIKU, said()).headers

    assert list(headers) == ["content-type", "x-amzn-requestid"]
    assert headers["content-type"] == "application/vnd.amazon.eventstream"


def test_padding_has_all_its_lengths(ask: Ask) -> None:
    """Uniform on 2 to 61 (8,559 recorded): in 600 draws, few lengths are missing and none dominates."""
    lengths = [len(event["p"]) for _ in range(12) for _, event in stream(ask, HAIKU, said("word " * 50)).events]

    assert len(set(lengths)) > 50
    assert max(map(lengths.count, lengths)) < len(lengths) / 15


def test_the_end_has_reason_then_usage_and_latency(ask: Ask) -> None:
    (_, stop), (kind, metadata) = stream(ask, HAIKU, said()).events[-2:]

    assert list(stop) == ["p", "stopReason"]
    assert (kind, list(metadata)) == ("metadata", ["metrics", "p", "usage"])
    assert isinstance(metadata["metrics"]["latencyMs"], int)


def test_performance_and_tier_are_echoed_on_request(ask: Ask) -> None:
    fast = stream(ask, "us.amazon.nova-pro-v1:0", asked(performanceConfig={"latency": "optimized"})).events[-1][1]
    flex = stream(ask, GPT_OSS, asked(serviceTier={"type": "flex"})).events[-1][1]

    assert fast["performanceConfig"] == {"latency": "optimized"}
    assert flex["serviceTier"] == {"type": "flex"}


def test_the_stop_sequence_is_told_on_request_only(ask: Ask) -> None:
    stopped = asked(text("one two"), inferenceConfig={"stopSequences": ["two"]})
    paths = {"additionalModelResponseFieldPaths": ["/stop_sequence", "/nowhere"]}

    def told(body: Body) -> Any:
        return stream(ask, HAIKU, body).events[-2][1].get("additionalModelResponseFields")

    assert told({**stopped, **paths}) == {"stop_sequence": "two"}
    assert told({**asked(), **paths}) == {"stop_sequence": None}
    assert told(stopped) is None


LATE = {
    "throttled": (ThrottlingException("Too many requests, please wait before trying again."), "throttlingException"),
    "unavailable": (ServiceUnavailableException(), "serviceUnavailableException"),
    "a model's fault": (
        ModelStreamErrorException(
            "The system encountered an unexpected error during processing. Try your request again."
        ),
        "modelStreamErrorException",
    ),
    "a bug": (ZeroDivisionError("of the server's own"), "internalServerException"),
}


@pytest.mark.parametrize(("error", "name"), LATE.values(), ids=LATE.keys())
def test_a_late_error_ends_the_stream_as_a_frame(
    runner: asyncio.Runner, catalogue: Catalogue, error: Exception, name: str
) -> None:
    engine = Scripted(opening(), error)
    got = asking(runner, catalogue, engine)(converse_path(operation="converse-stream"), said())
    *_, last = got.messages

    assert got.status == 200
    assert [kind for kind, _ in got.events[:-1]] == ["messageStart", "contentBlockDelta"]
    assert list(last.headers) == [":exception-type", ":content-type", ":message-type"]
    assert last.headers[":exception-type"] == name  # lower camel, unlike the header of an ordinary error
    assert last.headers[":message-type"] == "exception"
    assert json.loads(last.payload) == {"message": getattr(error, "message", UNEXPECTED)}  # and no padding
    assert engine.closed


UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again."


def test_batches_leave_as_the_engine_makes_them(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    """One batch, one write: what is ready together leaves together, and nothing waits for the rest."""
    engine = Scripted(opening(), [events.text_delta(0, " you")], closing())

    async def run() -> list[tuple[int, int]]:
        gateway, headers = before(engine, catalogue)
        body = msgspec.json.encode(said())
        got = await gateway.handle(HttpRequest("POST", converse_path(operation="converse-stream"), "", headers, body))
        assert isinstance(got, HttpStream)
        written = [(len(Decoder().feed(got.encode(batch))), engine.done) async for batch in got.source]
        await got.source.aclose()
        return written

    assert runner.run(run()) == [(2, 0), (1, 1), (3, 2)]


@pytest.mark.parametrize(
    ("model", "body"),
    [
        # a field the model does not know, as recorded on Mistral's streams
        (MISTRAL_7B, {**said(), "additionalModelRequestFields": {"seed": 42}}),
        # recorded on Nova Lite: bytes that are no picture
        (NOVA, asked(text(), image(bytes="bm90IGEgcGljdHVyZQ=="))),
    ],
)
def test_some_refusals_are_the_only_frame_of_a_stream(ask: Ask, model: str, body: Body) -> None:
    got, whole = ask(converse_path(model, "converse-stream"), body), ask(converse_path(model), body)

    assert (got.status, got.headers["content-type"]) == (200, "application/vnd.amazon.eventstream")
    (frame,) = got.messages
    assert frame.headers[":exception-type"] == "validationException"
    assert whole.error == (400, "ValidationException", got.late_error)
    assert got.late_error.startswith("The model returned the following errors: ")


def test_claude_refuses_before_the_stream(ask: Ask) -> None:
    got = ask(converse_path(HAIKU, "converse-stream"), asked(text(), image(bytes="bm90IGEgcGljdHVyZQ==")))

    assert got.error[:2] == (400, "ValidationException")
