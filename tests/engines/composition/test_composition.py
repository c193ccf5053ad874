"""The tables: what they take, and the pauses between attempts."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.composition import Composition, Guards, Named, Retries


@given(
    attempt=st.integers(2, 10),
    drawn=st.floats(0, 1),
    pause=st.floats(0.01, 10),
    longest=st.floats(0.01, 60),
    asked=st.none() | st.floats(0, 100),
)
def test_pauses_are_within_bounds_and_keep_what_the_backend_asked(
    attempt: int, drawn: float, pause: float, longest: float, asked: float | None
) -> None:
    seconds = Retries(pause=pause, longest=longest).before(attempt, asked, lambda: drawn)
    if seconds is None:
        assert asked is not None
        assert asked > longest
        return
    assert (asked or 0) <= seconds <= longest
    if asked is None:
        assert seconds <= pause * 2 ** (attempt - 2)


def test_the_bound_of_a_pause_doubles() -> None:
    longest = [Retries(pause=0.5, longest=3).before(attempt, None, lambda: 1.0) for attempt in (2, 3, 4, 5, 6)]
    assert longest == [0.5, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"limits": {}}, "missing required field `concurrency`"),
        ({"limits": {"concurrency": 0}}, ">= 1"),
        ({"timeouts": {"total": 0}}, "> 0"),
        ({"retries": {"attempts": 11}}, "<= 10"),
        ({"circuit": {"after": 1}}, "unknown field `after`"),
    ],
)
def test_what_is_no_table_is_refused(table: dict[str, object], said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(table, Guards)


def test_engines_are_named_with_or_without_their_model() -> None:
    found = msgspec.convert({"engines": ["a", {"engine": "b", "as": "x"}]}, Composition)
    assert found.members == (Named("a"), Named("b", "x"))
    with pytest.raises(msgspec.ValidationError, match="length >= 1"):
        msgspec.convert({"engines": []}, Composition)
