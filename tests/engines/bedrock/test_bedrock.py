"""The AWS engine in process: what is sent, what becomes of errors and broken streams, and the way through the hub."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.families.conftest import HAIKU_3, LLAMA_3, SONNET_4_5, hub, whole
from tests.serving import Server, answering

from outcrop.chat.events import Event
from outcrop.chat.refusals import ModelRefusal
from outcrop.documents import DocumentReader
from outcrop.engines import Sent
from outcrop.engines.bedrock import Account, Bedrock, Options, build
from outcrop.engines.kinds import Parts
from outcrop.errors import ServiceError
from outcrop.model import runtime as r
from outcrop.transport import Pool
from outcrop.wire import eventstream, restjson, sigv4
from outcrop.wire.http import HttpRequest
from outcrop.wire.restjson import Frames

SECRET = "secret-of-a-test"


@pytest.fixture
def parts(tmp_path: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-of-a-test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    made = Parts(Pool(), DocumentReader(), tmp_path, tmp_path)
    yield made
    runner.run(made.pool.aclose())


def engine(parts: Parts, endpoint: str, name: str | None = None, **options: Any) -> Bedrock:
    account = build("aws", Options(endpoint=endpoint, **options), parts)
    assert isinstance(account, Account)
    return account.engine(name)


def sent(operation: str = "Converse", model_id: str = "us.anthropic.x-v1:0", region: str = "eu-west-1") -> Sent:
    return Sent(operation, region, model_id, {"content-type": "application/json"}, b'{ "as": "it came" }')


def http(status: int, body: bytes, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{lines}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


def frame(kind: str, payload: Any) -> bytes:
    return eventstream.frame(eventstream.event_headers(kind), json.dumps(payload).encode())


DELTA = frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hello"}, "p": "ab"})
USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
METADATA = frame("metadata", {"metrics": {"latencyMs": 7}, "usage": USAGE})


def test_what_is_sent(runner: asyncio.Runner, parts: Parts) -> None:
    asked: list[bytes] = []
    with answering(
        http(200, b'{"stopReason":"max_tokens","usage":%b}' % json.dumps(USAGE).encode()), asked=asked
    ) as at:
        one = engine(parts, at, regions={"eu-west-1": "eu-central-1"})
        passed = runner.run(one.relay(sent(), HAIKU_3).reply(HAIKU_3, hub()))
    assert (passed.stop_reason, passed.usage.total_tokens) == ("max_tokens", 5)
    head, _, body = asked[0].partition(b"\r\n\r\n")
    line, *lines = head.decode().splitlines()
    assert (line, body) == ("POST /model/us.anthropic.x-v1%3A0/converse HTTP/1.1", b'{ "as": "it came" }')
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert headers["x-amz-security-token"] == "token-of-a-test"
    parsed = sigv4.parse_authorization(headers["authorization"])
    assert parsed is not None
    assert (parsed.access_key_id, parsed.region, parsed.service) == ("AKIATEST", "eu-central-1", "bedrock")
    assert parsed.signed_headers == "content-type;host;x-amz-date;x-amz-security-token"
    request = HttpRequest("POST", "/model/us.anthropic.x-v1%3A0/converse", "", headers, body)
    assert sigv4.verify(request, parsed, SECRET)


@pytest.mark.parametrize(
    ("region", "options", "expected"),
    [
        ("eu-west-1", {}, "us-east-1"),
        ("eu-west-1", {"region": "us-west-2"}, "us-west-2"),
        ("ap-south-1", {"region": "us-west-2", "regions": {"ap-south-1": "eu-north-1"}}, "eu-north-1"),
    ],
)
def test_a_callers_region_chooses_only_among_those_that_are_named(
    runner: asyncio.Runner, parts: Parts, region: str, options: Any, expected: str
) -> None:
    account = build("aws", Options(**options), parts)
    assert isinstance(account, Account)
    assert runner.run(account.region(region)) == expected


def test_a_model_may_have_another_name_there(runner: asyncio.Runner, parts: Parts) -> None:
    asked: list[bytes] = []
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.x"
    with answering(http(200, b"{}"), asked=asked) as at:
        runner.run(engine(parts, at, arn).relay(sent("InvokeModel"), HAIKU_3).reply(HAIKU_3, hub()))
    expected = (
        b"POST /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.x/invoke "
    )
    assert asked[0].startswith(expected)


@pytest.mark.parametrize(
    ("reply", "status", "code", "text"),
    [
        (
            http(429, b'{"message":"slow"}', x_amzn_errortype="ThrottlingException:http://a/com.amazon.bedrock/"),
            429,
            "ThrottlingException",
            "slow",
        ),
        (http(409, b'{"message":"busy"}', x_amzn_errortype="ConflictException"), 409, "ConflictException", "busy"),
        (
            http(403, b'{"Message":"no"}', x_amzn_errortype="AccessDeniedException:http://a/com.amazon.coral.service/"),
            403,
            "AccessDeniedException",
            "no",
        ),
        (
            http(403, b'{"message":"The security token is expired"}', x_amzn_errortype="ExpiredTokenException"),
            503,
            "ServiceUnavailableException",
            "unable",
        ),
        (http(502, b"<html>"), 502, "InternalServerException", ""),
        (b"", 424, "ModelErrorException", "unexpected"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", 424, "ModelErrorException", "unexpected"),
    ],
)
def test_errors(runner: asyncio.Runner, parts: Parts, reply: bytes, status: int, code: str, text: str) -> None:
    with answering(reply) as at, pytest.raises(ServiceError) as raised:
        runner.run(engine(parts, at).relay(sent(), HAIKU_3).reply(HAIKU_3, hub()))
    assert (raised.value.status, raised.value.code) == (status, code)
    assert text in raised.value.message


def test_an_error_is_written_again_as_it_came(runner: asyncio.Runner, parts: Parts) -> None:
    body = b'{"message":"The model failed.","originalStatusCode":500,"resourceName":"m"}'
    kind = "ModelErrorException:http://internal.amazon.com/coral/com.amazon.bedrock/"
    with answering(http(424, body, x_amzn_errortype=kind)) as at, pytest.raises(ServiceError) as raised:
        runner.run(engine(parts, at).relay(sent(), HAIKU_3).reply(HAIKU_3, hub()))
    written = restjson.encode_error(raised.value, "id")
    assert (written.status, written.body, dict(written.headers)["x-amzn-errortype"]) == (424, body, kind)


def test_no_credentials(runner: asyncio.Runner, parts: Parts) -> None:
    one = engine(parts, "http://127.0.0.1:9", profile="nobody")
    with pytest.raises(ServiceError) as raised:
        runner.run(one.relay(sent(), HAIKU_3).reply(HAIKU_3, hub()))
    assert raised.value.code == "ServiceUnavailableException"
    with pytest.raises(ServiceError) as raised:
        runner.run(anext(one.generate(HAIKU_3, hub())))
    assert raised.value.code == "ServiceUnavailableException"


def stream(runner: asyncio.Runner, parts: Parts, data: bytes, operation: str = "ConverseStream") -> list[Frames]:
    async def run(at: str) -> list[Frames]:
        got = []
        try:
            async for batch in engine(parts, at).relay(sent(operation), LLAMA_3).generate(LLAMA_3, hub()):
                assert isinstance(batch, Frames)
                got.append(batch)
        except ServiceError as error:
            error.add_note(str(len(got)))
            raise
        return got

    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n\r\n"
    with answering(head + data) as at:
        return runner.run(run(at))


def test_frames_are_passed_on_as_they_are(runner: asyncio.Runner, parts: Parts) -> None:
    tomorrow = frame("of_tomorrow", {"x": 1})
    batches = stream(runner, parts, DELTA + tomorrow + METADATA)
    assert b"".join(batch.data for batch in batches) == DELTA + tomorrow + METADATA
    last = batches[-1][-1]
    assert isinstance(last, r.ConverseStreamMetadataEvent)
    assert last.usage.total_tokens == 5


def test_native_streams_tell_their_usage_at_the_end(runner: asyncio.Runner, parts: Parts) -> None:
    metrics = {"inputTokenCount": 4, "outputTokenCount": 2, "invocationLatency": 1, "firstByteLatency": 1}
    chunks = [{"generation": "Hi"}, {"generation": "", "amazon-bedrock-invocationMetrics": metrics}]
    data = b"".join(
        frame("chunk", {"bytes": base64.b64encode(json.dumps(chunk).encode()).decode()}) for chunk in chunks
    )
    batches = stream(runner, parts, data, "InvokeModelWithResponseStream")
    (told,) = [event for batch in batches for event in batch]
    assert isinstance(told, r.ConverseStreamMetadataEvent)
    assert (told.usage.input_tokens, told.usage.output_tokens) == (4, 2)


def exception_frame(name: str, payload: Any) -> bytes:
    return eventstream.frame(eventstream.exception_headers(name), json.dumps(payload).encode())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DELTA + METADATA[:-5], "ModelStreamErrorException"),
        (DELTA[:-1] + bytes([DELTA[-1] ^ 1]), "ModelErrorException"),
        (exception_frame("throttlingException", {"message": "slow"}), "ThrottlingException"),
        (exception_frame("ofTomorrowException", {"message": "x"}), "OfTomorrowException"),
        (
            DELTA + exception_frame("modelStreamErrorException", {"message": "x", "originalMessage": "y"}),
            "ModelStreamError",
        ),
    ],
)
def test_streams_that_end_badly(runner: asyncio.Runner, parts: Parts, data: bytes, code: str) -> None:
    with pytest.raises(ServiceError) as raised:
        stream(runner, parts, data)
    assert raised.value.code.startswith(code)
    if data.startswith(DELTA):
        assert raised.value.__notes__ == ["1"]  # what came whole has left before


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A backend that sends one frame and waits; the event tells that its caller has gone."""
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + DELTA)
        while await reader.read(100):
            pass
        gone.set()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", gone


