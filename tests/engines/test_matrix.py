"""Block kind by engine by streaming: each cell passes on or refuses, as docs/reference/engines.md says."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.engines.matrix import ENGINES, KINDS, outcome
from tests.families.conftest import SONNET_4_5, whole
from tests.serving import Server

from outcrop import generation
from outcrop.chat.collect import Reply
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines import Engine, anthropic, bedrock, openai
from outcrop.engines.kinds import Parts
from outcrop.errors import ServiceError

Engines = dict[str, Engine]


@pytest.fixture
def engines(served: Server, llama: str, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Engines:
    """Each kind of engine before a real backend: another Outcrop, or llama.cpp."""
    monkeypatch.setenv("A_KEY", served.bearer_token)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", served.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", served.secret_access_key)
    claude = anthropic.Options(endpoint=f"{served.endpoint}/anthropic", key_env="A_KEY")
    aws = bedrock.Options(endpoint=served.endpoint, region="us-east-1")
    return {
        "anthropic": anthropic.build("claude", claude, parts).engine(SONNET_4_5.id),
        "bedrock": bedrock.build("aws", aws, parts).engine(None),
        "openai": openai.build("local", openai.Options(endpoint=f"{llama}/v1"), parts).engine("tiny"),
    }


async def streamed(engine: Engine, request: ChatRequest) -> Reply:
    return whole(*[event async for batch in engine.generate(SONNET_4_5, request) for event in batch])


async def at_once(engine: Engine, request: ChatRequest) -> Reply:
    return await generation.whole(engine, SONNET_4_5, request)


@pytest.mark.parametrize("way", [streamed, at_once])
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_cell(
    runner: asyncio.Runner,
    engines: Engines,
    kind: str,
    name: str,
    way: Callable[[Engine, ChatRequest], Coroutine[Any, Any, Reply]],
) -> None:
    work = way(engines[name], KINDS[kind])
    if outcome(kind, name) != "refused":
        assert runner.run(work).usage.output_tokens
        return
    with pytest.raises((ModelRefusal, ServiceError)) as refused:
        runner.run(work)
    assert getattr(refused.value, "status", 400) == 400
