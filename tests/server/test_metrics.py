"""`/metrics`: what clients were told, from any worker, for those who show a key."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.serving import Answer, Serving, post, serving

SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z]+="[^"]*",?)*)\})? (?P<value>[0-9.e+-]+)')


def samples(text: str) -> dict[tuple[str, frozenset[str]], float]:
    """Every line that is no comment, by its name and labels."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            parts = SAMPLE.fullmatch(line)
            assert parts, line
            found[parts["name"], frozenset(re.findall(r'[a-z]+="[^"]*"', parts["labels"] or ""))] = float(
                parts["value"]
            )
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("metrics"), "--workers", "2") as started:
        yield started


def scrape(server: Serving) -> Answer:
    return post(server.facts, "/metrics", b"", method="GET", authorization=f"Bearer {server.facts.bearer_token}")


def test_a_fresh_server_has_every_name_and_no_figure(tmp_path: Path) -> None:
    with serving(tmp_path) as fresh:
        answer = scrape(fresh)

    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert samples(answer.body.decode()) == {("outcrop_journal_waiting_bytes", frozenset()): 0}
    assert answer.body.decode().count("# TYPE outcrop_") == 6


def test_the_figures_are_what_clients_were_told_whoever_answers(server: Serving) -> None:
    usages = [post(server.facts, converse_path(), said(f"question {n}")).json["usage"] for n in range(8)]
    streamed = post(server.facts, converse_path(operation="converse-stream"), said()).events[-1][1]["usage"]
    labels = {f'model="{HAIKU}"', 'engine="simulator"', 'outcome="complete"'}
    whole = labels | {'operation="Converse"'}

    deadline = time.monotonic() + 20
    while (found := samples(scrape(server).body.decode())).get(
        (f"outcrop_{'latency'}_seconds_count", frozenset({f'model="{HAIKU}"'}))
    ) != 9:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found["outcrop_requests_total", frozenset(whole)] == 8
    told_in, told_out = (sum(usage[name] for usage in usages) for name in ("inputTokens", "outputTokens"))
    assert found["outcrop_tokens_total", frozenset(whole | {'class="input"'})] == told_in
    assert found["outcrop_tokens_total", frozenset(whole | {'class="output"'})] == told_out
    cost = (told_in * 250 + told_out * 1250) / 1e9
    assert found["outcrop_cost_usd_total", frozenset(whole)] == pytest.approx(cost, abs=1e-12)
    stream = labels | {'operation="ConverseStream"', 'class="output"'}
    assert found["outcrop_tokens_total", frozenset(stream)] == streamed["outputTokens"]
    assert found["outcrop_first_token_seconds_count", frozenset({f'model="{HAIKU}"'})] == 1
    buckets = [
        value
        for (name, names), value in found.items()
        if name == "outcrop_latency_seconds_bucket" and f'model="{HAIKU}"' in names
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 9
    assert [samples(scrape(server).body.decode()) for _ in range(6)] == [found] * 6


def test_strangers_are_told_nothing(server: Serving) -> None:
    answer = post(server.facts, "/metrics", b"", method="GET", authorization="Bearer no")

    assert answer.status == 403
    assert b"outcrop_" not in answer.body


def test_a_signature_will_do_and_other_methods_are_the_gateway_s(server: Serving) -> None:
    assert post(server.facts, "/metrics", b"", method="GET").status == 200
    assert b"UnknownOperation" in post(server.facts, "/metrics", b"{}").body


def test_no_caller_is_named(server: Serving) -> None:
    text = scrape(server).body.decode()

    assert server.facts.access_key_id not in text
    assert "root" not in text
