"""The pool against real servers on the loopback: bytes out, bytes in, kept connections, back-pressure, every failure."""

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.transport.conftest import Served, chunk, raw_server, reply, start_chunks

from outcrop.transport import Exchange, Pool, TimedOut, Unreachable

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def run(work: Callable[[Pool], Awaitable[object]], **options: object) -> None:
    async def main() -> None:
        pool = Pool(**options)  # type: ignore[arg-type]
        try:
            await work(pool)
        finally:
            await pool.aclose()

    asyncio.run(main())


@asynccontextmanager
async def talking(*talks: Talk, path: Path | None = None) -> AsyncIterator[str]:
    """A server whose n-th connection is handled by the n-th talk; its endpoint."""
    left = list(talks)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await left.pop(0)(reader, writer)
        writer.close()

    server = await (asyncio.start_unix_server(talk, path) if path else asyncio.start_server(talk, "127.0.0.1", 0))
    async with server:
        yield "http://unix" if path else f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def request(reader: asyncio.StreamReader) -> bytes:
    """The head of the next request, whose body is empty."""
    return await reader.readuntil(b"\r\n\r\n")


def test_the_request_arrives_byte_for_byte_and_nothing_is_added() -> None:
    path = "/model/arn%3Aaws%2Fid%2f/../in%20voke?a=%20b&c=d+e"
    with Served(reply()) as server:

        async def work(pool: Pool) -> None:
            exchange = await pool.send("POST", server.endpoint + path, headers={"x-one": "1"}, body=b"\x00\xff")
            assert await exchange.read() == b""

        run(work)
        ((method, asked, headers, body),) = server.asked
    assert (method, asked, body) == ("POST", path, b"\x00\xff")
    assert headers == {"host": server.endpoint.removeprefix("http://"), "x-one": "1", "content-length": "2"}


def test_answers_are_what_was_sent() -> None:
    packed = gzip.compress(b"body")

    async def work(pool: Pool) -> None:
        moved = await pool.send("GET", server.endpoint + "/one", headers={})
        assert (moved.status, moved.headers["location"], await moved.read()) == (307, "/elsewhere", packed)
        await (await pool.send("GET", server.endpoint + "/two", headers={})).read()

    answer = reply(307, packed, Location="/elsewhere", Content_Encoding="gzip", Set_Cookie="a=b")
    with Served(answer) as server:
        run(work)
    assert [asked[1] for asked in server.asked] == ["/one", "/two"]
    assert "cookie" not in server.asked[1][2]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def work(pool: Pool) -> None:
        assert await (await pool.send("GET", server.endpoint, headers={})).read() == b"direct"

    with Served(reply(body=b"direct")) as server:
        run(work)


def test_one_connection_serves_request_after_request() -> None:
    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await request(reader)
            writer.write(OK)

    async def work(pool: Pool) -> None:
        async with talking(twice) as endpoint:
            for _ in range(2):
                assert await (await pool.send("GET", endpoint, headers={})).read() == b"ok"

    run(work)


async def _once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)
    writer.write(OK)


