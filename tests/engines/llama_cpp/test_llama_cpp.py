"""The embedded llama.cpp: answers, aborts, room for several models, idleness, and what callers may not send."""

import asyncio
import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest
from tests import tiny
from tests.engines.llama_cpp.conftest import Make, answer, until
from tests.engines.openai.test_openai import TOOL, TOOLS
from tests.engines.test_pictures import block, webp
from tests.families.conftest import SONNET_4_5, hub

from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.kinds import EngineError, Parts
from outcrop.engines.llama_cpp import Options, build
from outcrop.errors import ServiceError
from outcrop.model import runtime as r
from outcrop.vectors import Item, VectorRequest

ANY = r.ToolConfiguration(tools=[TOOL], tool_choice=r.ToolChoice(any=r.AnyToolChoice()))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_in_english_calls_tools_and_sees(make: Make, runner: asyncio.Runner, tiny_model: Path) -> None:
    engine = make(projector=str(tiny_model.with_name("tiny-mmproj.gguf"))).engine(None)
    assert runner.run(answer(engine)).message.content[0].text == tiny.ANSWER
    assert runner.run(answer(engine, tool_config=TOOLS)).stop_reason == "tool_use"
    seen = runner.run(answer(engine, said=(("user", ["See", block(webp(), "webp")]),)))
    assert seen.message.content[0].text == tiny.ANSWER


def test_nothing_runs_until_it_is_asked_and_nothing_is_left(make: Make, runner: asyncio.Runner) -> None:
    embedded = make()
    engine = embedded.engine(None)
    assert embedded.children == []
    runner.run(answer(engine))
    (child,) = embedded.children
    pid, socket = child.pid, runner.run(child.socket())
    assert pid
    assert alive(pid)
    runner.run(embedded.aclose())
    assert not alive(pid)
    assert not socket.parent.exists()


def test_a_request_that_aborts_it_fails_alone_and_the_next_is_answered(make: Make, runner: asyncio.Runner) -> None:
    """The tiny model's template and a required tool are one way to abort llama.cpp (its issue 27619)."""
    embedded = make()
    engine = embedded.engine(None)
    runner.run(answer(engine))
    for _ in range(2):
        with pytest.raises(ServiceError) as raised:
            runner.run(answer(engine, tool_config=ANY))
        assert raised.value.code == "ModelErrorException"
        assert runner.run(answer(engine)).message.content[0].text == tiny.ANSWER
    assert embedded.children[0].starts == 3


def test_models_make_room_for_one_another(make: Make, runner: asyncio.Runner, tiny_model: Path, tmp_path: Path) -> None:
    names = [str(tiny_model), str(tmp_path / "b.gguf"), str(tmp_path / "c.gguf")]
    for name in names[1:]:
        Path(name).hardlink_to(tiny_model)
    embedded = make(memory_gb=2.5 * tiny_model.stat().st_size / 1e9)
    engines = [embedded.engine(name) for name in names]

    async def work() -> None:
        for engine in engines:
            await answer(engine)
        assert [child.running for child in embedded.children] == [False, True, True]
        async with embedded.children[2].used(), embedded.children[1].used():
            with pytest.raises(ServiceError, match="Model is not ready for inference"):
                await answer(engines[0])
        await answer(engines[0])
        assert [child.running for child in embedded.children] == [True, False, True]  # which was left last

    runner.run(work())


def test_a_model_that_nobody_asks_for_is_stopped_and_starts_again(make: Make, runner: asyncio.Runner) -> None:
    embedded = make(idle_seconds=0.01)
    engine = embedded.engine(None)

    async def work() -> None:
        await answer(engine)
        await until(lambda: not embedded.children[0].running)
        await answer(engine)

    runner.run(work())
    assert embedded.children[0].starts == 2


def test_vectors(make: Make, runner: asyncio.Runner) -> None:
    engine = make(embeddings=True).engine(None)
    request = VectorRequest(items=[Item(text="a"), Item(text="b")], dimensions=tiny.WIDTH)
    first, second = runner.run(engine.embed(SONNET_4_5, request)).vectors
    assert sum(value * value for value in first) == pytest.approx(1)
    assert first != second


def test_what_callers_may_not_send_is_refused_before_anything_starts(make: Make, runner: asyncio.Runner) -> None:
    embedded = make()
    engine = embedded.engine(None)
    for name in ("grammar", "json_schema", "lora", "chat_template"):
        with pytest.raises(ModelRefusal, match=f"doesn't support the {name} field"):
            runner.run(answer(engine, fields={name: 'root ::= "x"'}))
    with pytest.raises(ModelRefusal, match="doesn't support the image content block"):
        runner.run(answer(engine, said=(("user", [block(webp(), "webp")]),)))
    assert not any(child.starts for child in embedded.children)


@pytest.mark.parametrize("name", ["none.gguf", "hf:someone/something/none.gguf"])
def test_a_file_that_is_not_here_is_not_ready(make: Make, runner: asyncio.Runner, name: str) -> None:
    with pytest.raises(ServiceError) as raised:
        runner.run(answer(make().engine(name)))
    assert raised.value.code == "ModelNotReadyException"


def test_a_file_that_is_no_model_is_not_ready_and_not_tried_over_and_over(
    make: Make, runner: asyncio.Runner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"no model")
    embedded = make(model="bad.gguf")  # beside the settings file
    for _ in range(4):
        with pytest.raises(ServiceError) as raised:
            runner.run(answer(embedded.engine(None)))
        assert raised.value.code == "ModelNotReadyException"
    assert [record.message for record in caplog.records if "bad.gguf cannot be loaded" in record.message]
    assert len([record for record in caplog.records if "cannot be loaded" in record.message]) == 2


def test_cancelling_while_it_starts_leaves_nothing(make: Make, runner: asyncio.Runner) -> None:
    embedded = make()

    async def work() -> None:
        engine = embedded.engine(None)
        task = asyncio.ensure_future(anext(engine.generate(SONNET_4_5, hub())))
        await until(lambda: any(child.pid for child in embedded.children))
        pid = embedded.children[0].pid
        assert pid
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not alive(pid))
        await answer(engine)

    runner.run(work())


def test_without_a_model_or_without_llama_cpp_the_engine_is_none(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, runner: asyncio.Runner
) -> None:
    with pytest.raises(EngineError, match="no model is named"):
        build("local", Options(), parts).engine(None)
    with pytest.raises(EngineError, match="is no file of a repository"):
        build("local", Options(model="hf:nowhere"), parts).engine(None)

    def missing(name: str) -> Any:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", missing)
    monkeypatch.setattr("outcrop.engines.llama_cpp.find_spec", missing)
    with pytest.raises(EngineError, match=r"it comes with outcrop\[llama\]"):
        build("local", Options(model="x"), parts)
