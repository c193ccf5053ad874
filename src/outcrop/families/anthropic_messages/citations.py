"""Citations of the hub as native ones, and back: the same facts, with the place spelled out in each kind's own members.

Source: the citations and search-results pages of the Claude documentation; no native answer with citations is recorded.
"""

from typing import Any
from urllib.parse import urlsplit

from outcrop.model.runtime import (
    Citation,
    CitationLocation,
    CitationSourceContent,
    DocumentCharLocation,
    DocumentChunkLocation,
    DocumentPageLocation,
    SearchResultLocation,
    WebLocation,
)

# Each kind of place in a document: the hub's member, the native type, and the unit in the names of its ends.
_KINDS = (
    ("document_char", "char_location", "char_index"),
    ("document_page", "page_location", "page_number"),
    ("document_chunk", "content_block_location", "block_index"),
)


def native(citation: Citation) -> dict[str, Any]:
    """`citation` as a member of a text block's ``citations``; raises ValueError for the web's, which no engine makes."""
    place = citation.location or CitationLocation()
    quoted = "".join([part.text or "" for part in citation.source_content or []])
    if place.search_result_location:
        return _of_search_result(citation, place.search_result_location, quoted)
    for member, kind, unit in _KINDS:
        found = getattr(place, member)
        if found:
            return {
                "type": kind,
                "cited_text": quoted,
                "document_index": found.document_index,
                "document_title": citation.title,
                f"start_{unit}": found.start,
                f"end_{unit}": found.end,
            }
    raise ValueError("an engine made a citation that native Claude messages have no form for")


def _of_search_result(citation: Citation, found: SearchResultLocation, quoted: str) -> dict[str, Any]:
    return {
        "type": "search_result_location",
        "source": citation.source,
        "title": citation.title,
        "cited_text": quoted,
        "search_result_index": found.search_result_index,
        "start_block_index": found.start,
        "end_block_index": found.end,
    }


# The same kinds the other way: the native type, the hub's structure and its member.
_PLACES: dict[str, tuple[type[Any], str, str]] = {
    "char_location": (DocumentCharLocation, "document_char", "char_index"),
    "page_location": (DocumentPageLocation, "document_page", "page_number"),
    "content_block_location": (DocumentChunkLocation, "document_chunk", "block_index"),
}


def hub(native: dict[str, Any]) -> Citation:
    """A native citation as the hub's; raises KeyError for a kind that Converse has no place for."""
    kind = native["type"]
    if kind == "search_result_location":
        place = CitationLocation(
            search_result_location=SearchResultLocation(
                search_result_index=native.get("search_result_index"),
                start=native.get("start_block_index"),
                end=native.get("end_block_index"),
            )
        )
    elif kind == "web_search_result_location":
        url = native.get("url") or ""
        place = CitationLocation(web=WebLocation(url=url, domain=urlsplit(url).hostname))
    else:
        structure, member, unit = _PLACES[kind]
        ends = {"start": native.get(f"start_{unit}"), "end": native.get(f"end_{unit}")}
        place = CitationLocation(**{member: structure(document_index=native.get("document_index"), **ends)})
    return Citation(
        location=place,
        source=native.get("source"),
        source_content=[CitationSourceContent(text=native.get("cited_text") or "")],
        title=native.get("document_title") or native.get("title"),
    )
