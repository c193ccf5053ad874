"""Trying again, time-outs and addresses, of both clients against a server that fails as it is told."""

import asyncio

import pytest
from tests.client.faulty import Silence, answer, error, faulty
from tests.conftest import HAIKU

from outcrop.chat import events
from outcrop.client import ApiError, AsyncClient, Client, NoAnswer, NotConfigured, Timeouts
from outcrop.wire import restjson

KEYS = {"access_key_id": "AKIA", "secret_access_key": "secret", "region": "us-east-1"}
ASKED = {"modelId": HAIKU, "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
REPLY = (
    b'{"metrics":{"latencyMs":1},"output":{"message":{"content":[{"text":"Hi"}],"role":"assistant"}},'
    b'"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}'
)
GOOD = answer(200, REPLY)
HALF = GOOD[:-20]
BEGUN = restjson.encode_events([events.message_start(), events.text_delta(0, "Hello")])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nx-amzn-requestid: id\r\n\r\n"
BROKEN = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"%x\r\n" % (len(BEGUN) + 5) + BEGUN


class Blocking:
    """The blocking client."""

    def __init__(self, endpoint, **options):
        self.client = Client(endpoint, **KEYS | options)

    def converse(self):
        return self.client.converse(ASKED)

    def stream(self):
        return list(self.client.converse_stream(ASKED))


class Awaited:
    """The asynchronous client, each call on a loop of its own."""

    def __init__(self, endpoint, **options):
        self.endpoint, self.options = endpoint, KEYS | options

    def converse(self):
        return asyncio.run(self._converse())

    def stream(self):
        return asyncio.run(self._stream())

    async def _converse(self):
        async with AsyncClient(self.endpoint, **self.options) as client:
            return await client.converse(ASKED)

    async def _stream(self):
        async with AsyncClient(self.endpoint, **self.options) as client:
            return [event async for event in await client.converse_stream(ASKED)]


@pytest.fixture(params=[Blocking, Awaited])
def client(request, monkeypatch):
    """Either client, which does not wait between attempts unless it is told to."""
    monkeypatch.setattr("outcrop.client.retries.SCALE", 0.0)
    monkeypatch.setattr("outcrop.client.retries.THROTTLING_SCALE", 0.0)
    return request.param


@pytest.mark.parametrize("call", ["converse", "stream"])
@pytest.mark.parametrize(
    "failures",
    [
        [error("ThrottlingException", 429)],
        [error("ThrottlingException", 429, x_amz_retry_after="10"), error("InternalServerException", 500)],
        [error("ServiceUnavailableException", 503), None],
        [answer(502, b"<html>")],
        [answer(429, b"")],
        [error("ModelNotReadyException", 429)],
    ],
)
def test_what_may_pass_is_tried_again(client, call, failures):
    good = GOOD if call == "converse" else HEAD + BEGUN
    with faulty(*failures, good) as server:
        assert getattr(client(server.endpoint), call)()
    assert len(server.asked) == len(failures) + 1
    assert len({asked.body for asked in server.asked}) == 1


def test_a_reply_that_breaks_off_is_tried_again(client):
    with faulty(HALF.replace(b"content-length: ", b"content-length: 1"), GOOD) as server:
        assert client(server.endpoint, timeouts=Timeouts(between=0.1, first=0.1)).converse().stop_reason == "end_turn"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        error("ValidationException", 400),
        error("AccessDeniedException", 403),
        error("ModelErrorException", 424),
        error("ModelTimeoutException", 408),
        answer(301, b"", location="http://elsewhere/"),
    ],
)
def test_what_stays_is_not(client, refusal):
    with faulty(refusal, GOOD) as server, pytest.raises(ApiError) as failed:
        client(server.endpoint).converse()
    assert len(server.asked) == 1
    assert not failed.value.retryable


@pytest.mark.parametrize("attempts", [1, 3, 4])
def test_the_last_attempt_says_what_went_wrong(client, attempts):
    with faulty(error("ThrottlingException", 429)) as server, pytest.raises(ApiError) as failed:
        client(server.endpoint, attempts=attempts).converse()
    assert len(server.asked) == attempts
    assert (failed.value.code, failed.value.message, failed.value.status) == ("ThrottlingException", "No.", 429)


@pytest.mark.parametrize("begun", [HEAD + BEGUN + restjson.encode_exception(OSError()), BROKEN, HEAD + BEGUN[:-4]])
def test_a_stream_that_has_begun_is_never_tried_again(client, begun):
    with faulty(begun, HEAD + BEGUN) as server, pytest.raises(ApiError) as failed:
        client(server.endpoint).stream()
    assert len(server.asked) == 1
    assert failed.value.code in ("InternalServerException", "Unreachable", "MalformedAnswer")


def test_silence_before_the_answer_ends_in_time(client):
    with faulty(Silence()) as server, pytest.raises(NoAnswer) as failed:
        client(server.endpoint, attempts=2, timeouts=Timeouts(first=0.5)).converse()
    assert failed.value.code == "TimedOut"
    assert len(server.asked) == 2


def test_silence_between_events_ends_in_time(client):
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(BEGUN), BEGUN)
    with faulty(Silence(chunked)) as server, pytest.raises(NoAnswer) as failed:
        client(server.endpoint, attempts=1, timeouts=Timeouts(between=0.1)).stream()
    assert failed.value.code == "TimedOut"


def test_nobody_there(client):
    with pytest.raises(NoAnswer, match=r"http://127\.0\.0\.1:1 does not answer") as failed:
        client("http://127.0.0.1:1").converse()
    assert (failed.value.code, failed.value.status, failed.value.retryable) == ("Unreachable", 0, True)


def test_a_bearer_token_is_all_the_authorization(client):
    keys = {"access_key_id": None, "secret_access_key": None, "bearer_token": "token"}
    with faulty(GOOD) as server:
        client(server.endpoint, **keys).converse()
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer token"
    assert "x-amz-date" not in headers


def test_a_bearer_token_stays_at_home(client):
    with pytest.raises(NotConfigured, match=r"a bearer token is sent over https only, and http://10\.0\.0\.1 is not"):
        client("http://10.0.0.1", access_key_id=None, secret_access_key=None, bearer_token="token").converse()


def test_an_endpoint_may_lie_below_a_path(client):
    with faulty(GOOD) as server:
        client(server.endpoint + "/proxy/").converse()
    assert server.asked[0].line == f"POST /proxy/model/{HAIKU.replace(':', '%3A')}/converse HTTP/1.1"


def test_a_session_token_is_sent_and_signed(client):
    with faulty(GOOD) as server:
        client(server.endpoint, session_token="session").converse()
    headers = server.asked[0].headers
    assert headers["x-amz-security-token"] == "session"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token," in headers["authorization"]


def test_a_redirection_is_not_followed(client):
    moved = answer(307, b"", location="http://elsewhere/")
    with faulty(moved) as server, pytest.raises(NoAnswer, match="redirection to http://elsewhere/"):
        client(server.endpoint).converse()
    assert len(server.asked) == 1
