"""A small HTTP/2 client on a blocking socket: by prior knowledge, or over TLS when that chose h2.

One connection, any number of streams at once. It shows what the server sends, as it comes; it retries and hides nothing.
"""

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import msgspec
from tests.serving import ANSWER_TIMEOUT, Server

CHUNK = 65536


class Stream(msgspec.Struct):
    """What has arrived of one answer; `pieces` are the DATA frames, `reset` the code of a RST_STREAM."""

    headers: dict[str, str] = {}
    pieces: list[bytes] = []
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> int:
        return int(self.headers[":status"])

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)


class Connection:
    """A connection to `server`; close it, or use it as a context."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.socket: socket.socket = socket.create_connection(server.address, timeout=ANSWER_TIMEOUT)
        self.scheme = "http"
        if server.ca_bundle:
            self.scheme, self.socket = "https", over_tls(self.socket, server, "h2")
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.streams: dict[int, Stream] = {}
        self.h2.initiate_connection()
        self._flush()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> int:
        """Send a request; the id of its stream. `headers` may name `:authority`, else it is the server's."""
        given = {":method": method, ":scheme": self.scheme, ":authority": self._server.host, ":path": path}
        identifier = self.h2.get_next_available_stream_id()
        self.streams[identifier] = Stream()
        fields = [*(given | dict(headers or {})).items()]
        fields.sort(key=lambda field: not field[0].startswith(":"))
        self.h2.send_headers(identifier, fields, end_stream=not body)
        self._flush()
        while body:
            room = min(self.h2.local_flow_control_window(identifier), self.h2.max_outbound_frame_size, len(body))
            if not room:
                self.receive()
                continue
            self.h2.send_data(identifier, body[:room], end_stream=room == len(body))
            body = body[room:]
            self._flush()
        return identifier

    def answer(self, identifier: int) -> Stream:
        """The whole answer on a stream."""
        while not self.streams[identifier].ended:
            self.receive()
        return self.streams[identifier]

    def reset(self, identifier: int) -> None:
        """Cancel a stream."""
        self.h2.reset_stream(identifier, 8)
        self._flush()

    def receive(self) -> None:
        """Read once and note what came."""
        data = self.socket.recv(CHUNK)
        if not data:
            raise ConnectionError("the server closed the connection")
        for event in self.h2.receive_data(data):
            self._note(event)
        self._flush()

    def _note(self, event: Any) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            self.streams[event.stream_id].headers = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.streams[event.stream_id].pieces.append(event.data)
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.streams[event.stream_id].reset = event.error_code
            self.streams[event.stream_id].ended = True
        elif isinstance(event, h2.events.StreamEnded):
            self.streams[event.stream_id].ended = True

    def _flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())


def over_tls(plain: socket.socket, server: Server, *protocols: str) -> ssl.SSLSocket:
    """The socket with TLS, the server's authority trusted and nobody else's, offering `protocols` by ALPN."""
    context = ssl.create_default_context(cafile=str(Path(server.ca_bundle or "")))
    context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(plain, server_hostname=server.address[0])
