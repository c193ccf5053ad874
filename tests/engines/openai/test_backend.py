"""The OpenAI engine against servers that answer as they are told: what is sent, what is heard, every failure."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import msgspec
import pytest
from tests.documents.conftest import word
from tests.engines.test_pictures import block, webp
from tests.families.conftest import SONNET_4_5, hub, whole
from tests.serving import answering

from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines.kinds import Parts
from outcrop.engines.openai import Options, build
from outcrop.engines.openai.backend import said
from outcrop.errors import ServiceError
from outcrop.model import runtime as r
from outcrop.vectors import Item, VectorRequest
from outcrop.wire import sse

KEY = "sk-of-a-test-0123456789"
USED = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


def chunk(reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


ANSWER = [chunk(role="assistant"), chunk(content="Hello"), chunk("stop"), USED]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def frames(*chunks: dict[str, Any], done: bool = True) -> bytes:
    return b"".join(sse.event(msgspec.json.encode(each)) for each in chunks) + sse.event(b"[DONE]") * done


def streamed(*chunks: dict[str, Any], done: bool = True) -> bytes:
    return HEAD + frames(*chunks, done=done)


def status(code: int, body: Any, kind: str = "application/json") -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {code} X\r\ncontent-type: {kind}\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", KEY)


def run(
    runner: asyncio.Runner, parts: Parts, reply: bytes, request: ChatRequest | None = None, **options: Any
) -> tuple[list[Event], Any, str]:
    """The events of a run against a server that sends `reply`, the body it was sent, and the head of the request."""
    asked: list[bytes] = []

    async def ask(endpoint: str) -> list[Event]:
        engine = build("local", Options(endpoint=f"{endpoint}/v1/", key_env="A_KEY", **options), parts).engine(
            "its-name"
        )
        return [event async for batch in engine.generate(SONNET_4_5, request or hub()) for event in batch]

    with answering(reply, asked=asked) as endpoint:
        found = runner.run(ask(endpoint))
    head, _, body = asked[0].partition(b"\r\n\r\n")
    return found, json.loads(body), head.decode().lower()


def test_what_is_sent(runner: asyncio.Runner, parts: Parts) -> None:
    _, body, head = run(runner, parts, streamed(*ANSWER), hub(fields={"min_p": 0.1}))
    assert head.startswith("post /v1/chat/completions http/1.1")
    assert f"authorization: bearer {KEY}" in head
    assert body == {
        "model": "its-name",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "min_p": 0.1,
    }


def test_without_a_name_the_model_is_asked_for_by_its_id(parts: Parts, runner: asyncio.Runner) -> None:
    asked: list[bytes] = []
    with answering(streamed(*ANSWER), asked=asked) as endpoint:
        engine = build("local", Options(endpoint=endpoint), parts).engine(None)
        runner.run(collect(engine.generate(SONNET_4_5, hub())))
    assert f'"model":"{SONNET_4_5.id}"'.encode() in asked[0]
    assert b"authorization" not in asked[0].lower()


async def collect(batches: Any) -> list[Event]:
    return [event async for batch in batches for event in batch]


@pytest.mark.parametrize(
    "reply",
    [
        streamed(*ANSWER),
        streamed(*ANSWER, done=False),
        status(200, {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "usage": USED["usage"]}),
    ],
)
def test_what_is_heard(runner: asyncio.Runner, parts: Parts, reply: bytes) -> None:
    found, _, _ = run(runner, parts, reply)
    answer = whole(*found)
    assert [block.text for block in answer.message.content] == ["Hello"]
    assert (answer.stop_reason, answer.usage.input_tokens, answer.usage.output_tokens) == ("end_turn", 3, 2)
    assert not isinstance(answer.usage, EstimatedUsage)


def test_usage_that_is_not_told_is_estimated_and_says_so(runner: asyncio.Runner, parts: Parts) -> None:
    found, _, _ = run(runner, parts, streamed(*ANSWER[:3]))
    used = whole(*found).usage
    assert isinstance(used, EstimatedUsage)
    assert used.input_tokens > 0
    assert used.output_tokens == 1


def test_documents_and_pictures_go_as_the_server_reads_them(runner: asyncio.Runner, parts: Parts) -> None:
    paper = r.DocumentBlock(format="docx", name="letter", source=r.DocumentSource(bytes=word()))
    request = hub(("user", ["Read.", r.ContentBlock(document=paper), block(webp(), "webp")]))
    _, body, _ = run(runner, parts, streamed(*ANSWER), request)
    _, document, picture = body["messages"][0]["content"]
    assert document["text"].startswith('<document name="letter">\nVorher: 日本語')
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    with pytest.raises(ModelRefusal, match="doesn't support the image content block"):
        run(runner, parts, b"", request, images=())
    _, body, _ = run(runner, parts, streamed(*ANSWER), request, images=("webp",))
    assert body["messages"][0]["content"][2]["image_url"]["url"].startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("reply", "exception", "text"),
    [
        (status(400, {"error": {"message": "top_k: too big"}}), "ModelRefusal", "top_k: too big"),
        (status(422, {"detail": "no such role"}), "ModelRefusal", "no such role"),
        (
            status(400, {"error": {"message": "maximum context length is 9 tokens"}}),
            "ModelRefusal",
            "Input is too long for requested model.",
        ),
        (status(429, {"error": "slow"}), "ThrottlingException", "Too many requests"),
        (status(503, {"error": {"message": "Loading model"}}), "ModelNotReadyException", "not ready"),
        (status(500, b"oops", "text/plain"), "ModelErrorException", "unexpected error"),
        (status(401, {"error": {"message": f"bad key {KEY}"}}), "ModelErrorException", "unexpected error"),
        (status(307, b""), "ModelErrorException", "unexpected error"),
        (b"", "ModelErrorException", "unexpected error"),
        (streamed({"error": {"message": "out of memory"}}), "ModelErrorException", "unexpected error"),
        (streamed(), "ModelErrorException", "unexpected error"),
        (streamed(chunk(content="Hel"), done=False), "ModelErrorException", "unexpected error"),
        (HEAD + b"data: no json\n\n", "ModelErrorException", "unexpected error"),
        (HEAD + b"data: [1]\n\n", "ModelErrorException", "unexpected error"),
        (status(200, b"<html>"), "ModelErrorException", "unexpected error"),
    ],
)
def test_failures(runner: asyncio.Runner, parts: Parts, reply: bytes, exception: str, text: str) -> None:
    with pytest.raises((ServiceError, ModelRefusal)) as raised:
        run(runner, parts, reply)
    assert type(raised.value).__name__ == exception
    assert text in str(raised.value)
    assert KEY not in str(getattr(raised.value, "details", ""))


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Work = Callable[[Any], Awaitable[None]]


def against(
    runner: asyncio.Runner, parts: Parts, talk: Talk, work: Callable[[Any], Awaitable[None]], **options: Any
) -> None:
    """Run `work` with an engine whose server talks; the head and body of the request are read before."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        await talk(reader, writer)
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, asyncio.timeout(10):
            endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await work(build("local", Options(endpoint=endpoint, **options), parts).engine("m"))

    runner.run(main())


