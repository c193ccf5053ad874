"""Outgoing HTTP against real servers on the loopback: what arrives, what comes back, and every way not to answer."""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from tests.transport.conftest import Served, chunk, raw_server, reply, start_chunks

from outcrop.transport import Connections, Response, TimedOut, Unreachable, blocking


def send(method: str, endpoint: str, path: str, *, ca_bundle: Path | None = None, **options: Any) -> Response:
    """One request over connections of its own."""
    return Connections(endpoint, ca_bundle=ca_bundle).send(method, path, **options)


def test_the_request_arrives_as_it_was_given() -> None:
    with Served(reply()) as server:
        path = "/model/arn%3Aaws%2Fid/invoke?a=%20b"
        send("POST", server.endpoint, path, headers={"x-one": "1", "content-type": "t"}, body=b"\x00\xff").read()
        ((method, asked, headers, body),) = server.asked
    assert (method, asked, body) == ("POST", path, b"\x00\xff")
    assert (headers["x-one"], headers["content-type"], headers["content-length"]) == ("1", "t", "2")
    assert headers["host"] == server.endpoint.removeprefix("http://")


def test_the_answer_comes_back_with_lower_case_headers() -> None:
    with Served(reply(418, b"body", X_Amzn_RequestId="ID")) as server:
        response = send("GET", server.endpoint, "/", headers={})
        assert (response.status, response.headers["x-amzn-requestid"], response.read()) == (418, "ID", b"body")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_answers(status: int) -> None:
    with Served(reply(status, b"moved", Location="/elsewhere")) as server:
        response = send("GET", server.endpoint, "/here", headers={})
        assert (response.status, response.headers["location"], response.read()) == (status, "/elsewhere", b"moved")
        assert [path for _, path, _, _ in server.asked] == ["/here"]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Served(reply(body=b"direct")) as server:
        assert send("GET", server.endpoint, "/", headers={}).read() == b"direct"


def test_pieces_arrive_while_the_server_still_writes() -> None:
    read = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        chunk(handler, b"second" if read.wait(5) else b"too late")
        chunk(handler, b"")

    with Served(write) as server:
        pieces = send("POST", server.endpoint, "/", headers={}).pieces()
        assert next(pieces) == b"first"
        read.set()
        assert b"".join(pieces) == b"second"


def test_a_long_body_comes_in_bounded_pieces() -> None:
    body = bytes(range(256)) * 1000
    with Served(reply(body=body)) as server:
        pieces = list(send("GET", server.endpoint, "/", headers={}).pieces())
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= blocking.CHUNK


def test_a_reader_that_stops_closes_the_connection() -> None:
    gone = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        if handler.rfile.read(1) == b"":  # the end of the connection, as the server sees it
            gone.set()

    with Served(write) as server:
        pieces = send("POST", server.endpoint, "/", headers={}).pieces()
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert gone.wait(5)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unreachable, match=f"^{endpoint} does not answer: ") as failed:
        send("GET", endpoint, "/", headers={})
    assert not failed.value.sent


@pytest.mark.parametrize("answer", [b"", b"not HTTP\r\n\r\n"])
def test_what_hangs_up_or_speaks_otherwise_is_unreachable(answer: bytes) -> None:
    with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="does not answer"):
        send("GET", endpoint, "/", headers={}).read()


def test_silence_is_unreachable_after_the_timeout() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        done.wait(5)
        handler.close_connection = True

    with Served(wait) as server:
        with pytest.raises(TimedOut, match="timed out"):
            send("GET", server.endpoint, "/", headers={}, timeout=0.05)
        done.set()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
    ],
)
def test_a_body_that_breaks_off_is_not_taken_for_whole(answer: bytes) -> None:
    for take in (Response.read, lambda response: list(response.pieces())):
        with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="broke before the end"):
            take(send("GET", endpoint, "/", headers={}))


def test_what_follows_an_answer_does_not_spoil_it() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\n") as endpoint:
        assert send("GET", endpoint, "/", headers={}).read() == b"body"


def test_a_body_may_end_with_its_connection() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\n\r\nall of it") as endpoint:
        assert send("GET", endpoint, "/", headers={}).read() == b"all of it"


