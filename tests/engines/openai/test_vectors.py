"""Embedding requests and answers in OpenAI's form."""

from typing import Any

import pytest

from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.openai import vectors
from outcrop.vectors import Item, VectorRequest


def request(*texts: str, **members: Any) -> VectorRequest:
    return VectorRequest(items=[Item(text=text) for text in texts], dimensions=2, **members)


def test_texts_are_asked_for_and_cut_where_the_request_says() -> None:
    assert vectors.body(request("a", "b"), shorten=False) == {"input": ["a", "b"], "encoding_format": "float"}
    assert vectors.body(request("a"), shorten=True)["dimensions"] == 2
    assert vectors.body(request("one two three", max_tokens=2), shorten=False)["input"] == ["one two"]
    assert vectors.body(request("one two three", max_tokens=1, truncation="start"), shorten=False)["input"] == [
        " three"
    ]


def test_pictures_are_refused() -> None:
    with pytest.raises(ModelRefusal, match="image field"):
        vectors.body(VectorRequest(items=[Item(media=(b"x",), modality="image")], dimensions=2), shorten=False)


def test_vectors_come_in_the_order_of_the_texts() -> None:
    rows = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]
    native = {"data": rows, "usage": {"prompt_tokens": 7}}
    reply = vectors.reply(native, request("a", "b"))
    assert (reply.vectors, reply.text_tokens) == ([[0.6, 0.8], [0.0, 1.0]], 7)
    assert vectors.reply(native, request("a", "b", normalize=False)).vectors == [[3, 4], [0, 2]]


def test_what_was_cut_is_said() -> None:
    native = {"data": [{"embedding": [1, 0]}]}
    reply = vectors.reply(native, request("one two three", max_tokens=2))
    assert (reply.truncated, reply.text_tokens) == ({0: 7}, 2)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"embedding": [1, 2, 3]}], "a vector of 3 components where the model has 2"),
        ([], "0 vectors for 1 texts"),
    ],
)
def test_vectors_that_were_not_asked_for_are_an_error(rows: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        vectors.reply({"data": rows}, request("a"))
