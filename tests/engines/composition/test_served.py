"""A whole server whose backends are gone, silent, busy or break: a real llama.cpp takes over, or the caller hears of it."""

import http.server
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import tiny
from tests.conftest import converse_path, said
from tests.serving import OUTCROP, Answer, Serving, health, post, serving
from tests.transport.conftest import Served, chunk, start_chunks

from outcrop.wire import sse

NOVA, LLAMA, TITAN = "amazon.nova-lite-v1:0", "meta.llama3-8b-instruct-v1:0", "amazon.titan-text-express-v1"
MISTRAL, COHERE, JAMBA = "mistral.mistral-large-2402-v1:0", "cohere.command-r-v1:0", "ai21.jamba-1-5-mini-v1:0"
SETTINGS = """
[engines.gone]
kind = "openai"
endpoint = "{gone}"
[engines.gone.timeouts]
connect = 1
[engines.gone.circuit]
failures = 2
rest = 600

[engines.silent]
kind = "openai"
endpoint = "{faulty}/silent"
[engines.silent.timeouts]
first_token = 0.2

[engines.busy]
kind = "openai"
endpoint = "{faulty}/busy"
[engines.busy.retries]
pause = 0.01

[engines.breaking]
kind = "openai"
endpoint = "{faulty}/breaking"

[engines.there]
kind = "openai"
endpoint = "{llama}/v1"
[engines.there.limits]
concurrency = 2

[engines.strict]
kind = "openai"
endpoint = "{llama}/v1"

[engines.absent]
kind = "openai"
endpoint = "{gone}"

[engines.here]
kind = "llama-cpp"
model = "{model}"

[engines.first]
kind = "failover"
engines = ["gone", {{ engine = "there", as = "tiny" }}]
[engines.second]
kind = "failover"
engines = ["silent", "here"]
[engines.third]
kind = "failover"
engines = ["breaking", "here"]
[engines.none]
kind = "failover"
engines = ["absent", "absent"]
[engines.fourth]
kind = "failover"
engines = ["strict", "here"]

[[routes]]
models = "amazon.nova-*"
engine = "first"
[[routes]]
models = "meta.*"
engine = "second"
[[routes]]
models = "cohere.*"
engine = "third"
[[routes]]
models = "ai21.*"
engine = "fourth"
[[routes]]
models = "mistral.*"
engine = "busy"
[[routes]]
models = "amazon.titan-text-*"
engine = "none"
"""


