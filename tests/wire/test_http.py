"""Requests and answers are values, and request ids are UUIDs of version 4."""

from uuid import RFC_4122, UUID

import pytest

from outcrop.wire.http import HttpRequest, HttpResponse, request_id


def test_a_request_id_is_a_lower_case_uuid4() -> None:
    for _ in range(200):
        text = request_id()
        uuid = UUID(text)
        assert (uuid.version, uuid.variant, str(uuid)) == (4, RFC_4122, text)


def test_request_ids_are_distinct_and_use_every_variant() -> None:
    made = {request_id() for _ in range(500)}
    assert len(made) == 500
    assert {text[19] for text in made} == set("89ab")


def test_a_request_is_a_value() -> None:
    one, two = (HttpRequest("GET", "/a%2Fb", "x=1", {"host": "h"}, b"") for _ in range(2))
    assert one == two
    with pytest.raises(AttributeError):
        one.path = "/a/b"  # type: ignore[misc]


def test_an_answer_is_a_value() -> None:
    assert HttpResponse(200, [("a", "b")], b"x") == HttpResponse(200, [("a", "b")], b"x")
    assert HttpResponse(200, [], b"x") != HttpResponse(200, [], b"y")
