"""A.1: what every operator has. Error policies, the error document, execution modes, previews, statistics."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from tests.operator.clients import done, everything

from outcrop.operator import ConfigurationException, DataException, ExecutionException, Operator
from outcrop.operator.base import PREVIEW_BYTES


@dataclass(kw_only=True)
class Double(Operator):
    """Doubles `n`, fails on what is no number, and breaks down on a negative one."""

    TITLE: ClassVar[str] = "Double"

    async def work(self, record: Any) -> dict[str, Any]:
        await asyncio.sleep(0)
        if not isinstance(record["n"], int):
            raise DataException("Unable to double", "n is no number", "Provide a number.")
        if record["n"] < 0:
            raise ExecutionException("Unable to double", "out of order", "Call someone.")
        return {"n": record["n"] * 2, "original": record}


RECORDS = [{"n": 1}, {"n": "x"}, {"n": 3}]


def test_route_sends_the_five_keys_to_the_error_view() -> None:
    op = Double(on_error="route")
    found = everything(op, RECORDS)
    assert [view for view, _ in found] == ["output0", "error0", "output0"]
    error = found[1][1]
    assert list(error) == ["error", "reason", "resolution", "stacktrace", "original"]
    assert (error["error"], error["reason"], error["original"]) == ("Unable to double", "n is no number", {"n": "x"})
    assert "DataException" in error["stacktrace"]
    assert "Traceback" not in error["error"] + error["reason"] + error["resolution"]
    assert op.statistics.state == "completed"  # documented: a routed error does not fail the run


def test_discard_leaves_the_record_out() -> None:
    op = Double(on_error="discard")
    assert [document["n"] for _, document in everything(op, RECORDS)] == [2, 6]
    assert (op.statistics.records, op.statistics.documents, op.statistics.errors) == (3, 2, 1)


@pytest.mark.parametrize("policy", [None, "stop"])
def test_stop_ends_the_run_after_what_came_before(policy: Any) -> None:
    op, seen = Double(on_error=policy), list[int]()

    async def run() -> None:
        async for one in op.run(RECORDS):
            seen.append(one.document["n"])

    with pytest.raises(DataException):
        done(run())
    assert seen == [2]
    assert op.statistics.state == "failed"


@pytest.mark.parametrize("policy", ["stop", "discard", "route"])
def test_an_execution_exception_ends_the_run_whatever_the_policy(policy: Any) -> None:
    with pytest.raises(ExecutionException):
        everything(Double(on_error=policy), [{"n": -1}])


@pytest.mark.parametrize(("name", "value"), [("on_error", "ignore"), ("execution_mode", "Validate")])
def test_a_choice_that_is_none_is_a_configuration_exception(name: str, value: str) -> None:
    with pytest.raises(ConfigurationException) as caught:
        Double(**{name: value})
    assert repr(value) in caught.value.reason


def test_disabled_takes_records_and_gives_nothing() -> None:
    taken = []

    def records() -> Iterator[dict[str, int]]:
        for n in range(3):
            taken.append(n)
            yield {"n": n}

    assert everything(Double(execution_mode="Disabled"), records()) == []
    assert taken == [0, 1, 2]


@pytest.mark.parametrize("concurrency", [1, 2, 7, 100])
def test_order_is_kept_however_many_are_under_way(concurrency: int) -> None:
    op = Double(on_error="route")
    records = [{"n": n if n % 5 else "x"} for n in range(40)]
    found = everything(op, records, concurrency=concurrency)
    assert [document["original"] for _, document in found] == records


def test_asynchronous_records() -> None:
    async def records() -> AsyncIterator[dict[str, int]]:
        for n in range(3):
            yield {"n": n}

    assert [document["n"] for _, document in everything(Double(), records())] == [0, 2, 4]


def test_leaving_a_run_ends_what_is_under_way() -> None:
    ended = []

    @dataclass(kw_only=True)
    class Slow(Operator):
        async def work(self, record: Any) -> dict[str, Any]:
            if record == 0:
                return {}
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(record)
            return {}

    async def run() -> None:
        running = Slow().run(range(3), concurrency=3)
        await anext(running)
        await running.aclose()  # type: ignore[attr-defined]

    done(run())
    assert ended == [1, 2]


def test_a_preview_takes_the_first_fifty() -> None:
    taken = []

    def records() -> Iterator[dict[str, Any]]:
        for n in range(1000):
            taken.append(n)
            yield {"n": n}

    preview = done(Double().preview(records()))
    assert [document["n"] for document in preview.outputs] == [2 * n for n in range(50)]
    assert len(taken) == 50
    assert preview.statistics.documents == 50


def test_a_preview_may_be_smaller_but_not_larger_and_shows_errors() -> None:
    op = Double(on_error="route")
    preview = done(op.preview([{"n": 1}, {"n": "x"}, {"n": 2}], limit=2))
    assert (len(preview.outputs), len(preview.errors)) == (1, 1)
    assert len(done(op.preview([{"n": n} for n in range(80)], limit=80)).outputs) == 50


@pytest.mark.parametrize("mode", ["Execute only", "Disabled"])
def test_no_preview_without_validation(mode: Any) -> None:
    preview = done(Double(execution_mode=mode).preview([{"n": 1}]))
    assert (preview.outputs, preview.errors, preview.statistics.records) == ([], [], 0)


def test_a_preview_of_more_than_15_mb_is_refused() -> None:
    large = {"n": 1, "text": "x" * (PREVIEW_BYTES // 2)}
    assert len(done(Double().preview([{**large, "text": "x"}])).outputs) == 1
    with pytest.raises(ConfigurationException) as caught:
        done(Double().preview([large, large]))
    assert caught.value.reason == "The preview data is larger than 15 MB."


def test_a_preview_reads_no_more_than_it_takes_of_an_asynchronous_source() -> None:
    taken = []

    async def records() -> AsyncIterator[dict[str, int]]:
        for n in range(9):
            taken.append(n)
            yield {"n": n}

    assert len(done(Double().preview(records(), limit=2)).outputs) == 2
    assert taken == [0, 1]


def test_statistics() -> None:
    op = Double(label="twice", on_error="discard")
    assert (op.statistics.label, op.statistics.state, op.statistics.rate) == ("twice", "idle", 0.0)
    everything(op, RECORDS)
    figures = op.statistics
    assert (figures.state, figures.records, figures.documents, figures.errors) == ("completed", 3, 2, 1)
    assert figures.seconds > 0
    assert figures.rate > 0


def test_a_synchronous_call_and_a_pickled_copy() -> None:
    with pickle.loads(pickle.dumps(Double(label="twice"))) as op:
        assert op({"n": 4})["n"] == 8
        with pytest.raises(DataException):
            op({"n": "x"})
