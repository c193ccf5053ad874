"""One run, one entry: what it says however the run ends, and that it is in the journal before its answer is handed on."""

import asyncio
import datetime
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripted import Scripted, Step, closing, opening

from outcrop import account
from outcrop.account import Account, Accounts
from outcrop.catalog import Catalogue
from outcrop.catalog.prices import Price, Rates
from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, user
from outcrop.engines import Engine, answerer
from outcrop.engines.table import Row
from outcrop.errors import InternalServerException, ModelErrorException, ServiceError, ThrottlingException
from outcrop.generation import Generation, whole
from outcrop.iam.keys import Principal
from outcrop.ledger.entry import Amendment, Entry, Record
from outcrop.ledger.journal import MAGIC, Journal, records
from outcrop.model.runtime import CacheDetail, ContentBlock, ConverseStreamRequest, Message, TokenUsage


class Called(NamedTuple):
    """A call."""

    principal: Principal
    region: str
    operation: str
    request_id: str
    input: ConverseStreamRequest


HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
ASKED = Called(
    Principal("arn:aws:iam::123456789012:user/team/alice", "AKIA1"),
    "eu-west-1",
    "ConverseStream",
    "request-1",
    ConverseStreamRequest(model_id="eu." + HAIKU, request_metadata={"team": "geology"}),
)
DAY = datetime.date(2026, 1, 1)
STREAMED = ChatRequest(messages=[user("Hi")], streamed=True)
WHOLE = ChatRequest(messages=[user("Hi")])


class Books:
    """A journal, and accounts of runs that end in it."""

    def __init__(self, folder: Path, model: Model) -> None:
        self.journal, self.model = Journal(folder), model

    def open(self, engine: Engine, request: ChatRequest = STREAMED) -> Account:
        return Accounts(self.journal).open(ASKED, "eu." + HAIKU, self.model, Row("*", "scripted", engine), request)

    async def start(self, engine: Engine, request: ChatRequest = STREAMED) -> Generation:
        return await Generation.start(engine, self.model, request, self.open(engine, request))

    async def whole(self, engine: Engine) -> Reply:
        return await whole(engine, self.model, WHOLE, self.open(engine, WHOLE))

    @property
    def written(self) -> list[Record]:
        data = b"".join(path.read_bytes()[len(MAGIC) :] for path in sorted(self.journal.folder.iterdir()))
        return [record for record, _ in records(data)]

    @property
    def entry(self) -> Entry:
        (found,) = self.written
        assert isinstance(found, Entry)
        return found


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


@pytest.fixture
def books(tmp_path: Path, model: Model) -> Iterator[Books]:
    made = Books(tmp_path, model)
    yield made
    made.journal.close()


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def outer() -> Any:
        return await work()

    return asyncio.run(outer())


def text(said: str) -> list[Event]:
    return [events.text_delta(0, said)]


class Direct(Scripted):
    """An engine that answers in one piece, or raises."""

    def __init__(self, answer: Reply | Exception) -> None:
        super().__init__()
        self.answer = answer

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def told(**usage: int) -> Reply:
    counted = TokenUsage(**({"input_tokens": 10, "output_tokens": 20, "total_tokens": 30} | usage))
    return Reply(
        message=Message(role="assistant", content=[ContentBlock(text="x")]), stop_reason="end_turn", usage=counted
    )


def test_an_entry_says_who_asked_for_what_and_what_it_used(books: Books) -> None:
    run(lambda: books.whole(Direct(told(cache_read_input_tokens=7, cache_write_input_tokens=8))))
    entry = books.entry

    assert (entry.principal, entry.user, entry.account) == (ASKED.principal.arn, "alice", "123456789012")
    assert (entry.key_id, entry.region, entry.operation) == ("AKIA1", "eu-west-1", "ConverseStream")
    assert (entry.model, entry.asked, entry.engine) == (HAIKU, "eu." + HAIKU, "scripted")
    assert (entry.input_tokens, entry.output_tokens) == (10, 20)
    assert (entry.cache_read_tokens, entry.cache_write_tokens) == (7, 8)
    assert (entry.outcome, entry.stop_reason, entry.estimated) == ("complete", "end_turn", False)
    assert (entry.request_id, entry.metadata) == ("request-1", {"team": "geology"})
    assert entry.began <= entry.ended


class Passing(Scripted):
    """One that has another engine answer."""

    composed = True

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        answerer.asks(Row("*", "another", Simulated()))
        async for batch in super().generate(model, request):
            yield batch


class Simulated(Scripted):
    estimates = True


def test_the_engine_that_answered_is_named_and_says_whether_it_counts(books: Books) -> None:
    run(lambda: books.whole(Passing(opening(), closing())))
    assert (books.entry.engine, books.entry.estimated) == ("another", True)


def test_the_engine_that_failed_last_is_named(books: Books) -> None:
    with pytest.raises(ThrottlingException):
        run(lambda: books.whole(Passing(ThrottlingException("busy"))))
    assert (books.entry.engine, books.entry.outcome) == ("another", "failed_early")


