"""Tables of parameters: which values are refused, at whatever depth, and what goes on to a model."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.doors.parameters import Parameter, Rules, honoured, idle, refused

RULES = Rules(
    {
        **honoured("model", "messages[].role"),
        **idle("user", "options.pad", note="nothing"),
        **refused("store", note="no", anyway=(False,)),
        **refused("messages[].name", "deep.er.still", note="no"),
        **refused("kinds", note="no", anyway=("text",)),
        "penalty": Parameter("the model's", "", (0,)),
    }
)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"store": True}, "store"),
        ({"store": False}, None),
        ({"store": None}, None),
        ({"messages": [{"role": "a"}, {"name": "x"}]}, "messages[].name"),
        ({"messages": [{"name": None}]}, None),
        ({"messages": {"name": "x"}}, None),
        ({"messages": "name"}, None),
        ({"kinds": ["text"]}, None),
        ({"kinds": []}, None),
        ({"kinds": ["text", "sound"]}, "kinds"),
        ({"deep": {"er": {"still": 0}}}, "deep.er.still"),
        ({"deep": {"er": 1}}, None),
        ({"unheard": 1, "user": "x"}, None),
    ],
)
def test_what_asks_for_what_there_is_not(body: dict[str, Any], path: str | None) -> None:
    assert RULES.broken(body) == (None if path is None else (path, "no"))


@pytest.mark.parametrize(
    ("name", "value", "goes"),
    [
        ("unheard", 1, True),
        ("unheard", None, False),
        ("user", "x", False),
        ("store", False, False),
        ("options", {"pad": 1}, False),
        ("penalty", 0, False),
        ("penalty", 0.5, True),
    ],
)
def test_what_goes_to_the_model(name: str, value: Any, goes: bool) -> None:
    assert RULES.travels(name, value) is goes


VALUES = st.recursive(
    st.none() | st.booleans() | st.just("text"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "er", "still", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["store", "messages", "kinds", "deep", "x"]), VALUES))
def test_no_body_breaks_it(body: dict[str, Any]) -> None:
    assert RULES.broken(body) in (
        None,
        *((path, "no") for path in ("store", "messages[].name", "kinds", "deep.er.still")),
    )
