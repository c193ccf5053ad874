"""The hub of vectors: how a vector is written in other encodings than floats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.vectors import Encoding, Item, VectorReply, VectorRequest, bits, encoded

VECTORS = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=64)


def test_bits_are_the_signs() -> None:
    assert bits([0.5, -0.5, 0.0, 1e-9]) == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        # eight signs make one integer, the first the highest: 0b10100000 and 0b11000000
        ("ubinary", [160, 192]),
        ("binary", [32, 64]),
        ("int8", [64, -64, 127, -128, 0, -64, 0, 0, 64, 64]),
        ("uint8", [192, 64, 255, 0, 128, 64, 128, 128, 192, 192]),
        ("float", [0.632, -0.632, 9.0, -9.0, 0.0, -0.632, 0.0, 0.0, 0.632, 0.632]),
    ],
)
def test_encodings(encoding: Encoding, expected: list[float]) -> None:
    vector = [0.632, -0.632, 9.0, -9.0, 0.0, -0.632, 0.0, 0.0, 0.632, 0.632]

    assert encoded(vector, encoding) == expected


@given(VECTORS)
def test_every_encoding_stays_in_its_range(vector: list[float]) -> None:
    packed = -(-len(vector) // 8)
    for encoding, least, most, length in (
        ("int8", -128, 127, len(vector)),
        ("uint8", 0, 255, len(vector)),
        ("binary", -128, 127, packed),
        ("ubinary", 0, 255, packed),
    ):
        written = encoded(vector, encoding)  # type: ignore[arg-type]
        assert len(written) == length
        assert all(isinstance(value, int) and least <= value <= most for value in written)


@given(VECTORS)
def test_signed_and_unsigned_differ_by_128(vector: list[float]) -> None:
    assert [value + 128 for value in encoded(vector, "int8")] == encoded(vector, "uint8")
    assert [value + 128 for value in encoded(vector, "binary")] == encoded(vector, "ubinary")


def test_a_vector_of_typical_size_fills_the_range_of_int8() -> None:
    # a component one standard deviation large is a quarter of the range, so four fill it
    assert encoded([1024**-0.5] * 1024, "int8") == [32] * 1024


def test_input_tokens_are_those_of_texts_and_media() -> None:
    assert VectorReply(vectors=[], text_tokens=3, media_tokens=4).input_tokens == 7


def test_requests_share_nothing() -> None:
    one, other = (VectorReply(vectors=[], text_tokens=0) for _ in range(2))
    one.truncated[0] = 1

    assert other.truncated == {}
    assert VectorRequest(items=[Item(text="a")], dimensions=4).truncation == "end"
