"""Requests to the byte, and answers out of bytes that come in any pieces: whole, cut, too long and not HTTP."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.transport.message import LARGEST_HEAD, Answer, Malformed, request

bodies = st.lists(st.binary(min_size=1, max_size=40), max_size=5)


def chunked(parts: list[bytes], extension: bytes = b"", trailers: bytes = b"") -> bytes:
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n" + trailers + b"\r\n"


def measured(parts: list[bytes]) -> bytes:
    body = b"".join(parts)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def read(stream: bytes, cuts: list[int]) -> tuple[Answer, bytes]:
    answer, body = Answer(), b""
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if start < end:
            answer.feed(stream[start:end])
            body += answer.take()
    return answer, body


def test_a_request_to_the_byte() -> None:
    headers = {"x-one": "1", "content-type": "text/plain"}
    assert request("POST", "/a%20b?c=d", "host:1", headers, b"body") == (
        b"POST /a%20b?c=d HTTP/1.1\r\nx-one: 1\r\ncontent-type: text/plain\r\nhost: host:1\r\ncontent-length: 4\r\n\r\nbody"
    )


def test_a_request_says_its_length_where_it_could_have_a_body_and_names_its_host_once() -> None:
    assert request("GET", "/", "other", {"host": "h"}, b"") == b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"
    assert request("POST", "/", "h", {}, b"") == b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("target", "value"),
    [("/a b", "1"), ("/\r\nx: y", "1"), ("/", "1\r\nx: y"), ("/", "1\n"), ("/", "\r"), ("/", "\0"), ("/\0", "1")],
)
def test_a_request_that_would_be_read_as_more_than_it_is_is_refused(target: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot be in it"):
        request("GET", target, "host", {"x": value}, b"")


@given(bodies, st.sampled_from([measured, chunked]), st.data())
def test_an_answer_is_the_same_however_its_bytes_are_cut(parts: list[bytes], written, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    stream = written(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    answer, body = read(stream, cuts)
    assert (answer.status, body, answer.whole, answer.stays) == (200, b"".join(parts), True, True)


def test_extensions_and_trailers_mean_nothing() -> None:
    answer, body = read(chunked([b"a", b"bc"], b";x=y", b"X-Late: 1\r\n"), [])
    assert (body, answer.headers, answer.whole) == (b"abc", {"transfer-encoding": "chunked"}, True)


def test_each_piece_is_there_as_soon_as_its_bytes_are() -> None:
    stream = chunked([b"first", b"second"])
    answer, at = Answer(), stream.index(b"first") + 2
    answer.feed(stream[:at])
    assert (answer.size, answer.take(), answer.whole) == (2, b"fi", False)
    answer.feed(stream[at:])
    assert (answer.size, answer.take(), answer.size) == (9, b"rstsecond", 0)


def test_what_comes_before_the_answer_is_not_the_answer() -> None:
    answer = Answer()
    answer.feed(b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n")
    assert (answer.status, answer.whole) == (0, False)
    answer.feed(measured([b"body"]))
    assert (answer.status, answer.headers, answer.take()) == (200, {"content-length": "4"}, b"body")


def test_a_body_without_an_end_of_its_own_ends_with_the_connection() -> None:
    for stream, whole in ((b"HTTP/1.1 200 OK\r\n\r\nhalf", True), (measured([b"body"])[:-1], False), (b"", False)):
        answer = Answer()
        answer.feed(stream)
        answer.end()
        assert (answer.whole, answer.stays) == (whole, bool(stream) and not whole)


def test_a_head_alone() -> None:
    answer = Answer(bodiless=True)
    answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    assert (answer.whole, answer.stays, answer.take()) == (True, False, b"")


def test_a_connection_that_is_said_to_close_does_not_stay() -> None:
    answer, _ = read(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", [])
    assert (answer.whole, answer.stays) == (True, False)


@pytest.mark.parametrize("end", [b"x", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("at_once", [True, False])
def test_what_follows_an_answer_ends_its_connection_and_not_the_answer(end: bytes, at_once: bool) -> None:
    answer, stream = Answer(), measured([b"body"])
    if not at_once:
        answer.feed(stream)
    with pytest.raises(Malformed):
        answer.feed(stream + end if at_once else end)
    assert (answer.whole, answer.take(), answer.stays) == (True, b"body", False)


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Malformed, match="an answer to nothing"):
        Answer(asked=False).feed(measured([b"body"]))


@pytest.mark.parametrize(
    "stream",
    [
        b"not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello world\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(stream: bytes) -> None:
    with pytest.raises(Malformed, match="not HTTP"):
        Answer().feed(stream)


def test_heads_without_end_are_refused() -> None:
    answer, line = Answer(), b"X: " + b"x" * 995 + b"\r\n"
    answer.feed(b"HTTP/1.1 200 OK\r\n" + line * (LARGEST_HEAD // len(line) - 1))
    with pytest.raises(Malformed, match="no body"):
        answer.feed(line * 2)


def test_a_long_body_is_no_head() -> None:
    body = bytes(4 * LARGEST_HEAD)
    answer, found = read(measured([body]), [LARGEST_HEAD * n for n in range(1, 4)])
    assert (found == body, answer.whole) == (True, True)


@settings(max_examples=200)
@given(st.binary(max_size=100))
def test_any_bytes_are_an_answer_or_malformed(data: bytes) -> None:
    answer = Answer()
    try:
        answer.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
    except Malformed:
        return
    assert answer.status == 200
    assert len(answer.take()) <= len(data)
