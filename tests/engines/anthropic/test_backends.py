"""The Anthropic engine before real backends: llama.cpp, and another Outcrop with thinking, citations and caching."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from tests import tiny
from tests.engines.matrix import CASES, answered, tools
from tests.families.conftest import SONNET_4_5, claude, hub, whole
from tests.serving import Server

from outcrop import generation
from outcrop.chat.collect import Reply
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Sent
from outcrop.engines.anthropic import Anthropic, Options, build
from outcrop.engines.kinds import Parts
from outcrop.model import runtime as r
from outcrop.wire.eventstream import Decoder
from outcrop.wire.restjson import Frames


@pytest.fixture
def behind(served: Server, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Anthropic:
    """The engine before another Outcrop."""
    monkeypatch.setenv("A_KEY", served.bearer_token)
    options = Options(endpoint=f"{served.endpoint}/anthropic", key_env="A_KEY")
    return build("claude", options, parts).engine(SONNET_4_5.id)


def reply(runner: asyncio.Runner, engine: Anthropic, request: ChatRequest, *, streamed: bool = False) -> Reply:
    async def events() -> Reply:
        return whole(*[event async for batch in engine.generate(SONNET_4_5, request) for event in batch])

    return runner.run(events() if streamed else generation.whole(engine, SONNET_4_5, request))


def test_thoughts_keep_their_signature(runner: asyncio.Runner, behind: Anthropic) -> None:
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    limit = r.InferenceConfiguration(max_tokens=2000)
    first = reply(runner, behind, hub(fields=thinking, inference=limit))
    thought = first.message.content[0].reasoning_content
    assert thought is not None
    assert thought.reasoning_text is not None
    assert thought.reasoning_text.signature
    # the backend takes it back: it checks what it has signed
    again = hub(
        ("user", "Hello"), ("assistant", first.message.content), ("user", "Go on."), fields=thinking, inference=limit
    )
    assert reply(runner, behind, again).message.content


def test_citations_come_back(runner: asyncio.Runner, behind: Anthropic) -> None:
    found = reply(runner, behind, CASES["citations"].request)
    cited = [
        citation
        for block in found.message.content
        if block.citations_content
        for citation in block.citations_content.citations or ()
    ]
    assert cited[0].location is not None
    assert cited[0].location.document_char is not None
    assert cited[0].title == "paper"


def test_caching_is_told(runner: asyncio.Runner, behind: Anthropic) -> None:
    long = [
        r.SystemContentBlock(text="Be quick. " * 2500),
        r.SystemContentBlock(cache_point=r.CachePointBlock(type="default", ttl="1h")),
    ]
    first, second = (reply(runner, behind, hub(system=long)).usage for _ in range(2))
    assert first.cache_write_input_tokens == second.cache_read_input_tokens
    assert second.cache_read_input_tokens
    assert second.total_tokens == second.input_tokens + second.output_tokens + second.cache_read_input_tokens


def test_counting(runner: asyncio.Runner, behind: Anthropic, llama: str, parts: Parts) -> None:
    assert runner.run(behind.count(SONNET_4_5, hub())) == 8
    tiny_one = build("tiny", Options(endpoint=llama), parts).engine("tiny")
    assert runner.run(tiny_one.count(SONNET_4_5, hub()))


def sent(body: Any, operation: str = "InvokeModel") -> Sent:
    return Sent(operation, "us-east-1", SONNET_4_5.id, {}, json.dumps(body).encode())


def test_native_bodies_are_passed_on(runner: asyncio.Runner, behind: Anthropic) -> None:
    passage = behind.relay(sent(claude()), SONNET_4_5)
    assert passage is not None
    found = runner.run(passage.reply(SONNET_4_5, hub()))
    native = msgspec.json.decode(found.body)
    assert (native["type"], native["usage"]["input_tokens"]) == ("message", found.usage.input_tokens)
    assert dict(found.headers)["x-amzn-bedrock-output-token-count"] == str(native["usage"]["output_tokens"])


def test_native_streams_are_passed_on(runner: asyncio.Runner, behind: Anthropic) -> None:
    async def run() -> list[Frames]:
        passage = behind.relay(sent(claude(), "InvokeModelWithResponseStream"), SONNET_4_5)
        assert passage is not None
        return [batch async for batch in passage.generate(SONNET_4_5, hub()) if isinstance(batch, Frames)]

    batches = runner.run(run())
    parts = [
        msgspec.json.decode(message.payload, type=r.PayloadPart)
        for message in Decoder().feed(b"".join(batch.data for batch in batches))
    ]
    chunks = [msgspec.json.decode(part.bytes or b"") for part in parts]
    assert [chunks[0]["type"], chunks[-1]["type"]] == ["message_start", "message_stop"]
    metrics = chunks[-1]["amazon-bedrock-invocationMetrics"]
    last = batches[-1][-1]
    assert isinstance(last, r.ConverseStreamMetadataEvent)
    assert (metrics["inputTokenCount"], metrics["outputTokenCount"]) == (
        last.usage.input_tokens,
        last.usage.output_tokens,
    )


def test_other_calls_go_through_the_hub(behind: Anthropic) -> None:
    assert behind.relay(sent({}, "Converse"), SONNET_4_5) is None


@pytest.fixture
def small(llama: str, parts: Parts) -> Anthropic:
    """The engine before a real llama.cpp."""
    return build("tiny", Options(endpoint=llama, documents="none"), parts).engine("tiny")


@pytest.mark.parametrize("streamed", [False, True])
def test_llama_cpp_answers(runner: asyncio.Runner, small: Anthropic, streamed: bool) -> None:
    found = reply(
        runner, small, hub(inference=r.InferenceConfiguration(temperature=0, max_tokens=60)), streamed=streamed
    )
    assert "".join(block.text or "" for block in found.message.content).strip() == tiny.ANSWER
    assert (found.stop_reason, found.usage.output_tokens > 5) == ("end_turn", True)


def test_llama_cpp_calls_a_tool_and_takes_its_result(runner: asyncio.Runner, small: Anthropic) -> None:
    limit = r.InferenceConfiguration(temperature=0, max_tokens=200)
    found = reply(runner, small, hub(tool_config=tools(), inference=limit))
    call = next(block.tool_use for block in found.message.content if block.tool_use)
    assert (found.stop_reason, call.name) == ("tool_use", "get_weather")
    assert isinstance(call.input["city"], str)
    told = answered(text="21 degrees")
    told.inference = limit
    said = reply(runner, small, told)
    assert "".join(block.text or "" for block in said.message.content).strip() == tiny.TOLD


def test_llama_cpp_refuses_what_is_too_long(runner: asyncio.Runner, small: Anthropic) -> None:
    with pytest.raises(ModelRefusal, match=r"Input is too long for requested model\."):
        reply(runner, small, hub(("user", "word " * 9000)))


def test_llama_cpp_is_stopped_by_the_limit(runner: asyncio.Runner, small: Anthropic) -> None:
    found = reply(runner, small, hub(inference=r.InferenceConfiguration(max_tokens=3)))
    assert (found.stop_reason, found.usage.output_tokens) == ("max_tokens", 3)
