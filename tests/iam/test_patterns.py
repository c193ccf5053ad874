"""Wildcards and variables: what matches, and that nothing takes long to say so."""

import time
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.iam import patterns
from outcrop.iam.patterns import Exact, Patterns, Variable


def matches(pattern: str, text: str, context: Any = None, *, variables: bool = True, ignore_case: bool = False) -> bool:
    return Patterns([pattern], variables=variables, ignore_case=ignore_case).match(text, context or {})


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", "anything: at/all", True),
        ("", "", True),
        ("", "x", False),
        ("bedrock:*", "bedrock:InvokeModel", True),
        ("bedrock:Invoke?odel", "bedrock:InvokeModel", True),
        ("bedrock:Invoke?odel", "bedrock:Invokeodel", False),
        ("arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:us-east-1::foundation-model/a:b", True),
        ("arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/a", False),
        ("a.b", "axb", False),  # a dot is a dot
        ("[a]", "[a]", True),
        ("a*b*c", "aXbXbXc", True),
        ("a*bc", "abcbc", True),
        ("*a", "b\na", True),
        ("${*}", "*", True),  # reference_policies_variables: special characters
        ("${*}", "x", False),
        ("a${?}", "a?", True),
        ("a${?}", "ab", False),
        ("${$}{x}", "${x}", True),
    ],
)
def test_wildcards(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def reference(pattern: str, text: str) -> bool:
    """Wildcards by their definition, one character at a time."""

    @cache
    def at(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(text)
        if pattern[i] == "*":
            return at(i + 1, j) or (j < len(text) and at(i, j + 1))
        return j < len(text) and pattern[i] in ("?", text[j]) and at(i + 1, j + 1)

    return at(0, 0)


@given(st.text("ab*?\n", max_size=9), st.text("ab*?\n", max_size=12))
def test_a_matcher_equals_its_definition(pattern: str, text: str) -> None:
    assert matches(pattern, text) is reference(pattern, text)
    assert bool(patterns.wildcard((pattern,))(text)) is reference(pattern, text)


@given(st.lists(st.text("ab*?", max_size=5), max_size=4), st.text("ab", max_size=6))
def test_a_list_matches_when_one_of_it_does(listed: list[str], text: str) -> None:
    assert Patterns(listed).match(text, {}) is any(reference(pattern, text) for pattern in listed)


@given(st.text(max_size=20))
def test_any_text_matches_itself_as_exact_characters(text: str) -> None:
    assert patterns.wildcard((Exact(text),))(text)
    assert not patterns.wildcard((Exact(text),))(text + "x")


def test_a_hostile_pattern_does_not_try_every_combination() -> None:
    hostile, text = "a*" * 40 + "b", "a" * 2000
    started = time.process_time()

    assert not matches(hostile, text)
    assert time.process_time() - started < 0.5


def test_case_matters_unless_it_is_told_not_to() -> None:
    assert not matches("bedrock:invokemodel", "bedrock:InvokeModel")
    assert matches("bedrock:invokeM*", "BEDROCK:InvokeModel", ignore_case=True)


@pytest.mark.parametrize(
    ("pattern", "context", "expected"),
    [
        ("user/${aws:username}", {"aws:username": "ann"}, "user/ann"),
        ("user/${AWS:UserName}", {"aws:username": "ann"}, "user/ann"),  # key names in any case
        ("${aws:PrincipalTag/team}/x", {"aws:principaltag/team": "stone"}, "stone/x"),
        ("${aws:username, 'anonymous'}", {}, "anonymous"),
        ("${aws:username,'anonymous'}", {}, "anonymous"),
        ("${aws:username, 'anonymous'}", {"aws:username": "ann"}, "ann"),
        ("${aws:username, ''}", {}, ""),
        ("${aws:username}", {"aws:username": "a*"}, "a*"),  # a value's wildcard stands for itself
        ("${}", {}, "${}"),  # no variable
        ("${aws:username", {"aws:username": "ann"}, "${aws:username"),
    ],
)
def test_variables(pattern: str, context: Any, expected: str) -> None:
    """reference_policies_variables."""
    assert matches(pattern, expected, context)
    assert not matches(pattern, expected + "x", context)


def test_a_variable_without_a_value_matches_nothing() -> None:
    for text in ("user/", "user/${aws:username}", "user/*", ""):
        assert not matches("user/${aws:username}", text)
    assert not matches("${aws:TagKeys}", "a", {"aws:tagkeys": ("a",)})  # nor does one with several


def test_before_2012_a_variable_is_text() -> None:
    assert matches("user/${aws:username}", "user/${aws:username}", {"aws:username": "ann"}, variables=False)
    assert not matches("user/${aws:username}", "user/ann", {"aws:username": "ann"}, variables=False)


def test_patterns_say_which_keys_they_need() -> None:
    found = Patterns(["a", "${aws:username}", "${Aws:PrincipalTag/Team, 'x'}"], variables=True)

    assert found.keys == {"aws:username", "aws:principaltag/team"}


@given(st.text("${}*?,' ab:/", max_size=20))
def test_every_text_is_cut_and_nothing_of_it_is_lost(text: str) -> None:
    found = patterns.pieces(text, variables=True)

    plain = [piece for piece in found if isinstance(piece, str)]
    assert all(isinstance(piece, str | Exact | Variable) for piece in found)
    assert all(part in text for part in plain)
    assert patterns.pieces(text, variables=False) == ((text,) if text else ())
