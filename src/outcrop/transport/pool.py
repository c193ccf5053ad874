"""Outgoing HTTP/1.1 without blocking: connections that are kept and used again, over TCP, TLS or a unix socket.

aiohttp does the work and is imported with the first request; all that it does of its own accord (redirects, cookies,
proxies, decompression, headers, new spellings of a path) is switched off. What was read is bounded: while nobody takes
the pieces of an answer, some 128 KB of it wait here at most, and the other side has to.
"""

import ssl
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outcrop.transport.failures import TimedOut, Unreachable

if TYPE_CHECKING:
    import aiohttp

CONNECT_SECONDS = 10.0
KEPT_SECONDS = (
    4.0  # an idle connection is kept; many servers close theirs after 5 s, and closing would race with sending
)
LARGEST = 100_000_000  # bytes that `Exchange.read` takes
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # what aiohttp would send unasked


class Exchange:
    """A response whose headers (names in lower case) are here and whose body is still to be read.

    Read to the end, it gives its connection back; `aclose`, or closing the iterator of `pieces`, ends it before.
    """

    def __init__(self, response: "aiohttp.ClientResponse") -> None:
        self._response = response
        self.status = response.status
        self.headers: dict[str, str] = {name.lower(): value for name, value in response.headers.items()}

    async def read(self, largest: int = LARGEST) -> bytes:
        """The whole body; raises `Unreachable` when it breaks off or has more than `largest` bytes."""
        parts, size = [], 0
        try:
            async for piece in self.pieces():
                parts.append(piece)
                size += len(piece)
                if size > largest:
                    raise Unreachable(f"the answer is larger than {largest:,} bytes")
        finally:
            await self.aclose()
        return b"".join(parts)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives; bytes that arrived together come together. Raises `Unreachable` when it breaks off."""
        import aiohttp

        content = self._response.content
        try:
            while piece := await content.readany():
                yield piece
        except aiohttp.ServerTimeoutError as error:
            raise TimedOut("the answer stopped before its end: nothing more came in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"the connection broke before the end of the answer: {error}") from error
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End the exchange; a connection that still carries an answer is closed. Safe to call more than once."""
        self._response.close()


class Pool:
    """Connections of one event loop: made when first needed, kept for `KEPT_SECONDS`, closed by `aclose`.

    `ca_bundle` is a file of certificates to trust instead of the system's.
    """

    def __init__(self, *, ca_bundle: Path | None = None, connect_timeout: float = CONNECT_SECONDS) -> None:
        self._ca_bundle, self._connect_timeout = ca_bundle, connect_timeout
        self._sessions: dict[Path | None, aiohttp.ClientSession] = {}

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: float = 60.0,  # noqa: ASYNC109 - not of the whole, which a deadline would be
        socket: Path | None = None,
    ) -> Exchange:
        """Send one request to `url`, percent-encoded as it is to stand on the wire; return when the headers are here.

        `timeout` is seconds without a byte; `socket` a unix socket to connect to instead of the URL's host. A connection
        that was kept and closes before a byte of the answer had gone stale, and is replaced, once. Raises `Unreachable`
        when no connection comes about or it breaks, `TimedOut` when it stays silent. Cancelling closes the connection.
        """
        import aiohttp

        session = self._sessions.get(socket) or self._open(socket)
        repeated = False
        while True:
            kept: list[bool] = []
            try:
                return Exchange(await self._request(session, method, url, headers, body, timeout, kept))
            except (aiohttp.ClientError, OSError) as error:
                gone = isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError))
                if repeated or not (kept and gone):
                    failure = _failure(url, error, timeout, self._connect_timeout)
                    failure.sent = failure.sent or repeated  # the first attempt may have arrived
                    raise failure from error
                repeated = True

    async def _request(
        self,
        session: "aiohttp.ClientSession",
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        silence: float,
        kept: list[bool],
    ) -> "aiohttp.ClientResponse":
        import aiohttp
        from yarl import URL

        return await session.request(
            method,
            URL(url, encoded=True),
            data=body or None,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout, sock_read=silence),
            trace_request_ctx=kept,
        )

    def _open(self, socket: Path | None) -> "aiohttp.ClientSession":
        import aiohttp

        connector: aiohttp.BaseConnector
        if socket:
            connector = aiohttp.UnixConnector(str(socket), limit=0, keepalive_timeout=KEPT_SECONDS)
        else:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS, ssl=self._trust())
        trace = aiohttp.TraceConfig()
        trace.on_connection_reuseconn.append(_reused)
        session = self._sessions[socket] = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_NOT_ADDED,
            auto_decompress=False,
            trace_configs=[trace],
        )
        session._retry_connection = False  # GET would be sent again on its own; there is no public word for it
        return session

    def _trust(self) -> ssl.SSLContext | bool:
        return ssl.create_default_context(cafile=str(self._ca_bundle)) if self._ca_bundle else True

    async def aclose(self) -> None:
        """Close every connection, whatever it carries; safe to call more than once."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()


async def _reused(session: Any, context: Any, params: Any) -> None:
    """Say to the request that its connection had been kept."""
    context.trace_request_ctx.append(True)


def _failure(url: str, error: Exception, timeout: float, connect_timeout: float) -> Unreachable:
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Unreachable(f"{_origin(url)} took no connection within {connect_timeout:g} s", sent=False)
    if isinstance(error, TimeoutError):
        return TimedOut(f"{_origin(url)} does not answer: nothing came for {timeout:g} s")
    return Unreachable(
        f"{_origin(url)} does not answer: {error}", sent=not isinstance(error, aiohttp.ClientConnectorError)
    )


def _origin(url: str) -> str:
    """Scheme and host of `url`: what stands behind them may hold a secret."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"
