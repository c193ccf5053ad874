"""JSON pointers into a native answer: what they find comes under its last segment, the rest is left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.operations.response_fields import pick

NATIVE = {
    "id": "msg_1",
    "stop_sequence": None,
    "usage": {"output_tokens": 7},
    "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}],
    "a/b": 1,
    "c~d": 2,
    "": 3,
    "0": "zero",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/id", {"id": "msg_1"}),
        ("/stop_sequence", {"stop_sequence": None}),  # a null is something
        ("/usage/output_tokens", {"output_tokens": 7}),
        ("/usage", {"usage": {"output_tokens": 7}}),
        ("/content/1/text", {"text": "!"}),
        ("/a~1b", {"a/b": 1}),
        ("/c~0d", {"c~d": 2}),
        ("/0", {"0": "zero"}),
        ("/nowhere", None),
        ("/id/further", None),
        ("/content/2", None),
        ("/content/-1", None),
        ("/content/text", None),
        ("/usage/output_tokens/0", None),
        ("", None),
    ],
)
def test_a_path_finds_its_value(path: str, found: Any) -> None:
    assert pick([path], NATIVE) == found


def test_several_paths_are_put_together() -> None:
    assert pick(["/id", "/nowhere", "/usage/output_tokens"], NATIVE) == {"id": "msg_1", "output_tokens": 7}


def test_no_paths_find_nothing() -> None:
    assert pick([], NATIVE) is None


keys = st.text(max_size=5)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
)


def places(value: Any, path: str = "") -> list[tuple[str, str, Any]]:
    """Every pointer into a document, with its last segment and what it points at."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, inner in items:
        name = str(key)
        further = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        found += [(further, name, inner), *places(inner, further)]
    return found


@given(documents)
def test_every_value_is_found_by_its_pointer(document: Any) -> None:
    for path, name, value in places(document):
        assert pick([path], document) == {name: value}


@given(documents, st.text(max_size=20))
def test_no_path_is_too_wild(document: Any, path: str) -> None:
    found = pick(["/" + path], document)

    assert found is None or len(found) == 1
