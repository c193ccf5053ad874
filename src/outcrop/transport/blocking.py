"""Outgoing HTTP/1.1 that blocks: connections to one endpoint, kept and used again, over sockets of the standard library."""

import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from outcrop.transport.failures import TimedOut, Unreachable
from outcrop.transport.message import Answer, Malformed, request

CHUNK = 65536
KEPT = 10  # idle connections to one endpoint, as botocore keeps


class Response:
    """A response whose body is read with `read` or piece by piece with `pieces`.

    Read to its end, it gives its connection back; left before that, or broken, it closes it. Both raise `Unreachable`
    when the connection breaks before the end of the body, and `TimedOut` when it falls silent.
    """

    def __init__(self, owner: "Connections", connection: socket.socket, answer: Answer) -> None:
        self._owner, self._connection, self._answer, self._open = owner, connection, answer, True
        self.status, self.headers = answer.status, answer.headers

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces())

    def close(self) -> None:
        """End it, unless it has been read to its end: the connection is closed."""
        if self._open:
            self._open = False
            self._connection.close()

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives; bytes that arrived together come together."""
        answer = self._answer
        try:
            while True:
                if answer.size:
                    yield answer.take()
                if answer.whole:
                    break
                _read_on(self._connection, answer)
            if self._open and answer.stays:
                self._open = False
                self._owner.keep(self._connection)
        except TimeoutError as error:
            raise TimedOut("the connection broke before the end of the answer: timed out") from error
        except (OSError, Malformed) as error:
            raise Unreachable(f"the connection broke before the end of the answer: {error}") from error
        finally:
            self.close()


class Connections:
    """Connections to `endpoint` (scheme, host, port), which stay open between requests; threads may share them.

    `connect` is the most seconds to open one; `ca_bundle` is trusted instead of the system's authorities.
    """

    def __init__(self, endpoint: str, *, ca_bundle: Path | None = None, connect: float = 60.0) -> None:
        url = urlsplit(endpoint)
        self._endpoint, self._connect = endpoint, connect
        self._secure, self._ca_bundle = url.scheme == "https", ca_bundle
        self._host, self._port = url.hostname or "", url.port or (443 if self._secure else 80)
        self._authority = url.netloc.rpartition("@")[2]
        self._context: ssl.SSLContext | None = None
        self._idle: list[socket.socket] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: float = 60.0,
        silence: float | None = None,
    ) -> Response:
        """Send one request and return when the headers of the response are here.

        `timeout` is the most seconds until then without a byte, `silence` the most within the body (the same unless
        given). Raises `Unreachable` when no connection comes about or it breaks before that, `TimedOut` for silence.
        """
        message = request(method, path, self._authority, headers, body)
        connection, answer = self._idle_one() or self._open(), Answer(bodiless=method == "HEAD")
        try:
            connection.settimeout(timeout)
            connection.sendall(message)
            while not answer.status:
                _read_on(connection, answer)
            if silence is not None:
                connection.settimeout(silence)
            return Response(self, connection, answer)
        except TimeoutError as error:
            connection.close()
            raise TimedOut(f"{self._endpoint} does not answer: timed out") from error
        except (OSError, Malformed) as error:
            connection.close()
            raise Unreachable(f"{self._endpoint} does not answer: {error}") from error

    def keep(self, connection: socket.socket) -> None:
        """Take back a connection on which nothing is under way."""
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are idle."""
        while self._idle:
            self._idle.pop().close()

    __del__ = close

    def _idle_one(self) -> socket.socket | None:
        """The idle connection used last that the other side has not closed."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not _readable(connection):
                return connection
            connection.close()

    def _open(self) -> socket.socket:
        connection: socket.socket | None = None
        try:
            connection = socket.create_connection((self._host, self._port), self._connect)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._trust().wrap_socket(connection, server_hostname=self._host) if self._secure else connection
        except (OSError, UnicodeError) as error:
            if connection:
                connection.close()
            raise Unreachable(f"{self._endpoint} does not answer: {error}", sent=False) from error

    def _trust(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context(cafile=str(self._ca_bundle) if self._ca_bundle else None)
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context


def _read_on(connection: socket.socket, answer: Answer) -> None:
    """Wait for more of the answer."""
    data = connection.recv(CHUNK)
    if not data:
        answer.end()
        if not answer.whole:
            raise ConnectionError("it was closed by the other side")
        return
    try:
        answer.feed(data)
    except Malformed:
        if not answer.whole:
            raise


def _readable(opened: socket.socket) -> bool:
    """Whether something waits on an idle connection, which can only be its end."""
    poll = select.poll()
    poll.register(opened, select.POLLIN)
    return bool(poll.poll(0))