def test_usage_that_nobody_counted_is_marked(books: Books) -> None:
    guessed = EstimatedUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    run(
        lambda: books.whole(
            Scripted(
                opening(),
                [*closing()[:-1], events.ConverseStreamMetadataEvent(usage=guessed, metrics=closing()[-1].metrics)],
            )
        )
    )
    assert books.entry.estimated


def test_an_entry_is_in_the_journal_before_the_last_batch_is_handed_on(books: Books) -> None:
    async def read() -> None:
        run = await books.start(Scripted(opening(), text("!"), closing()))
        assert await anext(run) == opening()
        assert await anext(run) == text("!")
        assert books.written == []
        await anext(run)
        assert books.entry.outcome == "complete"
        with pytest.raises(StopAsyncIteration):
            await anext(run)
        await run.aclose()

    asyncio.run(read())
    assert (books.entry.input_tokens, books.entry.output_tokens, books.entry.stop_reason) == (3, 1, "end_turn")
    assert books.entry.first_token_ms is not None


def test_a_stop_reason_may_come_a_batch_before_the_usage(books: Books) -> None:
    end = closing()

    async def read() -> None:
        run = await books.start(Scripted(opening(), end[:-1], end[-1:]))
        assert len([batch async for batch in run]) == 3
        await run.aclose()

    asyncio.run(read())
    assert books.entry.stop_reason == "end_turn"


@pytest.mark.parametrize("read", range(5))
def test_a_stream_that_is_cut_says_what_was_delivered_and_what_was_not(books: Books, read: int) -> None:
    """A batch is delivered when the next one is asked for; what was made and not delivered was used all the same."""
    words = [" one", " two", " three", " four", " five"]

    async def leave() -> None:
        run = await books.start(Scripted(*map(text, words), closing()))
        for _ in range(read):
            await anext(run)
        await run.aclose()
        await run.aclose()

    asyncio.run(leave())
    entry, made = books.entry, max(read, 1)
    assert (entry.outcome, entry.error, entry.estimated) == ("cut", None, True)
    assert (entry.output_tokens, entry.undelivered_tokens) == (made, 1)
    assert entry.input_tokens == 8
    assert entry.cost == 8 * 250 + made * 1250


def test_a_long_stream_that_is_cut_is_counted_to_its_last_word(books: Books) -> None:
    async def leave() -> None:
        run = await books.start(Scripted(*(text(f" w{n % 10}") for n in range(1000)), closing()))
        for _ in range(900):
            await anext(run)
        await run.aclose()

    asyncio.run(leave())
    assert books.entry.undelivered_tokens == 2
    assert books.entry.output_tokens == 1800  # the letter, the digit


def test_a_last_batch_that_was_never_taken_makes_a_complete_run_a_cut_one(books: Books) -> None:
    async def leave() -> None:
        run = await books.start(
            Scripted(text(" one"), [*text(" two three"), events.metadata(events.usage(5, 3))], closing())
        )
        await anext(run)
        await anext(run)
        await run.aclose()

    asyncio.run(leave())
    entry, amendment = books.written
    assert isinstance(entry, Entry)
    assert (entry.outcome, entry.output_tokens) == ("complete", 3)
    assert amendment == Amendment(entry.id, "cut", 2)


