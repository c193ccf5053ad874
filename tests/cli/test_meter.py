"""What progress says."""

import pytest

from outcrop.batch import Progress
from outcrop.cli import meter
from outcrop.cli.meter import Cost, Lines, described, duration, money

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def progress(**members):
    given = {
        "done": 1200,
        "total": 10_000,
        "before": 0,
        "counts": {"error0": 3},
        "figures": {"inputTokens": 1_000_000, "outputTokens": 200_000},
        "seconds": 60.0,
        "rate": 20.0,
        "left": 440.0,
        "under_way": 8,
        "limit": 16,
    }
    return Progress(**{**given, **members})


def test_a_line_says_rate_done_failed_left_tokens_and_cost():
    assert described(progress(), Cost(HAIKU)) == (
        "1,200/10,000 records · 3 failed · 20.0/s · 7 min 20 s left · 1,000,000 tokens in, 200,000 out · $0.5000"
    )
    assert described(progress(total=None, left=None, counts={}), Cost("$model")) == (
        "1,200 records · 20.0/s · 1,000,000 tokens in, 200,000 out"
    )


def test_lines_come_now_and_then(monkeypatch, capsys):
    now = 0.0
    monkeypatch.setattr(meter.time, "monotonic", lambda: now)
    lines = Lines(HAIKU)
    for now in (1.0, 5.0, 10.5, 12.0, 21.0):  # noqa: B007 - the clock
        lines(progress())
    lines(progress(complete=True))
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7300, "2 h 1 min")])
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_money_has_the_digits_that_say_something():
    assert (money(0.01234), money(1234.5)) == ("$0.0123", "$1,234.50")
