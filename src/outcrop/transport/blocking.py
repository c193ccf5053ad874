"""One request, one response read in pieces, over the standard library's client: a connection for each."""

import http.client
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from outcrop.transport.failures import Unreachable

CHUNK = 65536


class Response:
    """A response whose body is read with `read` or piece by piece with `pieces`; either closes the connection.

    Both raise `Unreachable` when the connection breaks before the end of the body.
    """

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection, self._response = connection, response
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives."""
        with closing(self._connection):
            try:
                while piece := self._response.read1(CHUNK):
                    yield piece
                if self._response.length:  # a known length that ends early is no error to `read1`
                    raise http.client.IncompleteRead(b"", self._response.length)
            except (OSError, http.client.HTTPException) as error:
                raise Unreachable(f"the connection broke before the end of the answer: {error}") from error


def send(
    method: str,
    endpoint: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    timeout: float = 60.0,
    ca_bundle: Path | None = None,
) -> Response:
    """Send one request to `endpoint` (scheme, host, port) and return when the headers of the response are here.

    `timeout` is seconds without a byte. Raises `Unreachable` when no connection comes about or it breaks before that.
    """
    url = urlsplit(endpoint)
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request(method, path, body or None, dict(headers))
        return Response(connection, connection.getresponse())
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise Unreachable(f"{endpoint} does not answer: {error}") from error
