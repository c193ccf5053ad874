"""What progress says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.batch import Progress
from outcrop.cli import meter
from outcrop.cli.meter import SEPARATOR, Cost, Ending, Lines, closing, described, duration, fitted, money

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def progress(**members):
    given = {
        "done": 1200,
        "total": 10_000,
        "before": 0,
        "counts": {"output0": 1197, "error0": 3},
        "figures": {"inputTokens": 1_000_000, "outputTokens": 200_000},
        "seconds": 60.0,
        "rate": 20.0,
        "left": 440.0,
        "under_way": 8,
        "limit": 16,
    }
    return Progress(**{**given, **members})


def test_a_line_says_rate_done_failed_left_tokens_and_cost():
    assert SEPARATOR.join(described(progress(), Cost(HAIKU))) == (
        "1,200/10,000 records · 3 failed · 20.0/s · 7 min 20 s left · 1,000,000 tokens in, 200,000 out · $0.5000"
    )
    assert SEPARATOR.join(described(progress(total=None, left=None, counts={"output0": 1200}), Cost("$model"))) == (
        "1,200 records · 20.0/s · 1,000,000 tokens in, 200,000 out"
    )


def test_lines_come_now_and_then(monkeypatch, capsys):
    now = 0.0
    monkeypatch.setattr(meter.time, "monotonic", lambda: now)
    lines = Lines(HAIKU)
    for now in (1.0, 5.0, 10.5, 12.0, 21.0):  # noqa: B007 - the clock
        lines(progress())
    lines(progress(complete=True))
    lines.close()
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_the_last_line_says_what_became_of_the_records():
    ended = progress(done=10, total=10, counts={"output0": 4, "error0": 2}, seconds=0.46, rate=21.7, complete=True)
    assert SEPARATOR.join(closing(ended, Cost(HAIKU))) == (
        "10/10 records · 4 written · 2 failed · 4 failed and discarded · in 0.5 s, 21.7/s · "
        "1,000,000 tokens in, 200,000 out · $0.5000"
    )


def test_where_answers_are_read_only_the_last_line_is_said(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    ending = Ending(HAIKU)
    ending(progress())
    assert capsys.readouterr().err == ""
    ending.close()
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "1,200/10,000 records · 1,197 written"
    assert max(map(len, said)) <= 40


@given(st.lists(st.text("ab ", min_size=1, max_size=12), max_size=9), st.integers(1, 60))
def test_lines_lose_nothing_and_are_as_wide_as_they_may_be(parts, width):
    lines = fitted(parts, width)
    assert SEPARATOR.join(lines) == SEPARATOR.join(parts)
    assert all(len(line) <= width or line in parts for line in lines)


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7300, "2 h 1 min")])
def test_durations(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.44, "0.4 s"), (9.96, "10 s"), (61, "1 min 1 s")])
def test_what_something_took(seconds, said):
    assert duration(seconds, exact=True) == said


def test_money_has_the_digits_that_say_something():
    assert (money(0.01234), money(1234.5)) == ("$0.0123", "$1,234.50")
