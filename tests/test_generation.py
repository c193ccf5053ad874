"""One run of an engine: it begins before `start` returns, is measured, and is closed however it ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest
from tests.scripted import Scripted, Step, closing, opening

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, user
from outcrop.errors import ModelErrorException, ThrottlingException, ValidationException
from outcrop.generation import Generation, Refused, whole
from outcrop.model.runtime import ContentBlock, ConverseStreamMetadataEvent, Message

REQUEST = ChatRequest(messages=[user("Hi")])


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find("anthropic.claude-3-haiku-20240307-v1:0", "us-east-1").model


def later(seconds: float, clock: list[float]) -> Callable[[], object]:
    """A step that moves the clock."""
    return lambda: clock.append(clock[-1] + seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time as a list: its last number is now."""
    times = [100.0]
    monkeypatch.setattr("outcrop.generation.time.perf_counter", lambda: times[-1])
    return times


def test_start_waits_for_the_first_batch(model: Model) -> None:
    async def run() -> None:
        engine = Scripted(lambda: None, opening(), closing())
        run = await Generation.start(engine, model, REQUEST)
        assert engine.begun
        assert engine.done == 0  # the first batch is here, the second not asked for
        await run.aclose()

    asyncio.run(run())


@pytest.mark.parametrize(
    "error",
    [ThrottlingException("slow down"), ModelRefusal("no"), RuntimeError("a bug")],
    ids=["service", "model", "bug"],
)
def test_what_an_engine_raises_early_start_raises(model: Model, error: Exception) -> None:
    engine = Scripted(error, opening(), closing())

    with pytest.raises(type(error), match=str(error)):
        asyncio.run(Generation.start(engine, model, REQUEST))
    assert engine.closed


def test_an_engine_without_output_is_an_error_of_the_model(model: Model) -> None:
    with pytest.raises(ModelErrorException) as raised:
        asyncio.run(Generation.start(Scripted(), model, REQUEST))

    assert raised.value.status == 424


def test_all_batches_come_once_and_in_order(model: Model) -> None:
    batches = [opening(), [events.text_delta(0, "!")], closing()]

    async def run() -> list[list[Event]]:
        return [batch async for batch in await Generation.start(Scripted(*batches), model, REQUEST)]

    assert asyncio.run(run()) == batches


def test_a_batch_may_be_empty(model: Model) -> None:
    async def run() -> list[list[Event]]:
        return [batch async for batch in await Generation.start(Scripted([], opening(), []), model, REQUEST)]

    assert asyncio.run(run()) == [[], opening(), []]


def test_the_reply_is_all_of_it(model: Model) -> None:
    engine = Scripted(opening(), [events.text_delta(0, ", world")], closing())

    async def run() -> None:
        reply = await (await Generation.start(engine, model, REQUEST)).reply()
        assert [block.text for block in reply.message.content] == ["Hello, world"]
        assert reply.usage.total_tokens == 4

    asyncio.run(run())
    assert engine.closed


def test_the_latency_is_measured_whatever_an_engine_says(model: Model, clock: list[float]) -> None:
    engine = Scripted(later(0.25, clock), opening(), later(1.0, clock), closing())

    async def run() -> None:
        generation = await Generation.start(engine, model, REQUEST)
        assert generation.first_byte_ms == 250
        assert (await generation.reply()).latency_ms == 1250

    asyncio.run(run())


def test_an_answer_in_one_batch_is_measured_too(model: Model, clock: list[float]) -> None:
    engine = Scripted(later(0.5, clock), opening() + closing())

    async def run() -> None:
        generation = await Generation.start(engine, model, REQUEST)
        (batch,) = [batch async for batch in generation]
        last = batch[-1]
        assert isinstance(last, ConverseStreamMetadataEvent)
        assert last.metrics.latency_ms == generation.first_byte_ms == 500

    asyncio.run(run())


def test_whole_asks_an_engine_that_can_for_its_reply_and_measures_it(model: Model, clock: list[float]) -> None:
    class Whole(Scripted):
        async def reply(self, model: Model, request: ChatRequest) -> Reply:
            clock.append(clock[-1] + 0.75)
            message = Message(role="assistant", content=[ContentBlock(text="at once")])
            return Reply(message=message, stop_reason="end_turn", usage=events.usage(1, 2), latency_ms=999_999)

    engine = Whole(opening(), closing())
    reply = asyncio.run(whole(engine, model, REQUEST))

    assert [block.text for block in reply.message.content] == ["at once"]
    assert reply.latency_ms == 750
    assert not engine.begun


