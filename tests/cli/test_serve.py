"""`outcrop serve` in processes of its own: how it starts, what it writes, how it stops."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.serving import (
    OUTCROP,
    STOP_TIMEOUT,
    Serving,
    connect,
    health,
    post,
    raw_request,
    run,
    serving,
    wait_until,
)

from outcrop.client import NoAnswer
from outcrop.client.blocking import Client
from outcrop.model.runtime import ContentBlock, ConverseStreamRequest, Message
from outcrop.wire.eventstream import Decoder

SECOND = ("--tokens-per-second", "20")  # an answer to "Hello" takes a second
STREAM = converse_path(operation="converse-stream")
HELLO = msgspec.json.encode(said())


@pytest.fixture(scope="module")
def shared(start_server) -> Serving:
    """The server most tests talk to."""
    return start_server("served")


@pytest.fixture
def alone(tmp_path) -> Iterator[Serving]:
    """A server of the test's own, slow enough to be seen working."""
    with serving(tmp_path, *SECOND) as started:
        yield started


def test_the_ready_file_says_where_and_with_which_keys(shared):
    raw = json.loads(shared.ready.read_bytes())
    assert list(raw) == ["endpoint", "access_key_id", "secret_access_key", "bearer_token", "region", "pid"]
    assert stat.S_IMODE(shared.ready.stat().st_mode) == 0o600
    assert raw["endpoint"] == f"http://127.0.0.1:{shared.facts.address[1]}"
    assert raw["pid"] == shared.process.pid
    assert raw["region"] == "us-east-1"
    assert raw["access_key_id"].startswith("AKIA")
    assert len(raw["secret_access_key"]) == 40
    assert raw["bearer_token"].startswith("ABSK")
    assert health(shared.facts) == (200, {"service": "outcrop", "status": "ok"})


def test_the_ready_file_appears_whole(shared):
    """It is written beside and renamed; nothing of that is left."""
    assert {path.name for path in shared.folder.iterdir()} == {"data", "ready.json", "stdout.txt", "stderr.txt"}


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one", "workers"])
def test_the_ready_file_goes_with_its_server(tmp_path, options):
    with serving(tmp_path, *options) as started:
        assert started.ready.exists()
    assert not started.ready.exists()


def test_the_ready_file_of_another_stays(tmp_path):
    with serving(tmp_path) as started:
        started.ready.write_text('{"pid": 1}')
    assert started.ready.exists()


def test_a_ready_file_of_a_server_that_is_gone_is_never_read(tmp_path):
    """Not even when the new server does not start, nor when what stands there is no ready file."""
    ready = tmp_path / "ready.json"
    ready.write_text('{"pid": 1}')
    (tmp_path / "wrong.toml").write_text("regoin = 1")
    done = run("serve", "--data", tmp_path / "data", "--settings", tmp_path / "wrong.toml", "--ready-file", ready)
    assert done.returncode == 1
    assert not ready.exists()


def test_with_tls_the_ready_file_names_what_to_trust(served_over_tls):
    assert served_over_tls.endpoint.startswith("https://127.0.0.1:")
    assert Path(served_over_tls.ca_bundle).read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")


def test_the_server_is_announced_without_its_secrets(shared):
    found = shared.data / "servers" / f"{shared.facts.pid}.json"
    assert json.loads(found.read_bytes()) == {
        "endpoint": shared.facts.endpoint,
        "region": "us-east-1",
        "pid": shared.facts.pid,
        "ca_bundle": None,
        "settings": None,
        "options": {},
    }
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert stat.S_IMODE(shared.data.stat().st_mode) == 0o700


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_lets_running_streams_finish_and_refuses_the_new(alone, number):
    with connect(alone.facts) as connection:
        connection.sendall(raw_request(alone.facts, STREAM, HELLO))
        received = connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 200")
        alone.process.send_signal(number)
        wait_until(lambda: health(alone.facts)[0] == 503, alone.process)
        assert health(alone.facts)[1]["status"] == "draining"
        refused = post(alone.facts, converse_path(), said())
        assert refused.error == (
            503,
            "ServiceUnavailableException",
            "Bedrock is unable to process your request.",
        )
        while not received.endswith(b"\r\n0\r\n\r\n"):
            piece = connection.recv(65536)
            assert piece
            received += piece
    assert frames(received)[-1] == "metadata"
    assert alone.process.wait(STOP_TIMEOUT) == 0
    assert not list((alone.data / "servers").iterdir())
    assert alone.written == ""


def frames(response: bytes) -> list[str]:
    """The types of the events in a chunked response."""
    body, rest = b"", response.partition(b"\r\n\r\n")[2]
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return [message.headers[":event-type"] for message in Decoder().feed(body)]


