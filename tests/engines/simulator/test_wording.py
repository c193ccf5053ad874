"""What properties are called and what the user said, made into values."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.wording import ALIASES, ANY_NUMBER, NAMED, STONES, Vocabulary


def vocabulary(said: str = "") -> Vocabulary:
    return Vocabulary(said.split(), Random(4))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", "@example.com"),
        ("userEmail", "@example.com"),
        ("homepageURL", "https://example.com/"),
        ("start_date", "2026-"),
        ("createdAt", "2026-"),
        ("phone_number", "+1 202 555 01"),
        ("file_path", ".txt"),
        ("command", "echo hello"),
        ("mailing_address", " Street"),
        ("client_ip", "192.0.2."),
    ],
)
def test_a_name_decides(name: str, pattern: str) -> None:
    assert pattern in vocabulary("some words").text(name)


@pytest.mark.parametrize("alias", ALIASES)
def test_each_alias_leads_to_a_row(alias: str) -> None:
    assert ALIASES[alias] in NAMED


def test_the_last_telling_part_decides_and_the_name_itself_last() -> None:
    assert vocabulary().text("city_name") in {"Paris", "Oslo", "Nairobi", "Kyoto", "Lima", "Lisbon"}
    assert vocabulary().text("displayName").lower() in STONES


def test_proper_names_are_offered_once_and_in_order() -> None:
    words = vocabulary("Compare New York, London and Paris. Then decide for Rome!")
    assert [words.text("city") for _ in range(4)] == ["New York", "London", "Paris", "Rome"]
    assert words.text("city") in {"Paris", "Oslo", "Nairobi", "Kyoto", "Lima", "Lisbon"}


def test_a_word_that_begins_a_sentence_is_no_name() -> None:
    assert vocabulary("What now? Tell me. I wonder: Where?").text("name").lower() in STONES


def test_sentences_are_what_was_said() -> None:
    assert vocabulary("who wrote “Faust”, and when did it appear in print?").text("searchQueries") == (
        "who wrote Faust and when did it appear"
    )


def test_other_strings_are_words_that_tell_something() -> None:
    words = vocabulary("what is the colour of basalt")
    assert {words.text("thing") for _ in range(20)} == {"colour", "basalt"}
    assert {vocabulary("what is it").text("thing")} <= {"what", "is", "it"}
    assert vocabulary().text("thing") in STONES


def test_numbers_are_taken_when_they_are_allowed() -> None:
    words = vocabulary("between 3 and 25, or -1.5 (not 1e9 or 12a)")
    assert words.said_number(lambda number: number > 10) == 25
    assert words.said_number(lambda number: number > 10) is None
    assert [words.said_number(lambda _: True) for _ in range(3)] == [3, -1.5, None]


def test_spans_follow_the_name() -> None:
    assert vocabulary().span("pageCount") == (1, 10)
    assert vocabulary().span("hours") == (1, 23)
    assert vocabulary().span("thing") == ANY_NUMBER


@given(st.lists(st.text(max_size=12), max_size=30), st.text(max_size=12), st.integers())
def test_any_words_and_name_give_text(words: list[str], name: str, seed: int) -> None:
    made = Vocabulary(words, Random(seed)).text(name)
    assert made
    assert made == Vocabulary(words, Random(seed)).text(name)
