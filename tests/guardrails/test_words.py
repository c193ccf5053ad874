"""Words and phrases: whole, in any case, the longest at each place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.guardrails import words


def found(phrases: list[str], text: str) -> list[str]:
    return [text[start:end] for start, end in words.finder(phrases)(text)]


@pytest.mark.parametrize(
    ("phrases", "text", "expected"),
    [
        (["acme"], "Acme and ACME, acmes and pacme", ["Acme", "ACME"]),
        (["blue moon"], "a Blue\n  Moon, a blue-moon, bluemoon", ["Blue\n  Moon"]),
        (["new", "new york"], "new York is new", ["new York", "new"]),
        (["c++"], "C++, not C + +", ["C++"]),
        (["f*ck"], "f*ck, fick", ["f*ck"]),
        (["straße"], "STRASSE und Straße", ["STRASSE", "Straße"]),
        ([" padded "], "(padded)", ["padded"]),
        (["日本"], "日本", ["日本"]),
        (["   "], "a   b", []),
    ],
)
def test_phrases_are_found(phrases: list[str], text: str, expected: list[str]) -> None:
    assert found(phrases, text) == expected


@given(
    st.lists(st.sampled_from(["one", "two", "One Two", "two one", "x"]), min_size=1), st.text("onetwx ", max_size=40)
)
def test_it_agrees_with_a_plain_expression(phrases: list[str], text: str) -> None:
    longest = sorted(phrases, key=len, reverse=True)
    plain = "|".join(rf"\b{re.escape(phrase).replace(chr(92) + ' ', ' +')}\b" for phrase in longest)
    at_each = [match for i in range(len(text)) if (match := re.compile(plain, re.IGNORECASE).match(text, i))]
    assert list(words.finder(phrases)(text)) == [match.span() for match in at_each]


def test_many_phrases_cost_no_more_than_few() -> None:
    phrases = [f"word{number} more" for number in range(10_000)]
    assert found(phrases, "no word9999 more, word10000 more " * 100) == ["word9999 more"] * 100


def test_the_managed_list_is_of_single_words_in_lower_case() -> None:
    listed = words.profanity()
    assert len(listed) > 20
    assert list(listed) == sorted(set(listed))
    assert all(word.isalpha() and word.islower() for word in listed)
    assert found(list(listed), "That is bullshit, in Scunthorpe") == ["bullshit"]


def test_the_last_pieces_may_grow() -> None:
    assert words.start_of_last("one two three", 1) == 8
    assert words.start_of_last("one two three", 3) == 4
    assert words.start_of_last("one", 3) == 0
    assert words.longest(["one", "c++", "a b c"]) == 5