class Faulty:
    """A server that never answers, is busy the first time, or breaks off, as the path says."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.busy = 0

    def __call__(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/silent"):
            self.over.wait(30)
        elif handler.path.startswith("/busy"):
            self.busy += 1
            if self.busy == 1:
                handler.send_response(429)
                handler.send_header("Retry-After", "1")
                handler.send_header("Content-Length", "0")
                handler.end_headers()
            else:
                self._answer(handler, whole=True)
        else:
            self._answer(handler, whole=False)
        handler.close_connection = True

    def _answer(self, handler: http.server.BaseHTTPRequestHandler, *, whole: bool) -> None:
        start_chunks(handler)
        chunk(handler, sse.event(b'{"choices":[{"index":0,"delta":{"content":"Late"}}]}'))
        if whole:
            chunk(handler, sse.event(b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'))
            chunk(handler, sse.event(b"[DONE]") + b"")
            handler.wfile.write(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def faulty() -> Iterator[Served]:
    replies = Faulty()
    with Served(replies) as served:
        yield served
        replies.over.set()


@pytest.fixture(scope="module")
def server(llama: str, tiny_model: Path, faulty: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("composition")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = SETTINGS.format(gone=gone, faulty=faulty.endpoint, llama=llama, model=tiny_model)
    (folder / "outcrop.toml").write_text(settings)
    with serving(folder, "--settings", str(folder / "outcrop.toml")) as running:
        yield running


def converse(server: Serving, model: str, operation: str = "converse") -> Answer:
    return post(server.facts, converse_path(model, operation), said())


def texts(answer: Answer) -> str:
    return "".join(payload["delta"]["text"] for kind, payload in answer.events if kind == "contentBlockDelta")


def figures(server: Serving) -> dict[str, float]:
    """The lines of /metrics, by all that stands before the figure, without which worker it is."""
    found = post(server.facts, "/metrics", b"", method="GET").body.decode().splitlines()
    lines = (line.rpartition(" ") for line in found if not line.startswith("#"))
    worker = f',worker="{server.process.pid}"'
    return {name.replace(worker, ""): float(value) for name, _, value in lines}


def asked(found: dict[str, float], what: str, engine: str) -> float:
    return found[f'outcrop_engine_{what}_total{{engine="{engine}"}}']


def test_another_engine_takes_over_and_health_metrics_and_ledger_say_so(server: Serving) -> None:
    assert health(server.facts) == (200, {"service": "outcrop", "status": "ok"})
    whole = converse(server, NOVA).json
    assert whole["output"]["message"]["content"] == [{"text": tiny.ANSWER}]
    assert texts(converse(server, NOVA, "converse-stream")) == tiny.ANSWER
    assert converse(server, NOVA).status == 200  # passes by what is known to be gone
    assert health(server.facts) == (200, {"service": "outcrop", "status": "degraded", "openCircuits": ["gone"]})
    found = figures(server)
    counted = {
        what: (
            found[f'outcrop_engine_{what}_total{{engine="gone"}}'],
            found[f'outcrop_engine_{what}_total{{engine="there"}}'],
        )
        for what in ("attempts", "failures", "failovers", "skipped")
    }
    assert counted == {"attempts": (2, 3), "failures": (2, 0), "failovers": (3, 0), "skipped": (1, 0)}
    assert found['outcrop_engine_circuit_open{engine="gone"}'] == 1
    assert found['outcrop_engine_running{engine="there"}'] == 0
    assert entries(server, NOVA, 3) == {("there", "complete"): 3}
    log = server.written
    assert log.count("engine first: there instead of gone, after ServiceUnavailableException") == 1
    assert log.count("engine gone: 2 failures in a row; its circuit is open for 600 s") == 1
    assert tried(server, NOVA) == {"gone:ServiceUnavailableException": 3}


def tried(server: Serving, model: str) -> dict[str | None, int]:
    """How many runs of a model the ledger has, by the engines that were asked before."""
    command = [OUTCROP, "usage", "--by", "tried", "--only", f"model={model}", "--json", "--data", server.data]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {row["key"]: row["requests"] for row in report["rows"]}


def entries(server: Serving, model: str, number: int) -> dict[tuple[str, str], float]:
    """The entries of the ledger for a model, by engine and outcome, once there are so many."""
    deadline = time.monotonic() + 20
    while True:
        found: dict[tuple[str, str], float] = {}
        for line, value in figures(server).items():
            name, _, labels = line.partition("{")
            if name == "outcrop_requests_total" and f'model="{model}"' in labels:
                by = dict(part.split("=") for part in labels.rstrip("}").replace('"', "").split(","))
                key = (by["engine"], by["outcome"])
                found[key] = found.get(key, 0) + value
        if sum(found.values()) >= number:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_silence_is_no_answer_and_an_embedded_model_takes_over(server: Serving) -> None:
    assert converse(server, LLAMA).json["output"]["message"]["content"] == [{"text": tiny.ANSWER}]
    assert entries(server, LLAMA, 1) == {("here", "complete"): 1}
    assert tried(server, LLAMA) == {"silent:ModelTimeoutException": 1}


def test_a_busy_backend_is_asked_again_after_the_time_it_asks_for(server: Serving) -> None:
    began = time.monotonic()
    assert texts(converse(server, MISTRAL, "converse-stream")) == "Late"
    assert time.monotonic() - began >= 1
    assert asked(figures(server), "retries", "busy") == 1
    assert entries(server, MISTRAL, 1) == {("busy", "complete"): 1}
    assert tried(server, MISTRAL) == {"busy:ThrottlingException": 1}


def test_what_breaks_late_is_told_in_the_stream_and_nobody_takes_over(server: Serving) -> None:
    answer = converse(server, COHERE, "converse-stream")
    assert answer.messages[-1].headers[":exception-type"] == "modelStreamErrorException"
    assert [payload["delta"]["text"] for kind, payload in answer.events if kind == "contentBlockDelta"] == ["Late"]
    found = figures(server)
    assert (asked(found, "attempts", "breaking"), asked(found, "failovers", "breaking")) == (1, 0)
    assert entries(server, COHERE, 1) == {("breaking", "failed_late"): 1}
    assert tried(server, COHERE) == {None: 1}


def test_when_all_are_down_the_caller_hears_of_it_at_once_and_the_simulator_stays_silent(server: Serving) -> None:
    began = time.monotonic()
    gone = (503, "ServiceUnavailableException", "Bedrock is unable to process your request.")
    assert converse(server, TITAN).error == gone
    assert post(server.facts, converse_path(TITAN, "invoke"), {"inputText": "Hello"}).error == gone
    assert converse(server, TITAN, "converse-stream").error == gone
    assert time.monotonic() - began < 5
    assert entries(server, TITAN, 3) == {("absent", "failed_early"): 3}


def test_what_one_engine_refuses_is_refused_although_the_next_would_take_it(server: Serving) -> None:
    """The server takes 2,048 tokens, the embedded model 8,192."""
    refusal = post(server.facts, converse_path(JAMBA), said("word " * 3000)).error
    assert refusal[:2] == (400, "ValidationException")
    assert refusal[2] == "The model returned the following errors: Input is too long for requested model."
    found = figures(server)
    assert [asked(found, what, "strict") for what in ("attempts", "failures", "failovers")] == [1, 0, 0]
