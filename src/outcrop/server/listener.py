"""The server: granian on a socket of ours, in this process's event loop, HTTP/1.1 and HTTP/2 on one port.

The socket is bound here and handed over, so that port 0 is known before anything starts and a taken port is our error to
word. granian's `Server` takes an address only; `_Listener` overrides the one method in which it makes its socket.
Stopping is in two steps: refuse and drain, then stop granian.
"""

import asyncio
import contextlib
import socket
import sys
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server

from outcrop.server.application import Application

BACKLOG = 1024
IDLE = 60_000  # milliseconds: HTTP/1.1 headers have to be complete by then, HTTP/2 connections are asked for a sign of life
PONG = 20  # seconds within which it has to come
DRAIN = 30.0  # seconds a running stream gets to finish
CLOSE = 2.0  # seconds connections get to close after that; one whose reader has stopped never would


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError when the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited: a frame leaves when it is ready
        listening.bind((host, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening


class _Listener(Server):
    """granian's embedded server on a socket that is already bound."""

    def __init__(
        self, listening: socket.socket, application: Application, certificate: tuple[Path, Path] | None
    ) -> None:
        host, port = listening.getsockname()[:2]
        cert, key = certificate or (None, None)
        super().__init__(
            application,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.auto,
            http1_settings=HTTP1Settings(header_read_timeout=IDLE),
            # a client that is there answers a ping, whatever it is waiting for
            http2_settings=HTTP2Settings(keep_alive_interval=IDLE, keep_alive_timeout=PONG),
            websockets=True,
            backlog=BACKLOG,
            log_enabled=False,
            ssl_cert=cert,
            ssl_key=key,
            ssl_protocol_min=SSLProtocols.tls12,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder  # granian's stub lacks the arguments its own workers pass: fd, unix socket, backlog
        backlog = (BACKLOG,) if sys.platform.startswith(("linux", "freebsd")) else ()
        # granian closes the descriptor when it stops, so it must be nobody else's
        self._shd: Any = holder(self._listening.detach(), False, *backlog)


class Listening:
    """A server that is running; `listening` is its own from now on, and closed when it stops."""

    def __init__(
        self, listening: socket.socket, application: Application, certificate: tuple[Path, Path] | None = None
    ):
        self._application = application
        self._server: Any = _Listener(listening, application, certificate)
        self._task = asyncio.ensure_future(self._server.serve())

    async def stop(self) -> None:
        """Refuse new requests, let running ones finish (30 s at most), then stop; what is left ends with the loop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._application.drain(), DRAIN)
        self._server.stop()
        await asyncio.wait({self._task}, timeout=CLOSE)