async def _stale(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request and hangs up on the next."""
    await _once(reader, writer)
    await request(reader)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)


def test_a_kept_connection_that_had_closed_is_replaced() -> None:
    async def work(pool: Pool) -> None:
        async with talking(_stale, _once) as endpoint:
            for _ in range(2):
                assert await (await pool.send("POST", endpoint, headers={}, body=b"")).read() == b"ok"

    run(work)


def test_a_new_connection_that_closes_is_not_tried_again() -> None:
    async def work(pool: Pool) -> None:
        async with talking(_hang_up, _once) as endpoint:
            with pytest.raises(Unreachable, match=f"^{endpoint} does not answer: ") as raised:
                await pool.send("GET", endpoint, headers={})
            assert raised.value.sent
        async with talking(_stale, _hang_up, _once) as endpoint:
            await (await pool.send("POST", endpoint, headers={})).read()
            with pytest.raises(Unreachable):
                await pool.send("POST", endpoint, headers={})

    run(work)


def test_a_unix_socket_is_spoken_to_like_any_other(tmp_path: Path) -> None:
    async def work(pool: Pool) -> None:
        async with talking(_once, path=tmp_path / "s") as endpoint:
            exchange = await pool.send("GET", endpoint + "/v1", headers={}, socket=tmp_path / "s")
            assert await exchange.read() == b"ok"
        with pytest.raises(Unreachable) as raised:
            await pool.send("GET", "http://unix/v1", headers={}, socket=tmp_path / "none")
        assert not raised.value.sent

    run(work)


def test_pieces_arrive_while_the_server_still_writes() -> None:
    read = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        chunk(handler, b"second" if read.wait(5) else b"too late")
        chunk(handler, b"")

    async def work(pool: Pool) -> None:
        exchange = await pool.send("POST", server.endpoint, headers={})
        assert await anext(exchange) == b"first"
        read.set()
        assert b"".join([piece async for piece in exchange]) == b"second"

    with Served(write) as server:
        run(work)


def test_who_reads_slowly_slows_the_server() -> None:
    size = 64 * 2**20
    written = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            writer.write(bytes(2**16))
            await writer.drain()
            written += 2**16

    async def work(pool: Pool) -> None:
        async with talking(pour) as endpoint:
            exchange = await pool.send("GET", endpoint, headers={})
            await anext(exchange)
            before = -1
            while written > before:  # until the server can write no more
                before = written
                for _ in range(100):
                    await asyncio.sleep(0)
            assert written < size / 4
            assert sum([len(piece) async for piece in exchange]) > size - 2**18

    run(work)


@pytest.mark.parametrize("leave", ["close it early", "close it half read", "cancel"])
def test_a_reader_that_leaves_closes_the_connection(leave: str) -> None:
    gone = asyncio.Event()

    async def until_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert await reader.read(1) == b""
        gone.set()

    async def take(exchange: Exchange) -> None:
        await exchange.read()

    async def work(pool: Pool) -> None:
        async with talking(until_gone) as endpoint:
            exchange = await pool.send("POST", endpoint, headers={})
            if leave == "cancel":
                task = asyncio.ensure_future(take(exchange))
                await asyncio.sleep(0)
                task.cancel()
            else:
                if leave == "close it half read":
                    assert await anext(exchange) == b"a"
                await exchange.aclose()
                await exchange.aclose()
            async with asyncio.timeout(5):
                await gone.wait()

    run(work)


def test_cancelling_before_the_answer_closes_the_connection() -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        asked.set()
        assert await reader.read(1) == b""
        gone.set()

    async def work(pool: Pool) -> None:
        async with talking(silent) as endpoint, asyncio.timeout(5):
            task = asyncio.ensure_future(pool.send("POST", endpoint, headers={}))
            await asked.wait()
            task.cancel()
            await gone.wait()
            with pytest.raises(asyncio.CancelledError):
                await task

    run(work)


def test_silence_is_told_from_absence() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        done.wait(5)
        handler.close_connection = True

    async def work(pool: Pool) -> None:
        with pytest.raises(TimedOut, match=r"nothing came for 0\.05 s"):
            await pool.send("GET", server.endpoint, headers={}, timeout=0.05)
        done.set()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Unreachable, match=f"^{endpoint} does not answer: ") as raised:
            await pool.send("GET", f"{endpoint}/?key=secret", headers={})
        assert not raised.value.sent
        assert not isinstance(raised.value, TimedOut)
        assert "secret" not in str(raised.value)

    with Served(wait) as server:
        run(work)


def test_silence_within_a_body_is_told_too() -> None:
    done = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        done.wait(5)
        handler.close_connection = True

    async def work(pool: Pool) -> None:
        exchange = await pool.send("GET", server.endpoint, headers={}, timeout=0.2)
        assert await anext(exchange) == b"first"
        with pytest.raises(TimedOut):
            await anext(exchange)
        done.set()

    with Served(write) as server:
        run(work)


@pytest.mark.parametrize("answer", [b"", b"not HTTP\r\n\r\n"])
def test_what_hangs_up_or_speaks_otherwise_is_unreachable(answer: bytes) -> None:
    async def work(pool: Pool) -> None:
        with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="does not answer"):
            await pool.send("GET", endpoint, headers={})

    run(work)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
    ],
)
def test_a_body_that_breaks_off_is_not_taken_for_whole(answer: bytes) -> None:
    async def work(pool: Pool) -> None:
        with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="broke before the end"):
            await (await pool.send("GET", endpoint, headers={})).read()

    run(work)


def test_an_answer_without_end_is_not_read_without_end() -> None:
    async def work(pool: Pool) -> None:
        with pytest.raises(Unreachable, match="larger than 1,000 bytes"):
            await (await pool.send("GET", server.endpoint, headers={})).read(1000)

    with Served(reply(body=bytes(1001))) as server:
        run(work)


def test_https_trusts_the_bundle_it_is_given_and_nothing_unknown(certificate: tuple[Path, ssl.SSLContext]) -> None:
    bundle, context = certificate

    async def trusting(pool: Pool) -> None:
        assert await (await pool.send("GET", server.endpoint, headers={})).read() == b"sealed"
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            await pool.send("GET", server.endpoint.replace("127.0.0.1", "localhost"), headers={})

    async def strict(pool: Pool) -> None:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED") as raised:
            await pool.send("GET", server.endpoint, headers={})
        assert not raised.value.sent

    with Served(reply(body=b"sealed"), context) as server:
        run(trusting, ca_bundle=bundle)
        run(strict)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:1/a b", {}),
        ("http://127.0.0.1:1/", {"x": "one\r\ntwo: 2"}),
        ("http://127.0.0.1:1/", {"x": "one\n"}),
        ("http://127.0.0.1:1/", {"x\0": ""}),
    ],
)
def test_a_request_within_a_request_is_not_sent(url: str, headers: dict[str, str]) -> None:
    async def work(pool: Pool) -> None:
        with pytest.raises(ValueError, match="cannot be in it"):
            await pool.send("GET", url, headers=headers)

    run(work)


def test_a_length_is_said_where_one_is_expected() -> None:
    async def work(pool: Pool) -> None:
        for method in ("POST", "GET"):
            await (await pool.send(method, server.endpoint, headers={})).read()

    with Served(reply()) as server:
        run(work)
    assert [asked[2].get("content-length") for asked in server.asked] == ["0", None]


def test_the_answer_to_head_has_no_body() -> None:
    async def head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(OK.removesuffix(b"ok"))

    async def work(pool: Pool) -> None:
        async with talking(head, _once) as endpoint:
            exchange = await pool.send("HEAD", endpoint, headers={})
            assert (exchange.headers["content-length"], await exchange.read()) == ("2", b"")
            assert await (await pool.send("GET", endpoint, headers={})).read() == b"ok"

    run(work)


def test_a_kept_connection_is_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outcrop.transport.pool.KEPT_SECONDS", 0.01)
    left = asyncio.Event()

    async def until_left(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _once(reader, writer)
        assert await reader.read() == b""
        left.set()

    async def work(pool: Pool) -> None:
        async with talking(until_left) as endpoint, asyncio.timeout(5):
            await (await pool.send("GET", endpoint, headers={})).read()
            await left.wait()

    run(work)


def test_the_end_of_the_pool_is_the_end_of_its_exchanges() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert await reader.read() == b""

    async def work(pool: Pool) -> None:
        async with talking(silent) as endpoint:
            exchange = await pool.send("GET", endpoint, headers={})
            await pool.aclose()
            with pytest.raises(Unreachable, match="it was closed"):
                await exchange.read()

    run(work)
