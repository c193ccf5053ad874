"""Text out of patterns: it matches, and no pattern runs away."""

import re
from random import Random

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.regex import LONGEST, Unreadable, text

PATTERNS = [
    "^[A-Z]{3}-\\d{4}$",
    "^#[0-9a-fA-F]{6}$",
    "^\\+?[1-9]\\d{1,14}$",
    "^[\\w.-]+@[\\w.-]+\\.\\w+$",
    "^(red|green|blue)$",
    "^(?:a|b)+?c*$",
    "^(x+)-\\1$",
    "^[^a-zA-Z]{4}$",
    "^[^\\d\\s]+$",
    "^\\S+\\s\\W\\D$",
    "^[\\]\\-^]$",
    "^[a-]$",
    "^\\u0041\\x42\\u{43}\\t\\cJ$",
    "^\\p{Lu}\\P{Lu}\\p{Script=Latin}\\p{N}$",
    "^a{2}b{0}c{1,}$",
    "\\bword\\b",
    "^.{12}$",
    "^$",
    "^[é-ü]$",
    "^[^\\x20-\\x7e]$",
]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_text_matches(pattern: str, plain: bool) -> None:
    accepts = jsonschema_rs.validator_for({"pattern": pattern}).is_valid
    assert all(accepts(text(pattern, Random(seed), plain=plain)) for seed in range(20))


def test_lookarounds_are_passed_over() -> None:
    assert re.fullmatch("ab", text("^(?=.*x)a(?<!y)b(?!c)$", Random(1)))


def test_a_name_is_referred_to_and_a_brace_may_be_itself() -> None:
    first, _, second = text("(?<year>\\d{4})-\\k<year>", Random(1)).partition("-")
    assert first == second
    assert text("a{,}b{x", Random(1)) == "a{,}b{x"


def test_plain_text_is_of_letters_where_it_may_be() -> None:
    assert text("^\\w{8}$", Random(2)).islower()
    assert text("^[0-9A-Z]{8}$", Random(2)).isupper()
    drawn = {text("^\\w$", Random(seed), plain=False) for seed in range(40)}
    assert not "".join(drawn).isalpha()


def test_a_length_is_reached_where_repetitions_allow_it() -> None:
    assert max(len(text("^[a-z]+$", Random(seed), least=40)) for seed in range(20)) >= 40


def test_the_same_draw_gives_the_same_text() -> None:
    assert text("^\\w+@\\w+$", Random(7)) == text("^\\w+@\\w+$", Random(7))


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "a)", "[", "[]", "[z-a]", "*a", "(?i:a)", "\\", "\\u{zz}", "\\x1", "\\k<a", "(" * 60 + ")" * 60, "(?<a"],
)
def test_what_is_not_understood_is_unreadable(pattern: str) -> None:
    with pytest.raises(Unreadable):
        text(pattern, Random(1))


@pytest.mark.parametrize("pattern", [f"a{{{LONGEST + 1}}}", "(((a{99}){99}){99}){99}", "(?:){999999}"])
def test_too_much_is_unreadable(pattern: str) -> None:
    with pytest.raises(Unreadable, match="More than"):
        text(pattern, Random(1))


ATOMS = st.sampled_from(["a", "7", "_", "\\.", "\\d", "\\w", "[a-f]", "[^x]", "[0-9_]", "\\s", "é"])
GROWN = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda options: f"({'|'.join(options)})")
        | st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,}", "+?"]))
    ),
    max_leaves=8,
)


@given(GROWN, st.integers(), st.booleans())
def test_patterns_put_together_are_matched(pattern: str, seed: int, plain: bool) -> None:
    assert re.fullmatch(pattern, text(pattern, Random(seed), plain=plain))


@given(st.text(alphabet="ab0()[]{}|?*+^$\\.-,:<>=!kupx1", max_size=16), st.integers(0, 3))
def test_anything_is_text_or_unreadable(pattern: str, seed: int) -> None:
    try:
        drawn = text(pattern, Random(seed))
    except Unreadable:
        return
    assert len(drawn) <= LONGEST
    drawn.encode()
