"""What the tests share: one catalogue, one gateway in process, and a signed way to ask it."""

import asyncio
import gc
import signal
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
import pytest

import outcrop
from outcrop import linter
from outcrop.catalog import Catalogue
from outcrop.config import Built, Settings, build
from outcrop.model.service import operation as described
from outcrop.wire import sigv4
from outcrop.wire.eventstream import Decoder, Message
from outcrop.wire.http import HttpRequest, HttpResponse

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def pytest_configure() -> None:
    """What tests start can be interrupted, even where a shell has these tests in its background and ignores the key."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests stay until the end: the garbage collector need not look through them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for everything that is asked in process: the document reader's child belongs to its loop."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="session")
def built(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A gateway with a fresh data directory, and all under it."""
    made = build(Settings(data=Path(tmp_path_factory.mktemp("data"))))
    yield made
    runner.run(made.aclose())


class Answer(NamedTuple):
    """What came back: a stream's frames are decoded, in order."""

    status: int
    headers: dict[str, str]
    body: bytes
    messages: list[Message]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, exception name and message of a refusal."""
        body = self.json
        return self.status, self.headers["x-amzn-errortype"].split(":")[0], body.get("message", body.get("Message"))

    @property
    def late_error(self) -> str:
        """The message of the exception that ended a stream, or ""."""
        last = self.messages[-1] if self.messages else None
        return str(msgspec.json.decode(last.payload)["message"]) if last and ":exception-type" in last.headers else ""

    @property
    def events(self) -> list[tuple[str, Any]]:
        """Event types and payloads."""
        return [(m.headers.get(":event-type", ""), msgspec.json.decode(m.payload)) for m in self.messages]


Ask = Callable[..., Answer]


@pytest.fixture
def ask(built: Built, runner: asyncio.Runner) -> Ask:
    """Ask the gateway in process: `ask(path, body, method="POST", **headers)`; signed with the root key."""

    def run(path: str, body: Any = b"", method: str = "POST", query: str = "", **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        names = {"host": "127.0.0.1", "content-type": "application/json"}
        names |= {key.replace("_", "-"): value for key, value in headers.items()}
        request = HttpRequest(method, path, query, names, raw)
        signed = sigv4.sign(
            request,
            access_key_id=built.credentials.access_key_id,
            secret=built.credentials.secret_access_key,
            region="us-east-1",
            timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        )
        got = runner.run(answer(built, msgspec.structs.replace(request, headers={**names, **signed})))
        if method == "POST" and not headers:
            the_linter_agrees(path, raw, got)
        return got

    return run


# What only reading a document or picture shows, or who has signed, which the linter does not do.
FOUND_BY_THE_ENGINE = (
    "PDF specified was not valid",
    "could not be parsed as the specified format",
    "process image",
    "Invalid `signature`",
)


def the_linter_agrees(path: str, body: bytes, got: "Answer") -> None:
    """Whatever a test asks, `outcrop.check` must say what the server says: nothing, or the same words first."""
    operation = {route.uri.rpartition("/")[2]: route.name for route in map(described, linter.OPERATIONS)}.get(
        path.rpartition("/")[2]
    )
    if operation is None or got.status not in (200, 400, 403):
        return
    model = unquote(path.split("/")[2])
    found = outcrop.check(body, model, operation=operation)
    message = got.error[2] if got.status != 200 else got.late_error
    if not any(text in message for text in FOUND_BY_THE_ENGINE):
        assert (found[0].message if found else "") == message


async def answer(built: Built, request: HttpRequest) -> Answer:
    """The gateway's whole answer to `request`, its stream read to the end as the server would."""
    got = await built.gateway.handle(request)
    if isinstance(got, HttpResponse):
        return Answer(got.status, dict(got.headers), got.body, [])
    data = b""
    try:
        async for batch in got.source:
            data += got.encode(batch)
    except Exception as error:
        data += got.encode_error(error)
    finally:
        await got.source.aclose()
    return Answer(got.status, dict(got.headers), data, Decoder().feed(data))


def converse_path(model: str = HAIKU, operation: str = "converse") -> str:
    """The raw path of a Runtime operation."""
    return f"/model/{model.replace(':', '%3A').replace('/', '%2F')}/{operation}"


def said(text: str = "Hello") -> dict[str, Any]:
    """A Converse body of one user message."""
    return {"messages": [{"role": "user", "content": [{"text": text}]}]}
