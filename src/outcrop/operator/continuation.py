"""Continuation: asking on when an answer ends for want of tokens, and making one answer of several.

The next request ends with what was said so far, as the begun answer where the model takes a prefill, else as a turn of its
own followed by a request to go on. What is asked again keeps signed reasoning and nothing else of it. A cut tool call is
never continued, nor an answer that holds nothing to continue from. `merge` is pure: the page's rules, in one place.
"""

from collections.abc import Sequence
from typing import Any

from outcrop.chat.json_mode import begin
from outcrop.operator.exceptions import Document

GO_ON = "Continue exactly where you left off."
# Of one response, not of several (documented; the page's "trance" is trace).
ONLY_ALONE = ("additionalModelResponseFields", "metrics", "trace")


def blocks(response: Document) -> list[Document]:
    """The content of a response's message."""
    message = (response.get("output") or {}).get("message") or {}
    found: list[Document] = message.get("content") or []
    return found


def text_of(content: Sequence[Document]) -> str:
    """The texts of content blocks, joined; text that cites counts."""
    parts = []
    for block in content:
        if isinstance(block.get("text"), str):
            parts.append(block["text"])
        parts += [cited.get("text") or "" for cited in (block.get("citationsContent") or {}).get("content") or ()]
    return "".join(parts)


def joined(texts: Sequence[str], *, stripped: bool) -> str:
    """Texts of which each continues the last.

    `stripped` says that the model did not see the white space before a seam, as a prefill may not end with any: what it
    says again of that is not doubled.
    """
    whole = ""
    for text in texts:
        space = whole[len(whole.rstrip()) :] if stripped else ""
        again = next((n for n in range(len(space), 0, -1) if text.startswith(space[-n:])), 0) if text else 0
        whole += text[again:]
    return whole


def can_go_on(responses: Sequence[Document]) -> bool:
    """Whether the last answer was cut by the token limit and what there is can be continued."""
    if responses[-1].get("stopReason") != "max_tokens":
        return False
    content = [block for response in responses for block in blocks(response)]
    return not any("toolUse" in block for block in content) and bool(text_of(content).strip())


def further(request: Document, responses: Sequence[Document], *, prefill: bool, begun: str) -> Document:
    """The request that asks on after `responses` to `request`; `begun` is the prefill that request ended with."""
    messages = request["messages"][:-1] if begun else request["messages"]
    # A schema would make the model begin anew.
    request = {name: value for name, value in request.items() if name != "outputConfig"}
    said = begin(begun, joined([text_of(blocks(response)) for response in responses], stripped=prefill))
    if prefill:
        turn = {"role": "assistant", "content": [{"text": said.rstrip()}]}
        return {**request, "messages": [*messages, turn]}
    kept = [block for response in responses for block in blocks(response) if _signed(block)]
    turn = {"role": "assistant", "content": [*kept, {"text": said}]}
    return {**request, "messages": [*messages, turn, {"role": "user", "content": [{"text": GO_ON}]}]}


def merge(responses: Sequence[Document], *, stripped: bool) -> Document:
    """One response in Converse's shape: text joined, usage summed, the rest of the latest.

    `stop_reason` stands beside Converse's own `stopReason`, because the page shows it so.
    """
    latest = responses[-1]
    merged = dict(latest)
    if len(responses) > 1:
        merged = {name: value for name, value in latest.items() if name not in ONLY_ALONE}
        merged["output"] = {"message": {"content": _content(responses, stripped), "role": "assistant"}}
        merged["usage"] = total([response.get("usage") or {} for response in responses])
    merged["stop_reason"] = latest.get("stopReason")
    return merged


def total(usages: Sequence[Document]) -> Document:
    """The whole numbers of usages, added member by member."""
    sums: dict[str, Any] = {}
    for usage in usages:
        for name, value in usage.items():
            if isinstance(value, int):
                sums[name] = sums.get(name, 0) + value
    return sums


def _content(responses: Sequence[Document], stripped: bool) -> list[Document]:
    """Reasoning first, then one text of all, then what else the last answer holds."""
    every = [block for response in responses for block in blocks(response)]
    text = joined([text_of(blocks(response)) for response in responses], stripped=stripped)
    other = [block for block in every if not {"text", "citationsContent", "reasoningContent"} & block.keys()]
    return [*(block for block in every if "reasoningContent" in block), {"text": text}, *other]


def _signed(block: Document) -> bool:
    """Whether a block is reasoning that the model takes back: signed, or redacted."""
    reasoning = block.get("reasoningContent") or {}
    return bool((reasoning.get("reasoningText") or {}).get("signature") or reasoning.get("redactedContent"))
