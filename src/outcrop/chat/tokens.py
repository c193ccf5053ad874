"""One estimate of tokens, used wherever no tokenizer is known: CountTokens, usage, and the simulator's own pieces.

`pieces` cuts a text into parts that count as one token each and join to the text again, so that a limit of n tokens
cuts exactly where the count says. It is an estimate and is labelled so in logs and documentation. Numbers for what is
not text (a picture, a message's frame) are rules of thumb with their source beside them.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from outcrop.chat.request import ChatRequest, text_of
from outcrop.model.runtime import (
    ContentBlock,
    DocumentSource,
    Message,
    SearchResultBlock,
    SystemContentBlock,
    ToolResultContentBlock,
)

# A word up to seven letters with its leading space, a longer one in parts; digits in threes; scripts without spaces one
# character each; other alphabets in fours; runs of space; punctuation in pairs.
_PIECE = re.compile(
    r" ?[A-Za-z]{1,7}"
    r"|\d{1,3}"
    r"|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]"
    r"| ?[^\W\d_A-Za-z\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]{1,4}"
    r"|\s+"
    r"| ?[^\w\s]{1,2}"
    r"|_+"
    r"|."
)
MESSAGE = 4  # the frame of a message: role and separators; "Hello, world!" in one message is 11 (recorded, Sonnet 4)
CONVERSATION = 3
TOOLS = 280  # what tool use adds to Claude's prompt at the least, in the size of Anthropic's published table
IMAGE_MAX = 1600  # a picture costs width x height / 750 and never more than this (Anthropic's vision guide)
PIXELS_PER_TOKEN = 750

REMEMBERED = 2048  # characters

_encode = msgspec.json.Encoder().encode


def pieces(text: str) -> list[str]:
    """`text` in parts of one token each; ``"".join(pieces(text)) == text``."""
    return _PIECE.findall(text)


def count(text: str) -> int:
    """The estimated tokens of `text`. Short texts are remembered: a conversation sends its history with every turn."""
    return _remembered(text) if len(text) <= REMEMBERED else len(_PIECE.findall(text))


@lru_cache(maxsize=4096)
def _remembered(text: str) -> int:
    return len(_PIECE.findall(text))


def count_json(value: Any) -> int:
    """The estimated tokens of a JSON value, compact."""
    return count(_encode(value).decode())


def count_request(request: ChatRequest) -> int:
    """The estimated input tokens of a request, everything a model would read included; at least 1."""
    total = CONVERSATION + sum(MESSAGE + _message(message) for message in request.messages)
    total += sum(_system(block) for block in request.system)
    if request.tools:
        total += TOOLS + sum(count_json(tool.tool_spec) for tool in request.tools if tool.tool_spec)
    return max(total, 1)


def _system(block: SystemContentBlock) -> int:
    return count(text_of(block) or "")


def _message(message: Message) -> int:
    return sum(count(block.text) if block.text is not None else _block(block) for block in message.content)


def _block(block: ContentBlock) -> int:
    if block.image:
        return count_image(block.image.source.bytes or b"")
    if block.document:
        return _document(block.document.source)
    if block.search_result:
        return _search_result(block.search_result)
    if block.tool_use:
        return 20 + count(block.tool_use.name) + count_json(block.tool_use.input)
    if block.tool_result:
        return 20 + sum(_result(item) for item in block.tool_result.content)
    if block.reasoning_content and block.reasoning_content.reasoning_text:
        return count(block.reasoning_content.reasoning_text.text)
    if block.citations_content:
        return sum(count(part.text or "") for part in block.citations_content.content or [])
    if block.guard_content and block.guard_content.image:
        return count_image(block.guard_content.image.source.bytes or b"")
    return count(text_of(block) or "")


def _result(item: ToolResultContentBlock) -> int:
    if item.text is not None:
        return count(item.text)
    if item.image:
        return count_image(item.image.source.bytes or b"")
    if item.document:
        return _document(item.document.source)
    if item.search_result:
        return _search_result(item.search_result)
    return count_json(item.json) if item.json is not None else 0


def _search_result(found: SearchResultBlock) -> int:
    return count(found.title) + count(found.source) + sum(count(part.text) for part in found.content)


def _document(source: DocumentSource) -> int:
    """A document costs its text; before it is read, one token per eight bytes is the estimate."""
    if source.text is not None or source.content is not None:
        return count(source.text or "") + sum(count(part.text or "") for part in source.content or [])
    return len(source.bytes or b"") // 8 + 1


def count_image(data: bytes) -> int:
    """The tokens of a picture by its size in pixels."""
    from outcrop.chat.images import image_header

    header = image_header(data)
    if header is None:
        return IMAGE_MAX
    return max(1, min(IMAGE_MAX, header.width * header.height // PIXELS_PER_TOKEN))
