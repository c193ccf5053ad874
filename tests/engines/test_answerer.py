"""Who is noted as the one that answers: in the task of the call, and in no other."""

import asyncio
from typing import Any

from outcrop.engines import answerer
from outcrop.engines.table import Row


def row(name: str) -> Row:
    nobody: Any = None
    return Row("*", name, nobody)


def test_a_run_is_its_row_s_until_another_is_noted() -> None:
    note = answerer.opened(row("a"))
    assert note.row.name == "a"
    answerer.asks(row("b"))
    assert note.row.name == "b"
    assert answerer.opened(row("c")).row.name == "c"
    answerer.asks(row("d"))
    assert note.row.name == "b"


def test_calls_at_the_same_time_have_notes_of_their_own() -> None:
    async def call(name: str) -> str:
        note = answerer.opened(row("all"))
        await asyncio.sleep(0)
        answerer.asks(row(name))
        await asyncio.sleep(0)
        return note.row.name

    async def calls() -> list[str]:
        return await asyncio.gather(*map(call, "abc"))

    assert asyncio.run(calls()) == ["a", "b", "c"]


def test_who_failed_before_is_noted_in_order_and_counted() -> None:
    note = answerer.opened(row("all"))
    assert note.tried is None
    for name, code in (("a", "Throttling"), ("a", "Throttling"), ("b", "Timeout"), ("a", "Throttling")):
        answerer.asks(row(name))
        answerer.failed(code)
    answerer.asks(row("c"))
    assert (note.row.name, note.tried) == ("c", "a:Throttling ×2, b:Timeout, a:Throttling")


def test_without_a_note_nothing_happens() -> None:
    async def alone() -> None:
        answerer.asks(row("a"))
        answerer.failed("Throttling")

    asyncio.run(alone())
