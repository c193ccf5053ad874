"""A.7: the loop."""

from dataclasses import dataclass
from typing import Any

import pytest
from tests.operator.clients import Listed, done, said

from outcrop.operator import ConfigurationException, ConverseOperator, Operator, PipeLoop


@dataclass(kw_only=True)
class Count(Operator):
    """Adds one, and stops at three."""

    async def work(self, record: Any) -> dict[str, Any]:
        return {"n": record["n"] + 1, "done": record["n"] >= 2}


def test_it_runs_at_least_once_and_until_the_condition_holds() -> None:
    assert done(PipeLoop(Count(), stop_condition="$done").process({"n": 0}))["n"] == 3
    assert done(PipeLoop(Count(), stop_condition="$done").process({"n": 7}))["n"] == 8
    assert done(PipeLoop(Count(), stop_condition=lambda it: it["n"] == 5).process({"n": 0}))["n"] == 5


def test_it_ends_at_its_limit() -> None:
    op = Count()
    assert done(PipeLoop(op, iteration_limit=4).process({"n": 0}))["n"] == 4
    assert op.statistics.records == 4
    assert done(PipeLoop(Count()).process({"n": 0}))["n"] == 20
    with pytest.raises(ConfigurationException):
        PipeLoop(op, iteration_limit=0)


def test_iterations_can_be_shown() -> None:
    made = done(PipeLoop(Count(), stop_condition="$done", debug_iteration_output=True).process({"n": 1}))
    assert [one["n"] for one in made["_sl_iterations"]] == [2, 3]


def test_a_model_can_be_asked_again() -> None:
    client = Listed(said("No.", "max_tokens"), said("Yes."))
    op = ConverseOperator(client, model="m", prompt="Ready?", simplify_response=True)
    loop = PipeLoop(op, stop_condition=lambda document: document["finish_reason"] == "end_turn")
    assert done(loop.process({}))["content"] == "Yes."
