"""Claude's Messages API, both ways: native bodies to the hub, the hub's events and replies to native bodies.

Reading is in `reading`, `blocks` and `body`, and the words for bodies of the wrong shape in `outlines` and `details`; what
the model refuses is in `rules`; writing is in `replies` and `streaming`. What differs between models is asked of their
features and their generation. For an engine whose backend speaks the same language, `writing` and `parts` turn the hub's
requests into native ones, and `hearing` turns native streams into the hub's events.
"""

from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages import reading, replies
from outcrop.families.anthropic_messages.rules import check
from outcrop.families.anthropic_messages.streaming import MessageStream

__all__ = ["check", "decode", "encode_reply", "stream"]


def decode(body: bytes, model: Model) -> ChatRequest:
    """A native body as a request; raises ValidationException or ModelRefusal in the words of the model's generation."""
    return reading.request(body, model)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """A whole reply as a native message."""
    return replies.encode(reply, request, model)


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> MessageStream:
    """A new encoder of native chunks; `first_byte_ms` goes into its metrics."""
    return MessageStream(request, model, first_byte_ms)