@pytest.mark.parametrize(
    ("error", "code"),
    [(ThrottlingException("slow"), "ThrottlingException"), (RuntimeError("bug"), "InternalServerException")],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_run_that_fails_says_when_and_how(books: Books, error: Exception, code: str, late: bool) -> None:
    async def read() -> None:
        run = await books.start(Scripted(*([opening()] if late else []), error))
        async for _ in run:
            pass

    with pytest.raises(type(error)):
        asyncio.run(read())
    entry = books.entry
    assert (entry.outcome, entry.error) == ("failed_late" if late else "failed_early", code)
    assert entry.output_tokens == int(late)  # "Hello"
    assert (entry.undelivered_tokens, entry.input_tokens > 0) == (0, late)


def test_a_whole_reply_that_fails_has_delivered_nothing(books: Books) -> None:
    with pytest.raises(ThrottlingException):
        run(lambda: books.whole(Scripted(opening(), ThrottlingException("slow"))))

    assert (books.entry.outcome, books.entry.output_tokens, books.entry.undelivered_tokens) == ("failed_late", 1, 1)


def test_an_engine_that_answers_in_one_piece_fails_early(books: Books) -> None:
    with pytest.raises(ModelErrorException):
        run(lambda: books.whole(Direct(ModelErrorException("no"))))

    assert (books.entry.outcome, books.entry.error) == ("failed_early", "ModelErrorException")


def test_an_engine_without_output_has_failed_early(books: Books) -> None:
    with pytest.raises(ModelErrorException):
        run(lambda: books.start(Scripted()))

    assert (books.entry.outcome, books.entry.error) == ("failed_early", "ModelErrorException")


def test_what_the_model_refuses_leaves_no_entry(books: Books) -> None:
    for attempt in (books.start, books.whole):
        with pytest.raises(ModelRefusal):
            run(lambda attempt=attempt: attempt(Scripted(ModelRefusal("I will not"))))  # type: ignore[misc]

    assert books.written == []


@pytest.mark.parametrize("before", [0, 1])
def test_a_caller_who_is_cancelled_has_cut_the_run(books: Books, before: int) -> None:
    async def cancel() -> None:
        reached = asyncio.Event()

        class Stuck:
            async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
                for _ in range(before):
                    yield text(" one")
                reached.set()
                await asyncio.Event().wait()

        task = asyncio.ensure_future(books.whole(Stuck()))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    entry = books.entry
    assert (entry.outcome, entry.output_tokens, entry.undelivered_tokens) == ("cut", before, before)
    assert entry.input_tokens == 8


def test_what_cannot_be_recorded_is_not_answered(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(record: Record) -> None:
        raise OSError(28, "No space left on device")

    async def read() -> None:
        run = await books.start(Scripted(opening(), closing()))
        await anext(run)
        with pytest.raises(InternalServerException):
            await anext(run)

    monkeypatch.setattr(books.journal, "record", full)
    with pytest.raises(InternalServerException):
        run(lambda: books.whole(Direct(told())))
    asyncio.run(read())
    monkeypatch.undo()
    assert books.written == []


steps = st.lists(st.sampled_from([" one", " two", " strata", " geology"]), min_size=1, max_size=8)


@given(steps, st.integers(0, 10), st.sampled_from([None, ThrottlingException("slow"), RuntimeError("bug")]))
def test_every_run_leaves_one_entry_that_adds_up(
    tmp_path_factory: pytest.TempPathFactory,
    catalogue: Catalogue,
    words: list[str],
    read: int,
    fault: ServiceError | None,
) -> None:
    """Whatever is read of it and wherever it breaks: delivered and undelivered are what the engine has made."""
    model = catalogue.find(HAIKU, "us-east-1").model
    books = Books(tmp_path_factory.mktemp("journal"), model)
    end = [events.message_stop("end_turn"), events.metadata(events.usage(8, len(words)))]
    script: list[Step] = [*map(text, words), fault or end]
    taken = 0

    async def go() -> None:
        nonlocal taken
        run = await books.start(Scripted(*script))
        try:
            for _ in range(read):
                await anext(run)
                taken += 1
        except (StopAsyncIteration, ServiceError, RuntimeError):
            pass
        finally:
            await run.aclose()

    asyncio.run(go())
    books.journal.close()
    entry, *rest = books.written
    assert isinstance(entry, Entry)
    for amendment in rest:
        assert isinstance(amendment, Amendment)
        entry = msgspec.structs.replace(
            entry, outcome=amendment.outcome, undelivered_tokens=amendment.undelivered_tokens
        )
    finished = fault is None and read > len(words) + 1
    broken = fault is not None and read > len(words)
    assert entry.outcome == ("complete" if finished else "failed_late" if broken else "cut")
    assert entry.output_tokens == min(max(taken, 1), len(words))
    delivered = taken if finished or broken else min(taken, len(words) + 1) - 1 if taken else 0
    assert entry.output_tokens - entry.undelivered_tokens == min(delivered, len(words))


def test_prices_are_exact_to_the_nanounit() -> None:
    price = Price(input=0.8, output=4, cache_read=0.08, cache_write=1, cache_write_1h=1.6, as_of=DAY, source="")
    rates = Rates.of(price)
    usage = TokenUsage(
        input_tokens=1_000_001,
        output_tokens=3,
        total_tokens=0,
        cache_read_input_tokens=7,
        cache_write_input_tokens=10,
        cache_details=[CacheDetail(input_tokens=4, ttl="1h")],
    )

    assert rates.cost(usage) == 1_000_001 * 800 + 3 * 4000 + 7 * 80 + 6 * 1000 + 4 * 1600
    assert rates.day == "2026-01-01"


def test_a_class_without_a_price_costs_what_input_does() -> None:
    rates = Rates.of(Price(input=0.035, as_of=DAY, source=""))
    usage = TokenUsage(
        input_tokens=1, output_tokens=9, total_tokens=0, cache_read_input_tokens=1, cache_write_input_tokens=1
    )

    assert rates.cost(usage) == 105
    assert rates.cost(TokenUsage(input_tokens=10, output_tokens=0, total_tokens=0)) == 350


def test_a_model_without_a_known_price_costs_nothing_and_says_so(books: Books, catalogue: Catalogue) -> None:
    books.model = next(model for model in catalogue._models.values() if account._rates(model.id, None) is None)
    run(lambda: books.whole(Direct(told())))

    assert (books.entry.cost, books.entry.price_day) == (0, None)


def test_a_profile_s_geography_has_its_own_price() -> None:
    sonnet = "anthropic.claude-sonnet-4-6"
    regional, everywhere = account._rates(sonnet, "us." + sonnet), account._rates(sonnet, "global." + sonnet)

    assert regional
    assert everywhere
    assert (regional.input, everywhere.input) == (3_300_000, 3_000_000)