def test_a_header_that_would_be_two_is_not_sent() -> None:
    with Served(reply()) as server:
        connections = Connections(server.endpoint)
        with pytest.raises(ValueError, match="cannot be in it"):
            connections.send("GET", "/", headers={"x": "1\r\ny: 2"})
        assert not server.asked


def test_silence_within_a_body_is_unreachable_too() -> None:
    done = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        done.wait(5)
        handler.close_connection = True

    with Served(write) as server:
        pieces = send("GET", server.endpoint, "/", headers={}, timeout=0.2).pieces()
        assert next(pieces) == b"first"
        with pytest.raises(TimedOut, match="timed out"):
            next(pieces)
        done.set()


def test_https_trusts_the_bundle_it_is_given_and_nothing_unknown(certificate: tuple[Path, ssl.SSLContext]) -> None:
    bundle, context = certificate
    with Served(reply(body=b"sealed"), context) as server:
        assert send("GET", server.endpoint, "/", headers={}, ca_bundle=bundle).read() == b"sealed"
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            send("GET", server.endpoint, "/", headers={})
        by_name = server.endpoint.replace("127.0.0.1", "localhost")
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            send("GET", by_name, "/", headers={}, ca_bundle=bundle)


def callers(reply_: Any) -> tuple[Any, list[tuple[str, int]]]:
    """A reply that notes which connection asked."""
    seen: list[tuple[str, int]] = []

    def run(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.client_address)
        reply_(handler)

    return run, seen


def test_a_connection_read_to_its_end_is_used_again() -> None:
    answer, seen = callers(reply(body=b"x"))
    with Served(answer) as server:
        connections = Connections(server.endpoint)
        for _ in range(3):
            assert connections.send("GET", "/", headers={}).read() == b"x"
        connections.close()
        assert connections.send("GET", "/", headers={}).read() == b"x"
    assert seen[0] == seen[1] == seen[2] != seen[3]


def test_two_answers_at_once_need_two_connections() -> None:
    answer, seen = callers(reply(body=b"x"))
    with Served(answer) as server:
        connections = Connections(server.endpoint)
        first, second = (connections.send("GET", "/", headers={}) for _ in range(2))
        assert (first.read(), second.read()) == (b"x", b"x")
    assert seen[0] != seen[1]


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    closed = threading.Event()

    def once(handler: BaseHTTPRequestHandler) -> None:
        reply(body=b"x")(handler)
        handler.close_connection = True  # without saying so
        handler.connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    answer, seen = callers(once)
    with Served(answer) as server:
        connections = Connections(server.endpoint)
        for _ in range(2):
            assert connections.send("GET", "/", headers={}).read() == b"x"
            assert closed.wait(5)
            closed.clear()
    assert seen[0] != seen[1]


def test_an_answer_that_was_left_gives_its_connection_to_nobody() -> None:
    answer, seen = callers(reply(body=b"x" * 200_000))
    with Served(answer) as server:
        connections = Connections(server.endpoint)
        pieces = connections.send("GET", "/", headers={}).pieces()
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert len(connections.send("GET", "/", headers={}).read()) == 200_000
    assert seen[0] != seen[1]


def test_the_body_has_a_time_of_its_own() -> None:
    done = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        done.wait(5)
        handler.close_connection = True

    with Served(write) as server:
        pieces = send("GET", server.endpoint, "/", headers={}, timeout=60, silence=0.05).pieces()
        assert next(pieces) == b"first"
        with pytest.raises(TimedOut):
            next(pieces)
        done.set()


def test_an_answer_that_was_never_read_can_be_closed() -> None:
    gone = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        if handler.rfile.read(1) == b"":
            gone.set()

    with Served(write) as server:
        response = send("POST", server.endpoint, "/", headers={})
        response.close()
        response.close()
        assert gone.wait(5)


def test_closing_what_was_read_keeps_the_connection() -> None:
    answer, seen = callers(reply(body=b"x"))
    with Served(answer) as server:
        connections = Connections(server.endpoint)
        for _ in range(2):
            response = connections.send("GET", "/", headers={})
            response.read()
            response.close()
    assert seen[0] == seen[1]
