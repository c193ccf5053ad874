"""Runs of the operator that go on without who began them: their results, their end, what is kept, and what is refused."""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from outcrop.errors import ResourceNotFoundException, ThrottlingException, ValidationException
from outcrop.operator import runs
from outcrop.operator.runs import Runs

ME, OTHER = "arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/other"
SETTINGS = {"model": "amazon.nova-lite-v1:0", "prompt": "$text", "on_error": "route", "simplify_response": True}
USAGE = {"inputTokens": 2, "outputTokens": 3, "totalTokens": 5}


def ran(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test that waits."""

    @functools.wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(test(**given))

    return run


class Echo:
    """Says what it is told, once it may; fails at "fail"."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    async def converse(self, request: dict[str, Any]) -> dict[str, Any]:
        await self.open.wait()
        said = request["messages"][0]["content"][0]["text"]
        if said == "fail":
            raise TimeoutError("too late")
        message = {"role": "assistant", "content": [{"text": said.upper()}]}
        return {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE, "metrics": {"latencyMs": 1}}


def lines(*texts: str) -> str:
    return "\n".join(msgspec.json.encode({"text": text}).decode() for text in texts)


async def ended(made: Runs, id: str) -> runs.Run:
    await made.wait(id)
    return made.find(id, ME)


def documents(data: bytes) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in data.splitlines()]


@ran
async def test_every_record_becomes_a_result_or_an_error(tmp_path: Path) -> None:
    made = Runs(tmp_path)
    run = await made.start(ME, "words", SETTINGS, lines("one", "fail", "three") + "\n\n", 2, Echo())
    done = await ended(made, run.id)

    assert (done.state, done.total, done.done, done.results, done.errors) == ("completed", 3, 3, 2, 1)
    assert (done.requests, done.input_tokens, done.output_tokens) == (2, 4, 6)
    assert [one["content"] for one in documents(made.part(run.id, ME, "results"))] == ["ONE", "THREE"]
    (error,) = documents(made.part(run.id, ME, "errors"))
    assert error["original"] == {"text": "fail"}
    assert "File" not in error["stacktrace"]  # nothing of the server's own code


@ran
async def test_a_run_is_stopped_from_another_process_and_keeps_what_it_has(tmp_path: Path) -> None:
    made, elsewhere, client = Runs(tmp_path), Runs(tmp_path), Echo()
    client.open.clear()
    run = await made.start(ME, "words", SETTINGS, lines("one", "two"), 1, client)
    assert elsewhere.find(run.id, ME).state == "running"
    elsewhere.stop(run.id, ME)

    assert (await ended(made, run.id)).state == "stopped"


@ran
async def test_the_first_failure_ends_a_run_that_stops_at_errors(tmp_path: Path) -> None:
    made = Runs(tmp_path)
    run = await made.start(ME, "words", {**SETTINGS, "on_error": "stop"}, lines("one", "fail", "three"), 1, Echo())
    done = await ended(made, run.id)

    assert (done.state, done.results) == ("failed", 1)
    assert done.problem
    assert done.problem.startswith("Failed to invoke the Converse API: TimeoutError")


@ran
async def test_closing_interrupts_and_silence_is_an_interruption(tmp_path: Path) -> None:
    moment, client = [1_000_000], Echo()
    client.open.clear()
    made = Runs(tmp_path, lambda: moment[0])
    run = await made.start(ME, "words", SETTINGS, lines("one"), 1, client)
    moment[0] += runs.SILENT + 1
    assert Runs(tmp_path, lambda: moment[0]).find(run.id, ME).state == "interrupted"
    await made.aclose()

    assert Runs(tmp_path, lambda: 0).find(run.id, ME).state == "interrupted"


@ran
async def test_a_preview_shows_the_first_and_keeps_nothing(tmp_path: Path) -> None:
    shown = await Runs(tmp_path).preview(SETTINGS, lines("one", "fail", "three"), 2, Echo())

    assert [one["content"] for one in shown["results"]] == ["ONE"]
    assert [one["original"] for one in shown["errors"]] == [{"text": "fail"}]
    assert shown["total"] == 3
    assert os.listdir(tmp_path) == []


@ran
async def test_runs_are_their_owners(tmp_path: Path) -> None:
    made = Runs(tmp_path)
    run = await made.start(ME, "words", SETTINGS, lines("one"), 1, Echo())
    await ended(made, run.id)

    assert ([one.id for one in made.all(ME)], made.all(OTHER), len(made.all(None))) == ([run.id], [], 1)
    for id in (run.id, "../escape", "nothing", ""):
        with pytest.raises(ResourceNotFoundException):
            made.find(id, OTHER)


@pytest.mark.parametrize(
    ("settings", "text", "message"),
    [
        (SETTINGS, "", "There are no records"),
        (SETTINGS, '{"text": 1}\n[1]', "Line 2 is no JSON object"),
        (SETTINGS, "{}\n" * 10_001, "There are more than 10,000 records"),
        ({**SETTINGS, "client": "x"}, "{}", "The operator has no setting client"),
        ({**SETTINGS, "temperature": 2}, "{}", "The Temperature value is invalid"),
        ({"prompt": "$text"}, "{}", "The Model name value is invalid"),
    ],
)
@ran
async def test_what_can_never_work_is_refused_at_once(tmp_path: Path, settings: Any, text: str, message: str) -> None:
    with pytest.raises(ValidationException, match=message):
        await Runs(tmp_path).start(ME, "words", settings, text, 1, Echo())
    with pytest.raises(ValidationException, match=message):
        await Runs(tmp_path).preview(settings, text, 5, Echo())


@ran
async def test_only_so_many_run_at_once_and_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, client = Runs(tmp_path), Echo()
    client.open.clear()
    for _ in range(runs.AT_ONCE):
        await made.start(ME, "words", SETTINGS, lines("one"), 1, client)
    with pytest.raises(ThrottlingException):
        await made.start(ME, "words", SETTINGS, lines("one"), 1, client)
    client.open.set()
    for run in made.all(ME):
        await ended(made, run.id)
    monkeypatch.setattr(runs, "KEPT", 2)
    last = await made.start(ME, "words", SETTINGS, lines("one"), 1, client)
    await ended(made, last.id)

    assert len(made.all(ME)) == 2
    assert made.all(ME)[0].id == last.id


def test_the_settings_are_those_of_the_operator() -> None:
    kinds = {one["name"]: one["kind"] for one in Runs.fields()}

    assert {"model", "prompt", "json_mode", "on_error", "continuation_requests_limit"} <= kinds.keys()
    assert (kinds["temperature"], kinds["json_mode"], kinds["on_error"], kinds["json_schema"]) == (
        "number",
        "flag",
        "choice",
        "json",
    )
    assert "input" not in kinds
