"""One connection: answers put together from any pieces, told apart from what is none, and bounded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.transport.connection import ENOUGH, Connection
from outcrop.transport.message import LARGEST_HEAD

SILENCE = 5.0
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
HEADERS = st.dictionaries(WORDS.map("x-{}".format), WORDS, max_size=4)
BODIES = st.lists(st.binary(min_size=1, max_size=40), max_size=5)


class Line(asyncio.Transport):
    """What a connection writes to; nothing is at its other end."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.unsent, self.aborted, self.reading = b"", 0, False, True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def connected() -> tuple[Connection, Line]:
    connection, line = Connection(lambda _: None), Line()
    connection.connection_made(line)
    return connection, line


async def answered(connection: Connection) -> bytes:
    """The whole body, once the head is here."""
    await connection.head(SILENCE)
    return b"".join([piece async for piece in _pieces(connection)])


async def _pieces(connection: Connection) -> AsyncIterator[bytes]:
    while piece := await connection.piece(SILENCE):
        yield piece


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def framed(how: str, parts: list[bytes]) -> tuple[bytes, bytes]:
    """The header that says how a body is framed, and the body so."""
    if how == "chunked":
        chunks = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts)
        return b"Transfer-Encoding: chunked\r\n", chunks + b"0\r\nx-trailer: late\r\n\r\n"
    length = b"" if how == "closed" else b"Content-Length: %d\r\n" % len(b"".join(parts))
    return length, b"".join(parts)


@given(
    how=st.sampled_from(["length", "chunked", "closed"]),
    status=st.sampled_from([200, 201, 404, 500]),
    headers=HEADERS,
    parts=BODIES,
    before=st.lists(st.sampled_from([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\nx-early: 1\r\n\r\n"])),
    places=st.lists(st.integers(0, 10_000), max_size=30),
)
def test_answers_are_the_same_whatever_pieces_they_come_in(
    runner: asyncio.Runner,
    how: str,
    status: int,
    headers: dict[str, str],
    parts: list[bytes],
    before: list[bytes],
    places: list[int],
) -> None:
    length, body = framed(how, parts)
    said = b"".join(f"{name.title()}: {value}\r\n".encode() for name, value in headers.items())
    answer = b"".join(before) + b"HTTP/1.1 %d Said\r\n%s%s\r\n" % (status, said, length) + body

    async def work() -> None:
        connection, _ = connected()
        for _ in range(1 if how == "closed" else 2):  # one connection, one answer after the other
            connection.ask(b"")
            for piece in cut(answer, places):
                connection.data_received(piece)
            if how == "closed":
                connection.connection_lost(None)
            assert await answered(connection) == b"".join(parts)
            assert connection.answer.status == status
            assert {
                name: value for name, value in connection.answer.headers.items() if name.startswith("x-")
            } == headers
            assert connection.reusable == (how != "closed")

    runner.run(work())


@given(
    answer=st.binary(max_size=200).map(lambda junk: b"HTTP/1.1 200 OK\r\n" + junk) | st.binary(max_size=200),
    places=st.lists(st.integers(0, 200), max_size=10),
)
def test_bytes_that_are_no_answer_end_in_an_error_or_a_bounded_body(
    runner: asyncio.Runner, answer: bytes, places: list[int]
) -> None:
    async def work() -> None:
        connection, line = connected()
        connection.ask(b"")
        for piece in cut(answer, places):
            if not line.aborted:
                connection.data_received(piece)
        connection.connection_lost(None)
        with suppress(ConnectionError):
            assert len(await answered(connection)) <= len(answer)
        assert not connection.reusable

    runner.run(work())


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * LARGEST_HEAD,
        b"HTTP/1.1 100 Continue\r\n\r\n" * (LARGEST_HEAD // 20),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * LARGEST_HEAD,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: " + b"a" * LARGEST_HEAD,
    ],
    ids=["head", "heads", "note", "trailer"],
)
def test_heads_without_end_are_not_read_without_end(runner: asyncio.Runner, endless: bytes) -> None:
    async def work() -> None:
        connection, line = connected()
        connection.ask(b"")
        for start in range(0, len(endless), 1000):
            connection.data_received(endless[start : start + 1000])
        assert line.aborted
        with pytest.raises(ConnectionError, match="no body"):
            await answered(connection)

    runner.run(work())


def test_a_body_that_nobody_takes_is_not_read_on(runner: asyncio.Runner) -> None:
    async def work() -> None:
        connection, line = connected()
        connection.ask(b"")
        connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(ENOUGH))
        assert line.reading
        connection.data_received(b"a")
        assert not line.reading
        assert len(await connection.piece(SILENCE)) == ENOUGH + 1
        assert line.reading

    runner.run(work())


def test_a_connection_is_used_again_only_when_both_sides_are_done(runner: asyncio.Runner) -> None:
    done = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def over(answer: bytes, *, unsent: int = 0, bodiless: bool = False) -> bool:
        connection, line = connected()
        line.unsent = unsent
        connection.ask(b"request", bodiless=bodiless)
        assert line.written == b"request"
        connection.data_received(answer)
        await answered(connection)
        return connection.reusable

    async def work() -> None:
        assert await over(done)
        assert await over(b"HTTP/1.1 204 No\r\n\r\n")
        assert not await over(done, unsent=1)
        assert not await over(done.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        assert not await over(done.replace(b"1.1", b"1.0"))
        assert not await over(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", bodiless=True)

    runner.run(work())


def test_an_answer_to_nothing_closes_the_connection(runner: asyncio.Runner) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def work() -> None:
        connection, line = connected()
        connection.ask(b"")
        connection.data_received(answer + answer)
        assert line.aborted
        assert await answered(connection) == b"ok"
        assert not connection.reusable
        idle, line = connected()
        idle.data_received(answer)
        assert idle.closed
        assert line.aborted

    runner.run(work())


def test_silence_is_counted_from_what_came_last_and_by_the_wait_that_is_on(runner: asyncio.Runner) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"

    async def work() -> None:
        connection, _ = connected()
        connection.ask(b"")
        later = asyncio.get_running_loop().call_later
        later(0.01, connection.data_received, begun)
        await connection.head(0.04)
        later(0.06, connection.data_received, b"ok")  # after the time the head had
        assert await connection.piece(SILENCE) == b"ok"
        async with asyncio.timeout(SILENCE / 2):
            with pytest.raises(TimeoutError):
                await connection.piece(0.01)  # before the time the last piece had

    runner.run(work())


def test_bytes_after_bytes_put_the_end_off(runner: asyncio.Runner) -> None:
    async def work() -> None:
        connection, _ = connected()
        connection.ask(b"")
        for n in range(1, 5):
            asyncio.get_running_loop().call_later(0.05 * n, connection.data_received, b"HTTP/1.1 100 Continue\r\n\r\n")
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(TimeoutError):
            await connection.head(0.1)
        assert loop.time() - began >= 0.3  # 0.2 s until the last of them, and 0.1

    runner.run(work())
