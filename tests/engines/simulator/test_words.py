"""Words as texts are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.words import COMMON, pairs, stem, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("state", "states"),
        ("running", "run"),
        ("resetting", "reset"),
        ("city", "cities"),
        ("forgotten", "forgotten"),
        ("changed", "change"),
    ],
)
def test_endings_do_not_count(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["this", "glass", "bus", "sing", "red", "größe", "is", "s"])
def test_what_only_looks_like_an_ending_stays(word: str) -> None:
    assert stem(word) in (word, word.removesuffix("e"))


def test_words_are_in_lower_case_and_in_order() -> None:
    assert words("The Capital, of_FRANCE: Paris (2024)!") == ["the", "capital", "of", "franc", "paris", "2024"]


def test_scripts_without_spaces_are_read_by_the_character() -> None:
    assert words("東京tower") == ["東", "京", "tower"]


def test_neighbours() -> None:
    assert pairs(["a", "b", "c"]) == [("a", "b"), ("b", "c")]
    assert pairs(["a"]) == []


@given(st.text())
def test_any_text_has_words_without_spaces(text: str) -> None:
    assert all(word and not any(letter.isspace() for letter in word) for word in words(text))


@given(st.sampled_from(sorted(COMMON)))
def test_common_words_are_left_alone(word: str) -> None:
    assert stem(word) == word
