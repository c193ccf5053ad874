"""What is judged of a request: which parts of which texts, and the request again with others in their place.

Sources: documented (Bedrock User Guide). On Converse what is marked by `guardContent`; of messages everything where nothing
is marked, of system prompts nothing. Of native bodies what stands between tags; everything where there are none.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

from msgspec.structs import replace

from outcrop.chat.request import ChatRequest, text_of
from outcrop.guardrails.spans import Span
from outcrop.model.runtime import ContentBlock, SystemContentBlock

_TAG = "amazon-bedrock-guardrails-guardContent_"

Block = ContentBlock | SystemContentBlock
AnyBlock = TypeVar("AnyBlock", ContentBlock, SystemContentBlock)
Choose = Callable[[Block], list[Span]]


class Choice:
    """The `texts` of a request that are judged, of `total` characters, and how many `pictures` stand beside them."""

    def __init__(self, request: ChatRequest, choose: Choose) -> None:
        self._request, self._choose = request, choose
        self.texts = [text[start:end] for block in _blocks(request) for text, (start, end) in self._parts(block)]
        self.total = sum(len(text_of(block) or "") for block in _blocks(request))
        self.pictures = sum(bool(block.image) for message in request.messages for block in message.content)

    def put(self, texts: list[str]) -> ChatRequest:
        """The request with `texts` in place of those that were judged."""
        request, others = self._request, iter(texts)
        messages = [replace(message, content=self._with(message.content, others)) for message in request.messages]
        return replace(request, messages=messages, system=self._with(request.system, others))

    def _parts(self, block: Block) -> Iterator[tuple[str, Span]]:
        text = text_of(block)
        return ((text, span) for span in self._choose(block)) if text else iter(())

    def _with(self, blocks: Iterable[AnyBlock], others: Iterator[str]) -> list[AnyBlock]:
        return [self._changed(block, others) for block in blocks]

    def _changed(self, block: AnyBlock, others: Iterator[str]) -> AnyBlock:
        pieces: list[str] = []
        at, whole = 0, ""
        for whole, (start, end) in self._parts(block):
            pieces += [whole[at:start], next(others)]
            at = end
        return _saying(block, "".join([*pieces, whole[at:]])) if pieces else block


def conversation(request: ChatRequest) -> Choice:
    """Of Converse."""
    marked = any(block.guard_content for message in request.messages for block in message.content)
    return Choice(request, _marked if marked else _marked_or_said)


def native(request: ChatRequest, suffix: str | None) -> Choice:
    """Of a native body, whose tags end in `suffix`; one that is not closed reaches to the end."""
    if suffix is None:
        return Choice(request, _whole)
    between = re.compile(rf"<{_TAG}{re.escape(suffix)}>(.*?)(?:</{_TAG}{re.escape(suffix)}>|\Z)", re.DOTALL)

    def tagged(block: Block) -> list[Span]:
        return [match.span(1) for match in between.finditer(text_of(block) or "")]

    return Choice(request, tagged if any(map(tagged, _blocks(request))) else _whole)


def _blocks(request: ChatRequest) -> Iterator[Block]:
    return chain(chain.from_iterable(message.content for message in request.messages), request.system)


def _whole(block: Block) -> list[Span]:
    return [(0, len(text_of(block) or ""))]


def _marked(block: Block) -> list[Span]:
    """What is marked to be guarded; sources and queries are for contextual grounding alone (documented)."""
    marked = block.guard_content
    if marked is None or marked.text is None:
        return []
    qualifiers = marked.text.qualifiers
    return _whole(block) if not qualifiers or "guard_content" in qualifiers else []


def _marked_or_said(block: Block) -> list[Span]:
    """Of a message its text; of a system prompt only what is marked."""
    return _whole(block) if isinstance(block, ContentBlock) else _marked(block)


def _saying(block: AnyBlock, text: str) -> AnyBlock:
    if block.text is not None:
        return replace(block, text=text)
    marked = block.guard_content
    assert marked is not None
    assert marked.text is not None
    return replace(block, guard_content=replace(marked, text=replace(marked.text, text=text)))
