"""Paths: what they find, what is undefined, and that no text does anything but parse or be refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.operator.expressions import InvalidExpression, Undefined, is_expression, parse

RECORD = {
    "msg": "Hello",
    "a": {"b": [{"c": 1}, {"c": None}]},
    "x y": {"it's": "quoted"},
    "$dollar": 1,
    "häuser": 3,
    "original": {"toolUse": {"toolUseId": "tooluse_1"}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$", RECORD),
        ("$msg", "Hello"),
        ("$.msg", "Hello"),
        ("$a.b[0].c", 1),
        ("$a.b[1].c", None),
        ("$a['b'][ 0 ][\"c\"]", 1),
        ("$['x y']['it\\'s']", "quoted"),
        ('$["x y"].hasPath("[\'it\']")', False),
        ("$['$dollar']", 1),
        ("$häuser", 3),
        ("$original.toolUse.toolUseId", "tooluse_1"),
        ('$.hasPath("a.b")', True),
        ("$.hasPath('a.b[1].c')", True),
        ('$.hasPath("a.b[2]")', False),
        ('$.hasPath("sl_tool_metadata")', False),
        ('$a.hasPath("b")', True),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert parse(text)(RECORD) == value


@pytest.mark.parametrize(
    ("text", "missing"),
    [("$nothing", "nothing is undefined."), ("$msg.length", "length is undefined."), ("$a.b[2]", "[2] is undefined.")],
)
def test_undefined(text: str, missing: str) -> None:
    with pytest.raises(Undefined) as caught:
        parse(text)(RECORD)
    assert str(caught.value) == missing


def test_attributes_of_python_are_no_members() -> None:
    with pytest.raises(Undefined):
        parse("$msg.upper")(RECORD)
    with pytest.raises(Undefined):
        parse("$[0]")("text")


@pytest.mark.parametrize(
    "text",
    [
        "$5",
        "$a.",
        "$a b",
        "$a[-1]",
        "$a[01]",
        "$a + $b",
        "$a ? 1 : 2",
        "$a.replaceAll('x','y')",
        "$a[b]",
        "$$",
        "msg",
        "",
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression):
        parse(text)


def test_a_refusal_says_where() -> None:
    with pytest.raises(InvalidExpression, match="At character 4 of "):
        parse("$ab + 1")


def test_what_is_taken_for_an_expression() -> None:
    assert [is_expression(value) for value in ("$msg", "$", "cost: $5", "", 5, None)] == [True, True, *[False] * 4]


names = st.text(min_size=1).filter(lambda text: "\\" not in text)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
)


def paths(value: Any, text: str = "$") -> list[tuple[str, Any]]:
    """Every path into `value`, in brackets, with what is there."""
    found = [(text, value)]
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        step = f"[{key}]" if isinstance(key, int) else "['" + key.replace("'", "\\'") + "']"
        found += paths(inner, text + step)
    return found


@given(values)
def test_every_path_finds_what_is_there(value: Any) -> None:
    for text, there in paths(value):
        assert parse(text)(value) is there
        if '"' not in text and "'" not in text:
            assert parse(f'$.hasPath("{text}")')(value) is True


@given(st.text(alphabet="$.[]'\"\\()0123456789abhasPth -"))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        expression = parse("$" + text)
    except InvalidExpression:
        return
    assert expression.source == "$" + text
    with suppress(Undefined):
        expression({"a": {"b": [1]}, "b": {"a": 1}})
