"""The simulator's vectors: their length and size, that they are the same every time, and that neighbours make sense."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outcrop.engines.simulator import vectors
from outcrop.vectors import Item, VectorReply, VectorRequest

QUESTIONS = (
    "How do I reset my password?",
    "What is the capital of France?",
    "Which programming language should I learn first?",
    "How do I cook rice without a rice cooker?",
)
ANSWERS = (
    "To reset a forgotten password, open the settings and choose “change password”.",
    "Paris is the capital and largest city of France.",
    "Python is a popular first programming language for people who learn to code.",
    "Rice can be cooked in an ordinary pot: one part of rice, two parts of water.",
)


def embed(*texts: str, dimensions: int = 256, **members: Any) -> VectorReply:
    return vectors.embed(VectorRequest(items=[Item(text=text) for text in texts], dimensions=dimensions, **members))


def of(text: str, **members: Any) -> list[float]:
    return embed(text, **members).vectors[0]


def length(vector: list[float]) -> float:
    return sum(value * value for value in vector) ** 0.5


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def picture(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("dimensions", [1, 256, 384, 1024, 1536, 3072])
def test_a_vector_has_the_size_asked_for_and_length_one(dimensions: int) -> None:
    vector = of("Ruby is a programmer's best friend", dimensions=dimensions)

    assert len(vector) == dimensions
    assert length(vector) == pytest.approx(1)


@given(st.text(max_size=200))
def test_any_text_has_a_vector_of_length_one(text: str) -> None:
    assert length(of(text)) == pytest.approx(1)


@given(st.text(max_size=200))
def test_the_same_text_has_the_same_vector(text: str) -> None:
    assert of(text) == of(text)


def test_the_vector_is_this_one_today_and_tomorrow() -> None:
    """Vectors are stored: a new version of Outcrop must find what an old one has embedded."""
    assert of("stone", dimensions=4) == [-0.08303603, 0.644517755, -0.710419366, -0.270196605]


def test_different_texts_have_different_vectors() -> None:
    assert len({tuple(of(text)) for text in ("", " ", "a", "b", "!", "?", *QUESTIONS)}) == 10


@pytest.mark.parametrize("at", range(4))
def test_a_question_is_nearest_to_its_answer(at: int) -> None:
    question = of(QUESTIONS[at], dimensions=1024)
    near = [cosine(question, of(answer, dimensions=1024)) for answer in ANSWERS]

    assert max(near) == near[at]
    assert near[at] > 0.3
    assert all(each < 0.2 for place, each in enumerate(near) if place != at)


def test_order_counts_for_little_and_endings_for_nothing() -> None:
    assert cosine(of("resetting passwords"), of("reset password")) == pytest.approx(1)
    assert 0.7 < cosine(of("dogs chase cats"), of("cats chase dogs")) < 1


def test_words_that_share_their_pieces_are_somewhat_alike() -> None:
    assert cosine(of("postgres", dimensions=1024), of("postgresql", dimensions=1024)) > 0.2


def test_shorter_vectors_begin_longer_ones() -> None:
    """As models trained for it do: the direction is kept when a vector is cut."""
    short, long = of("a stone in the river"), of("a stone in the river", dimensions=1024)
    cut = [value / length(long[:256]) for value in long[:256]]

    assert cosine(short, cut) == pytest.approx(1, abs=0.01)


def test_without_normalization_the_direction_is_the_same() -> None:
    # recorded: Titan's first version answers vectors of length 19.8 in 1536 dimensions
    free = of("Hello World!", dimensions=1536, normalize=False)

    assert length(free) == pytest.approx(19.6, abs=0.1)
    assert cosine(free, of("Hello World!", dimensions=1536)) == pytest.approx(length(free))


def test_the_order_of_items_is_kept() -> None:
    assert embed("a", "b").vectors == [of("a"), of("b")]


@pytest.mark.parametrize(("side", "kept"), [("start", " three four"), ("end", "one two")])
def test_what_is_too_long_loses_a_side(side: str, kept: str) -> None:
    reply = embed("one two three four", truncation=side, max_tokens=2)

    assert reply.vectors == [of(kept)]
    assert (reply.text_tokens, reply.truncated) == (2, {0: len(kept)})


def test_what_fits_is_not_truncated() -> None:
    reply = embed("one two", max_tokens=2)

    assert (reply.text_tokens, reply.truncated) == (2, {})


def test_a_text_finds_the_picture_of_its_colour() -> None:
    items = [Item(media=(picture(colour),), modality="image") for colour in ("red", "navy", "yellow")]
    reply = vectors.embed(VectorRequest(items=items, dimensions=1024))
    near = [cosine(of("a navy picture", dimensions=1024), vector) for vector in reply.vectors]

    assert max(near) == near[1]
    assert reply.media_tokens > 0


def test_a_text_and_a_picture_fuse() -> None:
    data = picture("red")
    both = Item(text="a stone", media=(data,), modality="image")
    reply = vectors.embed(VectorRequest(items=[both, Item(media=(data,), modality="image")], dimensions=1024))
    text = of("a stone", dimensions=1024)

    assert cosine(reply.vectors[0], text) > cosine(reply.vectors[1], text)
    assert cosine(reply.vectors[0], reply.vectors[1]) > 0.5


def test_other_media_are_told_apart() -> None:
    items = [Item(media=(data,), modality=kind) for data in (b"a", b"b") for kind in ("audio", "video")]  # type: ignore[arg-type]

    assert len({tuple(v) for v in vectors.embed(VectorRequest(items=items, dimensions=64)).vectors}) == 4