@pytest.mark.parametrize("rest", [b"", frames({"error": {"message": "x"}}), b"data: {\n\n", frames(chunk(content=3))])
@pytest.mark.parametrize("is_streamed", [True, False])
def test_late_failures(runner: asyncio.Runner, parts: Parts, rest: bytes, is_streamed: bool) -> None:
    taken = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(streamed(*ANSWER[:2], done=False))
        await taken.wait()
        writer.write(rest)

    async def work(engine: Any) -> None:
        batches = engine.generate(SONNET_4_5, hub(streamed=is_streamed))
        assert await anext(batches)
        taken.set()
        with pytest.raises(ServiceError) as raised:
            await anext(batches)
        assert raised.value.code == ("ModelStreamErrorException" if is_streamed else "ModelErrorException")

    against(runner, parts, talk, work)


def test_silence_is_a_time_out_early_and_late(runner: asyncio.Runner, parts: Parts) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def falling_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(streamed(*ANSWER[:2], done=False))
        await reader.read()

    async def work(engine: Any) -> None:
        with pytest.raises(ServiceError, match="timed out in processing") as raised:
            await collect(engine.generate(SONNET_4_5, hub(streamed=True)))
        codes.append(raised.value.code)

    codes: list[str] = []
    for talk in (silent, falling_silent):
        against(runner, parts, talk, work, timeout=0.1)
    assert codes == ["ModelTimeoutException", "ModelStreamErrorException"]


