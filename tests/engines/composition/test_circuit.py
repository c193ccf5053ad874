"""When an engine is left alone, and when it is asked again."""

import logging

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from outcrop.engines.composition import Breaker
from outcrop.engines.composition.circuit import Circuit
from outcrop.errors import ServiceUnavailableException


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def circuit(failures: int = 3, rest: float = 30) -> tuple[Circuit, Clock]:
    clock = Clock()
    return Circuit("it", Breaker(failures=failures, rest=rest), clock), clock


def broken(failures: int = 3) -> tuple[Circuit, Clock]:
    made, clock = circuit(failures)
    for _ in range(failures):
        made.failed(trial=made.admit())
    return made, clock


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not_count() -> None:
    made, _ = circuit()
    for _ in range(2):
        made.failed(trial=made.admit())
    made.succeeded()
    for _ in range(2):
        made.failed(trial=made.admit())
    assert not made.open
    made.failed(trial=made.admit())
    assert made.open
    with pytest.raises(ServiceUnavailableException, match="Bedrock is unable to process your request"):
        made.admit()


def test_after_its_rest_one_request_is_the_trial_and_closes_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    made, clock = broken()
    clock.now = 29.9
    assert not made.available
    clock.now = 30
    assert made.admit()
    assert not made.available  # for anybody else
    assert made.open
    made.answered(trial=True)
    assert (made.open, made.available) == (False, True)
    assert [record.message for record in caplog.records] == [
        "engine it: 3 failures in a row; its circuit is open for 30 s",
        "engine it: its circuit lets one request through",
        "engine it: its circuit is closed again",
    ]


def test_a_trial_that_fails_opens_it_again_and_one_that_nobody_waited_for_is_no_trial() -> None:
    made, clock = broken()
    clock.now = 30
    made.failed(trial=made.admit())
    assert made.opened == 2
    clock.now = 59
    assert not made.available
    clock.now = 60
    made.left(trial=made.admit())
    assert made.available


def test_who_began_before_it_opened_says_nothing_new() -> None:
    made, clock = broken()
    made.failed(trial=False)
    made.succeeded()
    assert (made.opened, made.open) == (1, True)
    clock.now = 30
    assert made.admit()
    made.failed(trial=False)
    assert not made.available  # the trial is still under way


class Life(RuleBasedStateMachine):
    """Whatever happens: at most one trial at a time, and a closed circuit has seen fewer failures in a row than it bears."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit, self.clock = circuit(2, 10)
        self.running: list[bool] = []
        self.in_a_row = 0

    @rule()
    def begin(self) -> None:
        available = self.circuit.available
        try:
            self.running.append(self.circuit.admit())
            assert available
        except ServiceUnavailableException:
            assert not available

    @precondition(lambda self: self.running)
    @rule()
    def succeed(self) -> None:
        trial = self.running.pop(0)
        self.circuit.answered(trial=trial)
        self.circuit.succeeded()
        self.in_a_row = 0

    @precondition(lambda self: self.running)
    @rule()
    def fail(self) -> None:
        self.circuit.failed(trial=self.running.pop(0))
        self.in_a_row += 1

    @precondition(lambda self: self.running)
    @rule()
    def leave(self) -> None:
        self.circuit.left(trial=self.running.pop(0))

    @rule()
    def wait(self) -> None:
        self.clock.now += 4

    @invariant()
    def sound(self) -> None:
        assert sum(self.running) <= 1
        assert self.circuit.open or self.in_a_row < 2 or self.circuit.opened


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, deadline=None)
