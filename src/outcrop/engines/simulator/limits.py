"""The limits of a request applied to a planned answer: the token limit and the stop sequences.

A limit of n tokens cuts after exactly n pieces, in the middle of a tool call if need be. A stop sequence ends the answer
where it first appears: most families cut it off and say `stop_sequence`; Nova keeps it and says `end_turn` (recorded).
"""

import msgspec

from outcrop.chat import tokens
from outcrop.chat.events import StopReason
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines.simulator.answer import Block


class Spoken(msgspec.Struct, kw_only=True):
    """The blocks that are said, why they end there, and what they cost."""

    blocks: list[Block]
    stop_reason: StopReason
    output_tokens: int
    stop_sequence: str | None = None


def apply(model: Model, request: ChatRequest, blocks: list[Block]) -> Spoken:
    """What of `blocks` the request lets through; at least one token is always counted."""
    reason: StopReason = "tool_use" if any(block.kind == "tool" for block in blocks) else "end_turn"
    stop = _stopped(model, request.inference.stop_sequences or [], blocks)
    if stop is not None:
        reason = "end_turn" if model.features.stop_sequences == "keep" else "stop_sequence"
    used, cut = _limited(blocks, request.inference.max_tokens or model.max_output_tokens)
    if cut:
        return Spoken(blocks=blocks, stop_reason="max_tokens", output_tokens=used)
    matched = stop if reason == "stop_sequence" else None
    return Spoken(blocks=blocks, stop_reason=reason, output_tokens=max(used, 1), stop_sequence=matched)


def _stopped(model: Model, sequences: list[str], blocks: list[Block]) -> str | None:
    """Cut the first text block in which a sequence appears, and all after it; the sequence that did it."""
    for position, block in enumerate(blocks) if sequences else ():
        if block.kind != "text":
            continue
        found = [(at, sequence) for sequence in sequences if (at := block.text.find(sequence)) >= 0]
        if found:
            at, sequence = min(found)
            block.text = block.text[: at + len(sequence) if model.features.stop_sequences == "keep" else at]
            del blocks[position + 1 :]
            return sequence
    return None


def _limited(blocks: list[Block], limit: int | None) -> tuple[int, bool]:
    """Cut `blocks` to `limit` tokens; the tokens used, and whether anything was cut."""
    used = 0
    for position, block in enumerate(blocks):
        name = tokens.count(block.name) if block.name else 0
        cost = name + tokens.count(block.text)
        if limit is not None and used + cost > limit:
            block.text = "".join(tokens.pieces(block.text)[: max(0, limit - used - name)])
            block.signature = None
            del blocks[position + 1 :]
            return limit, True
        used += cost
    return used, False