def test_whole_collects_the_events_of_any_other_engine(model: Model, clock: list[float]) -> None:
    engine = Scripted(opening(), later(0.75, clock), closing())
    reply = asyncio.run(whole(engine, model, REQUEST))

    assert [block.text for block in reply.message.content] == ["Hello"]
    assert reply.latency_ms == 750
    assert engine.closed


def test_a_run_that_is_read_to_its_end_is_closed(model: Model) -> None:
    engine = Scripted(opening(), closing())

    async def run() -> None:
        generation = await Generation.start(engine, model, REQUEST)
        async for _ in generation:
            pass
        await generation.aclose()

    asyncio.run(run())
    assert (engine.closed, engine.done) == (True, 2)


@pytest.mark.parametrize("read", [0, 1, 2])
def test_a_run_that_is_left_is_closed_where_it_stands(model: Model, read: int) -> None:
    """A reader that goes away stops the engine: nothing after the batch it waits at is made."""
    engine = Scripted(opening(), opening(), opening(), closing())

    async def run() -> None:
        generation = await Generation.start(engine, model, REQUEST)
        for _ in range(read):
            await anext(generation)
        await generation.aclose()
        await generation.aclose()  # again, as whoever sends the stream may

    asyncio.run(run())
    assert engine.closed
    assert engine.done == max(read - 1, 0)


def test_a_run_that_breaks_raises_what_broke_it_and_is_closed(model: Model) -> None:
    engine = Scripted(opening(), ThrottlingException("slow down"), closing())

    async def run() -> list[Event]:
        generation = await Generation.start(engine, model, REQUEST)
        first = await anext(generation)
        with pytest.raises(ThrottlingException, match="slow down"):
            await anext(generation)
        await generation.aclose()
        return first

    assert asyncio.run(run()) == opening()
    assert engine.closed


@pytest.mark.parametrize(
    "script",
    [(opening(), ThrottlingException("slow down")), (opening(),), (opening(), closing()[:2])],
    ids=["raises", "ends without its end", "ends without usage"],
)
def test_a_reply_that_cannot_be_whole_raises_and_closes(model: Model, script: Sequence[Step]) -> None:
    engine = Scripted(*script)

    async def run() -> None:
        await (await Generation.start(engine, model, REQUEST)).reply()

    with pytest.raises((ThrottlingException, ValueError)):
        asyncio.run(run())
    assert engine.closed


@pytest.mark.parametrize("before_stuck", [[], [opening()]], ids=["before the first batch", "after it"])
def test_a_caller_who_is_cancelled_leaves_no_engine_behind(model: Model, before_stuck: list[list[Event]]) -> None:
    async def run() -> bool:
        reached, never = asyncio.Event(), asyncio.Event()
        closed = False

        class Stuck:
            async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
                nonlocal closed
                try:
                    for batch in before_stuck:
                        yield batch
                    reached.set()
                    await never.wait()
                finally:
                    closed = True

        async def answer() -> None:
            await (await Generation.start(Stuck(), model, REQUEST)).reply()

        task = asyncio.create_task(answer())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return closed

    assert asyncio.run(run())


def test_a_slow_reader_slows_the_engine(model: Model) -> None:
    engine = Scripted(*(opening() for _ in range(10)), closing())

    async def run() -> None:
        generation = await Generation.start(engine, model, REQUEST)
        await anext(generation)
        await anext(generation)
        await asyncio.sleep(0)
        assert engine.done == 1  # not one batch ahead of its reader
        await generation.aclose()

    asyncio.run(run())


def test_a_refused_run_raises_at_once_and_however_often_it_is_closed() -> None:
    async def run() -> None:
        refused = Refused(ValidationException("I will not"))
        with pytest.raises(ValidationException, match="I will not"):
            await anext(aiter(refused))
        await refused.aclose()
        await refused.aclose()
        assert refused.first_byte_ms == 0

    asyncio.run(run())