def test_nobody_there(runner: asyncio.Runner, parts: Parts) -> None:
    engine = build("local", Options(endpoint="http://127.0.0.1:9"), parts).engine(None)
    with pytest.raises(ServiceError) as raised:
        runner.run(collect(engine.generate(SONNET_4_5, hub())))
    assert raised.value.code == "ServiceUnavailableException"


def test_what_arrives_together_travels_together_and_nothing_waits(runner: asyncio.Runner, parts: Parts) -> None:
    taken = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(streamed(chunk(content="a"), chunk(content="b"), done=False))
        await taken.wait()
        writer.write(frames(chunk(content="c"), chunk("stop")))

    async def work(engine: Any) -> None:
        batches = engine.generate(SONNET_4_5, hub())
        assert [getattr(event, "delta", None) and event.delta.text for event in await anext(batches)] == [
            None,
            "a",
            "b",
        ]
        taken.set()
        assert len([batch async for batch in batches]) == 1

    against(runner, parts, talk, work)


def test_a_reader_that_leaves_closes_the_server_s_connection(runner: asyncio.Runner, parts: Parts) -> None:
    gone = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(streamed(*ANSWER[:2], done=False))
        assert await reader.read() == b""
        gone.set()

    async def work(engine: Any) -> None:
        async with aclosing(engine.generate(SONNET_4_5, hub())) as batches:
            await anext(batches)
        await gone.wait()

    against(runner, parts, talk, work)


def test_a_slow_reader_slows_the_server(runner: asyncio.Runner, parts: Parts) -> None:
    written = 0
    piece = frames(*[chunk(content="x" * 500)] * 100, done=False)
    most = 64 * 2**20

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(HEAD)
        while written < most:
            writer.write(piece)
            await writer.drain()
            written += len(piece)

    async def work(engine: Any) -> None:
        async with aclosing(engine.generate(SONNET_4_5, hub())) as batches:
            await anext(batches)
            before = -1
            while written > before:
                before = written
                for _ in range(100):
                    await asyncio.sleep(0)
            assert written < most / 4

    against(runner, parts, talk, work)


def test_vectors(runner: asyncio.Runner, parts: Parts) -> None:
    request = VectorRequest(items=[Item(text="a")], dimensions=2)

    def embedded(reply: bytes) -> Any:
        with answering(reply) as endpoint:
            return runner.run(build("local", Options(endpoint=endpoint), parts).engine("e").embed(SONNET_4_5, request))

    assert embedded(status(200, {"data": [{"embedding": [3, 4]}], "usage": {"prompt_tokens": 1}})).vectors == [
        [0.6, 0.8]
    ]
    for reply in (status(200, {"data": [{"embedding": [1]}]}), status(200, b"x"), status(500, b""), b""):
        with pytest.raises(ServiceError) as raised:
            embedded(reply)
        assert raised.value.code == "ModelErrorException"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"error":{"message":"a"}}', "a"),
        (b'{"error":"a"}', "a"),
        (b'{"detail":[{"msg":"a"}]}', '[{"msg":"a"}]'),
        (b'{"object":"error","message":"a"}', "a"),
        (b"plain", "plain"),
        (b"\xff", "\ufffd"),
        (b"[]", "[]"),
    ],
)
def test_what_an_error_says(body: bytes, text: str) -> None:
    assert said(body) == text
