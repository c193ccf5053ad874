"""Amazon Nova's native bodies, both ways: Converse's own vocabulary, with other words for a few things.

Reading is in `reading` and `body`, the words for bodies of the wrong shape in `outlines`; what the models refuse is in
`rules`; writing is in `replies` and `streaming`. What differs between the two generations is asked of a model's features.
"""

from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.nova.reading import read
from outcrop.families.nova.replies import encode
from outcrop.families.nova.rules import check
from outcrop.families.nova.streaming import ChunkStream

__all__ = ["check", "decode", "encode_reply", "stream"]


def decode(body: bytes, model: Model) -> ChatRequest:
    """A native body as a request; raises ValidationException in everit's words."""
    return read(body, model)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole reply as a native body. The reply's usage gets the cache counts Nova always tells."""
    return encode(reply)


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> ChunkStream:
    """A new encoder of native chunks; `first_byte_ms` goes into its metrics."""
    return ChunkStream(first_byte_ms)
