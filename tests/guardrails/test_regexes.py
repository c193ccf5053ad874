"""Expressions of callers: found in linear time, refused when they are none."""

import time

import pytest

from outcrop.guardrails import regexes


def test_places_count_characters() -> None:
    text = "é ID-1234 ü ID-5678"
    assert [text[a:b] for a, b in regexes.finder(r"ID-\d{4}")(text)] == ["ID-1234", "ID-5678"]


def test_empty_matches_are_nothing() -> None:
    assert list(regexes.finder("a*")("bab")) == [(1, 2)]


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "(a", "a{1,1001}", "((a{1,100}){1,100}){1,100}"])
def test_what_is_none_is_refused_and_says_why(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(regexes.InvalidPattern, match=r".+"):
        regexes.finder(pattern)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "a?" * 40 + "a" * 40])
def test_no_expression_runs_away(pattern: str) -> None:
    started = time.thread_time()
    list(regexes.finder(pattern)("a" * 20_000 + "c"))
    assert time.thread_time() - started < 2.0