def test_a_second_signal_stops_at_once(alone):
    request = ConverseStreamRequest(
        model_id=HAIKU, messages=[Message(role="user", content=[ContentBlock(text="word " * 60)])]
    )
    keys = {"access_key_id": alone.facts.access_key_id, "secret_access_key": alone.facts.secret_access_key}
    events = Client(alone.facts.endpoint, region=alone.facts.region, **keys).converse_stream(request)
    next(events)
    alone.process.send_signal(signal.SIGINT)
    wait_until(lambda: health(alone.facts)[0] == 503, alone.process)
    alone.process.send_signal(signal.SIGINT)
    with pytest.raises(NoAnswer):
        list(events)
    assert alone.process.wait(STOP_TIMEOUT) == 130
    assert not list((alone.data / "servers").iterdir())


def test_an_idle_connection_does_not_keep_the_server(alone):
    with connect(alone.facts) as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nhost: here\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        assert alone.stop() == 0


def test_a_reader_that_went_away_does_not_keep_the_server(tmp_path):
    with serving(tmp_path, "--tokens-per-second", "1") as started:
        with connect(started.facts) as connection:
            connection.sendall(raw_request(started.facts, STREAM, HELLO.replace(b"Hello", b"word " * 80)))
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert started.stop() == 0  # in time, although a minute of words was left
        assert started.written == ""


def test_no_secret_leaves_but_through_the_ready_file(alone):
    facts = alone.facts
    refusals = [
        post(facts, converse_path("nope"), said()),
        post(facts, converse_path(), said(), authorization="Bearer nonsense"),
        post(facts, converse_path(), said(), x_amz_date="20200101T000000Z"),
        post(facts, converse_path(), b"{"),
        post(facts, "/nowhere", said()),
    ]
    assert [refused.status for refused in refusals] == [400, 403, 403, 400, 200]
    assert alone.stop() == 0
    public = alone.written + "".join(str(refused) for refused in refusals)
    stored = [path.read_bytes() for path in alone.data.rglob("*") if path.is_file()]
    for secret in (facts.secret_access_key, facts.bearer_token):
        assert secret not in public
        assert not any(secret.encode() in content for content in stored)


def test_the_keys_outlive_the_server(tmp_path):
    with serving(tmp_path) as first:
        before = first.facts
    with serving(tmp_path) as second:
        after = second.facts
    assert before.pid != after.pid
    assert (before.access_key_id, before.secret_access_key, before.bearer_token) == (
        after.access_key_id,
        after.secret_access_key,
        after.bearer_token,
    )


def test_options_reach_what_they_are_for(tmp_path):
    with serving(tmp_path, "--region", "eu-west-3", "--catalogue-date", "2024-08-31", "--host", "::1") as started:
        assert started.facts.endpoint.startswith("http://[::1]:")
        assert started.facts.region == "eu-west-3"
        listed = post(started.facts, "/foundation-models", b"", method="GET").json["modelSummaries"]
        assert listed
        assert all("eu-west-3" in model["modelArn"] for model in listed)
        assert not any("claude-sonnet-4" in model["modelId"] for model in listed)


def test_a_taken_port_names_who_has_it_and_what_to_do(served):
    port = served.address[1]
    done = run("serve", "--port", str(port))
    first, who, what = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert first == f"outcrop: port {port} is taken"
    assert who.startswith(f"  process {served.pid} holds it: ")
    assert "outcrop serve" in who
    assert what == f"  stop it (kill {served.pid}), or take another port: {OUTCROP} serve --port {port + 1}"
    on_path = run("serve", "--port", str(port), env={"PATH": f"{OUTCROP.parent}:{os.environ['PATH']}"}).stderr
    assert on_path.endswith(f", or take another port: outcrop serve --port {port + 1}\n")
    made = run("serve", "--port", str(port), env={"OUTCROP_MADE": "1"}).stderr
    assert made.endswith(f", or take another port: make serve PORT={port + 1}\n")


def test_an_address_that_is_not_ours():
    done = run("serve", "--host", "192.0.2.1", "--port", "0")
    first, why, what = done.stderr.splitlines()
    assert (done.returncode, first) == (1, "outcrop: cannot listen on 192.0.2.1 port 0")
    assert why == f"  {os.strerror(99)}"
    assert what == "  choose another address: --host, --port"


def test_a_folder_that_cannot_be_one(tmp_path):
    (tmp_path / "file").touch()
    done = run("serve", "--port", "0", "--data", tmp_path / "file")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"outcrop: cannot use {tmp_path}/file\n  File exists\n"


def test_a_damaged_key_is_said_and_kept(tmp_path):
    with serving(tmp_path) as started:
        pass
    (started.data / "root-key.sealed").write_bytes(b"damaged")
    done = run("serve", "--port", "0", "--data", started.data)
    assert done.returncode == 1
    assert done.stderr.startswith(f"outcrop: what is sealed does not fit {started.data}/vault.key\n  ")
    assert (started.data / "root-key.sealed").read_bytes() == b"damaged"


@pytest.mark.parametrize(
    "words", [("--port", "65536"), ("--port", "x"), ("--catalogue-date", "August"), ("--tokens-per-second", "-1")]
)
def test_options_that_make_no_sense_are_refused(words):
    done = run("serve", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert words[0] in done.stderr
