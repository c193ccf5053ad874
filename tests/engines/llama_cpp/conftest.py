"""An embedded llama.cpp with the tiny model, closed at the end, and short ways to ask it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engines.conftest import llama, tiny_model
from tests.families.conftest import SONNET_4_5, hub, whole

from outcrop.chat.collect import Reply
from outcrop.engines.kinds import Parts
from outcrop.engines.llama_cpp import Options, build
from outcrop.engines.llama_cpp.backend import Embedded

__all__ = ["llama", "tiny_model"]
Make = Callable[..., Embedded]


@pytest.fixture
def make(parts: Parts, runner: asyncio.Runner, tiny_model: Path) -> Iterator[Make]:
    """Build an engine with the tiny model, and other options; closed at the end."""
    made: list[Embedded] = []

    def build_one(**options: Any) -> Embedded:
        made.append(build("local", Options(**{"model": str(tiny_model), "threads": 1, **options}), parts))
        return made[-1]

    yield build_one
    for embedded in made:
        runner.run(embedded.aclose())


async def answer(engine: Any, **members: Any) -> Reply:
    """The whole answer of one turn."""
    request = hub(*members.pop("said", (("user", "Hello"),)), **members)
    return whole(*[event async for batch in engine.generate(SONNET_4_5, request) for event in batch])


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens in another process; fails when it does not."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)
