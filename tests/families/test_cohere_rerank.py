"""Rerank: bodies, replies and refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import malformed, model
from tests.families.natives import BODIES, objects, refused

from outcrop.families import cohere_rerank
from outcrop.vectors import RerankReply

COHERE = model("cohere.rerank-v3-5:0")
AMAZON = model("amazon.rerank-v1:0")


def body(*documents: str, **members: Any) -> dict[str, Any]:
    return {"query": "capital", "documents": list(documents) or ["Paris"], "api_version": 2, **members}


def decode(sent: dict[str, Any], asked: Any = COHERE) -> Any:
    return cohere_rerank.decode(json.dumps(sent).encode(), asked)


def test_a_body_is_read() -> None:
    request = decode(body("Paris", "Bonn", top_n=1))

    assert (request.query, request.documents, request.top) == ("capital", ["Paris", "Bonn"], 1)
    assert decode(body()).top is None


def test_long_documents_are_cut_where_asked() -> None:
    assert decode(body("one two three", max_tokens_per_doc=2)).documents == ["one two"]


def test_amazons_needs_no_version() -> None:
    sent = body()
    del sent["api_version"]

    assert refused(cohere_rerank, sent, AMAZON) is None


@pytest.mark.parametrize(
    ("asked", "sent", "violations"),
    [
        # quoted 2025-01
        (
            COHERE,
            {"prompt": "a", "stream": False},
            "#: required key [query] not found#: required key [documents] not found"
            "#: required key [api_version] not found#: extraneous key [stream] is not permitted"
            "#: extraneous key [prompt] is not permitted",
        ),
        # quoted 2025
        (COHERE, {"query": "a", "documents": ["b"]}, "#: required key [api_version] not found"),
        (COHERE, body(api_version="v1"), "#/api_version: expected type: Integer, found: String"),
        # in everit's words, what Cohere documents
        (COHERE, body(top_n=0), "#/top_n: 0 is not greater or equal to 1"),
        (COHERE, {**body(), "documents": []}, "#/documents: expected minimum item count: 1, found: 0"),
        (COHERE, body(*["a"] * 1001), "#/documents: expected maximum item count: 1000, found: 1001"),
        (AMAZON, body(max_tokens_per_doc=512), "#: extraneous key [max_tokens_per_doc] is not permitted"),
    ],
)
def test_refusals(asked: Any, sent: Any, violations: str) -> None:
    assert refused(cohere_rerank, sent, asked) == malformed(violations)


def test_the_best_come_first() -> None:
    # recorded 2025-10: no more than places and scores
    request = decode(body("a", "b", "c", top_n=2))
    reply = RerankReply(scores=[0.25, 0.5, 0.875])

    assert cohere_rerank.encode_reply(reply, request, COHERE) == (
        b'{"results":[{"index":2,"relevance_score":0.875},{"index":1,"relevance_score":0.5}]}'
    )


def test_equals_keep_their_order_and_all_come_back() -> None:
    request = decode(body("a", "b", "c", top_n=9))
    native = json.loads(cohere_rerank.encode_reply(RerankReply(scores=[0.5, 0.5, 0.5]), request, COHERE))

    assert [result["index"] for result in native["results"]] == [0, 1, 2]


@given(BODIES | objects("query", "documents", "api_version", "top_n", "max_tokens_per_doc"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    for asked in (COHERE, AMAZON):
        refused(cohere_rerank, sent, asked)
