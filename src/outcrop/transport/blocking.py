"""Outgoing HTTP/1.1 that blocks: connections to one endpoint, kept and used again, over the standard library's client."""

import http.client
import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from outcrop.transport.failures import TimedOut, Unreachable

CHUNK = 65536
KEPT = 10  # idle connections to one endpoint, as botocore keeps


class Response:
    """A response whose body is read with `read` or piece by piece with `pieces`.

    Read to its end, it gives its connection back; left before that, or broken, it closes it. Both raise `Unreachable`
    when the connection breaks before the end of the body, and `TimedOut` when it falls silent.
    """

    def __init__(self, owner: "Connections", connection: http.client.HTTPConnection, silence: float) -> None:
        self._owner, self._connection, self._open = owner, connection, True
        opened: socket.socket = connection.sock
        self._response = connection.getresponse()
        opened.settimeout(silence)
        self.status = self._response.status
        self.headers = {name.lower(): value for name, value in self._response.getheaders()}

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces())

    def close(self) -> None:
        """End it, unless it has been read to its end: the connection is closed."""
        if self._open:
            self._open = False
            self._response.close()
            self._connection.close()

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives."""
        whole = False
        try:
            while piece := self._response.read1(CHUNK):
                yield piece
            if self._response.length:  # a known length that ends early is no error to `read1`
                raise http.client.IncompleteRead(b"", self._response.length)
            whole = True
        except TimeoutError as error:
            raise TimedOut("the connection broke before the end of the answer: timed out") from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the connection broke before the end of the answer: {error}") from error
        finally:
            self._open = False
            self._response.close()
            if whole and not self._response.will_close:
                self._owner.keep(self._connection)
            else:
                self._connection.close()


class Connections:
    """Connections to `endpoint` (scheme, host, port), which stay open between requests; threads may share them.

    `connect` is the most seconds to open one; `ca_bundle` is trusted instead of the system's authorities.
    """

    def __init__(self, endpoint: str, *, ca_bundle: Path | None = None, connect: float = 60.0) -> None:
        url = urlsplit(endpoint)
        self._endpoint, self._connect = endpoint, connect
        self._host, self._port = url.hostname or "", url.port
        self._secure, self._ca_bundle = url.scheme == "https", ca_bundle
        self._context: ssl.SSLContext | None = None
        self._idle: list[http.client.HTTPConnection] = []

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
        connection = self._idle_one() or self._open()
        try:
            connection.sock.settimeout(timeout)
            connection.request(method, path, body or None, dict(headers))
            return Response(self, connection, timeout if silence is None else silence)
        except TimeoutError as error:
            connection.close()
            raise TimedOut(f"{self._endpoint} does not answer: timed out") from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f"{self._endpoint} does not answer: {error}") from error

    def keep(self, connection: http.client.HTTPConnection) -> None:
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

    def _idle_one(self) -> http.client.HTTPConnection | None:
        """The idle connection used last that the other side has not closed."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.sock is not None and not _readable(connection.sock):
                return connection
            connection.close()

    def _open(self) -> http.client.HTTPConnection:
        connection = self._new()
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f"{self._endpoint} does not answer: {error}", sent=False) from error
        return connection

    def _new(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._connect)
        if self._context is None:
            self._context = ssl.create_default_context(cafile=str(self._ca_bundle) if self._ca_bundle else None)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._connect, context=self._context)


def _readable(opened: socket.socket) -> bool:
    """Whether something waits on an idle connection, which can only be its end."""
    poll = select.poll()
    poll.register(opened, select.POLLIN)
    return bool(poll.poll(0))
