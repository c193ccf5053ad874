"""Citations in native form: one kind of place each (Claude documentation; no native one is recorded)."""

from typing import Any

import pytest

from outcrop.families.anthropic_messages import citations
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


def citation(location: CitationLocation | None, **members: Any) -> Citation:
    quoted = [CitationSourceContent(text="The grass "), CitationSourceContent(text="is green.")]
    return Citation(location=location, source_content=quoted, title="Colours", **members)


@pytest.mark.parametrize(
    ("location", "kind", "unit"),
    [
        (
            CitationLocation(document_char=DocumentCharLocation(document_index=1, start=2, end=3)),
            "char_location",
            "char_index",
        ),
        (
            CitationLocation(document_page=DocumentPageLocation(document_index=1, start=2, end=3)),
            "page_location",
            "page_number",
        ),
        (
            CitationLocation(document_chunk=DocumentChunkLocation(document_index=1, start=2, end=3)),
            "content_block_location",
            "block_index",
        ),
    ],
)
def test_a_place_in_a_document(location: CitationLocation, kind: str, unit: str) -> None:
    there_and_back = citations.hub(citations.native(citation(location)))
    assert (there_and_back.location, there_and_back.title) == (location, "Colours")
    assert there_and_back.source_content == [CitationSourceContent(text="The grass is green.")]
    assert list(citations.native(citation(location)).items()) == [
        ("type", kind),
        ("cited_text", "The grass is green."),
        ("document_index", 1),
        ("document_title", "Colours"),
        (f"start_{unit}", 2),
        (f"end_{unit}", 3),
    ]


def test_a_place_in_a_search_result() -> None:
    place = CitationLocation(search_result_location=SearchResultLocation(search_result_index=0, start=0, end=1))

    assert citations.native(citation(place, source="https://example.com")) == {
        "type": "search_result_location",
        "source": "https://example.com",
        "title": "Colours",
        "cited_text": "The grass is green.",
        "search_result_index": 0,
        "start_block_index": 0,
        "end_block_index": 1,
    }


@pytest.mark.parametrize("location", [None, CitationLocation(web=WebLocation(url="https://example.com"))])
def test_the_web_has_no_native_form(location: CitationLocation | None) -> None:
    with pytest.raises(ValueError, match="no form for"):
        citations.native(citation(location))


def test_the_web_is_heard() -> None:
    found = citations.hub({"type": "web_search_result_location", "url": "https://example.com/a", "title": "T"})
    assert found.location == CitationLocation(web=WebLocation(url="https://example.com/a", domain="example.com"))
    assert found.title == "T"


def test_a_place_in_a_search_result_is_heard() -> None:
    place = CitationLocation(search_result_location=SearchResultLocation(search_result_index=0, start=0, end=1))
    found = citations.hub(citations.native(citation(place, source="https://example.com")))
    assert (found.location, found.source) == (place, "https://example.com")


def test_a_kind_of_place_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        citations.hub({"type": "of_tomorrow"})
