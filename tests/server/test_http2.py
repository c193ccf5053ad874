"""HTTP/2 without TLS, as AWS's JavaScript SDK speaks it: around a gateway that does as it is told, then the whole server."""

import asyncio
from contextlib import asynccontextmanager

import h2.config
import h2.connection
import h2.events
import pytest
from tests.conftest import converse_path
from tests.http2 import Connection
from tests.server.inprocess import Here, Source, Told, here, stream
from tests.serving import signed

from outcrop.wire.eventstream import Decoder

HELLO = b'{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}'
PATIENCE = 5.0  # seconds something that must happen may take


def run(scenario):
    """Run a coroutine function with a bound on its time."""
    asyncio.run(asyncio.wait_for(scenario(), 3 * PATIENCE))


class Client2:
    """HTTP/2 by prior knowledge over asyncio streams."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.status, self.data, self.ended = {}, {}, set()

    def get(self, path: str) -> int:
        identifier = self.h2.get_next_available_stream_id()
        fields = [(":method", "GET"), (":scheme", "http"), (":authority", "here"), (":path", path)]
        self.h2.send_headers(identifier, fields, end_stream=True)
        self.data[identifier] = b""
        self.flush()
        return identifier

    def flush(self) -> None:
        self._writer.write(self.h2.data_to_send())

    async def until(self, condition) -> None:
        while not condition():
            for event in self.h2.receive_data(await self._reader.read(65536)):
                if isinstance(event, h2.events.ResponseReceived):
                    self.status[event.stream_id] = dict(event.headers)[":status"]
                elif isinstance(event, h2.events.DataReceived):
                    self.data[event.stream_id] += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self.ended.add(event.stream_id)
            self.flush()


@asynccontextmanager
async def client2(server: Here):
    reader, writer = await server.connect()
    try:
        yield Client2(reader, writer)
    finally:
        writer.close()


def test_http2_carries_streams_side_by_side():
    async def scenario():
        rest = asyncio.Event()
        slow, quick = Source(b"first", rest, b"last"), Source(b"quick")
        async with here(Told(stream(slow), stream(quick))) as server, client2(server) as client:
            one = client.get("/one")
            await client.until(lambda: client.data[one] == b"first")
            two = client.get("/two")
            await client.until(lambda: two in client.ended)
            assert client.data[two] == b"quick"
            assert one not in client.ended
            rest.set()
            await client.until(lambda: one in client.ended)
            assert client.data[one] == b"firstlast"
            assert client.status == {one: "200", two: "200"}

    run(scenario)


def test_http2_a_cancelled_stream_stops_its_engine_and_no_other():
    async def scenario():
        rest = asyncio.Event()
        cancelled, kept = Source(b"first", asyncio.Event()), Source(b"kept", rest, b"!")
        async with here(Told(stream(cancelled), stream(kept))) as server, client2(server) as client:
            one = client.get("/one")
            await client.until(lambda: client.data[one] == b"first")
            two = client.get("/two")
            await client.until(lambda: client.data[two] == b"kept")
            client.h2.reset_stream(one, 8)
            client.flush()
            await asyncio.wait_for(cancelled.closed.wait(), PATIENCE)
            assert not kept.closed.is_set()
            rest.set()
            await client.until(lambda: two in client.ended)
            assert client.data[two] == b"kept!"

    run(scenario)


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_http2_by_prior_knowledge_with_the_authority_signed(served, operation):
    path = converse_path(operation=operation)
    with Connection(served) as connection:
        headers = signed(served, path, HELLO, host_header=":authority")
        assert "SignedHeaders=:authority;content-type;x-amz-date" in headers["authorization"]
        whole_answer = connection.answer(connection.ask("POST", path, headers, HELLO))
    assert whole_answer.status == 200
    if operation == "converse":
        assert b'"stopReason":"end_turn"' in whole_answer.body
    else:
        kinds = [message.headers[":event-type"] for message in Decoder().feed(whole_answer.body)]
        assert (kinds[0], kinds[-1]) == ("messageStart", "metadata")


def test_http2_a_signature_covers_the_authority(served):
    path = converse_path()
    with Connection(served) as connection:
        headers = signed(served, path, HELLO, host_header=":authority") | {":authority": "elsewhere:1"}
        refused = connection.answer(connection.ask("POST", path, headers, HELLO))
    assert refused.status == 403
    assert refused.headers["x-amzn-errortype"].startswith("InvalidSignatureException:")


def test_http2_many_streams_on_one_connection(served):
    path = converse_path(operation="converse-stream")
    with Connection(served) as connection:
        headers = signed(served, path, HELLO, host_header=":authority")
        asked = [connection.ask("POST", path, headers, HELLO) for _ in range(50)]
        bodies = [connection.answer(identifier).body for identifier in asked]
    assert all(Decoder().feed(body)[-1].headers[":event-type"] == "metadata" for body in bodies)
