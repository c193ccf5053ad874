"""Cohere Embed, versions 3 and 4: bodies, replies and refusals."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import PIXEL, malformed, model, png
from tests.families.natives import BODIES, link, objects, refused

from outcrop.families import cohere_embed
from outcrop.vectors import VectorReply

ENGLISH = model("cohere.embed-english-v3")
MULTILINGUAL = model("cohere.embed-multilingual-v3")
FOURTH = model("cohere.embed-v4:0")
MEMBERS = (
    *("texts", "images", "inputs", "input_type", "truncate"),
    *("embedding_types", "output_dimension", "max_tokens"),
)
COMBINATION = "Invalid parameter combination. Please check and try again."
MALFORMED_4 = "Malformed request. Please check your parameter/values and try again."


def body(*texts: str, **members: Any) -> dict[str, Any]:
    return {"texts": list(texts), "input_type": "search_document", **members}


def decode(sent: dict[str, Any], asked: Any = ENGLISH) -> Any:
    return cohere_embed.decode(json.dumps(sent).encode(), asked)


def replied(sent: dict[str, Any], vectors: list[list[float]], asked: Any = ENGLISH) -> bytes:
    reply = VectorReply(vectors=vectors, text_tokens=1)
    return cohere_embed.encode_reply(reply, decode(sent, asked), asked)


def anonymous(native: bytes) -> bytes:
    """With the one member that is no fact left out."""
    form = rb'"id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"'
    assert re.search(form, native)
    return re.sub(form, b'"id":"-"', native)


def test_texts_are_items() -> None:
    request = decode(body("hello", "world"))

    assert [(item.text, item.modality) for item in request.items] == [("hello", "text"), ("world", "text")]
    assert (request.dimensions, request.purpose, request.encodings) == (1024, "document", ())
    assert (request.truncation, request.max_tokens) == ("end", 512)


def test_version_4_has_more_to_say() -> None:
    # recorded 2026: the longest vector by default; max_tokens and output_dimension are taken
    assert decode(body("a"), FOURTH).dimensions == 1536
    request = decode(body("a", output_dimension=512, max_tokens=256, truncate="NONE"), FOURTH)

    assert (request.dimensions, request.max_tokens, request.truncation) == (512, 256, "none")


def test_pictures_are_items_of_input_type_image() -> None:
    request = decode({"images": [link()], "input_type": "image", "embedding_types": ["int8", "float"]})

    assert [(item.text, item.media, item.modality) for item in request.items] == [("", (PIXEL,), "image")]
    assert (request.purpose, request.encodings) == (None, ("int8", "float"))


def test_inputs_fuse_texts_and_pictures() -> None:
    parts = [{"type": "text", "text": "Chart"}, {"type": "image_url", "image_url": {"url": link()}}]
    sent = {"inputs": [{"content": parts}, {"content": parts[:1]}], "input_type": "search_document"}
    request = decode(sent, FOURTH)

    assert [(item.text, len(item.media), item.modality) for item in request.items] == [
        ("Chart", 1, "image"),
        ("Chart", 0, "text"),
    ]


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # quoted 2025-03 to 2025-07, by four reports: each input type asks for its own
        (
            {"inputText": "does this work?"},
            "#: required key [images] not found#: required key [texts] not found#: required key [texts] not found"
            "#: required key [texts] not found#: required key [texts] not found"
            "#: required key [input_type] not found#: extraneous key [inputText] is not permitted",
        ),
        # quoted later: texts without a type are taken for a mistake beside pictures
        (
            {"texts": ["first", "second"]},
            "#: required key [input_type] not found#: required key [images] not found#/texts: false schema always fails",
        ),
        # quoted 2024, also with truncate END
        (body("x" * 4680, truncate="END"), "#/texts/0: expected maxLength: 2048, actual: 4680"),
        # quoted 2024-08
        (
            body("a", "x" * 2449, "x" * 2227, "a", "x" * 3072),
            "#/texts/1: expected maxLength: 2048, actual: 2449#/texts/2: expected maxLength: 2048, actual: 2227"
            "#/texts/4: expected maxLength: 2048, actual: 3072",
        ),
        # in everit's words, what is documented
        ({"input_type": "search_query"}, "#: required key [texts] not found"),
        ({"input_type": "image"}, "#: required key [images] not found"),
        (body("a", images=[link()]), "#/images: false schema always fails"),
        (body("a", input_type="query"), "#/input_type: query is not a valid enum value"),
        (body("a", embedding_types=["bits"]), "#/embedding_types/0: bits is not a valid enum value"),
        (body(*["a"] * 97), "#/texts: expected maximum item count: 96, found: 97"),
        (
            {"images": [link()] * 2, "input_type": "image"},
            "#/images: expected maximum item count: 1, found: 2",
        ),
        (body("a", output_dimension=256), "#: extraneous key [output_dimension] is not permitted"),
    ],
)
def test_refusals_of_version_3(sent: Any, violations: str) -> None:
    assert refused(cohere_embed, sent, ENGLISH) == malformed(violations)


def test_no_text_at_all_is_a_wrong_combination() -> None:
    # quoted 2026-07; one empty text is a text
    assert refused(cohere_embed, body(input_type="search_query"), ENGLISH) == COMBINATION
    assert refused(cohere_embed, body(""), ENGLISH) is None


def test_texts_that_may_not_be_truncated() -> None:
    # reported 2024-06: in tokens, far below 2048 characters
    long = "字" * 600

    assert refused(cohere_embed, body(long, truncate="NONE"), MULTILINGUAL) == "Input is too long for requested model."
    assert refused(cohere_embed, body(long), MULTILINGUAL) is None


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"inputText": "a"}, MALFORMED_4),  # quoted 2026-06
        (body("a", output_dimension=100), MALFORMED_4),
        (body(*["a"] * 97), MALFORMED_4),
        (body(), COMBINATION),
        ({"input_type": "search_query"}, COMBINATION),
        (body("a", images=[link()]), COMBINATION),
        ({"images": ["hello"], "input_type": "search_document"}, "Could not process image"),
    ],
)
def test_refusals_of_version_4(sent: Any, text: str) -> None:
    assert refused(cohere_embed, sent, FOURTH) == text


def test_version_3_answers_sorted() -> None:
    # recorded 2024-04: keys in order of the alphabet, the English model's texts in lower case
    assert anonymous(replied(body("Hello World!"), [[0.5, -0.25]])) == (
        b'{"embeddings":[[0.5,-0.25]],"id":"-","response_type":"embeddings_floats","texts":["hello world!"]}'
    )


def test_the_multilingual_model_keeps_the_case() -> None:
    # recorded
    assert b'"texts":["Test"]' in replied(body("Test"), [[0.5]], MULTILINGUAL)


def test_version_4_answers_by_type() -> None:
    # recorded 2026-08
    assert anonymous(replied(body("Ruby"), [[0.5, -0.25]], FOURTH)) == (
        b'{"id":"-","texts":["Ruby"],"embeddings":{"float":[[0.5,-0.25]]},"response_type":"embeddings_by_type"}'
    )


@pytest.mark.parametrize("asked", [ENGLISH, FOURTH])
def test_types_that_are_asked_for(asked: Any) -> None:
    # documented
    kinds = ["ubinary", "int8", "float"]
    native = json.loads(replied(body("a", embedding_types=kinds), [[0.5, -0.5] * 8], asked))

    assert list(native["embeddings"]) == kinds
    assert native["embeddings"]["ubinary"] == [[0b10101010, 0b10101010]]
    assert native["embeddings"]["int8"] == [[64, -64] * 8]
    assert native["response_type"] == "embeddings_by_type"


def test_pictures_are_described() -> None:
    # documented
    native = json.loads(replied({"images": [link(png(64, 32))], "input_type": "image"}, [[0.5]]))

    assert native["texts"] == []
    assert native["images"] == [{"width": 64, "height": 32, "format": "png", "bit_depth": 24}]


def test_the_same_request_has_the_same_id() -> None:
    one, same, other = (json.loads(replied(body(text), [[0.5]]))["id"] for text in ("a", "a", "b"))

    assert one == same != other


@given(BODIES | objects(*MEMBERS))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    for asked in (ENGLISH, FOURTH):
        refused(cohere_embed, sent, asked)
