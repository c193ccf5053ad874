"""A finished answer played as Converse's events, whole or piece by piece.

The order of events is the recorded one: text and reasoning blocks have no start event, a tool call starts with an empty
fragment on Claude, Nova sends its arguments in one delta, gpt-oss opens with an empty text block, DeepSeek's reasoning comes
first in a stream and last in a whole answer, a citation stands before the words that cite.
"""

import re
from collections.abc import Iterator

from outcrop.chat import events
from outcrop.chat.collect import Reply, arguments, cited
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.engines.simulator.answer import Block
from outcrop.engines.simulator.limits import Spoken
from outcrop.model.runtime import (
    ContentBlock,
    Message,
    ReasoningContentBlock,
    ReasoningTextBlock,
    TokenUsage,
    ToolUseBlock,
)

_WORD = re.compile(r"\s*\S+|\s+")
_FRAGMENT = 12  # characters of a tool call's arguments in one delta; Claude's recorded median is 8, its maximum 61


def reply(model: Model, spoken: Spoken, usage: TokenUsage) -> Reply:
    """The answer in one piece."""
    blocks = sorted(spoken.blocks, key=_is_reasoning) if model.features.text_before_reasoning else spoken.blocks
    return Reply(
        message=Message(role="assistant", content=[_content(block) for block in blocks]),
        stop_reason=spoken.stop_reason,
        stop_sequence=spoken.stop_sequence,
        usage=usage,
    )


def _is_reasoning(block: Block) -> bool:
    return block.kind == "reasoning"


def _content(block: Block) -> ContentBlock:
    if block.kind == "text":
        return cited(block.text, [block.citation]) if block.citation else ContentBlock(text=block.text)
    if block.kind == "tool":
        return ContentBlock(tool_use=ToolUseBlock(name=block.name, tool_use_id=block.id, input=arguments(block.text)))
    reasoning = ReasoningTextBlock(text=block.text, signature=block.signature)
    return ContentBlock(reasoning_content=ReasoningContentBlock(reasoning_text=reasoning))


def pieces(model: Model, spoken: Spoken, usage: TokenUsage, *, together: bool) -> Iterator[list[Event]]:
    """Batches for a caller who streams: the first word at once, then the rest `together` or word by word."""
    opening: list[Event] = [events.message_start()]
    if model.features.empty_text_first:
        opening += [events.text_delta(0, ""), events.block_stop(0)]
    offset = 1 if model.features.empty_text_first else 0
    steps = _steps(model, spoken, offset)
    yield opening + next(steps, [])
    closing: list[Event] = [events.message_stop(spoken.stop_reason, spoken.stop_sequence), events.metadata(usage)]
    if together:
        yield [event for step in steps for event in step] + closing
        return
    yield from steps
    yield closing


def _steps(model: Model, spoken: Spoken, offset: int) -> Iterator[list[Event]]:
    """One batch per word or fragment; a block's start travels with its first, its stop with its last."""
    for index, block in enumerate(spoken.blocks, offset):
        parts = _parts(model, block)
        batch = _start(index, block)
        for part in parts[:-1]:
            batch.append(_delta(index, block, part))
            yield batch
            batch = []
        batch.append(_delta(index, block, parts[-1]))
        yield batch + _end(index, block)


def _parts(model: Model, block: Block) -> list[str]:
    features = model.features
    if block.kind != "tool":
        words = _WORD.findall(block.text) or [""]
        empty = features.empty_text_delta if block.kind == "text" else None
        return ["", *words] if empty == "first" else [*words, ""] if empty == "last" else words
    if features.tool_delta == "whole":
        return [block.text]
    fragments = [block.text[at : at + _FRAGMENT] for at in range(0, len(block.text), _FRAGMENT)]
    if features.tool_delta_empty_first:
        return [""] if block.text == "{}" else ["", *fragments]
    return fragments or [""]


def _start(index: int, block: Block) -> list[Event]:
    if block.kind == "tool":
        return [events.tool_use_start(index, block.name, block.id)]
    return [events.citation_delta(index, block.citation)] if block.citation else []


def _delta(index: int, block: Block, text: str) -> Event:
    if block.kind == "tool":
        return events.tool_use_delta(index, text)
    return events.reasoning_delta(index, text) if block.kind == "reasoning" else events.text_delta(index, text)


def _end(index: int, block: Block) -> list[Event]:
    stop: list[Event] = [events.block_stop(index)]
    return [events.signature_delta(index, block.signature), *stop] if block.signature else stop
