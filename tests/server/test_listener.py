"""The server over real sockets, in this process, around a gateway that does as it is told."""

import asyncio
import errno
import re
import socket
from contextlib import asynccontextmanager

import pytest
from tests.conftest import converse_path
from tests.server.inprocess import Here, Source, Told, here, stream, whole

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.engines.table import Engines
from outcrop.errors import ModelNotReadyException, ModelStreamErrorException
from outcrop.gateway import Gateway
from outcrop.iam.keys import RootKey, generate
from outcrop.server import listener
from outcrop.wire.eventstream import Decoder

GET = b"GET /a HTTP/1.1\r\nhost: here\r\n\r\n"
HELLO = b'{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}'
REQUEST_ID = "x-amzn-requestid"
PATIENCE = 5.0  # seconds something that must happen may take
PAUSE = 0.3  # seconds after which something that must not happen has not


def run(scenario):
    """Run a coroutine function with a bound on its time."""
    asyncio.run(asyncio.wait_for(scenario(), 3 * PATIENCE))


async def head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers of a response."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines[1:] if line)
    return int(lines[0].split()[1]), {name.lower(): value.strip() for name, _, value in fields}


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of a response with a length."""
    status, headers = await head(reader)
    return status, await reader.readexactly(int(headers["content-length"]))


async def chunk(reader: asyncio.StreamReader) -> bytes:
    """One chunk of a chunked body; empty at its end."""
    size = int(await reader.readuntil(b"\r\n"), 16)
    return (await reader.readexactly(size + 2))[:-2]


def post(body: bytes, *headers: str) -> bytes:
    lines = ["POST /a HTTP/1.1", "host: here", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_a_free_port_is_known_before_anything_starts():
    with listener.bind("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0
        with socket.create_connection(listening.getsockname(), timeout=PATIENCE):
            pass


def test_a_frame_does_not_wait_for_the_one_before_to_be_acknowledged():
    with listener.bind("127.0.0.1", 0) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_an_error():
    with listener.bind("127.0.0.1", 0) as listening, pytest.raises(OSError, match="in use") as error:
        listener.bind(*listening.getsockname())
    assert error.value.errno == errno.EADDRINUSE


def test_ipv6():
    async def scenario():
        async with here(Told(), "::1") as server:
            reader, writer = await server.connect()
            writer.write(GET)
            assert await answer(reader) == (200, b"{}")
            writer.close()

    run(scenario)


def test_one_connection_carries_many_requests():
    async def scenario():
        gateway = Told(whole(b"1"), whole(b"2"), whole(b"3"))
        async with here(gateway) as server:
            reader, writer = await server.connect()
            for expected in (b"1", b"2"):
                writer.write(GET)
                assert await answer(reader) == (200, expected)
            writer.write(post(b"abc", "content-length: 3"))
            assert await answer(reader) == (200, b"3")
            writer.close()
        assert [request.body for request in gateway.requests] == [b"", b"", b"abc"]

    run(scenario)


def test_requests_sent_without_waiting_are_answered_in_order():
    async def scenario():
        async with here(Told(whole(b"1"), whole(b"2"))) as server:
            reader, writer = await server.connect()
            writer.write(post(b"abc", "content-length: 3") + GET)
            assert [await answer(reader), await answer(reader)] == [(200, b"1"), (200, b"2")]
            writer.close()

    run(scenario)


def test_a_chunked_body_is_joined():
    async def scenario():
        gateway = Told()
        async with here(gateway) as server:
            reader, writer = await server.connect()
            writer.write(post(b"3\r\nabc\r\n", "transfer-encoding: chunked"))
            await writer.drain()
            writer.write(b"2;ext=1\r\nde\r\n0\r\nx-trailer: 1\r\n\r\n")
            assert await answer(reader) == (200, b"{}")
            writer.close()
        assert gateway.requests[0].body == b"abcde"

    run(scenario)


@pytest.mark.parametrize(
    "request_cut_short",
    [
        post(b"abc", "content-length: 10"),
        post(b"5\r\nabcde\r\n3\r\nab", "transfer-encoding: chunked"),
        b"POST /a HTTP/1.1\r\nhost: he",
    ],
)
def test_a_client_that_closes_within_its_request_is_forgotten(request_cut_short):
    async def scenario():
        gateway = Told()
        async with here(gateway) as server:
            _, gone = await server.connect()
            gone.write(request_cut_short)
            await gone.drain()
            gone.close()
            await gone.wait_closed()
            reader, writer = await server.connect()
            writer.write(GET)
            assert await answer(reader) == (200, b"{}")
            writer.close()
            await server.application.idle.wait()
        assert [request.path for request in gateway.requests] == ["/a"]

    run(scenario)


def test_malformed_chunks_are_the_clients_mistake():
    async def scenario():
        gateway = Told()
        async with here(gateway) as server:
            reader, writer = await server.connect()
            writer.write(post(b"3\r\nabc\r\nnonsense\r\n", "transfer-encoding: chunked"))
            status, body = await answer(reader)
            assert (status, body) == (400, b'{"Message":"Request body ended before it was complete"}')
            writer.close()
        assert not gateway.requests

    run(scenario)


def test_what_is_ready_together_leaves_together_and_the_first_at_once():
    async def scenario():
        rest = asyncio.Event()
        source = Source(b"first", rest, b"second and third", b"last")
        async with here(Told(stream(source))) as server:
            reader, writer = await server.connect()
            writer.write(GET)
            status, headers = await head(reader)
            assert (status, headers["transfer-encoding"]) == (200, "chunked")
            assert await chunk(reader) == b"first"  # the source waits: nothing else is made
            rest.set()
            assert [await chunk(reader) for _ in range(3)] == [b"second and third", b"last", b""]
            writer.close()

    run(scenario)


def test_a_slow_reader_slows_the_engine():
    async def scenario():
        megabyte, total = bytes(1 << 20), 32
        source = Source(*[megabyte] * total)
        async with here(Told(stream(source))) as server:
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(slow, (server.host, server.port))
            reader, writer = await asyncio.open_connection(sock=slow, limit=4096)
            writer.write(GET)
            await head(reader)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(source.closed.wait(), PAUSE)
            held = source.made
            assert held < total / 2
            while source.made == held:
                await chunk(reader)
            writer.close()

    run(scenario)


@pytest.mark.parametrize("busy", [False, True], ids=["while the engine thinks", "while the engine speaks"])
def test_a_reader_that_goes_away_stops_the_engine(busy):
    async def scenario():
        source = Source(bytes(1000), forever=True) if busy else Source(b"first", asyncio.Event())
        async with here(Told(stream(source))) as server:
            reader, writer = await server.connect()
            writer.write(GET)
            await head(reader)
            await chunk(reader)
            assert not source.closed.is_set()
            writer.close()
            await asyncio.wait_for(source.closed.wait(), PATIENCE)
            await server.application.idle.wait()

    run(scenario)


def test_stopping_refuses_the_new_and_finishes_the_running():
    async def scenario():
        rest = asyncio.Event()
        async with here(Told(stream(Source(b"first", rest, b"last")))) as server:
            reader, writer = await server.connect()
            writer.write(GET)
            await head(reader)
            assert await chunk(reader) == b"first"
            stopping = asyncio.ensure_future(server.listening.stop())
            await asyncio.sleep(0)
            status, body = await answer_of(server, GET)
            assert (status, body) == (503, b'{"message":"Bedrock is unable to process your request."}')
            assert (await answer_of(server, b"GET /health HTTP/1.1\r\nhost: here\r\n\r\n"))[0] == 503
            assert not stopping.done()
            rest.set()
            assert [await chunk(reader), await chunk(reader)] == [b"last", b""]
            await stopping
            writer.close()

    run(scenario)


async def answer_of(server: Here, request: bytes) -> tuple[int, bytes]:
    reader, writer = await server.connect()
    writer.write(request)
    try:
        return await answer(reader)
    finally:
        writer.close()


def test_stopping_closes_idle_connections_and_frees_the_port():
    async def scenario():
        async with here(Told()) as server:
            reader, writer = await server.connect()
            writer.write(GET)
            await answer(reader)
            await server.listening.stop()
            assert await reader.read() == b""
            writer.close()
            with listener.bind(server.host, server.port):
                pass

    run(scenario)


def test_stopping_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(listener, "DRAIN", 0.05)
    monkeypatch.setattr(listener, "CLOSE", 0.05)

    async def scenario():
        source = Source(b"first", asyncio.Event())
        async with here(Told(stream(source))) as server:
            reader, writer = await server.connect()
            writer.write(GET)
            await head(reader)
            assert await chunk(reader) == b"first"
            await asyncio.wait_for(server.listening.stop(), PATIENCE)
            assert not source.closed.is_set()
            writer.close()
            await asyncio.wait_for(source.closed.wait(), PATIENCE)

    run(scenario)


class Failing:
    """An engine that raises, after as many words as it is told."""

    def __init__(self, error: Exception, *, after: int) -> None:
        self._error, self._after = error, after

    async def generate(self, model, request):
        if self._after:
            yield [events.message_start()]
        for _ in range(self._after):
            yield [events.text_delta(0, "word ")]
        raise self._error


@asynccontextmanager
async def over_failing_engine(error: Exception, *, after: int):
    """A server whose real gateway asks the failing engine, and the bearer key to ask it with."""
    credentials = generate()
    gateway = Gateway(
        keys=RootKey(credentials),
        catalogue=Catalogue.load(),
        engines=Engines.only(Failing(error, after=after)),
        region="us-east-1",
    )
    async with here(gateway) as server:
        yield server, f"authorization: Bearer {credentials.bearer_token}"


def converse_stream(authorization: str) -> bytes:
    lines = [
        f"POST {converse_path(operation='converse-stream')} HTTP/1.1",
        "host: here",
        "content-type: application/json",
        f"content-length: {len(HELLO)}",
        authorization,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + HELLO


@pytest.mark.parametrize(
    ("error", "status", "kind", "message"),
    [
        (ModelNotReadyException("Not yet."), 429, "ModelNotReadyException", "Not yet."),
        (KeyError("a mistake of ours"), 500, "InternalServerException", "The system encountered an unexpected error"),
    ],
)
def test_an_engine_that_fails_early_is_an_http_error(error, status, kind, message):
    async def scenario():
        async with over_failing_engine(error, after=0) as (server, authorization):
            reader, writer = await server.connect()
            writer.write(converse_stream(authorization))
            found, headers = await head(reader)
            body = await reader.readexactly(int(headers["content-length"]))
            assert (found, headers["content-type"]) == (status, "application/json")
            assert headers["x-amzn-errortype"].startswith(f"{kind}:")
            assert body.startswith(f'{{"message":"{message}'.encode())
            assert b"mistake" not in body
            writer.close()

    run(scenario)


@pytest.mark.parametrize(
    ("error", "kind", "payload"),
    [
        (ModelStreamErrorException("It broke."), "modelStreamErrorException", b'{"message":"It broke."}'),
        (
            KeyError("a mistake of ours"),
            "internalServerException",
            b'{"message":"The system encountered an unexpected error during processing. Try your request again."}',
        ),
    ],
)
def test_an_engine_that_fails_late_ends_the_stream_with_an_exception_frame(error, kind, payload):
    async def scenario():
        async with over_failing_engine(error, after=3) as (server, authorization):
            reader, writer = await server.connect()
            writer.write(converse_stream(authorization))
            assert (await head(reader))[0] == 200
            decoder, messages = Decoder(), []
            while piece := await chunk(reader):
                messages += decoder.feed(piece)
                assert not decoder.pending  # every write ends on a frame's boundary
            assert [m.headers.get(":event-type") for m in messages[:-1]] == ["messageStart"] + ["contentBlockDelta"] * 3
            last = messages[-1]
            assert last.headers == {
                ":exception-type": kind,
                ":content-type": "application/json",
                ":message-type": "exception",
            }
            assert last.payload == payload
            writer.close()

    run(scenario)


@pytest.mark.parametrize(
    ("bytes_sent", "expected"),
    [
        (b"\x00\x01\x02\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), 400),
        (b"GET /a HTTP/1.1\r\nhost: here\r\n" + b"x: y\r\n" * 150 + b"\r\n", 431),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: here\r\n\r\n", 414),
        (b"POST /a HTTP/1.1\r\nhost: here\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST /a HTTP/1.1\r\nhost: here\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400),
    ],
    ids=["garbage", "TLS hello", "too many headers", "path too long", "negative length", "two lengths"],
)
def test_what_is_no_http_never_reaches_the_gateway(bytes_sent, expected):
    async def scenario():
        gateway = Told()
        async with here(gateway) as server:
            said = await server.ask(bytes_sent)
            assert re.match(rb"HTTP/1\.1 (\d+)", said)[1] == str(expected).encode()
            assert b"connection: close" in said
        assert not gateway.requests

    run(scenario)


@pytest.mark.parametrize("sent", [b"", b"x", b"5\r\nab"], ids=["nothing", "a byte", "half a chunk"])
def test_who_sends_no_more_of_a_body_is_told_so_and_left(sent):
    async def scenario():
        length = "transfer-encoding: chunked" if b"\r" in sent else "content-length: 20000000"
        async with here(Told(), patience=0.1) as server:
            reader, writer = await server.connect()
            writer.write(post(sent, length))
            status, body = await answer(reader)
            assert (status, b"Request body ended before it was complete" in body) == (400, True)
            assert await reader.read() == b""  # the connection has ended
            writer.close()

    run(scenario)


def test_an_http2_connection_that_gives_no_sign_of_life_is_closed(monkeypatch):
    """A client that is there answers a ping by itself; this one has sent a preface and nothing else."""
    monkeypatch.setattr(listener, "IDLE", 100)
    monkeypatch.setattr(listener, "PONG", 1)

    async def scenario():
        async with here(Told()) as server:
            reader, writer = await server.connect()
            writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            assert b"\x00\x00\x08\x06\x00" in await reader.read()  # a ping, and then the end
            writer.close()

    run(scenario)
