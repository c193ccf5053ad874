"""The blocking client against a whole server, and against answers no good server gives."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import HAIKU
from tests.serving import answering

from outcrop.chat import events
from outcrop.client import ApiError, Client, NoAnswer, UnknownEvent
from outcrop.errors import ModelStreamErrorException, ThrottlingException
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseRequest,
    ConverseStreamMetadataEvent,
    ConverseStreamRequest,
    InferenceConfiguration,
    Message,
    MessageStartEvent,
    MessageStopEvent,
)
from outcrop.wire import eventstream, restjson

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\r\n"
CHUNKED = STREAM[:-2] + b"transfer-encoding: chunked\r\n\r\n"
BEGUN = restjson.encode_events([events.message_start(), events.text_delta(0, "Hello")])
ENDED = restjson.encode_events([events.message_stop("end_turn"), events.metadata(events.usage(3, 1))])


def client(server, **options) -> Client:
    made = {
        "access_key_id": server.access_key_id,
        "secret_access_key": server.secret_access_key,
        "region": server.region,
        "ca_bundle": Path(server.ca_bundle) if server.ca_bundle else None,
    }
    return Client(server.endpoint, **made | options)


def elsewhere(endpoint: str) -> Client:
    return Client(endpoint, access_key_id="AKIA", secret_access_key="secret", region="us-east-1", attempts=1)


def words(text: str = "Hello") -> list[Message]:
    return [Message(role="user", content=[ContentBlock(text=text)])]


def whole(text: str = "Hello", model: str = HAIKU) -> ConverseRequest:
    return ConverseRequest(model_id=model, messages=words(text))


def streamed(text: str = "Hello", model: str = HAIKU) -> ConverseStreamRequest:
    return ConverseStreamRequest(model_id=model, messages=words(text))


@pytest.mark.parametrize("fixture", ["served", "served_over_tls"])
def test_a_whole_reply(fixture, request):
    reply = client(request.getfixturevalue(fixture)).converse(whole())
    assert "“Hello”" in reply.output.message.content[0].text
    assert (reply.stop_reason, reply.usage.total_tokens) == ("end_turn", 30)


@pytest.mark.parametrize("fixture", ["served", "served_over_tls"])
def test_a_stream_says_what_the_whole_reply_says(fixture, request):
    asker = client(request.getfixturevalue(fixture))
    found = list(asker.converse_stream(streamed()))
    assert isinstance(found[0], MessageStartEvent)
    assert isinstance(found[-2], MessageStopEvent)
    assert isinstance(found[-1], ConverseStreamMetadataEvent)
    text = "".join(event.delta.text for event in found if isinstance(event, ContentBlockDeltaEvent))
    reply = asker.converse(whole())
    assert text == reply.output.message.content[0].text
    assert found[-1].usage == reply.usage


@pytest.mark.parametrize(
    "model",
    ["us.anthropic.claude-sonnet-4-6", "arn:aws:bedrock:us-east-1::foundation-model/" + HAIKU],
)
def test_any_form_of_a_models_name_is_signed_as_it_is_sent(served, model):
    assert client(served).converse(whole(model=model)).stop_reason == "end_turn"


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1).filter(str.strip))
def test_any_text_arrives(served, text):
    request = whole(text)
    request.inference_config = InferenceConfiguration(max_tokens=1)
    assert client(served).converse(request).usage.output_tokens == 1


@pytest.mark.parametrize(
    "ask", [lambda c: c.converse(whole(model="nope")), lambda c: next(c.converse_stream(streamed(model="nope")))]
)
def test_a_refusal_has_a_code_a_message_and_a_status(served, ask):
    with pytest.raises(ApiError) as refused:
        ask(client(served))
    error = refused.value
    assert (error.code, error.status) == ("ValidationException", 400)
    assert error.message == "The provided model identifier is invalid."
    assert str(error) == f"{error.code}: {error.message}"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"secret_access_key": "wrong"}, "InvalidSignatureException"),
        ({"access_key_id": "AKIAAAAAAAAAAAAAAAAA"}, "UnrecognizedClientException"),
    ],
)
def test_wrong_keys_are_refused(served, options, code):
    with pytest.raises(ApiError) as refused:
        client(served, **options).converse(whole())
    assert (refused.value.code, refused.value.status) == (code, 403)


@pytest.mark.parametrize("error", [ThrottlingException("Slow down."), ModelStreamErrorException("It broke.")])
def test_an_exception_within_a_stream_comes_after_what_came_before(error):
    with answering(STREAM + BEGUN + restjson.encode_exception(error)) as endpoint:
        events_ = elsewhere(endpoint).converse_stream(streamed())
        assert isinstance(next(events_), MessageStartEvent)
        assert isinstance(next(events_), ContentBlockDeltaEvent)
        with pytest.raises(ApiError) as broken:
            next(events_)
    assert (broken.value.code, broken.value.message, broken.value.status) == (error.code, error.message, 200)


def test_an_event_newer_than_the_client_is_handed_on_as_it_came():
    strange = eventstream.frame(eventstream.event_headers("surprise"), b'{"message":"Boo"}')
    with answering(STREAM + strange + ENDED) as endpoint:
        found = list(elsewhere(endpoint).converse_stream(streamed()))
    assert found[0] == UnknownEvent("surprise", b'{"message":"Boo"}')
    assert len(found) == 3


@pytest.mark.parametrize("cut", [1, 50, len(BEGUN) - 1], ids=["first", "middle", "last"])
def test_a_stream_cut_within_a_frame_is_malformed(cut):
    with answering(STREAM + BEGUN[:cut]) as endpoint, pytest.raises(NoAnswer, match="ended within a frame"):
        list(elsewhere(endpoint).converse_stream(streamed()))


def test_a_stream_of_something_else_is_malformed():
    with answering(STREAM + b"data: {}\n\ndata: [DONE]\n\n") as endpoint, pytest.raises(NoAnswer):
        list(elsewhere(endpoint).converse_stream(streamed()))


def test_a_connection_that_breaks_within_a_chunk_is_said():
    with answering(CHUNKED + f"{len(BEGUN) + 9:x}\r\n".encode() + BEGUN) as endpoint:
        found = elsewhere(endpoint).converse_stream(streamed())
        assert isinstance(next(found), MessageStartEvent)
        assert isinstance(next(found), ContentBlockDeltaEvent)
        with pytest.raises(NoAnswer, match="broke before the end"):
            next(found)


@pytest.mark.parametrize("pieces", [1, 7, 100])
def test_frames_are_found_however_the_stream_is_cut(pieces):
    data = BEGUN + ENDED
    size = -(-len(data) // pieces)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    with answering(CHUNKED + body) as endpoint:
        found = list(elsewhere(endpoint).converse_stream(streamed()))
    assert [type(event) for event in found] == [
        MessageStartEvent,
        ContentBlockDeltaEvent,
        MessageStopEvent,
        ConverseStreamMetadataEvent,
    ]


@pytest.mark.parametrize(
    ("reply", "code", "message", "status"),
    [
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 9\r\n\r\n<html>no!", "UnknownError", "<html>no!", 502),
        (b"HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n", "UnknownError", "", 400),
        (b"HTTP/1.1 500 No\r\nx-amzn-errortype: A:b\r\ncontent-length: 2\r\n\r\n[]", "A", "[]", 500),
        (b'HTTP/1.1 403 No\r\ncontent-length: 15\r\n\r\n{"Message":"x"}', "UnknownError", "x", 403),
    ],
)
def test_errors_of_something_else_are_still_errors(reply, code, message, status):
    with answering(reply) as endpoint, pytest.raises(ApiError) as refused:
        elsewhere(endpoint).converse(whole())
    assert (refused.value.code, refused.value.message, refused.value.status) == (code, message, status)


def test_nothing_answers():
    with pytest.raises(NoAnswer, match=r"http://127\.0\.0\.1:1 does not answer"):
        elsewhere("http://127.0.0.1:1").converse(whole())


def test_who_is_not_trusted_is_not_told_anything(served_over_tls):
    with pytest.raises(NoAnswer, match="certificate"):
        client(served_over_tls, ca_bundle=None).converse(whole())


def test_the_request_is_the_documented_one():
    asked: list[bytes] = []
    with answering(b"HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n{}", asked=asked) as endpoint, pytest.raises(ApiError):
        elsewhere(endpoint).converse(whole(model="a:b/c"))
    head, _, body = asked[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /model/a%3Ab%2Fc/converse HTTP/1.1"
    assert "content-type: application/json" in lines
    scope = r"authorization: AWS4-HMAC-SHA256 Credential=AKIA/\d{8}/us-east-1/bedrock/aws4_request, "
    assert any(re.match(scope + "SignedHeaders=content-type;host;x-amz-date, ", line) for line in lines)
    assert body == b'{"messages":[{"content":[{"text":"Hello"}],"role":"user"}]}'
    assert sum(line.lower().startswith("host:") for line in lines) == 1
