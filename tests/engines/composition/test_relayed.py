"""Outcrop behind Outcrop behind a failover: bytes are passed on as they are, by whichever engine takes over."""

import socket
from collections.abc import Iterator

import pytest
from tests.conftest import converse_path
from tests.serving import Server, Serving, post, serving

LLAMA, VECTORS = "meta.llama3-8b-instruct-v1:0", "amazon.titan-embed-text-v2:0"
SETTINGS = """
default = "both"

[engines.both]
kind = "failover"
engines = ["gone", "there"]

[engines.gone]
kind = "bedrock"
endpoint = "{gone}"
region = "us-east-1"
[engines.gone.retries]
attempts = 2
pause = 0.001

[engines.there]
kind = "bedrock"
endpoint = "{there}"
region = "us-east-1"
"""


@pytest.fixture(scope="module")
def front(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("relayed")
    (folder / ".aws").mkdir()
    keys = f"aws_access_key_id = {served.access_key_id}\naws_secret_access_key = {served.secret_access_key}\n"
    (folder / ".aws" / "credentials").write_text(f"[default]\n{keys}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}"
    (folder / "outcrop.toml").write_text(SETTINGS.format(gone=gone, there=served.endpoint))
    with serving(folder, "--settings", str(folder / "outcrop.toml")) as running:
        yield running


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (LLAMA, {"prompt": "Hello", "max_gen_len": 20}),
        (LLAMA, {"prompt": "Hello", "max_gen_len": 20, "temperature": 0}),
        (VECTORS, {"inputText": "Hello", "dimensions": 256}),
    ],
)
def test_native_answers_are_those_of_the_backend_byte_for_byte(
    served: Server, front: Serving, model: str, body: dict[str, object]
) -> None:
    there = post(served, converse_path(model, "invoke"), body)
    here = post(front.facts, converse_path(model, "invoke"), body)
    assert here.status == 200
    assert here.body == there.body


def test_streams_are_relayed_and_refusals_are_the_backend_s(served: Server, front: Serving) -> None:
    path = converse_path(LLAMA, "invoke-with-response-stream")
    here, there = (post(server, path, {"prompt": "Hello", "max_gen_len": 20}) for server in (front.facts, served))
    assert [kind for kind, _ in here.events] == [kind for kind, _ in there.events] == ["chunk"] * len(there.events)
    wrong = {"prompt": "Hello", "max_gen_len": "many"}
    path = converse_path(LLAMA, "invoke")
    assert post(front.facts, path, wrong).error == post(served, path, wrong).error


def test_another_attempt_was_made_where_nobody_answered(front: Serving) -> None:
    assert post(front.facts, converse_path(LLAMA, "invoke"), {"prompt": "Hello", "max_gen_len": 5}).status == 200
    found = post(front.facts, "/metrics", b"", method="GET").body.decode()
    lines = dict(line.rsplit(" ", 1) for line in found.splitlines() if not line.startswith("#"))
    labels = f'{{engine="gone",worker="{front.process.pid}"}}'
    retries, attempts = (int(lines[f"outcrop_engine_{what}_total{labels}"]) for what in ("retries", "attempts"))
    assert 1 <= retries < attempts <= 2 * retries + 1
