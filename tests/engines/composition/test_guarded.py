"""One engine behind its guards: turns, time-outs, attempts and the circuit, in time that passes by itself."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.composition.clockwork import DONE, Told, Whole, clock, heard, row, run
from tests.families.conftest import SONNET_4_5, hub
from tests.scripted import closing, opening

from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.composition import Breaker, Guards, Limits, Retries, Timeouts
from outcrop.engines.composition.guarded import Guard, Guarded
from outcrop.engines.composition.tally import Tally
from outcrop.errors import (
    ModelErrorException,
    ModelStreamErrorException,
    ModelTimeoutException,
    ServiceError,
    ServiceUnavailableException,
    ThrottlingException,
    ValidationException,
)

BUSY, GONE, BROKEN = ThrottlingException("busy"), ServiceUnavailableException(), ModelErrorException("broken")


def guarded(engine: Any, *, drawn: float = 1.0, **guards: Any) -> Guarded:
    return Guarded(row("it", engine), Guard("it", Guards(**guards), Tally(), clock=clock, draw=lambda: drawn))


def counts(engine: Guarded) -> dict[str, int]:
    return {what: number for (what, _), number in engine._guard.tally.counts.items()}


async def taken(work: Any) -> tuple[Any, float]:
    """What came of it, and how many seconds that took."""
    began = clock()
    try:
        return await work, clock() - began
    except ServiceError as error:
        return error.code, clock() - began


def test_what_is_safe_is_asked_again_after_a_drawn_pause() -> None:
    engine = Told([BUSY], [GONE], DONE)
    before = guarded(engine, retries=Retries(attempts=3, pause=0.5), drawn=0.5)
    assert run(taken(heard(before))) == (2, 0.25 + 0.5)
    assert counts(before) == {"attempts": 3, "failures": 2, "retries": 2}


def test_attempts_are_bounded_and_the_last_error_is_told() -> None:
    before = guarded(engine := Told([BUSY]), retries=Retries(attempts=4))
    assert run(taken(heard(before)))[0] == "ThrottlingException"
    assert len(engine.asked) == 4


@pytest.mark.parametrize(
    "error", [BROKEN, ModelTimeoutException("late"), ValidationException("no"), ModelRefusal("no")]
)
def test_what_may_have_been_done_and_what_is_wrong_is_not_asked_again(error: Exception) -> None:
    before = guarded(engine := Told([error], DONE), retries=Retries())
    with pytest.raises(type(error)):
        run(heard(before))
    assert len(engine.asked) == 1


def test_nothing_is_asked_again_once_anything_was_yielded() -> None:
    before = guarded(engine := Told([opening(), GONE], DONE), retries=Retries())
    with pytest.raises(ServiceUnavailableException):
        run(heard(before))
    assert len(engine.asked) == 1


@pytest.mark.parametrize(("asked", "expected"), [(3.0, (2, 3.0)), (4.0, (2, 4.0)), (4.1, ("ThrottlingException", 0.0))])
def test_a_backend_is_left_alone_for_as_long_as_it_asks_or_not_asked_again(asked: float, expected: Any) -> None:
    busy = ThrottlingException("busy")
    busy.retry_after = asked
    assert run(taken(heard(guarded(Told([busy], DONE), retries=Retries(longest=4))))) == expected


def test_no_pause_goes_beyond_the_end() -> None:
    before = guarded(Told([BUSY], DONE), retries=Retries(pause=5), timeouts=Timeouts(total=4))
    assert run(taken(heard(before))) == ("ThrottlingException", 0.0)


@pytest.mark.parametrize(
    ("script", "timeouts", "expected"),
    [
        ([3, *DONE], Timeouts(first_token=2), ("ModelTimeoutException", 2.0)),
        ([1, *DONE], Timeouts(first_token=2), (2, 1.0)),
        ([opening(), 3, closing()], Timeouts(first_token=2), (2, 3.0)),
        ([opening(), 3, closing()], Timeouts(between_tokens=2), ("ModelStreamErrorException", 2.0)),
        ([1, opening(), 1, closing(), 1], Timeouts(between_tokens=2, total=4), (2, 3.0)),
        ([1, opening(), 1, closing(), 1], Timeouts(between_tokens=2, total=2.5), ("ModelStreamErrorException", 2.5)),
        ([3, *DONE], Timeouts(total=2), ("ModelTimeoutException", 2.0)),
    ],
)
def test_time_outs(script: list[Any], timeouts: Timeouts, expected: Any) -> None:
    engine = Told(script)
    assert run(taken(heard(guarded(engine, timeouts=timeouts)))) == expected
    assert engine.running == 0


def test_who_reads_no_stream_is_told_of_no_stream() -> None:
    async def asked() -> None:
        before = guarded(Told([opening(), 3, closing()]), timeouts=Timeouts(between_tokens=2))
        async for _ in before.generate(SONNET_4_5, hub()):
            pass

    with pytest.raises(ModelTimeoutException):
        run(asked())


def test_a_whole_reply_has_attempts_and_an_end_too() -> None:
    async def replied(*scripts: Any, **guards: Any) -> str:
        return str(await guarded(Whole(*scripts), **guards).reply(SONNET_4_5, hub()))  # type: ignore[attr-defined]

    assert run(replied([BUSY], DONE, retries=Retries())) == "it has replied"
    assert run(taken(replied([9, *DONE], timeouts=Timeouts(total=2)))) == ("ModelTimeoutException", 2.0)


def test_an_engine_that_says_nothing_has_failed() -> None:
    with pytest.raises(ModelErrorException, match="returned no output"):
        run(heard(guarded(Told([]))))


def test_a_turn_lasts_until_the_reader_has_ended() -> None:
    async def left() -> list[int]:
        engine = Told([opening(), 60, closing()], DONE)
        before = guarded(engine, limits=Limits(concurrency=1, queue=0))
        slots = before._guard.slots
        assert slots
        seen = []
        async with aclosing(before.generate(SONNET_4_5, hub(streamed=True))) as batches:
            await anext(batches)
            seen.append(slots.running)
            with pytest.raises(ThrottlingException):
                await heard(before)
        seen.append(slots.running)
        assert await heard(before) == 2
        assert counts(before) == {"attempts": 2, "turned_away": 1}
        return seen

    assert run(left()) == [1, 0]


def test_the_circuit_opens_refuses_at_once_and_closes_with_the_first_token() -> None:
    async def life() -> None:
        engine = Told([BROKEN], [GONE], [9, BROKEN], [opening(), 5, closing()])
        before = guarded(engine, circuit=Breaker(failures=2, rest=30), retries=Retries())
        for expected in ("ModelErrorException", "ServiceUnavailableException"):
            assert (await taken(heard(before)))[0] == expected
        assert before._guard.open
        assert await taken(heard(before)) == ("ServiceUnavailableException", 0.0)
        await asyncio.sleep(30)
        assert (await taken(heard(before)))[0] == "ModelErrorException"
        assert not before.available
        await asyncio.sleep(30)
        async with aclosing(before.generate(SONNET_4_5, hub(streamed=True))) as batches:
            await anext(batches)
            assert (before._guard.open, before.available) == (False, True)
        assert before.available
        assert len(engine.asked) == 4
        assert counts(before) == {"attempts": 4, "failures": 3, "skipped": 1}

    run(life())


def test_a_trial_that_nobody_waits_for_lets_the_next_one_try() -> None:
    async def life() -> None:
        before = guarded(Told([BROKEN], [60], DONE), circuit=Breaker(failures=1, rest=1))
        await taken(heard(before))
        await asyncio.sleep(1)
        trial = asyncio.ensure_future(heard(before))
        await asyncio.sleep(1)
        assert await taken(heard(before)) == ("ServiceUnavailableException", 0.0)
        trial.cancel()
        await asyncio.wait([trial])
        assert await heard(before) == 2
        assert not before._guard.open

    run(life())


def test_what_the_caller_got_wrong_says_that_the_engine_is_there() -> None:
    async def life() -> None:
        before = guarded(Told([BROKEN], [ModelRefusal("no")]), circuit=Breaker(failures=1, rest=1))
        await taken(heard(before))
        await asyncio.sleep(1)
        with pytest.raises(ModelRefusal):
            await heard(before)
        assert not before._guard.open
        assert counts(before) == {"attempts": 2, "failures": 1}

    run(life())


SCRIPTS = st.lists(
    st.one_of(
        st.sampled_from([BUSY, GONE, BROKEN, ModelRefusal("no"), ModelStreamErrorException("late")]),
        st.integers(0, 3),
        st.just(opening()),
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(
    scripts=st.lists(SCRIPTS, min_size=1, max_size=12),
    callers=st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)), min_size=1, max_size=12),
    concurrency=st.integers(1, 3),
    attempts=st.integers(1, 3),
)
def test_whatever_happens_the_bounds_hold_and_nothing_is_left(
    scripts: list[Any], callers: list[tuple[int, int | None]], concurrency: int, attempts: int
) -> None:
    async def all_of_them() -> None:
        engine = Told(*scripts)
        before = guarded(
            engine,
            limits=Limits(concurrency=concurrency, queue=2, wait=3),
            retries=Retries(attempts=attempts),
            timeouts=Timeouts(first_token=4, between_tokens=4, total=20),
            circuit=Breaker(failures=2, rest=5),
        )

        async def call(comes: int, leaves: int | None) -> None:
            await asyncio.sleep(comes)
            task = asyncio.ensure_future(heard(before))
            if leaves is not None:
                asyncio.get_running_loop().call_later(leaves, task.cancel)
            began = clock()
            await asyncio.wait([task])
            assert clock() - began <= 3 + 20
            assert task.cancelled() or not isinstance(task.exception(), (TimeoutError, TypeError))

        await asyncio.gather(*(call(*each) for each in callers))
        assert engine.most <= concurrency
        assert engine.running == 0
        assert len(engine.asked) <= attempts * len(callers)
        slots = before._guard.slots
        assert slots
        assert (slots.running, slots.waiting) == (0, 0)
        await asyncio.sleep(5)
        assert before.available  # no trial is left under way

    run(all_of_them())
