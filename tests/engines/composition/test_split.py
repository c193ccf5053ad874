"""Engines by weight: how often each is drawn, and what becomes of what the drawn one cannot answer."""

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.composition.clockwork import Told, Whole, clock, heard, row, run
from tests.families.conftest import SONNET_4_5, hub

from outcrop.engines import answerer
from outcrop.engines.composition import Breaker, Guards, Named
from outcrop.engines.composition.guarded import Guard, Guarded
from outcrop.engines.composition.split import Options, Share, Split, build
from outcrop.engines.composition.tally import Tally
from outcrop.engines.kinds import Parts
from outcrop.errors import ServiceUnavailableException

GONE = ServiceUnavailableException()


def split(*shares: tuple[Any, float], drawn: float = 0.0) -> Split:
    rows = [Share("*", name, engine, None, weight) for name, (engine, weight) in zip("abc", shares, strict=False)]
    return Split(rows, lambda: drawn)


@pytest.mark.parametrize(("drawn", "name"), [(0.0, "a"), (0.749, "a"), (0.75, "b"), (0.999, "b"), (1.0, "b")])
def test_what_is_drawn_is_decided_by_the_weights(drawn: float, name: str) -> None:
    async def asked() -> str:
        note = answerer.opened(row("all", None))
        await heard(split((Told(), 3), (Told(), 1), drawn=drawn))
        return note.row.name

    assert run(asked()) == name


@given(weights=st.lists(st.floats(0.1, 100), min_size=1, max_size=3), seed=st.integers())
def test_over_many_requests_the_shares_are_the_weights(weights: list[float], seed: int) -> None:
    drawing = split(*((None, weight) for weight in weights))
    drawing._draw = random.Random(seed).random
    drawn = Counter(drawing._drawn(drawing.rows).name for _ in range(2000))
    for name, weight in zip("abc", weights, strict=False):
        assert drawn[name] / 2000 == pytest.approx(weight / sum(weights), abs=0.06)


def test_what_the_drawn_one_cannot_answer_is_asked_of_no_other() -> None:
    other = Told()
    with pytest.raises(ServiceUnavailableException):
        run(heard(split((Told([GONE]), 1), (other, 1))))
    assert not other.asked


def test_an_engine_whose_circuit_is_open_is_not_drawn_while_another_s_is_not() -> None:
    async def asked() -> None:
        down, up = Told([GONE]), Told()
        guard = Guard("a", Guards(circuit=Breaker(failures=1)), Tally(), clock=clock)
        both = split((Guarded(row("a", down), guard), 9), (up, 1))
        with pytest.raises(ServiceUnavailableException):
            await heard(both)
        for _ in range(3):
            assert await heard(both) == 2
        assert (len(down.asked), len(up.asked)) == (1, 3)

    run(asked())


def test_one_piece_answers_are_split_too() -> None:
    first, second = Whole(), Whole()
    second.name = "the second"
    both = split((first, 1), (second, 1), drawn=0.9)
    assert run(both.reply(SONNET_4_5, hub())) == "the second has replied"  # type: ignore[attr-defined]


def test_it_is_built_of_others(parts: Parts) -> None:
    def others(name: str, model: str | None) -> Any:
        return row(name, Told())

    given = type(parts)(parts.pool, parts.documents, parts.data, parts.folder, others)
    assert build("all", Options(engines=("a", Named("b", "x")), weights=(3, 1)), given).where == "a 75%, b as x 25%"
    even = build("all", Options(engines=("a", "b")), given)
    assert even.where == "a 50%, b 50%"
    assert [each.name for each in even.engine(None).rows] == ["a", "b"]
    assert Options(engines=("a", "b"), weights=(1,)).check() == "2 engines need as many weights, not 1"
