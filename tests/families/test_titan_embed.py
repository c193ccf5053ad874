"""Titan Text Embeddings: bodies, replies and refusals."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import malformed, model
from tests.families.natives import BODIES, objects, refused

from outcrop.chat import tokens
from outcrop.families import titan_embed
from outcrop.vectors import VectorReply

FIRST = model("amazon.titan-embed-text-v1")
G1 = model("amazon.titan-embed-g1-text-02")
SECOND = model("amazon.titan-embed-text-v2:0")
MEMBERS = ("inputText", "dimensions", "normalize", "embeddingTypes", "extra")


def body(**members: Any) -> bytes:
    return json.dumps({"inputText": "Ruby", **members}).encode()


def reply(vector: list[float]) -> VectorReply:
    return VectorReply(vectors=[vector], text_tokens=2)


@pytest.mark.parametrize(
    ("asked", "members", "dimensions", "normalize", "encodings"),
    [
        # recorded: 1536 for both of the first generation, 1024 when nothing is said; those of v1 are no unit vectors
        (FIRST, {}, 1536, False, ("float",)),
        (G1, {}, 1536, False, ("float",)),
        (SECOND, {}, 1024, True, ("float",)),
        (SECOND, {"dimensions": 256, "normalize": False}, 256, False, ("float",)),
        (SECOND, {"embeddingTypes": ["binary", "float"]}, 1024, True, ("binary", "float")),
    ],
)
def test_a_body_is_read(
    asked: Any, members: dict[str, Any], dimensions: int, normalize: bool, encodings: tuple[str, ...]
) -> None:
    request = titan_embed.decode(body(**members), asked)

    assert [item.text for item in request.items] == ["Ruby"]
    assert (request.dimensions, request.normalize, request.encodings) == (dimensions, normalize, encodings)


@pytest.mark.parametrize(
    ("asked", "sent", "violations"),
    [
        # quoted 2024-02: one violation bears no pointer
        (
            FIRST,
            {"inputText": "a", "textGenerationConfig": {}},
            "extraneous key [textGenerationConfig] is not permitted",
        ),
        # quoted 2024, from a test of a client's that asks the service itself
        (FIRST, {"inputText": [1]}, "expected type: String, found: JSONArray"),
        (FIRST, {"inputText": 1}, "expected type: String, found: Integer"),
        # quoted 2024 and 2026
        (SECOND, {"inputText": "a" * 52_611}, "expected maxLength: 50000, actual: 52611"),
        # quoted 2024-05, on both versions
        (SECOND, {"prompt": "a"}, "2 schema violations found"),
        (FIRST, {"inputText": "", "dimensions": 256}, "2 schema violations found"),
        # everit's words for what is documented
        (SECOND, {"inputText": "a", "dimensions": 300}, "300 is not a valid enum value"),
        (SECOND, {"inputText": "a", "normalize": "yes"}, "expected type: Boolean, found: String"),
        (SECOND, {"inputText": "a", "embeddingTypes": ["int8"]}, "int8 is not a valid enum value"),
        (SECOND, {"inputText": ""}, "expected minLength: 1, actual: 0"),
        (FIRST, {"inputText": "a", "dimensions": 256}, "extraneous key [dimensions] is not permitted"),
    ],
)
def test_refusals(asked: Any, sent: Any, violations: str) -> None:
    assert refused(titan_embed, sent, asked) == malformed(violations)


def test_a_body_that_is_no_json() -> None:
    # recorded
    text = "Malformed input request, please reformat your input and try again."

    assert refused(titan_embed, b"{ Malformed Request Body", G1) == text


def test_more_tokens_than_the_window() -> None:
    # quoted 2023 to 2024: the text begins with a status and ends with a space
    sent = "word " * 9000
    count = tokens.count(sent)

    assert refused(titan_embed, {"inputText": sent}, FIRST) == (
        f"400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: {count} "
    )
    assert refused(titan_embed, {"inputText": "word " * 4000}, FIRST) is None


def test_the_first_version_answers_with_two_members() -> None:
    # recorded 2024-04
    request = titan_embed.decode(body(), FIRST)

    assert titan_embed.encode_reply(reply([0.5, -1.25]), request, FIRST) == (
        b'{"embedding":[0.5,-1.25],"inputTextTokenCount":2}'
    )


def test_the_second_version_answers_by_type_too() -> None:
    # recorded 2026-08, without embeddingTypes
    request = titan_embed.decode(body(), SECOND)

    assert titan_embed.encode_reply(reply([0.5, -1.25]), request, SECOND) == (
        b'{"embedding":[0.5,-1.25],"embeddingsByType":{"float":[0.5,-1.25]},"inputTextTokenCount":2}'
    )


@pytest.mark.parametrize("asked", [["binary"], ["binary", "float"], ["float", "binary", "float"]])
def test_bits_stand_beside_the_floats(asked: list[str]) -> None:
    # documented: the embedding itself is in floats, whatever the types
    request = titan_embed.decode(body(embeddingTypes=asked), SECOND)
    native = json.loads(titan_embed.encode_reply(reply([0.5, -1.25]), request, SECOND))

    assert native["embedding"] == [0.5, -1.25]
    assert native["embeddingsByType"]["binary"] == [1, 0]
    assert list(native["embeddingsByType"]) == sorted(set(asked))


@given(BODIES | objects(*MEMBERS))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    for asked in (FIRST, SECOND):
        refused(titan_embed, sent, asked)
