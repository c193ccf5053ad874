"""Requests to embed as ``/embeddings`` bodies, and their answers as vectors of the hub."""

from typing import Any

from outcrop.chat import tokens
from outcrop.chat.refusals import ModelRefusal
from outcrop.vectors import VectorReply, VectorRequest

Native = dict[str, Any]


def body(request: VectorRequest, *, shorten: bool) -> Native:
    """The body that asks for `request`; raises ModelRefusal for items that are not text. `shorten` sends the dimensions."""
    if any(item.media for item in request.items):
        raise ModelRefusal("This model doesn't support the image field. Remove image and try again.")
    native: Native = {"input": [_cut(item.text, request) for item in request.items], "encoding_format": "float"}
    return native | ({"dimensions": request.dimensions} if shorten else {})


def _cut(text: str, request: VectorRequest) -> str:
    """As much of a text as the request lets be read, by the estimate that all counts of texts share."""
    parts = tokens.pieces(text) if request.max_tokens is not None else []
    if request.max_tokens is None or len(parts) <= request.max_tokens:
        return text
    return "".join(parts[-request.max_tokens :] if request.truncation == "start" else parts[: request.max_tokens])


def reply(native: Native, request: VectorRequest) -> VectorReply:
    """The vectors, in the order of the items; raises ValueError when they are not what was asked for."""
    found: list[list[float]] = [[]] * len(request.items)
    for place, row in enumerate(native["data"]):
        found[row.get("index", place)] = _vector(row["embedding"], request)
    if not all(found):
        raise ValueError(f"{len(native['data'])} vectors for {len(request.items)} texts")
    texts = [_cut(item.text, request) for item in request.items]
    counted = (native.get("usage") or {}).get("prompt_tokens")
    cut = {at: len(text) for at, text in enumerate(texts) if len(text) < len(request.items[at].text)}
    return VectorReply(
        vectors=found,
        text_tokens=sum(map(tokens.count, texts)) if counted is None else int(counted),
        truncated=cut,
    )


def _vector(given: list[float], request: VectorRequest) -> list[float]:
    if len(given) != request.dimensions:
        raise ValueError(f"a vector of {len(given)} components where the model has {request.dimensions}")
    length = sum(value * value for value in given) ** 0.5
    return [value / length for value in given] if request.normalize and length else list(given)
