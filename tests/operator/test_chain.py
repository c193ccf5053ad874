"""Operators in a row, and the precedence of error policies (A.1)."""

from dataclasses import dataclass
from typing import Any

import pytest
from tests.operator.clients import done, everything
from tests.operator.test_base import Double

from outcrop.operator import Chain, ConfigurationException, DataException, Operator

RECORDS = [{"n": 1}, {"n": "x"}, {"n": 3}]


@dataclass(kw_only=True)
class Note(Operator):
    """An error pipeline: notes what failed."""

    async def work(self, record: Any) -> dict[str, Any]:
        return {"noted": record["reason"], "of": record["original"]}


def test_one_output_is_the_next_input() -> None:
    chain = Chain([Double(), Double(), Double()])
    assert [document["n"] for _, document in everything(chain, [{"n": 1}, {"n": 2}], concurrency=2)] == [8, 16]
    assert chain.statistics.documents == 2
    assert [one.statistics.documents for one in chain.operators] == [2, 2, 2]


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("route", "discard", ["output0", "error0", "output0"]),
        ("discard", "route", ["output0", "output0"]),
        (None, "route", ["output0", "error0", "output0"]),
        (None, "discard", ["output0", "output0"]),
    ],
)
def test_the_nearest_policy_holds(inner: Any, outer: Any, expected: list[str]) -> None:
    chain = Chain([Double(), Double(on_error=inner), Double()], on_error=outer)
    records = [{"n": 1}, {"n": 2}, {"n": 3}]
    chain.operators[1].work = fail_on_four  # type: ignore[method-assign]
    assert [view for view, _ in everything(chain, records)] == expected


async def fail_on_four(record: Any) -> dict[str, Any]:
    if record["n"] == 4:
        raise DataException("Unable", "four", "Avoid it.")
    return {"n": record["n"]}


def test_the_error_pipeline_comes_after_policies_and_before_stop() -> None:
    found = everything(Chain([Double()], error_pipeline=Note()), RECORDS)
    assert [view for view, _ in found] == ["output0", "error0", "output0"]
    assert found[1][1] == {"noted": "n is no number", "of": {"n": "x"}}
    routed = everything(Chain([Double(on_error="route")], error_pipeline=Note()), RECORDS)
    assert routed[1][1]["error"] == "Unable to double"
    with pytest.raises(DataException):
        everything(Chain([Double()]), RECORDS)
    with pytest.raises(DataException):
        everything(Chain([Double(on_error="stop")], error_pipeline=Note()), RECORDS)


def test_an_error_document_shows_the_record_of_the_operator_that_failed() -> None:
    chain = Chain([Double(), Double(on_error="route")])
    chain.operators[1].work = fail_on_four  # type: ignore[method-assign]
    found = everything(chain, [{"n": 2}])
    assert found[0][1]["original"]["n"] == 4


def test_what_follows_a_disabled_operator_is_disabled() -> None:
    chain = Chain([Double(), Double(execution_mode="Disabled"), Double()])
    assert everything(chain, [{"n": 1}, {"n": 2}]) == []
    assert [one.statistics.records for one in chain.operators] == [2, 0, 0]
    with pytest.raises(ConfigurationException):
        done(chain.process({"n": 1}))


def test_a_chain_is_an_operator() -> None:
    chain = Chain([Chain([Double()]), Double()])
    assert chain({"n": 1})["n"] == 4
    chain.close()
    with pytest.raises(ConfigurationException):
        Chain([])
