"""Engines in order: who answers, who is never asked, and what is said of it."""

import contextlib
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.composition.clockwork import DONE, Told, Whole, clock, heard, row, run
from tests.families.conftest import SONNET_4_5, hub
from tests.scripted import closing, opening

from outcrop.chat.refusals import ModelRefusal
from outcrop.engines import answerer
from outcrop.engines.composition import Breaker, Guards, Named
from outcrop.engines.composition.failover import Failover, Options, build
from outcrop.engines.composition.guarded import Guard, Guarded
from outcrop.engines.composition.tally import Tally
from outcrop.engines.kinds import EngineError, Parts
from outcrop.errors import (
    AccessDeniedException,
    ModelErrorException,
    ModelStreamErrorException,
    ModelTimeoutException,
    ServiceError,
    ServiceUnavailableException,
    ThrottlingException,
    ValidationException,
)

GONE = ServiceUnavailableException()


def failover(*engines: Any, tally: Tally | None = None) -> Failover:
    rows = [row(name, engine) for name, engine in zip("abc", engines, strict=False)]
    return Failover("all", rows, tally or Tally())


@pytest.mark.parametrize(
    "error",
    [GONE, ThrottlingException("busy"), ModelTimeoutException("late"), ModelErrorException("broken"),
     AccessDeniedException("not this account")],
)  # fmt: skip
def test_the_next_is_asked_before_the_first_token(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    tally = Tally()
    engines = Told([error]), Told([]), Told()
    assert run(heard(failover(*engines, tally=tally))) == 2
    assert [len(engine.asked) for engine in engines] == [1, 1, 1]
    assert [tally.counts["failovers", name] for name in "abc"] == [1, 1, 0]
    assert [record.message for record in caplog.records] == [
        f"engine all: b instead of a, after {type(error).__name__}",
        "engine all: c instead of b, after ModelErrorException",
    ]


@pytest.mark.parametrize("error", [ModelRefusal("no"), ValidationException("no"), TypeError("a mistake")])
def test_what_is_the_caller_s_mistake_is_asked_of_nobody_else(error: Exception) -> None:
    engines = Told([error]), Told()
    with pytest.raises(type(error)):
        run(heard(failover(*engines)))
    assert not engines[1].asked


def test_after_the_first_token_nobody_takes_over() -> None:
    engines = Told([opening(), ModelStreamErrorException("broken")]), Told()
    with pytest.raises(ModelStreamErrorException):
        run(heard(failover(*engines)))
    assert not engines[1].asked


def test_when_all_are_down_the_last_one_s_error_is_told_at_once() -> None:
    async def asked() -> float:
        with pytest.raises(ThrottlingException):
            await heard(failover(Told([GONE]), Told([ThrottlingException("busy")])))
        return clock()

    assert run(asked()) == 0


def test_engines_whose_circuits_are_open_are_passed_by(caplog: pytest.LogCaptureFixture) -> None:
    down = Told([GONE])
    guard = Guard("a", Guards(circuit=Breaker(failures=2)), Tally(), clock=clock)
    both = failover(Guarded(row("a", down), guard), Told())

    async def asked() -> None:
        for _ in range(5):
            assert await heard(both) == 2

    caplog.set_level(logging.INFO)
    run(asked())
    assert len(down.asked) == 2
    assert [record.message for record in caplog.records] == [
        "engine all: b instead of a, after ServiceUnavailableException",
        "engine a: 2 failures in a row; its circuit is open for 30 s",
    ]


def test_one_piece_answers_fail_over_too_and_who_answers_is_noted() -> None:
    first, second = Whole([GONE]), Whole()
    second.name = "the second"

    async def asked() -> tuple[str, str]:
        note = answerer.opened(row("all", None))
        said = await failover(first, second).reply(SONNET_4_5, hub())  # type: ignore[attr-defined]
        return said, note.row.name

    assert run(asked()) == ("the second has replied", "b")


def test_within_another_the_innermost_is_noted() -> None:
    async def asked(*engines: Any) -> tuple[str, str | None]:
        note = answerer.opened(row("all", None))
        with contextlib.suppress(ServiceError):
            await heard(Failover("outer", [row("inner", failover(*engines)), row("x", Told())], Tally()))
        return note.row.name, note.tried

    gone = "ServiceUnavailableException"
    assert run(asked(Told([GONE]), Told())) == ("b", f"a:{gone}")
    assert run(asked(Told(), Told())) == ("a", None)
    assert run(asked(Told([GONE]), Told([GONE]))) == ("x", f"a:{gone}, b:{gone}")


FATES = st.sampled_from(["answers", "down", "refuses", "breaks late"])
SCRIPTS: dict[str, list[Any]] = {
    "answers": DONE,
    "down": [1, GONE],
    "refuses": [ModelRefusal("no")],
    "breaks late": [opening(), 1, ModelStreamErrorException("broken")],
}


@settings(max_examples=100, deadline=None)
@given(fates=st.lists(FATES, min_size=1, max_size=3))
def test_whatever_happens_two_engines_never_answer_one_request(fates: list[str]) -> None:
    engines = [Told(SCRIPTS[fate]) for fate in fates]

    async def asked() -> str:
        try:
            await heard(failover(*engines))
        except ModelRefusal:
            return "refuses"
        except ModelStreamErrorException:
            return "breaks late"
        except ServiceUnavailableException:
            return "down"
        return "answers"

    decided = next((at for at, fate in enumerate(fates) if fate != "down"), len(fates) - 1)
    assert run(asked()) == fates[decided]
    assert [len(engine.asked) for engine in engines] == [int(at <= decided) for at in range(len(fates))]
    assert all(engine.running == 0 for engine in engines)


def test_a_reader_that_leaves_ends_the_engine() -> None:
    async def asked() -> int:
        engine = Told([opening(), 60, closing()])
        batches = failover(Told([GONE]), engine).generate(SONNET_4_5, hub())
        await anext(batches)
        await batches.aclose()
        return engine.running

    assert run(asked()) == 0


def test_it_is_built_of_others_with_their_own_names_for_the_model(parts: Parts) -> None:
    asked: list[tuple[str, str | None]] = []

    def others(name: str, model: str | None) -> Any:
        asked.append((name, model))
        return row(name, Told())

    options = Options(engines=("a", Named("b", "its-own")))
    made = build("all", options, type(parts)(parts.pool, parts.documents, parts.data, parts.folder, others))
    assert made.where == "a, then b as its-own"
    assert [each.name for each in made.engine("theirs").rows] == ["a", "b"]
    assert asked == [("a", "theirs"), ("b", "its-own")]
    with pytest.raises(EngineError, match="there is no engine 'a'"):
        build("all", options, parts).engine(None)
