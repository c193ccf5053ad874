"""The second hub: what is embedded and the vectors that come of it; documents to rank and their scores.

Plain structures between the native bodies of the families and the engines, as `outcrop.chat` has them for conversations.
Engines make floats; what else a vector can be written as is arithmetic, and here. Nothing here waits, and nothing here
knows a model.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Modality = Literal["text", "image", "audio", "video", "audio_video"]
Purpose = Literal["document", "query", "classification", "clustering"]
Truncation = Literal["none", "start", "end"]
Encoding = Literal["float", "int8", "uint8", "binary", "ubinary"]

_SPREAD = 32  # of int8 steps for one standard deviation of a unit vector's components, so that four fill the range


class Item(Struct, frozen=True, kw_only=True):
    """What becomes one vector: a text, the bytes of pictures, sound or film, or both fused. `modality` is the whole's."""

    text: str = ""
    media: tuple[bytes, ...] = ()
    modality: Modality = "text"


class VectorRequest(Struct, kw_only=True):
    """Items to embed, one vector of `dimensions` components for each, of length 1 when `normalize`.

    An item's text of more than `max_tokens` tokens (None: any number) loses its start or its end; families refuse it where
    `truncation` is "none". `encodings` are how the caller wants the vectors written; engines need not look at them.
    """

    items: list[Item]
    dimensions: int
    normalize: bool = True
    purpose: Purpose | None = None
    encodings: tuple[Encoding, ...] = ("float",)
    truncation: Truncation = "end"
    max_tokens: int | None = None


class VectorReply(Struct, kw_only=True):
    """One vector per item, in order; the tokens of all texts and of all media; by the index of an item whose text was
    truncated, the characters of it that were read."""

    vectors: list[list[float]]
    text_tokens: int
    media_tokens: int = 0
    truncated: dict[int, int] = {}

    @property
    def input_tokens(self) -> int:
        return self.text_tokens + self.media_tokens


class RerankRequest(Struct, kw_only=True):
    """A query and the documents to rank by it; the `top` best are asked for (None: all)."""

    query: str
    documents: list[str]
    top: int | None = None


class RerankReply(Struct, kw_only=True):
    """How relevant each document is, in the order of the documents: 0 is not at all, 1 is the most."""

    scores: list[float]


def encoded(vector: Sequence[float], encoding: Encoding) -> list[float] | list[int]:
    """`vector` as Cohere writes it: 8-bit integers around zero or from zero, or a bit for each sign, eight to an integer."""
    if encoding == "float":
        return list(vector)
    if encoding in ("int8", "uint8"):
        offset = 128 if encoding == "uint8" else 0
        scale = _SPREAD * len(vector) ** 0.5
        return [min(127, max(-128, round(value * scale))) + offset for value in vector]
    offset = -128 if encoding == "binary" else 0
    return [byte + offset for byte in _packed(bits(vector))]


def bits(vector: Sequence[float]) -> list[int]:
    """A 1 for each component above zero, a 0 for each other: `vector` as Titan writes it in binary."""
    return [1 if value > 0 else 0 for value in vector]


def _packed(found: list[int]) -> bytes:
    """Bits as bytes, the first bit of eight the highest; the last byte is filled up with zeros."""
    whole = -(-len(found) // 8)
    number = int("".join(map(str, found)).ljust(8 * whole, "0") or "0", 2)
    return number.to_bytes(whole, "big")
