"""The simulator's signatures of reasoning: made from the text, known again, and checked against it.

A signature is a mark and a keyed hash, in base64 as Claude's are. The key is no secret: it tells that a text is the one that
was signed, by any Outcrop, and nothing else. What does not bear the mark was signed by somebody else, whom nobody here can
check, and passes.
"""

import base64
import hashlib
from collections.abc import Iterator

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.model.runtime import ReasoningTextBlock

_MARK = b"\x12\xb0outcrop"  # nine bytes are twelve characters; the first two of them are those of Claude's
_PREFIX = base64.b64encode(_MARK).decode()
_KEY = b"outcrop reasoning"
_LENGTH = 57  # bytes of hash, with which a signature has 88 characters


def sign(text: str) -> str:
    """The signature of a reasoning text."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=_KEY, digest_size=_LENGTH).digest()
    return base64.b64encode(_MARK + digest).decode()


def check(request: ChatRequest) -> None:
    """Raise ModelRefusal for reasoning that is not what was signed (quoted); places are native ones, where cache points are
    not counted."""
    for index, at, thought in _thoughts(request):
        signature = thought.signature or ""
        if signature.startswith(_PREFIX) and signature != sign(thought.text):
            raise ModelRefusal(f"messages.{index}.content.{at}: Invalid `signature` in `thinking` block")


def _thoughts(request: ChatRequest) -> Iterator[tuple[int, int, ReasoningTextBlock]]:
    for index, message in enumerate(request.messages):
        blocks = (block for block in message.content if block.cache_point is None)
        for at, block in enumerate(blocks):
            if block.reasoning_content and block.reasoning_content.reasoning_text:
                yield index, at, block.reasoning_content.reasoning_text
