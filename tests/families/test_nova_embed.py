"""Nova Multimodal Embeddings: bodies, replies and refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import PIXEL, malformed, model
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import nova_embed
from outcrop.vectors import VectorReply

NOVA = model("amazon.nova-2-multimodal-embeddings-v1:0")
TEXT = {"truncationMode": "END", "value": "Ruby"}


def body(purpose: str = "GENERIC_INDEX", **members: Any) -> dict[str, Any]:
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {"embeddingPurpose": purpose, **members}}


def decode(sent: dict[str, Any]) -> Any:
    return nova_embed.decode(json.dumps(sent).encode(), NOVA)


def inline(data: bytes = b"sound", **members: Any) -> dict[str, Any]:
    return {"source": {"bytes": base64_of(data)}, **members}


def test_a_text_is_read() -> None:
    # the request of the recorded answers
    request = decode(body(text=TEXT, embeddingDimension=256))

    assert [(item.text, item.modality) for item in request.items] == [("Ruby", "text")]
    assert (request.dimensions, request.purpose, request.truncation) == (256, "document", "end")
    assert request.max_tokens == 8172


def test_the_longest_vector_is_the_default() -> None:
    assert decode(body(text=TEXT)).dimensions == 3072  # documented


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("GENERIC_RETRIEVAL", "query"),
        ("DOCUMENT_RETRIEVAL", "query"),
        ("CLASSIFICATION", "classification"),
        ("CLUSTERING", "clustering"),
    ],
)
def test_purposes(name: str, purpose: str) -> None:
    assert decode(body(name, text=TEXT)).purpose == purpose


@pytest.mark.parametrize(
    ("members", "modalities"),
    [
        ({"image": inline(PIXEL, format="png")}, ["image"]),
        ({"audio": inline(format="mp3")}, ["audio"]),
        ({"video": inline(format="mp4", embeddingMode="AUDIO_VIDEO_COMBINED")}, ["audio_video"]),
        ({"video": inline(format="mp4", embeddingMode="AUDIO_VIDEO_SEPARATE")}, ["video", "audio"]),
    ],
)
def test_media_are_read(members: dict[str, Any], modalities: list[str]) -> None:
    request = decode(body(**members))

    assert [item.modality for item in request.items] == modalities
    assert all(len(item.media) == 1 for item in request.items)


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # quoted 2025-11, 2025-12 and 2026-08: a body of another model is taken for one of a chat
        ({"inputText": "a"}, "#: required key [messages] not found"),
        ({"inputText": "a", "dimensions": 256}, "#: required key [messages] not found"),
        # everit's words for what is documented
        ({"taskType": "SINGLE_EMBEDDING"}, "#: required key [singleEmbeddingParams] not found"),
        (
            {**body(text=TEXT), "taskType": "SEGMENTED_EMBEDDING"},
            "#/taskType: SEGMENTED_EMBEDDING is not a valid enum value",
        ),
        (
            body(text=TEXT, embeddingDimension=512),
            "#/singleEmbeddingParams/embeddingDimension: 512 is not a valid enum value",
        ),
        (body(text={"value": "a"}), "#/singleEmbeddingParams/text: required key [truncationMode] not found"),
        (
            body(text={"value": "a" * 8193, "truncationMode": "END"}),
            "#/singleEmbeddingParams/text/value: expected maxLength: 8192, actual: 8193",
        ),
        (
            body(image={"format": "bmp", "source": {}}),
            "#/singleEmbeddingParams/image/format: bmp is not a valid enum value",
        ),
    ],
)
def test_refusals(sent: Any, violations: str) -> None:
    assert refused(nova_embed, sent, NOVA) == malformed(violations)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # documented rules, decided words
        (body(), "Exactly one of text, image, audio and video must be provided, found 0."),
        (
            body(text=TEXT, audio=inline(format="mp3")),
            "Exactly one of text, image, audio and video must be provided, found 2.",
        ),
        (body(text={"truncationMode": "END"}), "The text field must have a value."),
        (body(image=inline(b"hello", format="png")), "Could not process image"),
        (body(image=inline(PIXEL, format="jpeg")), "Could not process image"),
        (body(audio={"format": "mp3", "source": {}}), "Could not process image"),
        (
            body(image={"format": "png", "source": {"s3Location": {"uri": "s3://bucket/a.png"}}}),
            "This model doesn't support the s3Uri field. Remove s3Uri and try again.",
        ),
        (
            body(text={"truncationMode": "END", "source": {"s3Location": {"uri": "s3://bucket/a.txt"}}}),
            "This model doesn't support the s3Uri field. Remove s3Uri and try again.",
        ),
        (
            body(text={"truncationMode": "NONE", "value": "字" * 8190}),
            "Input is too long for requested model.",
        ),
    ],
)
def test_what_no_schema_says(sent: Any, text: str) -> None:
    assert refused(nova_embed, sent, NOVA) == text


def test_what_may_be_truncated_is_not_refused() -> None:
    assert refused(nova_embed, body(text={"truncationMode": "START", "value": "字" * 8190}), NOVA) is None


def test_the_reply_names_each_kind() -> None:
    # recorded 2026-08
    request = decode(body(text=TEXT))
    reply = VectorReply(vectors=[[0.5, -0.25]], text_tokens=1)

    assert nova_embed.encode_reply(reply, request, NOVA) == (
        b'{"embeddings":[{"embeddingType":"TEXT","embedding":[0.5,-0.25]}]}'
    )


def test_the_reply_says_where_the_text_was_truncated() -> None:
    # documented
    request = decode(body(text=TEXT))
    reply = VectorReply(vectors=[[0.5]], text_tokens=1, truncated={0: 7000})
    [embedding] = json.loads(nova_embed.encode_reply(reply, request, NOVA))["embeddings"]

    assert embedding == {"embeddingType": "TEXT", "embedding": [0.5], "truncatedCharLength": 7000}


@pytest.mark.parametrize(
    ("mode", "types"),
    [("AUDIO_VIDEO_COMBINED", ["AUDIO_VIDEO_COMBINED"]), ("AUDIO_VIDEO_SEPARATE", ["VIDEO", "AUDIO"])],
)
def test_a_film_has_one_vector_or_two(mode: str, types: list[str]) -> None:
    # documented
    request = decode(body(video=inline(format="mp4", embeddingMode=mode)))
    reply = VectorReply(vectors=[[0.5]] * len(request.items), text_tokens=0)
    native = json.loads(nova_embed.encode_reply(reply, request, NOVA))

    assert [embedding["embeddingType"] for embedding in native["embeddings"]] == types


PARAMETERS = ("embeddingPurpose", "embeddingDimension", "text", "image", "audio", "video")


@given(
    BODIES
    | objects("taskType", "singleEmbeddingParams", "schemaVersion")
    | objects(*PARAMETERS).map(lambda sent: json.dumps(body(**json.loads(sent))).encode())
)
def test_no_body_raises_anything_else(sent: bytes) -> None:
    refused(nova_embed, sent, NOVA)
