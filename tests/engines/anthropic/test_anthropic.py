"""The Anthropic engine: what it sends, what it hears, and what callers are told when it goes wrong."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.documents.conftest import pdf, word
from tests.families.conftest import SONNET_4_5, hub, whole
from tests.serving import answering

from outcrop.chat.events import Event
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.documents import DocumentReader
from outcrop.engines.anthropic import Options, build
from outcrop.engines.kinds import EngineError, Parts
from outcrop.errors import ServiceError
from outcrop.model import runtime as r
from outcrop.transport import Pool
from outcrop.wire import sse

KEY = "sk-ant-of-a-test-0123456789"
STREAM: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}},
    {"type": "ping"},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]


def streamed(*natives: dict[str, Any]) -> bytes:
    """An answer as Anthropic sends it, and nothing behind it."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    return head + b"".join(sse.event(msgspec.json.encode(native), native["type"]) for native in natives)


def refused(status: int, kind: str, message: str) -> bytes:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}})
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()


@pytest.fixture
def parts(tmp_path: Path, runner: asyncio.Runner) -> Iterator[Parts]:
    made = Parts(Pool(), DocumentReader(), tmp_path, tmp_path)
    yield made
    runner.run(made.pool.aclose())
    runner.run(made.documents.aclose())


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", KEY)


def run(
    runner: asyncio.Runner, parts: Parts, reply: bytes, request: ChatRequest | None = None, **options: Any
) -> tuple[list[Event], Any, str]:
    """The events of a run against a backend that sends `reply`, the body it was sent, and the head of the request."""
    asked: list[bytes] = []

    async def ask(endpoint: str) -> list[Event]:
        engine = build("claude", Options(endpoint=endpoint, key_env="A_KEY", **options), parts).engine(None)
        return [event async for batch in engine.generate(SONNET_4_5, request or hub()) for event in batch]

    with answering(reply, asked=asked) as endpoint:
        found = runner.run(ask(endpoint))
    head, _, body = asked[0].partition(b"\r\n\r\n")
    return found, json.loads(body), head.decode().lower()


def test_what_is_sent(runner: asyncio.Runner, parts: Parts) -> None:
    request = hub(fields={"anthropic_beta": ["context-1m-2025-08-07"], "top_k": 5})
    _, body, head = run(runner, parts, streamed(*STREAM), request, betas=("files-2025-01-01",))
    assert head.startswith("post /v1/messages http/1.1")
    for line in (
        f"x-api-key: {KEY}",
        "anthropic-version: 2023-06-01",
        "content-type: application/json",
        "anthropic-beta: files-2025-01-01,context-1m-2025-08-07",
    ):
        assert line in head
    assert body == {
        "model": "claude-sonnet-4-5-20250929",
        "stream": True,
        "max_tokens": SONNET_4_5.default_max_tokens or SONNET_4_5.max_output_tokens,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "top_k": 5,
    }


def test_what_is_heard(runner: asyncio.Runner, parts: Parts) -> None:
    found, _, _ = run(runner, parts, streamed(*STREAM))
    reply = whole(*found)
    assert [block.text for block in reply.message.content] == ["Hello"]
    assert (reply.stop_reason, reply.usage.input_tokens, reply.usage.output_tokens) == ("end_turn", 9, 3)


@pytest.mark.parametrize(("takes", "kind"), [("pdf", "base64"), ("none", "text")])
def test_documents_that_the_backend_does_not_read_go_as_text(
    runner: asyncio.Runner, parts: Parts, takes: str, kind: str
) -> None:
    papers = [
        r.DocumentBlock(format="docx", name="letter", source=r.DocumentSource(bytes=word())),
        r.DocumentBlock(format="pdf", name="print", source=r.DocumentSource(bytes=pdf("Hello"))),
    ]
    result = r.ToolResultBlock(tool_use_id="t", content=[r.ToolResultContentBlock(document=papers[0])])
    blocks = [*(r.ContentBlock(document=paper) for paper in papers), r.ContentBlock(tool_result=result)]
    request = hub(("user", [*blocks, r.ContentBlock(text="Read.")]))
    _, body, _ = run(runner, parts, streamed(*STREAM), request, documents=takes)
    letter, printed, result_, _ = body["messages"][0]["content"]
    assert letter["source"]["media_type"] == "text/plain"
    assert letter["source"]["data"].startswith("Vorher: 日本語")
    assert letter["title"] == "letter"
    assert printed["source"]["type"] == kind
    assert result_["content"][0]["source"]["data"] == letter["source"]["data"]
    assert papers[0].source.bytes is not None  # the request itself is left as it was


