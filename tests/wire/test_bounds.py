"""What is counted are values, never what stands within strings; and who is asked counts before it decodes."""

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import said

from outcrop.errors import ValidationException
from outcrop.wire import bounds

MANY = bounds.MAX_VALUES
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
PROSE = st.text(st.sampled_from('abc ,[{}]:"\\\n\té漢'), min_size=1)


def counted(value: Any) -> tuple[int, int]:
    """The strings of a value, and the commas and opening brackets outside them."""
    if isinstance(value, str):
        return 1, 0
    if not isinstance(value, list | dict):
        return 0, 0
    inner = list(map(counted, value)) if isinstance(value, list) else list(map(counted, value.values()))
    names = len(value) if isinstance(value, dict) else 0
    return names + sum(each[0] for each in inner), max(len(value), 1) + sum(each[1] for each in inner)


@settings(deadline=None)
@given(JSON, st.integers(0, 40), st.booleans())
def test_exactly_the_values_are_counted(value, most, escaped):
    body = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "replace")
    strings, marks = counted(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "MAX_VALUES", most)
        if len(body) > most:
            assert bounds.crowded(body) == (strings > most or marks > most)
        else:
            assert not bounds.crowded(body)


@settings(deadline=None, max_examples=30)
@given(st.lists(PROSE, min_size=1, max_size=5), st.booleans())
def test_prose_of_any_length_is_never_refused(words, escaped):
    """A conversation that says much, in whatever characters, as clients write it."""
    text = "".join(words)
    text *= 2_000_000 // len(text.encode()) + 1
    conversation = {**said(text), "system": [{"text": text}], "inferenceConfig": {"stopSequences": ["a", "b"]}}
    bounds.check(json.dumps(conversation, ensure_ascii=escaped).encode())


@pytest.mark.parametrize("text", [",", "[", "{", '"', "\\", '\\",[{', "{}", "\n"])
def test_a_body_of_the_limit_in_one_string_passes(text):
    body = json.dumps(said(text * (24_000_000 // len(json.dumps(text)[1:-1])))).encode()
    assert not bounds.crowded(body)


def test_attachments_pass():
    data = base64.b64encode(random.Random(1).randbytes(18_000_000)).decode()
    document = {"format": "pdf", "name": "a", "source": {"bytes": data}}
    assert not bounds.crowded(
        json.dumps({"messages": [{"role": "user", "content": [{"document": document}]}]}).encode()
    )


def test_a_conversation_of_fifty_thousand_messages_passes():
    body = {"messages": [{"role": "user", "content": [{"text": "Hello, you"}]}] * 49_999}
    assert not bounds.crowded(json.dumps(body).encode())


@pytest.mark.parametrize("value", ["[]", "{}", "1", '""', '{"a":""}', "[[[]]]", "null"])
def test_tiny_values_by_the_million_are_refused(value):
    with pytest.raises(ValidationException, match=bounds.TOO_LONG):
        bounds.check(f'{{"messages":[{f"{value}," * MANY}{value}]}}'.encode())


@pytest.mark.parametrize("body", [b"[" * 24_000_000, b'"' * 24_000_000, b"," * 24_000_000, b'{"a":' * 4_000_000])
def test_what_is_no_json_is_counted_all_the_same(body):
    assert bounds.crowded(body)
