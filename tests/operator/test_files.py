"""Operators over files: documents by view, records that cannot be read, throttling, and runs that go on."""

import asyncio
import json

import pytest
from tests.operator.clients import Listed, Refused, said

from outcrop.batch import Foreign, Pace
from outcrop.operator import (
    Chain,
    ConfigurationException,
    ConverseOperator,
    DataException,
    ExecutionException,
    PromptGenerator,
    run_file,
)
from outcrop.operator import files as module

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def mails(tmp_path):
    path = tmp_path / "mails.jsonl"
    path.write_text("".join(json.dumps({"n": n, "msg": f"Mail {n}"}) + "\n" for n in range(30)) + '{"n":30}\n{"n":\n')
    return path


def operator(client, **options):
    return ConverseOperator(client, model=HAIKU, prompt="$msg", **options)


def echo(request):
    return said(request["messages"][0]["content"][0]["text"])


def test_answers_and_errors_have_their_files(mails, tmp_path):
    out, err = tmp_path / "out", tmp_path / "err"
    asked = operator(Listed(echo), on_error="route")
    done = asyncio.run(run_file(asked, mails, out, err, ordered=True))
    assert [one["original"]["n"] for one in lines(out)] == list(range(30))
    missing, unreadable = lines(err)
    assert missing["original"] == {"n": 30}
    assert set(unreadable) == {"error", "reason", "resolution", "stacktrace", "original"}
    assert (unreadable["error"], unreadable["original"]) == ("Unable to read the record", '{"n":')
    assert dict(done.counts) == {"output0": 30, "error0": 2}
    assert dict(done.figures) == {"requests": 30, "inputTokens": 300, "outputTokens": 150}
    assert (asked.statistics.records, asked.statistics.errors) == (32, 2)


def test_stop_ends_the_run_and_another_policy_goes_on_with_it(mails, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(DataException, match="msg is undefined"):
        asyncio.run(run_file(operator(Listed(echo)), mails, out))
    client = Listed(echo)
    done = asyncio.run(run_file(operator(client, on_error="discard"), mails, out, resume=True))
    assert len(lines(out)) == 30
    assert done.before + len(client.requests) == 30


def test_a_run_with_other_settings_is_not_gone_on_with(mails, tmp_path):
    out = tmp_path / "out"
    asyncio.run(run_file(operator(Listed(echo), on_error="discard"), mails, out))
    other = operator(Listed(echo), on_error="discard", system_prompt="Be brief.")
    with pytest.raises(Foreign, match="settings"):
        asyncio.run(run_file(other, mails, out, resume=True))


def test_settings_tell_functions_by_their_names_and_operators_within():
    def one(record):
        return "1"

    def two(record):
        return "2"

    def chain(prompt, template="{{a}}"):
        return Chain([PromptGenerator(template=template), ConverseOperator(Listed(1), model=HAIKU, prompt=prompt)])

    assert module.settings(chain(one)) == module.settings(chain(one))
    assert len({module.settings(chain(*given)) for given in [(one,), (two,), ("$a",), ("$a", "{{b}}")]}) == 4


def test_throttled_records_are_asked_again_and_the_pace_halves(mails, tmp_path, monkeypatch):
    paces = []

    class Quick(Pace):
        def __init__(self, most):
            async def nap(seconds):
                await asyncio.sleep(0)

            super().__init__(most, sleep=nap)
            paces.append(self)

    monkeypatch.setattr(module, "Pace", Quick)
    turn = 0

    def sometimes(request):
        nonlocal turn
        turn += 1
        if turn % 3 == 0:
            return Refused("ThrottlingException", "Too many requests", 429)
        return Refused("ServiceUnavailableException", "Later", 503) if turn % 7 == 0 else echo(request)

    out, err = tmp_path / "out", tmp_path / "err"
    asyncio.run(run_file(operator(Listed(sometimes), on_error="route"), mails, out, err, concurrency=8))
    assert len(lines(out)) == 30
    assert len(lines(err)) == 2
    assert paces[0].pushes > 10
    assert paces[0].limit < 8


def test_outside_a_run_a_throttled_call_is_the_callers():
    client = Listed(Refused("ThrottlingException", "Too many requests", 429))
    with pytest.raises(DataException, match="ThrottlingException"):
        asyncio.run(operator(client).process({"msg": "Hello"}))
    assert len(client.requests) == 1


def test_credentials_that_are_not_accepted_end_every_run(mails, tmp_path):
    client = Listed(Refused("UnrecognizedClientException", "Who?", 403))
    with pytest.raises(ExecutionException):
        asyncio.run(run_file(operator(client, on_error="route"), mails, tmp_path / "out", tmp_path / "err"))


def test_errors_are_not_routed_nowhere(mails, tmp_path):
    with pytest.raises(ConfigurationException, match="errors file"):
        asyncio.run(run_file(operator(Listed(1), on_error="route"), mails, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
