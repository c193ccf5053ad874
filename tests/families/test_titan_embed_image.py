"""Titan Multimodal Embeddings: bodies, replies and refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import PIXEL, malformed, model, png
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import titan_embed_image
from outcrop.vectors import VectorReply

TITAN = model("amazon.titan-embed-image-v1")


def test_a_text_is_an_item() -> None:
    request = titan_embed_image.decode(b'{"inputText":"a stone"}', TITAN)

    assert [(item.text, item.media, item.modality) for item in request.items] == [("a stone", (), "text")]
    assert (request.dimensions, request.normalize) == (1024, True)


def test_a_text_and_a_picture_are_one_item() -> None:
    sent = {"inputText": "a", "inputImage": base64_of(), "embeddingConfig": {"outputEmbeddingLength": 384}}
    request = titan_embed_image.decode(json.dumps(sent).encode(), TITAN)

    assert [(item.text, item.media, item.modality) for item in request.items] == [("a", (PIXEL,), "image")]
    assert request.dimensions == 384


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # quoted 2026-06: as either of two bodies, joined by a comma
        (
            {"inputText": "Help me !", "cache_control_injection_points": []},
            "#: extraneous key [cache_control_injection_points] is not permitted, #: required key [requests] not found, "
            "#: extraneous key [cache_control_injection_points] is not permitted, "
            "#: extraneous key [inputText] is not permitted",
        ),
        # quoted 2025-04
        (
            {"inputText": "", "inputImage": ""},
            "#/inputText: expected minLength: 1, actual: 0, #/inputImage: expected minLength: 1, actual: 0, "
            "#: required key [requests] not found, #: extraneous key [inputText] is not permitted, "
            "#: extraneous key [inputImage] is not permitted",
        ),
        # decided, in everit's words: one of the two must be there (documented)
        (
            {},
            "#: required key [inputText] not found, #: required key [inputImage] not found, "
            "#: required key [requests] not found",
        ),
    ],
)
def test_refusals(sent: Any, violations: str) -> None:
    assert refused(titan_embed_image, sent, TITAN) == malformed(violations)


@pytest.mark.parametrize("sent", [b"[]", {"requests": []}])
def test_what_there_are_no_words_for(sent: Any) -> None:
    text = "Malformed input request, please reformat your input and try again."

    assert refused(titan_embed_image, sent, TITAN) == text


def test_a_picture_of_too_many_pixels() -> None:
    # quoted 2025-02; documented: 2048 x 2048
    assert refused(titan_embed_image, {"inputImage": base64_of(png(2049, 2048))}, TITAN) == (
        "400 Bad Request: Image exceeds max pixels allowed. "
    )
    assert refused(titan_embed_image, {"inputImage": base64_of(png(2048, 2048))}, TITAN) is None


def test_a_picture_that_is_none() -> None:
    assert refused(titan_embed_image, {"inputImage": "aGVsbG8="}, TITAN) == "Could not process image"


def test_more_tokens_than_the_window() -> None:
    # documented: 256; the words are the text models'
    text = refused(titan_embed_image, {"inputText": "word " * 300}, TITAN)

    assert text is not None
    assert text.startswith("400 Bad Request: Too many input tokens. Max input tokens: 256, ")


def test_the_reply_counts_the_text_alone() -> None:
    # documented; message is there only when something went wrong
    request = titan_embed_image.decode(b'{"inputText":"a"}', TITAN)
    reply = VectorReply(vectors=[[0.5]], text_tokens=1, media_tokens=99)

    assert titan_embed_image.encode_reply(reply, request, TITAN) == b'{"embedding":[0.5],"inputTextTokenCount":1}'


@given(BODIES | objects("inputText", "inputImage", "embeddingConfig", "requests"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    refused(titan_embed_image, sent, TITAN)
