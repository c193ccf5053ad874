"""Nothing of the decoder's voice is left in what a settings file's reader is told."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.settings_words import worded

At = Annotated[datetime, msgspec.Meta(tz=True)]


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (str, 1, "has to be a string, not a whole number"),
        (str | None, [], "has to be a string, not a list"),
        (str | tuple[str, ...], True, "has to be a string or a list, not true or false"),
        (dict[str, Any], "x", "has to be a table, not a string"),
        (Annotated[float, msgspec.Meta(ge=0)], -1, "has to be at least 0"),
        (Annotated[float, msgspec.Meta(lt=3)], 3.5, "has to be less than 3"),
        (Annotated[str, msgspec.Meta(min_length=2)], "a", "has to have at least 2 characters"),
        (Annotated[list[int], msgspec.Meta(max_length=1)], [1, 2], "has to have at most 1 entries"),
        (Annotated[str, msgspec.Meta(pattern="^a$")], "b", "has to be of the form '^a$'"),
        (date, "soon", "has to be a day, such as 2026-02-10"),
        (At, datetime(2026, 1, 1), "has to be a time with its zone, such as 2026-02-10T12:00:00Z"),
        (Literal["off", "enforce"], "strict", "'strict' cannot stand here"),
        (msgspec.defstruct("Row", [("kind", str)]), {}, "the key kind is missing"),
    ],
)
def test_what_the_decoder_says_is_said_in_our_words(kind: Any, value: Any, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    assert worded(str(caught.value)) == said


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.none(), max_size=2))


@given(st.sampled_from([str, int, float, bool, list[int], dict[str, int], str | None, str | list[str], date]), VALUES)
def test_no_kind_has_its_python_name(kind: Any, value: Any) -> None:
    said = ""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said = worded(str(error).partition(" - at ")[0])
    assert "`" not in said


def test_what_is_not_known_stays_as_it_is() -> None:
    assert worded("something else") == "something else"
