"""One estimate of tokens, used wherever no tokenizer is known: CountTokens, usage, and the simulator's own pieces.

`pieces` cuts a text into parts that count as one token each and join to the text again, so that a limit of n tokens
cuts exactly where the count says. It is an estimate and is labelled so in logs and documentation. What surrounds a text
(the frame of a message, the words that explain tools) is the model's: the tokens_ fields of its features, fitted to
recorded usage. Pictures cost by a published rule, with its source beside it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from outcrop.chat.features import Features, Model
from outcrop.chat.request import ChatRequest, text_of
from outcrop.model.runtime import (
    ContentBlock,
    DocumentSource,
    Message,
    OutputConfig,
    SearchResultBlock,
    SystemContentBlock,
    ToolConfiguration,
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
IMAGE_MAX = 1600  # a picture costs width x height / 750 and never more than this (Anthropic's vision guide)
PIXELS_PER_TOKEN = 750

REMEMBERED = 2048  # characters
# Letters up to which everything is counted, which takes 0.2 s at most. Of longer requests, of which only somebody's limit is
# asked, no more is counted than it takes to see that they are above it.
MAX_LETTERS = 1_000_000
_SLICE = 65_536  # letters
_WIDEST = 1_000_000  # tokens: the limit for models of which none is known

_encode = msgspec.json.Encoder().encode


def pieces(text: str) -> list[str]:
    """`text` in parts of one token each; ``"".join(pieces(text)) == text``."""
    return _PIECE.findall(text)


def count(text: str, most: int | None = None) -> int:
    """The estimated tokens of `text`; in proportion if those of a very long one are more than `most`.

    Short texts are remembered: a conversation sends its history with every turn.
    """
    if most is not None and len(text) > MAX_LETTERS and (told := _above([text], most)):
        return told
    return _remembered(text) if len(text) <= REMEMBERED else len(_PIECE.findall(text))


@lru_cache(maxsize=4096)
def _remembered(text: str) -> int:
    return len(_PIECE.findall(text))


def count_json(value: Any) -> int:
    """The estimated tokens of a JSON value, compact."""
    return count(_encode(value).decode())


def count_request(request: ChatRequest, model: Model, most: int | None = None) -> int:
    """The estimated input tokens of a request, everything `model` would read included; at least 1.

    Those of a very long request that are more than `most` are told in proportion to the letters. Reasoning of earlier turns
    is not read (recorded on Claude and DeepSeek R1); that of a turn still calling tools is.
    """
    if most is not None and (told := _above(list(_texts(request)), most)):
        return told
    features = model.features
    total = frame(len(request.messages), model)
    total += sum([_message(message, features) for message in request.messages])
    for block in request.system:
        total += _system(block)
    if not request.plain:
        total += _reasoning(request.messages) + _citations(request.messages, features)
    if request.tool_config:
        total += _tools(request.tool_config, features)
    if request.fields and features.tokens_reasoning and _reasons(request.fields):
        total += features.tokens_reasoning
    if request.output_config and features.tokens_schema:
        total += features.tokens_schema + _schema(request.output_config)
    return max(total, 1)


def too_long(request: ChatRequest, model: Model) -> bool:
    """Whether a request is so long that the model would not read it; of ordinary ones this is not asked."""
    return _above(list(_texts(request)), model.context_window or _WIDEST) > 0


def _above(texts: list[str], most: int) -> int:
    """The tokens of a million letters and more, told in proportion to those of the first; 0 when that is not called for.

    It is when they are a quarter above `most`: what is between the texts is not looked at here.
    """
    letters, most = sum(map(len, texts)), most + most // 4
    if letters <= MAX_LETTERS:
        return 0
    seen = found = 0
    for text in texts:
        for at in range(0, len(text), _SLICE):
            part = text[at : at + _SLICE]
            found += len(_PIECE.findall(part)) - bool(at)  # a piece may have been cut in two
            seen += len(part)
            if found > most:
                return found * letters // seen
    return 0


def _texts(request: ChatRequest) -> Iterator[str]:
    """The texts that a model would read, all that may be long."""
    for part in request.system:
        yield text_of(part) or ""
    for message in request.messages:
        for block in message.content:
            yield from _read(block)
    if request.tool_config:
        yield _encode(request.tool_config).decode()


def _read(block: ContentBlock | ToolResultContentBlock) -> Iterator[str]:
    if block.text is not None:
        yield block.text
    elif block.document:
        source = block.document.source
        yield source.text or ""
        yield from (part.text or "" for part in source.content or [])
    elif isinstance(block, ContentBlock) and block.tool_result:
        for item in block.tool_result.content:
            yield from _read(item)
    elif isinstance(block, ContentBlock) and block.tool_use:
        yield _encode(block.tool_use.input).decode()
    elif isinstance(block, ToolResultContentBlock) and block.json is not None:
        yield _encode(block.json).decode()
    elif block.search_result:
        yield from (part.text for part in block.search_result.content)
    elif isinstance(block, ContentBlock):
        yield text_of(block) or ""


def frame(messages: int, model: Model) -> int:
    """What a conversation of so many messages costs before anything is said in them."""
    return model.features.tokens_conversation + model.features.tokens_message * messages


def _reasons(fields: dict[str, Any]) -> bool:
    asked = fields.get("thinking") or fields.get("reasoning_config")  # Claude's field and its alias
    return isinstance(asked, dict) and asked.get("type") == "enabled"


def _system(block: SystemContentBlock) -> int:
    return count(text_of(block) or "")


def _tools(config: ToolConfiguration, features: Features) -> int:
    specs = [tool.tool_spec for tool in config.tools if tool.tool_spec]
    if not specs:
        return 0
    total = features.tokens_tools + features.tokens_tool * len(specs)
    total += round(features.tokens_tool_share * sum(count_json(spec) for spec in specs))
    choice = config.tool_choice
    return total + (features.tokens_tool_choice if choice and (choice.any or choice.tool) else 0)


def _schema(config: OutputConfig) -> int:
    wanted = config.text_format
    return count(wanted.structure.json_schema.schema) if wanted and wanted.structure.json_schema else 0


def _citations(messages: list[Message], features: Features) -> int:
    """Recorded for documents and, in a tool result, for a search result."""
    if not features.tokens_citations:
        return 0
    blocks = (block for message in messages for block in message.content)
    return features.tokens_citations if any(map(_cited, blocks)) else 0


def _cited(block: ContentBlock | ToolResultContentBlock) -> bool:
    if isinstance(block, ContentBlock) and block.tool_result:
        return any(map(_cited, block.tool_result.content))
    source = block.document or block.search_result
    return source is not None and source.citations is not None and source.citations.enabled


def _reasoning(messages: list[Message]) -> int:
    """The reasoning since a user last spoke: messages that only bring results of tools do not end a turn."""
    total = 0
    for message in reversed(messages):
        if message.role == "user" and not any(block.tool_result for block in message.content):
            break
        for block in message.content:
            if block.reasoning_content and block.reasoning_content.reasoning_text:
                total += count(block.reasoning_content.reasoning_text.text)
    return total


def _message(message: Message, features: Features) -> int:
    return sum([count(block.text) if block.text is not None else _block(block, features) for block in message.content])


def _block(block: ContentBlock, features: Features) -> int:
    if block.image:
        return count_image(block.image.source.bytes or b"")
    if block.document:
        return _document(block.document.source) + count(block.document.context or "")
    if block.search_result:
        return _search_result(block.search_result)
    if block.tool_use:
        return features.tokens_tool_block + count(block.tool_use.name) + count_json(block.tool_use.input)
    if block.tool_result:
        return features.tokens_tool_block + sum(_result(item) for item in block.tool_result.content)
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
