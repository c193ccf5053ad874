import asyncio
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.inprocess import Source, Told, play, stream, whole

from outcrop.errors import ValidationException
from outcrop.server.application import MAX_BODY, Application

DISCONNECT = {"type": "http.disconnect"}


def scope(
    path: bytes = b"/model/m/converse", query: bytes = b"", method: str = "POST", *headers: Any
) -> dict[str, Any]:
    return {"type": "http", "method": method, "raw_path": path, "query_string": query, "headers": list(headers)}


def body(*pieces: bytes) -> list[dict[str, Any]]:
    last = len(pieces) - 1
    return [{"type": "http.request", "body": piece, "more_body": at < last} for at, piece in enumerate(pieces)]


def played(gateway: Any, *messages: dict[str, Any], **request: Any) -> list[dict[str, Any]]:
    return asyncio.run(play(Application(gateway), scope(**request), messages or body(b"")))


def status(sent: list[dict[str, Any]]) -> int:
    return int(sent[0]["status"])


def headers(sent: list[dict[str, Any]]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


def refusal(sent: list[dict[str, Any]]) -> tuple[int, str, str]:
    """Status, exception name, message."""
    value = json.loads(sent[1]["body"])
    kind = headers(sent)[b"x-amzn-errortype"].decode().split(":")[0]
    return status(sent), kind, value.get("message") or value.get("Message")


def test_a_whole_answer_leaves_in_one_piece_with_its_length():
    sent = played(Told(whole(b'{"a":1}', 418)))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert status(sent) == 418
    assert sent[0]["headers"] == [(b"content-type", b"application/json"), (b"content-length", b"7")]
    assert sent[1] == {"type": "http.response.body", "body": b'{"a":1}'}


def test_the_gateway_sees_the_request_as_it_was_on_the_wire():
    gateway = Told()
    played(gateway, path=b"/model/a%3Ab%2Fc/converse", query=b"x=%20&y", method="PUT")
    request = gateway.requests[0]
    assert (request.method, request.path, request.query) == ("PUT", "/model/a%3Ab%2Fc/converse", "x=%20&y")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, ("", False)),
        ({"client": None, "scheme": "http"}, ("", False)),
        ({"client": ("203.0.113.7", 50000), "scheme": "https"}, ("203.0.113.7", True)),
    ],
)
def test_the_gateway_sees_where_the_request_came_from_and_over_what(told, expected):
    gateway = Told()
    asyncio.run(play(Application(gateway), scope() | told, body(b"")))
    assert (gateway.requests[0].client, gateway.requests[0].secure) == expected


def test_headers_of_one_name_are_joined():
    gateway = Told()
    messages = body(b"")
    given_headers = [(b"a", b"1"), (b"b", b"\xff"), (b"a", b"2")]
    asyncio.run(play(Application(gateway), scope() | {"headers": given_headers}, messages))
    assert gateway.requests[0].headers == {"a": "1,2", "b": "\xff"}


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=6))
def test_a_body_is_whole_however_it_is_cut(pieces):
    gateway = Told()
    played(gateway, *body(*pieces))
    assert gateway.requests[0].body == b"".join(pieces)


@pytest.mark.parametrize("pieces", [(MAX_BODY,), (MAX_BODY - 1, 1), (1, MAX_BODY - 1)])
def test_a_body_of_the_limit_is_taken(pieces):
    gateway = Told()
    assert status(played(gateway, *body(*(bytes(size) for size in pieces)))) == 200
    assert len(gateway.requests[0].body) == MAX_BODY


@pytest.mark.parametrize("pieces", [(MAX_BODY + 1,), (MAX_BODY, 1), (1, MAX_BODY), (MAX_BODY, 1, MAX_BODY)])
def test_one_byte_more_is_refused_and_never_reaches_the_gateway(pieces):
    gateway = Told()
    sent = played(gateway, *body(*(bytes(size) for size in pieces)))
    assert refusal(sent) == (413, "RequestEntityTooLargeException", "Request body is larger than 25000000 bytes")
    assert not gateway.requests


def test_a_body_that_is_too_large_is_read_to_its_end_so_that_the_answer_arrives():
    arrived = iter(body(bytes(MAX_BODY), b"x", b"the rest"))
    sent = []

    async def receive():
        return next(arrived)

    async def send(message):
        sent.append(message)

    asyncio.run(Application(Told())(scope(), receive, send))
    assert status(sent) == 413
    assert not list(arrived)


@pytest.mark.parametrize("before", [[], [{"type": "http.request", "body": b"{", "more_body": True}]])
def test_a_body_cut_short_never_reaches_the_gateway(before):
    gateway = Told()
    sent = played(gateway, *before, DISCONNECT)
    assert refusal(sent) == (400, "SerializationException", "Request body ended before it was complete")
    assert not gateway.requests


@pytest.mark.parametrize("before", [[], [{"type": "http.request", "body": b"{", "more_body": True}]])
def test_a_body_of_which_nothing_more_comes_has_ended(before):
    gateway = Told()
    sent = asyncio.run(play(Application(gateway, patience=0.03), scope(), before))
    assert refusal(sent) == (400, "SerializationException", "Request body ended before it was complete")
    assert not gateway.requests


def test_each_batch_leaves_in_one_write_and_the_end_is_said():
    source = Source(b"one", b"two and three")
    sent = played(Told(stream(source)))
    assert headers(sent) == {b"content-type": b"application/vnd.amazon.eventstream"}
    assert [(message["body"], message.get("more_body", False)) for message in sent[1:]] == [
        (b"one", True),
        (b"two and three", True),
        (b"", False),
    ]
    assert source.closed.is_set()


