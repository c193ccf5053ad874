"""Outgoing HTTP against real servers on the loopback: what arrives, what comes back, and every way not to answer."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from outcrop import transport
from outcrop.transport import Unreachable

Reply = Callable[[BaseHTTPRequestHandler], None]


class Served:
    """A server that answers with `reply`, and what it was asked: method, path, headers, body."""

    def __init__(self, reply: Reply, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                reply(self)

            do_GET = do_POST = do_DELETE = do  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: Any) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients go away on purpose
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.endpoint = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Reply:
    """A complete answer."""

    def run(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return run


def chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def start_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that reads one request, writes `answer` and hangs up; its endpoint."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join()
        listener.close()


def test_the_request_arrives_as_it_was_given() -> None:
    with Served(reply()) as server:
        path = "/model/arn%3Aaws%2Fid/invoke?a=%20b"
        transport.send(
            "POST", server.endpoint, path, headers={"x-one": "1", "content-type": "t"}, body=b"\x00\xff"
        ).read()
        ((method, asked, headers, body),) = server.asked
    assert (method, asked, body) == ("POST", path, b"\x00\xff")
    assert (headers["x-one"], headers["content-type"], headers["content-length"]) == ("1", "t", "2")
    assert headers["host"] == server.endpoint.removeprefix("http://")


def test_the_answer_comes_back_with_lower_case_headers() -> None:
    with Served(reply(418, b"body", X_Amzn_RequestId="ID")) as server:
        response = transport.send("GET", server.endpoint, "/", headers={})
        assert (response.status, response.headers["x-amzn-requestid"], response.read()) == (418, "ID", b"body")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_answers(status: int) -> None:
    with Served(reply(status, b"moved", Location="/elsewhere")) as server:
        response = transport.send("GET", server.endpoint, "/here", headers={})
        assert (response.status, response.headers["location"], response.read()) == (status, "/elsewhere", b"moved")
        assert [path for _, path, _, _ in server.asked] == ["/here"]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Served(reply(body=b"direct")) as server:
        assert transport.send("GET", server.endpoint, "/", headers={}).read() == b"direct"


def test_pieces_arrive_while_the_server_still_writes() -> None:
    read = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        chunk(handler, b"second" if read.wait(5) else b"too late")
        chunk(handler, b"")

    with Served(write) as server:
        pieces = transport.send("POST", server.endpoint, "/", headers={}).pieces()
        assert next(pieces) == b"first"
        read.set()
        assert b"".join(pieces) == b"second"


def test_a_long_body_comes_in_bounded_pieces() -> None:
    body = bytes(range(256)) * 1000
    with Served(reply(body=body)) as server:
        pieces = list(transport.send("GET", server.endpoint, "/", headers={}).pieces())
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= transport.CHUNK


def test_a_reader_that_stops_closes_the_connection() -> None:
    gone = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        if handler.rfile.read(1) == b"":  # the end of the connection, as the server sees it
            gone.set()

    with Served(write) as server:
        pieces = transport.send("POST", server.endpoint, "/", headers={}).pieces()
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert gone.wait(5)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unreachable, match=f"^{endpoint} does not answer: "):
        transport.send("GET", endpoint, "/", headers={})


@pytest.mark.parametrize("answer", [b"", b"not HTTP\r\n\r\n"])
def test_what_hangs_up_or_speaks_otherwise_is_unreachable(answer: bytes) -> None:
    with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="does not answer"):
        transport.send("GET", endpoint, "/", headers={}).read()


def test_silence_is_unreachable_after_the_timeout() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        done.wait(5)
        handler.close_connection = True

    with Served(wait) as server:
        with pytest.raises(Unreachable, match="timed out"):
            transport.send("GET", server.endpoint, "/", headers={}, timeout=0.05)
        done.set()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf",
    ],
)
def test_a_body_that_breaks_off_is_not_taken_for_whole(answer: bytes) -> None:
    for take in (transport.Response.read, lambda response: list(response.pieces())):
        with raw_server(answer) as endpoint, pytest.raises(Unreachable, match="broke before the end"):
            take(transport.send("GET", endpoint, "/", headers={}))


def test_silence_within_a_body_is_unreachable_too() -> None:
    done = threading.Event()

    def write(handler: BaseHTTPRequestHandler) -> None:
        start_chunks(handler)
        chunk(handler, b"first")
        done.wait(5)
        handler.close_connection = True

    with Served(write) as server:
        pieces = transport.send("GET", server.endpoint, "/", headers={}, timeout=0.2).pieces()
        assert next(pieces) == b"first"
        with pytest.raises(Unreachable, match="timed out"):
            next(pieces)
        done.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate nobody but its own file vouches for, and a server's context with it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "outcrop test")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    bundle, private = folder / "certificate.pem", folder / "key.pem"
    bundle.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, private)
    return bundle, context


def test_https_trusts_the_bundle_it_is_given_and_nothing_unknown(certificate: tuple[Path, ssl.SSLContext]) -> None:
    bundle, context = certificate
    with Served(reply(body=b"sealed"), context) as server:
        assert transport.send("GET", server.endpoint, "/", headers={}, ca_bundle=bundle).read() == b"sealed"
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            transport.send("GET", server.endpoint, "/", headers={})
        by_name = server.endpoint.replace("127.0.0.1", "localhost")
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            transport.send("GET", by_name, "/", headers={}, ca_bundle=bundle)
