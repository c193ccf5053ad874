"""The simulator as an engine: the same answer each time, in batches that come at its pace."""

import time
from asyncio import Runner
from itertools import pairwise
from typing import Any

import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import DEEPSEEK, GPT_OSS, NOVA, SONNET_4, asked, image, text, tool, tools

from outcrop.catalog import Catalogue
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, user
from outcrop.documents import DocumentReader
from outcrop.engines.simulator import Pace, Simulator
from outcrop.model.runtime import ConverseStreamMetadataEvent, MessageStartEvent


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


REQUEST = ChatRequest(messages=[user("one two three")], streamed=True)


def play(runner: Runner, model: Model, pace: Pace) -> list[tuple[float, list[Event]]]:
    """Every batch of a stream with the seconds until it came."""

    async def run() -> list[tuple[float, list[Event]]]:
        engine = Simulator(DocumentReader(), pace)
        started = time.perf_counter()
        return [(time.perf_counter() - started, batch) async for batch in engine.generate(model, REQUEST)]

    return runner.run(run())


def reply(runner: Runner, model: Model, pace: Pace) -> tuple[float, Reply]:
    """The whole answer with the seconds it took."""

    async def run() -> tuple[float, Reply]:
        started = time.perf_counter()
        got = await Simulator(DocumentReader(), pace).reply(model, REQUEST)
        return time.perf_counter() - started, got

    return runner.run(run())


BODIES = {
    "text": said("Hello"),
    "a call": {**said("Look it up"), **tools(tool(), toolChoice={"any": {}})},
    "a picture": asked(text(), image()),
}


@pytest.mark.parametrize("model_id", [HAIKU, SONNET_4, NOVA])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_the_same_request_gets_the_same_answer(ask: Ask, model_id: str, body: Any) -> None:
    def whole() -> Any:
        return {**ask(converse_path(model_id), body).json, "metrics": None}

    def stream() -> Any:
        events = ask(converse_path(model_id, "converse-stream"), body).events
        return [(kind, {**payload, "p": None, "metrics": None}) for kind, payload in events]

    assert whole() == whole()
    assert stream() == stream()


def test_another_request_gets_another_call(ask: Ask) -> None:
    def identifier(words: str) -> str:
        body = {**said(words), **tools(tool(), toolChoice={"any": {}})}
        return str(ask(converse_path(), body).json["output"]["message"]["content"][0]["toolUse"]["toolUseId"])

    assert identifier("Look it up") != identifier("Look that up")


@pytest.mark.parametrize("model_id", [HAIKU, SONNET_4, NOVA, DEEPSEEK, GPT_OSS])
def test_a_stream_costs_what_the_whole_answer_does(ask: Ask, model_id: str) -> None:
    whole = ask(converse_path(model_id), said("Hello")).json["usage"]
    _, metadata = ask(converse_path(model_id, "converse-stream"), said("Hello")).events[-1]

    assert {name: whole[name] for name in metadata["usage"]} == metadata["usage"]


def test_a_whole_answer_is_what_the_events_make_up(runner: Runner, catalogue: Catalogue) -> None:
    for model_id in (HAIKU, SONNET_4, NOVA):
        model, collector = catalogue.find(model_id, "us-east-1").model, Collector()
        for _, batch in play(runner, model, Pace()):
            for event in batch:
                collector.add(event)
        assert reply(runner, model, Pace())[1] == collector.reply()


def test_without_a_pace_the_first_word_leaves_before_the_rest(runner: Runner, model: Model) -> None:
    first, rest = (batch for _, batch in play(runner, model, Pace()))

    assert isinstance(first[0], MessageStartEvent)
    assert len(first) == 2
    assert len(rest) > 5
    assert isinstance(rest[-1], ConverseStreamMetadataEvent)


def test_with_a_pace_words_come_one_by_one(runner: Runner, model: Model) -> None:
    together = [event for _, batch in play(runner, model, Pace()) for event in batch]
    batches = [batch for _, batch in play(runner, model, Pace(tokens_per_second=10_000))]

    assert len(batches) > 8
    assert [event for batch in batches for event in batch] == together


def test_the_pace_is_kept(runner: Runner, model: Model) -> None:
    pace = Pace(first_token=0.02, tokens_per_second=500)
    streamed = [seconds for seconds, _ in play(runner, model, pace)]
    seconds, whole = reply(runner, model, pace)

    assert streamed[0] >= 0.02
    assert all(later - earlier >= 0.0015 for earlier, later in pairwise(streamed))
    assert seconds >= 0.02 + whole.usage.output_tokens / 500


def test_a_first_token_may_be_slow_alone(runner: Runner, model: Model) -> None:
    batches = play(runner, model, Pace(first_token=0.01))

    assert len(batches) == 2
    assert batches[0][0] >= 0.01
