"""What holds for every answer of the whole server: the limit of bodies, and the headers AWS always sends."""

import uuid

import pytest
from tests.conftest import Answer, converse_path, said
from tests.http2 import Connection
from tests.serving import post, signed

from outcrop.server.application import MAX_BODY

REQUEST_ID = "x-amzn-requestid"


def padded(size: int) -> bytes:
    """A body of InvokeModel of `size` bytes, most of which mean nothing."""
    body = b'{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"Hello"}]}'
    return body.ljust(size)


@pytest.mark.parametrize(
    ("version", "size", "status"), [("1.1", MAX_BODY, 200), ("1.1", MAX_BODY + 1, 413), ("2", MAX_BODY, 200)]
)
def test_bodies_up_to_the_limit_are_taken(served, version, size, status):
    path, body = converse_path(operation="invoke"), padded(size)
    if version == "1.1":
        found = post(served, path, body)
    else:
        with Connection(served) as connection:
            headers = signed(served, path, body, host_header=":authority")
            answer2 = connection.answer(connection.ask("POST", path, headers, body))
            found = Answer(answer2.status, answer2.headers, answer2.body, [])
    if status == 200:
        assert (found.status, found.json["stop_reason"]) == (200, "max_tokens")
    else:
        assert found.error == (413, "RequestEntityTooLargeException", "Request body is larger than 25000000 bytes")


def test_every_answer_has_the_headers_aws_sends(served):
    good, bad = post(served, converse_path(), said()), post(served, converse_path("nope"), said())
    for found in (good, bad):
        assert found.headers["content-type"] == "application/json"
        identifier = uuid.UUID(found.headers[REQUEST_ID])
        assert (identifier.version, str(identifier)) == (4, found.headers[REQUEST_ID])
    assert good.headers[REQUEST_ID] != bad.headers[REQUEST_ID]
    assert bad.headers["x-amzn-errortype"] == "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"
