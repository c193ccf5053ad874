"""Outcrop behind Outcrop, two processes: what comes through the relay is what comes directly, byte for byte.

Apart from request ids, what is drawn at random (identifiers of tool calls, padding) and what is measured (latencies).
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from tests.conftest import Answer
from tests.conversations import HAIKU_3_5, LLAMA_3, NOVA, PIXEL, SONNET_4_5, talk, text, user
from tests.serving import Server, Serving, post, run, serving

TOOLS = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object", "properties": {}}}}}]}
SETTINGS = """
[engines.aws]
kind = "bedrock"
profile = "behind"
endpoint = "{endpoint}"

[engines.judge]
kind = "bedrock"
profile = "behind"
endpoint = "{endpoint}"
validation = "backend"

[[routes]]
models = "meta.*"
engine = "judge"

[[routes]]
models = "*"
engine = "aws"
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Server], Serving]]:
    """Start a server that asks another, with credentials of a profile in its own home."""
    with ExitStack() as running:

        def started(behind: Server) -> Serving:
            folder = Path(tmp_path_factory.mktemp("front"))
            (folder / ".aws").mkdir()
            (folder / ".aws" / "credentials").write_text(
                f"[behind]\naws_access_key_id = {behind.access_key_id}\n"
                f"aws_secret_access_key = {behind.secret_access_key}\n"
            )
            (folder / ".aws" / "config").write_text("[profile behind]\nregion = us-east-1\n")
            settings = folder / "outcrop.toml"
            settings.write_text(SETTINGS.format(endpoint=behind.endpoint))
            return running.enter_context(serving(folder, "--settings", str(settings)))

        yield started


@pytest.fixture(scope="module")
def front(served: Server, start: Callable[[Server], Serving]) -> Server:
    return start(served).facts


def path(model: str, operation: str) -> str:
    return f"/model/{quote(model, safe='')}/{operation}"


def claude(**members: Any) -> dict[str, Any]:
    said = [{"role": "user", "content": "Hello"}]
    return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": said, **members}


PICTURE = {"image": {"format": "png", "source": {"bytes": PIXEL}}}
TOOL = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
TAKEN: list[tuple[str, str, Any]] = [
    (HAIKU_3_5, "converse", talk(user(text()))),
    (NOVA, "converse", talk(user(text("What is this?"), PICTURE), inferenceConfig={"maxTokens": 20})),
    (SONNET_4_5, "converse", talk(user(text()), toolConfig=TOOLS)),
    (SONNET_4_5, "converse", talk(user(text()), notAMember=1)),
    (HAIKU_3_5, "converse-stream", talk(user(text()))),
    (SONNET_4_5, "converse-stream", talk(user(text()), toolConfig=TOOLS)),
    (
        SONNET_4_5,
        "converse-stream",
        talk(
            user(text("Think.")),
            additionalModelRequestFields={"thinking": {"type": "enabled", "budget_tokens": 1024}},
            inferenceConfig={"maxTokens": 2000},
        ),
    ),
    (HAIKU_3_5, "invoke", claude(tools=[TOOL])),
    (SONNET_4_5, "invoke-with-response-stream", claude()),
    (SONNET_4_5, "invoke-with-response-stream", claude(tools=[TOOL])),
    (LLAMA_3, "invoke", {"prompt": "Hello", "max_gen_len": 20}),
    (LLAMA_3, "invoke-with-response-stream", {"prompt": "Hello", "max_gen_len": 20}),
    ("amazon.titan-embed-text-v2:0", "invoke", {"inputText": "Hello", "dimensions": 256}),
]
COUNTED = ("anthropic.claude-sonnet-4-5-20250929-v1:0", "count-tokens", {"input": {"converse": talk(user(text()))}})
REFUSED: list[tuple[str, str, Any]] = [
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "count-tokens", {"input": {"converse": talk(user(text(" ")))}}),
    # refused here
    (HAIKU_3_5, "converse", talk(user(text(" ")))),
    (HAIKU_3_5, "invoke", claude(max_tokens="many")),
    ("nobody.knows-v1:0", "converse", talk(user(text()))),
    # refused there
    (LLAMA_3, "converse", talk(user(text(), PICTURE))),
    (LLAMA_3, "converse-stream", talk(user(text("x")), toolConfig=TOOLS)),
    (LLAMA_3, "invoke", {"prompt": "Hello", "max_gen_len": "many"}),
    (LLAMA_3, "invoke", {"prompt": "Hello", "of_tomorrow": 1}),
]

# What differs between two answers of one server to the same request.
_VARIES = [
    (rb'"p":"[a-zA-Z0-9]*"', b'"p":""'),
    (rb'"(latencyMs|invocationLatency|firstByteLatency)":\d+', rb'"\1":0'),
    (rb"tooluse_[A-Za-z0-9_-]{22}", b"tooluse_"),
]


def leveled(data: bytes) -> bytes:
    for pattern, instead in _VARIES:
        data = re.sub(pattern, instead, data)
    return data


def seen(answer: Answer) -> tuple[Any, ...]:
    """All of an answer that does not vary."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("x-amzn-requestid", "date", "content-length", "x-amzn-bedrock-invocation-latency")
    }
    if not answer.messages:
        return answer.status, headers, leveled(answer.body)
    frames = []
    for message in answer.messages:
        payload = leveled(message.payload)
        if message.headers.get(":event-type") == "chunk":
            payload = leveled(base64.b64decode(msgspec.json.decode(payload)["bytes"]))
        frames.append((message.headers, payload))
    return answer.status, headers, frames


@pytest.mark.parametrize(("model", "operation", "body"), [*TAKEN, COUNTED, *REFUSED])
def test_the_relay_answers_as_its_backend_does(
    served: Server, front: Server, model: str, operation: str, body: Any
) -> None:
    raw = json.dumps(body).encode()
    there = post(served, path(model, operation), raw)
    here = post(front, path(model, operation), raw)
    assert seen(here) == seen(there)


def told(answer: Answer) -> tuple[int, int]:
    """The tokens, in and out, that an answer tells its caller of."""
    if not answer.messages:
        headers = answer.headers
        usage = answer.json.get("usage") or {}
        given = usage.get("inputTokens") or headers["x-amzn-bedrock-input-token-count"]
        return int(given), int(usage.get("outputTokens") or headers.get("x-amzn-bedrock-output-token-count", 0))
    _, last = answer.events[-1]
    if "usage" in last:
        return last["usage"]["inputTokens"], last["usage"]["outputTokens"]
    metrics = json.loads(base64.b64decode(last["bytes"]))["amazon-bedrock-invocationMetrics"]
    return metrics["inputTokenCount"], metrics["outputTokenCount"]


def test_the_ledger_learns_what_callers_were_told(served: Server, start: Callable[[Server], Serving]) -> None:
    front = start(served)
    answers = [post(front.facts, path(model, name), json.dumps(body).encode()) for model, name, body in TAKEN]
    printed = run("usage", "--by", "operation", "--json", "--data", front.data)
    rows = {row["key"]: row for row in json.loads(printed.stdout)["rows"]}
    tokens = [told(answer) for answer in answers]
    assert sum(row["requests"] for row in rows.values()) == len(TAKEN)
    assert sum(row["input_tokens"] for row in rows.values()) == sum(given for given, _ in tokens)
    assert sum(row["output_tokens"] for row in rows.values()) == sum(made for _, made in tokens)
    assert set(rows) == {"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"}