def test_a_reader_that_leaves_ends_the_backends_work(runner: asyncio.Runner, parts: Parts) -> None:
    async def leave() -> None:
        async with watched() as (at, gone):
            run = engine(parts, at).relay(sent("ConverseStream"), HAIKU_3).generate(HAIKU_3, hub())
            assert len(await anext(run)) == 1
            await run.aclose()
            await asyncio.wait_for(gone.wait(), 10)

    runner.run(leave())


@pytest.fixture
def behind(served: Server, monkeypatch: pytest.MonkeyPatch, parts: Parts) -> str:
    """Another Outcrop, with its own key."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", served.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", served.secret_access_key)
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    return served.endpoint


def test_through_the_hub(runner: asyncio.Runner, parts: Parts, behind: str) -> None:
    # a model that only profiles serve, asked for by its own id: its profile in the region is asked
    async def run() -> list[Event]:
        request = hub(fields={"top_k": 5}, inference=r.InferenceConfiguration(max_tokens=30, stop_sequences=["§"]))
        return [event async for batch in engine(parts, behind).generate(SONNET_4_5, request) for event in batch]

    found = runner.run(run())
    assert not any(isinstance(batch, Frames) for batch in found)
    reply = whole(*found)
    assert reply.usage.output_tokens
    assert "Hello" in (reply.message.content[0].text or "")


def test_what_the_model_refuses_through_the_hub(runner: asyncio.Runner, parts: Parts, behind: str) -> None:
    request = hub(fields={"top_k": 900})
    with pytest.raises(ModelRefusal) as refused:
        runner.run(anext(engine(parts, behind).generate(SONNET_4_5, request)))
    assert refused.value.text == "top_k: Input should be less than or equal to 500"


def test_counting(runner: asyncio.Runner, parts: Parts, behind: str) -> None:
    counted = runner.run(engine(parts, behind).count(SONNET_4_5, hub()))
    assert counted == 8
