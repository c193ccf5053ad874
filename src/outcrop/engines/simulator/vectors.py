"""Vectors without a model: features of a text or a picture, each pointing its own way, summed.

Features are words, pairs of neighbours and pieces of words, so that texts that say similar things point in similar
directions and others at right angles. A feature's direction comes out of a hash, longer vectors beginning as shorter ones
do. A picture has the words that describe its colours, so that a text can find it. Everything is a pure function of the
request.
"""

import hashlib
import struct
from collections import Counter
from functools import lru_cache

from outcrop.chat import tokens
from outcrop.engines.simulator import picture
from outcrop.engines.simulator.words import COMMON, pairs, words
from outcrop.vectors import Item, VectorReply, VectorRequest

# What a feature weighs, in whole numbers; how often it occurs counts by its binary magnitude.
_WORD, _COMMON, _PAIR, _PIECE, _BYTES = 12, 2, 4, 4, 8
_PIECE_LENGTH = 3
_DIGITS = 10**9  # components are printed with at most nine

Features = Counter[str]


def embed(request: VectorRequest) -> VectorReply:
    """A vector for each item; the tokens are estimates."""
    reply = VectorReply(vectors=[], text_tokens=0)
    for index, item in enumerate(request.items):
        text = _read(item.text, request, reply, index)
        reply.media_tokens += sum(_media_tokens(item, data) for data in item.media)
        reply.vectors.append(_vector(_features(text, item), request.dimensions, unit=request.normalize))
    return reply


def _read(text: str, request: VectorRequest, reply: VectorReply, index: int) -> str:
    """As much of the text as the request lets be read, its tokens counted."""
    parts = tokens.pieces(text)
    if request.max_tokens is not None and len(parts) > request.max_tokens:
        most = request.max_tokens
        parts = parts[-most:] if request.truncation == "start" else parts[:most]
        text = "".join(parts)
        reply.truncated[index] = len(text)
    reply.text_tokens += len(parts)
    return text


def _media_tokens(item: Item, data: bytes) -> int:
    return tokens.count_image(data) if item.modality == "image" else len(data) // 1024 + 1


def _features(text: str, item: Item) -> Features:
    found = _of_text(text) if text or not item.media else Features()
    for data in item.media:
        found[f"{item.modality} {hashlib.sha256(data).hexdigest()}"] += _BYTES
        if item.modality == "image":
            found += _of_text(picture.describe(data))
    return found


def _of_text(text: str) -> Features:
    """The features of a text; the text itself when it has no words."""
    found = words(text)
    weights = Features()
    for word, times in Counter(found).items():
        weights[word] += (_COMMON if word in COMMON else _WORD) * times.bit_length()
        for at in range(len(word) - _PIECE_LENGTH + 1 if word not in COMMON else 0):
            weights["…" + word[at : at + _PIECE_LENGTH]] += _PIECE
    for (one, other), times in Counter(pairs(found)).items():
        weights[f"{one} {other}"] += _PAIR * times.bit_length()
    return weights or Features({f"={text}": 1})


def _vector(features: Features, dimensions: int, *, unit: bool) -> list[float]:
    """The sum of the features' directions, of length 1, else of half the root of `dimensions` (as recorded on Titan G1)."""
    total = sum(weight * _direction(feature, dimensions) for feature, weight in features.items())
    centre = 255 * features.total()
    values = [2 * lane - centre for lane in struct.unpack(f"<{dimensions}I", total.to_bytes(4 * dimensions, "little"))]
    length = sum(value * value for value in values) ** 0.5 or 1.0
    scale = _DIGITS / length * (1.0 if unit else dimensions**0.5 / 2)
    return [round(value * scale) / _DIGITS for value in values]


@lru_cache(maxsize=256)
def _direction(feature: str, dimensions: int) -> int:
    """`dimensions` numbers of 0 to 255, each in 32 bits of one large number: adding two adds all of them at once."""
    lanes = bytearray(4 * dimensions)
    lanes[::4] = hashlib.shake_128(feature.encode("utf-8", "surrogatepass")).digest(dimensions)
    return int.from_bytes(lanes, "little")