def test_a_batch_of_nothing_writes_nothing():
    sent = played(Told(stream(Source(b"one", b"", b"two"))))
    assert [message["body"] for message in sent[1:]] == [b"one", b"two", b""]


def test_the_first_batch_leaves_before_the_second_is_made():
    async def scenario():
        rest = asyncio.Event()
        source = Source(b"first", rest, b"second")
        sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        arrived = body(b"")

        async def receive():
            return arrived.pop(0) if arrived else await asyncio.Event().wait()

        running = asyncio.ensure_future(Application(Told(stream(source)))(scope(), receive, sent.put))
        assert (await sent.get())["type"] == "http.response.start"
        assert (await sent.get())["body"] == b"first"
        assert source.made == 1
        rest.set()
        await running
        assert (await sent.get())["body"] == b"second"

    asyncio.run(scenario())


def test_a_reader_that_does_not_read_holds_the_engine():
    async def scenario():
        source = Source(b"x", forever=True)
        held, stuck = asyncio.Event(), asyncio.Event()
        arrived = body(b"")

        async def receive():
            return arrived.pop(0) if arrived else await asyncio.Event().wait()

        async def send(message):
            if message.get("body"):
                held.set()
                await stuck.wait()

        running = asyncio.ensure_future(Application(Told(stream(source)))(scope(), receive, send))
        await held.wait()
        for _ in range(100):
            await asyncio.sleep(0)
        assert source.made == 1
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert source.closed.is_set()

    asyncio.run(scenario())


@pytest.mark.parametrize("waits_in", ["source", "send"])
def test_a_reader_that_goes_away_stops_the_engine(waits_in):
    async def scenario():
        never = asyncio.Event()
        source = Source(b"first", never) if waits_in == "source" else Source(b"x", forever=True)
        gone, begun = asyncio.Event(), asyncio.Event()
        arrived = body(b"")

        async def receive():
            if arrived:
                return arrived.pop(0)
            await gone.wait()
            return DISCONNECT

        async def send(message):
            if message.get("body"):
                begun.set()
                if waits_in == "send":
                    await never.wait()

        application = Application(Told(stream(source)))
        running = asyncio.ensure_future(application(scope(), receive, send))
        await begun.wait()
        assert not source.closed.is_set()
        gone.set()
        await running
        assert source.closed.is_set()
        assert application.idle.is_set()

    asyncio.run(scenario())


def test_a_source_that_fails_late_ends_the_stream_with_its_error(caplog):
    source = Source(b"one", ConnectionError("the engine hung up"))
    with caplog.at_level(logging.WARNING, "outcrop.server"):
        sent = played(Told(stream(source)))
    assert [message["body"] for message in sent[1:]] == [b"one", b"error: ConnectionError", b""]
    assert source.closed.is_set()
    assert "the engine hung up" in caplog.text


def test_a_refusal_within_a_stream_is_the_callers_to_hear_and_not_logged(caplog):
    source = Source(b"one", ValidationException("prompt: 'something private' is too long"))
    sent = played(Told(stream(source)))
    assert [message["body"] for message in sent[1:]] == [b"one", b"error: ValidationException", b""]
    assert not caplog.records


def test_while_draining_new_requests_are_refused_and_running_ones_finish():
    async def scenario():
        rest = asyncio.Event()
        source = Source(b"first", rest, b"last")
        application = Application(Told(stream(source)))
        assert application.idle.is_set()
        running = asyncio.ensure_future(play(application, scope(), body(b"")))
        await source.begun.wait()
        assert not application.idle.is_set()

        application.draining = True
        refused = await play(application, scope(), body(b""))
        assert refusal(refused) == (
            503,
            "ServiceUnavailableException",
            "Bedrock is unable to process your request.",
        )
        assert not application.idle.is_set()

        rest.set()
        assert [message["body"] for message in (await running)[1:]] == [b"first", b"last", b""]
        assert application.idle.is_set()

    asyncio.run(scenario())


@pytest.mark.parametrize(("draining", "expected"), [(False, (200, "ok")), (True, (503, "draining"))])
def test_health_answers_without_the_gateway(draining, expected):
    gateway = Told()
    application = Application(gateway)
    application.draining = draining
    sent = asyncio.run(play(application, scope(path=b"/health", method="GET"), []))
    assert (status(sent), json.loads(sent[1]["body"])) == (expected[0], {"service": "outcrop", "status": expected[1]})
    assert not gateway.requests


def test_health_names_the_engines_that_are_left_alone_and_still_says_that_it_serves():
    engines = SimpleNamespace(open_circuits=["cloud"])
    application = Application(Told(), None, engines)
    sent = asyncio.run(play(application, scope(path=b"/health", method="GET"), []))
    degraded = {"service": "outcrop", "status": "degraded", "openCircuits": ["cloud"]}
    assert (status(sent), json.loads(sent[1]["body"])) == (200, degraded)
    engines.open_circuits = []
    sent = asyncio.run(play(application, scope(path=b"/health", method="GET"), []))
    assert json.loads(sent[1]["body"]) == {"service": "outcrop", "status": "ok"}


def test_health_is_that_path_alone():
    gateway = Told()
    played(gateway, path=b"/health/")
    assert gateway.requests[0].path == "/health/"


def test_other_protocols_are_not_spoken():
    application = Application(Told())
    with pytest.raises(RuntimeError, match="lifespan"):
        asyncio.run(play(application, {"type": "lifespan"}, []))
    assert application.idle.is_set()


def test_without_a_site_there_are_no_sockets():
    assert asyncio.run(play(Application(Told()), {"type": "websocket"}, [])) == [{"type": "websocket.close"}]
