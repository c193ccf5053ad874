"""The bounds every format shares."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.documents.limits import MAX_CHARACTERS, UnreadableDocument, collected, require


def test_a_refusal_says_its_reason() -> None:
    refusal = UnreadableDocument("Because.")
    assert refusal.reason == str(refusal) == "Because."


def test_the_first_bytes_must_be_right() -> None:
    require(b"PK\x03\x04", b"PK", "a zip file")
    with pytest.raises(UnreadableDocument, match=r"The bytes are not a zip file\."):
        require(b"", b"PK", "a zip file")


@given(st.lists(st.text(max_size=5)), st.sampled_from(["", "\n", "\n\n"]))
def test_collecting_is_joining(pieces: list[str], separator: str) -> None:
    assert collected(iter(pieces), separator) == separator.join(pieces)


def test_a_text_may_fill_the_bound_but_not_pass_it() -> None:
    assert len(collected(["x" * (MAX_CHARACTERS - 2), "y"], "-")) == MAX_CHARACTERS
    with pytest.raises(UnreadableDocument, match="5,000,000 characters"):
        collected(["x" * (MAX_CHARACTERS - 1), "y"], "-")


def test_an_endless_text_is_refused_before_its_end() -> None:
    with pytest.raises(UnreadableDocument, match="characters"):
        collected(itertools.repeat("x" * 1000))