def test_a_document_that_cannot_be_read_is_refused(runner: asyncio.Runner, parts: Parts) -> None:
    paper = r.DocumentBlock(format="docx", name="d", source=r.DocumentSource(bytes=b"no archive"))
    engine = build("claude", Options(endpoint="http://127.0.0.1:9"), parts).engine(None)
    request = hub(("user", [r.ContentBlock(document=paper), "Read."]))
    with pytest.raises(ModelRefusal, match="could not be parsed as the specified format"):
        runner.run(anext(engine.generate(SONNET_4_5, request)))


@pytest.mark.parametrize(
    ("reply", "exception", "text"),
    [
        (refused(400, "invalid_request_error", "top_k: too big"), "ModelRefusal", "top_k: too big"),
        (
            refused(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
            "ModelRefusal",
            "Input is too long for requested model.",
        ),
        (refused(413, "request_too_large", "x"), "ModelRefusal", "Input is too long for requested model."),
        (refused(429, "rate_limit_error", "slow"), "ThrottlingException", "Too many requests"),
        (refused(529, "overloaded_error", "Overloaded"), "ServiceUnavailableException", "throttled"),
        (refused(500, "api_error", "oops"), "ModelErrorException", "unexpected error"),
        (refused(401, "authentication_error", f"invalid x-api-key {KEY}"), "ModelErrorException", "unexpected error"),
        (b"HTTP/1.1 502 X\r\ncontent-length: 4\r\n\r\noops", "ModelErrorException", "unexpected error"),
        (b"", "ModelErrorException", "unexpected error"),
        # under status 200, before anything else
        (streamed({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}), "ServiceUnavailable", ""),
        (streamed({"type": "error", "error": {"type": "of_tomorrow", "message": "x"}}), "ModelErrorException", ""),
        (streamed(), "ModelErrorException", ""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\ndata: no json\n\n\n", "ModelErrorException", ""),
        # late, but nothing has left yet
        (streamed(*STREAM[:4], {"type": "of_tomorrow"}), "ModelErrorException", ""),
    ],
)
def test_failures(runner: asyncio.Runner, parts: Parts, reply: bytes, exception: str, text: str) -> None:
    with pytest.raises((ServiceError, ModelRefusal)) as raised:
        run(runner, parts, reply)
    assert type(raised.value).__name__.startswith(exception)
    assert text in str(raised.value)


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        sse.event(b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
        sse.event(b'{"type":"of_tomorrow"}'),
        sse.event(b"{}"),
    ],
)
def test_late_failures(runner: asyncio.Runner, parts: Parts, rest: bytes) -> None:
    async def fail() -> list[list[Event]]:
        first_is_here = asyncio.Event()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(streamed(*STREAM[:4]))
            await first_is_here.wait()
            writer.write(rest)
            writer.close()

        got: list[list[Event]] = []

        async def listen(endpoint: str) -> None:
            async for batch in (
                build("claude", Options(endpoint=endpoint), parts).engine(None).generate(SONNET_4_5, hub())
            ):
                got.append(batch)
                first_is_here.set()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ServiceError) as raised:
                await listen(f"http://127.0.0.1:{port}")
        assert raised.value.code == "ModelStreamErrorException"
        return got

    assert runner.run(fail())


def test_the_backends_words_come_without_its_key(runner: asyncio.Runner, parts: Parts) -> None:
    with pytest.raises(ServiceError) as raised:
        run(runner, parts, refused(403, "permission_error", f"no access for {KEY}"))
    assert raised.value.details["originalStatusCode"] == 403
    assert raised.value.details["originalMessage"] == "no access for ***"


def test_nobody_there(runner: asyncio.Runner, parts: Parts) -> None:
    engine = build("claude", Options(endpoint="http://127.0.0.1:9"), parts).engine(None)
    with pytest.raises(ServiceError) as raised:
        runner.run(anext(engine.generate(SONNET_4_5, hub())))
    assert raised.value.code == "ServiceUnavailableException"


def test_a_key_that_is_not_there(parts: Parts) -> None:
    with pytest.raises(EngineError, match="NO_KEY"):
        build("claude", Options(key_env="NO_KEY"), parts)
