"""What a backend's failures become, and what of its words is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop import errors
from outcrop.catalog import Catalogue
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.failures import LONGEST, Failures, seconds
from outcrop.transport import TimedOut, Unreachable

FAILURES = Failures("local", ("hunter2-hunter2",))
MODELS = {model.id: model for model in Catalogue.load().listed()}
NOVA, LLAMA = MODELS["amazon.nova-lite-v1:0"], MODELS["meta.llama3-70b-instruct-v1:0"]


@pytest.mark.parametrize(
    ("status", "text", "expected", "details"),
    [
        (429, "slow down", errors.ThrottlingException, {}),
        (408, "", errors.ModelTimeoutException, {}),
        (504, "", errors.ModelTimeoutException, {}),
        (503, '{"error":{"message":"Loading model"}}', errors.ModelNotReadyException, {}),
        (503, "busy", errors.ServiceUnavailableException, {}),
        (529, "overloaded", errors.ServiceUnavailableException, {}),
        (500, "boom", errors.ModelErrorException, {"originalStatusCode": 500, "originalMessage": "boom"}),
        (500, "", errors.ModelErrorException, {"originalStatusCode": 500}),
        (401, "bad key", errors.ModelErrorException, {"originalStatusCode": 401, "originalMessage": "bad key"}),
        (404, "no model", errors.ModelErrorException, {"originalStatusCode": 404, "originalMessage": "no model"}),
    ],
)
def test_a_status_becomes_a_modelled_error(
    status: int, text: str, expected: type[Any], details: dict[str, Any]
) -> None:
    error = FAILURES.refused(status, text, NOVA)
    assert type(error) is expected
    named = {"resourceName": NOVA.id} if details else {}
    assert error.details == {**details, **named}


@pytest.mark.parametrize(
    "said",
    [
        "the request exceeds the available context size, try increasing it",
        "This model's maximum context length is 4096 tokens.",
        "prompt is too long: 9 tokens > 8 maximum",
        '{"error":{"code":"context_length_exceeded"}}',
    ],
)
def test_a_prompt_over_the_window_is_refused_in_the_family_s_words(said: str) -> None:
    assert str(FAILURES.refused(400, said, NOVA)) == "Input is too long for requested model."
    assert str(FAILURES.refused(400, said, LLAMA)) == (
        "This model's maximum context length is 8192 tokens. Please reduce the length of the prompt"
    )


def test_any_other_wrong_request_is_the_model_s_refusal_in_the_backend_s_words() -> None:
    error = FAILURES.refused(422, "temperature must be below 2", NOVA)
    assert isinstance(error, ModelRefusal)
    assert error.text == "temperature must be below 2"


def test_silence_absence_and_breaking_are_told_apart() -> None:
    assert type(FAILURES.lost(TimedOut("silent"), NOVA)) is errors.ModelTimeoutException
    assert type(FAILURES.lost(Unreachable("refused", sent=False), NOVA)) is errors.ServiceUnavailableException
    assert type(FAILURES.lost(Unreachable("broke"), NOVA)) is errors.ModelErrorException


def test_once_a_stream_has_begun_errors_are_its_frame() -> None:
    for error in (FAILURES.lost(TimedOut("silent"), NOVA, late=True), FAILURES.broken("oops", NOVA, late=True)):
        assert type(error) is errors.ModelStreamErrorException
    assert error.details == {"originalMessage": "oops"}
    assert FAILURES.broken("oops", NOVA).details == {"originalMessage": "oops", "resourceName": NOVA.id}


@given(st.text(), st.text())
def test_no_secret_leaves_and_no_word_is_endless(before: str, after: str) -> None:
    for secret in ("hunter2-hunter2", "sk-abcdefghijklmnop", "Bearer abc.def", "https://me:pass@host"):
        found = FAILURES.scrubbed(f"{before} {secret} {after}")
        assert secret not in found
        assert len(found) <= LONGEST


def test_logs_hold_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    FAILURES.refused(500, "the key hunter2-hunter2 is bad", NOVA)
    FAILURES.broken("hunter2-hunter2", NOVA)
    assert "engine local answered with status 500: the key *** is bad" in caplog.text
    assert "hunter2" not in caplog.text


def test_how_long_a_backend_wants_to_be_left_alone_is_kept_with_its_error() -> None:
    busy = FAILURES.refused(429, "slow down", NOVA, retry_after="7")
    assert isinstance(busy, errors.ThrottlingException)
    assert busy.retry_after == 7
    assert FAILURES.lost(Unreachable("refused", sent=False), NOVA).retry_after is None


@pytest.mark.parametrize(
    ("header", "said"),
    [(None, None), ("0", 0), (" 12 ", 12), ("soon", None), ("-1", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, said: float | None) -> None:
    assert seconds(header) == said


@given(st.text())
def test_what_else_it_may_be_it_says_nothing(header: str) -> None:
    said = seconds(header)
    assert said is None or said >= 0
