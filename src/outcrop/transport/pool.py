"""Outgoing HTTP/1.1 without blocking: connections that are kept and used again, over TCP, TLS or a unix socket.

Requests leave as they are given, with a host and a length where they name none, and answers are handed on as they came. How
one connection speaks is `connection`'s; here is which one is used, for how long it is kept, and what a failure is called.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from outcrop.transport.connection import Connection
from outcrop.transport.failures import TimedOut, Unreachable
from outcrop.transport.message import request

CONNECT_SECONDS = 10.0
KEPT_SECONDS = (
    4.0  # an idle connection is kept; many servers close theirs after 5 s, and closing would race with sending
)
LARGEST = 100_000_000  # bytes that `Exchange.read` takes


class Place(NamedTuple):
    """Where a connection leads: for `secure` ones with TLS, and to a unix socket instead of the host if there is one."""

    secure: bool
    host: str
    port: int
    socket: Path | None


class Exchange:
    """A response whose headers (names in lower case) are here and whose body is still to be read.

    It is an iterator of the body as it arrives, in which bytes that arrived together come together. Read to the end, it
    gives its connection back; `aclose` ends it before. Raises `Unreachable` when the body breaks off.
    """

    def __init__(self, pool: "Pool", place: Place, connection: Connection, silence: float) -> None:
        self._pool, self._place, self._silence = pool, place, silence
        self._connection: Connection | None = connection
        self.status, self.headers = connection.answer.status, connection.answer.headers

    async def read(self, largest: int = LARGEST) -> bytes:
        """The whole body; raises `Unreachable` when it breaks off or has more than `largest` bytes."""
        parts, size = [], 0
        try:
            async for piece in self:
                parts.append(piece)
                size += len(piece)
                if size > largest:
                    raise Unreachable(f"the answer is larger than {largest:,} bytes")
        finally:
            await self.aclose()
        return b"".join(parts)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = b""
        try:
            if self._connection:
                piece = await self._connection.piece(self._silence)
        except TimeoutError as error:
            raise TimedOut("the answer stopped before its end: nothing more came in time") from error
        except ConnectionError as error:
            raise Unreachable(f"the connection broke before the end of the answer: {error}") from error
        finally:
            if not piece:
                await self.aclose()
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """End the exchange; a connection that still carries an answer is closed. Safe to call more than once."""
        connection, self._connection = self._connection, None
        if connection:
            self._pool.give_back(self._place, connection)


class Pool:
    """Connections of one event loop: made when first needed, kept for `KEPT_SECONDS`, closed by `aclose`.

    `ca_bundle` is a file of certificates to trust instead of the system's.
    """

    def __init__(self, *, ca_bundle: Path | None = None, connect_timeout: float = CONNECT_SECONDS) -> None:
        self._ca_bundle, self._connect_timeout = ca_bundle, connect_timeout
        self._context: ssl.SSLContext | None = None
        self._open: set[Connection] = set()
        self._idle: dict[Place, dict[Connection, asyncio.TimerHandle]] = {}

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
        place, authority, target = _parts(url, socket)
        message = request(method, target, authority, headers, body)
        kept = self._kept(place)
        try:
            if kept:
                try:
                    return await self._ask(kept, place, method, message, timeout)
                except ConnectionError:
                    if kept.heard:
                        raise
            return await self._ask(await self._connect(place), place, method, message, timeout)
        except NotConnected as error:
            raise Unreachable(f"{_origin(url)} {error}", sent=kept is not None) from error
        except TimeoutError as error:
            raise TimedOut(f"{_origin(url)} does not answer: nothing came for {timeout:g} s") from error
        except ConnectionError as error:
            raise Unreachable(f"{_origin(url)} does not answer: {error}") from error

    async def _ask(self, connection: Connection, place: Place, method: str, message: bytes, silence: float) -> Exchange:
        connection.ask(message, bodiless=method == "HEAD")
        try:
            await connection.head(silence)
        except BaseException:
            connection.close()
            raise
        return Exchange(self, place, connection, silence)

    def _kept(self, place: Place) -> Connection | None:
        """The idle connection used last."""
        idle = self._idle.get(place)
        while idle:
            connection, expiry = idle.popitem()
            expiry.cancel()
            if not connection.closed:
                return connection
        return None

    def give_back(self, place: Place, connection: Connection) -> None:
        """Keep a connection on which nothing is under way; close any other."""
        if connection.reusable:
            expiry = asyncio.get_running_loop().call_later(KEPT_SECONDS, connection.close)
            self._idle.setdefault(place, {})[connection] = expiry
        else:
            connection.close()

    async def _connect(self, place: Place) -> Connection:
        loop = asyncio.get_running_loop()
        tls = self._trust() if place.secure else None
        try:
            async with asyncio.timeout(self._connect_timeout):
                if place.socket:
                    _, connection = await loop.create_unix_connection(
                        self._new, str(place.socket), ssl=tls, server_hostname=place.host if tls else None
                    )
                else:
                    _, connection = await loop.create_connection(self._new, place.host, place.port, ssl=tls)
        except TimeoutError as error:
            raise NotConnected(f"took no connection within {self._connect_timeout:g} s") from error
        except (OSError, UnicodeError) as error:
            raise NotConnected(f"does not answer: {error}") from error
        if not connection.closed:
            self._open.add(connection)
        return connection

    def _new(self) -> Connection:
        return Connection(self._forget)

    def _forget(self, connection: Connection) -> None:
        """It is closed."""
        self._open.discard(connection)
        for idle in self._idle.values():
            if expiry := idle.pop(connection, None):
                expiry.cancel()

    def _trust(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context(cafile=str(self._ca_bundle) if self._ca_bundle else None)
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context

    async def aclose(self) -> None:
        """Close every connection, whatever it carries; safe to call more than once."""
        closing = list(self._open)
        for connection in closing:
            connection.close()
        for connection in closing:
            await connection.gone


class NotConnected(Exception):
    """No connection came about; `args[0]` says how."""


@lru_cache(maxsize=1024)
def _parts(url: str, socket: Path | None) -> tuple[Place, str, str]:
    """Where `url` leads, the host as it is named to the server, and what is asked of it."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    place = Place(secure, parts.hostname or "", parts.port or (443 if secure else 80), socket)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return place, parts.netloc.rpartition("@")[2], target


def _origin(url: str) -> str:
    """Scheme and host of `url`: what stands behind them may hold a secret."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"
