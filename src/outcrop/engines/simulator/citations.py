"""What a sentence about a document or a search result cites: the first sentence of it, and where that stands.

A citation is made from the text as it was read; nothing here reads, and nothing is cited that is not there word for word.
The place is a page of a PDF file, a part of what came in parts, and characters of any other text; ends are exclusive.

Sources: 18 recorded Converse answers and 7 ConverseStream sequences of Claude 3.7 to 5.
"""

import re
from collections.abc import Iterable

from outcrop.model.runtime import (
    Citation,
    CitationLocation,
    CitationSourceContent,
    DocumentBlock,
    DocumentCharLocation,
    DocumentChunkLocation,
    DocumentPageLocation,
    SearchResultBlock,
    SearchResultLocation,
)

_LONGEST = 400  # characters that are cited of a text without an end of a sentence
# With the space behind it (recorded).
_SENTENCE = re.compile(rf".{{0,{_LONGEST - 1}}}?[.!?](?:\s{{1,8}}|\Z)", re.DOTALL)


def of_document(document: DocumentBlock, index: int, text: str) -> Citation | None:
    """The citation of `document`, the one of that index in the request, whose text is `text`; None for no text."""
    if document.source.content:
        found = _part(part.text or "" for part in document.source.content)
        if found is None:
            return None
        at, quoted = found
        chunk = DocumentChunkLocation(document_index=index, start=at, end=at + 1)
        return _citation(CitationLocation(document_chunk=chunk), quoted, document.name)
    start, end = passage(text)
    if start == end:
        return None
    if document.format == "pdf":
        page = DocumentPageLocation(document_index=index, start=1, end=2)
        return _citation(CitationLocation(document_page=page), text[start:end], document.name)
    characters = DocumentCharLocation(document_index=index, start=start, end=end)
    return _citation(CitationLocation(document_char=characters), text[start:end], document.name)


def of_search_result(result: SearchResultBlock, index: int) -> Citation | None:
    """The citation of `result`, the one of that index in the request; None for no text."""
    found = _part(part.text for part in result.content)
    if found is None:
        return None
    at, quoted = found
    place = SearchResultLocation(search_result_index=index, start=at, end=at + 1)
    citation = _citation(CitationLocation(search_result_location=place), quoted, result.title)
    citation.source = result.source
    return citation


def passage(text: str) -> tuple[int, int]:
    """Where the first sentence of `text` begins and ends, the end of its paragraph being the latest; equal for no text."""
    start = len(text) - len(text.lstrip())
    paragraph = text.find("\n\n", start)
    end = len(text) if paragraph < 0 else paragraph
    found = _SENTENCE.match(text, start, end)
    return start, found.end() if found else min(end, start + _LONGEST)


def _part(parts: Iterable[str]) -> tuple[int, str] | None:
    """The first part with any text, which is cited whole, and its index."""
    return next(((at, part) for at, part in enumerate(parts) if part.strip()), None)


def _citation(location: CitationLocation, quoted: str, title: str) -> Citation:
    return Citation(location=location, source_content=[CitationSourceContent(text=quoted)], title=title)
