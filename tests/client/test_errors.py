"""Errors out of answers, whoever gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.client import errors
from outcrop.transport import TimedOut, Unreachable
from outcrop.wire.eventstream import Message


def test_a_refusal_says_everything_it_was_told():
    headers = {
        "x-amzn-errortype": "ThrottlingException:http://x/",
        "x-amzn-requestid": "id",
        "x-amz-retry-after": "1500",
    }
    error = errors.refusal(429, headers, b'{"message":"Slow down."}')
    assert (error.code, error.message, error.status, error.request_id) == (
        "ThrottlingException",
        "Slow down.",
        429,
        "id",
    )
    assert (error.retry_after, error.retryable, str(error)) == (1.5, True, "ThrottlingException: Slow down.")


@pytest.mark.parametrize("value", ["-1", "soon", "1e3", "", "9" * 20, "²"])
def test_a_strange_retry_after_counts_as_absent(value):
    assert errors.refusal(429, {"x-amz-retry-after": value}, b"").retry_after is None


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"<html>", "UnknownError", "<html>"),
        (b"\xff\xfe", "UnknownError", "\ufffd\ufffd"),
        (b"[]", "UnknownError", "[]"),
        (b'{"Message":"m"}', "UnknownError", "m"),
        (b'{"__type":"com.amazon.coral.service#Odd","message":"m"}', "Odd", "m"),
    ],
)
def test_bodies_of_all_kinds_are_read(body, code, message):
    error = errors.refusal(400, {}, body)
    assert (error.code, error.message) == (code, message)


@given(st.integers(400, 599), st.binary(max_size=60), st.text(max_size=20))
def test_no_answer_is_too_strange_to_be_an_error(status, body, kind):
    error = errors.refusal(status, {"x-amzn-errortype": kind}, body)
    assert error.status == status
    assert error.code


def test_within_a_stream_nothing_is_tried_again():
    message = Message({":message-type": "exception", ":exception-type": "throttlingException"}, b'{"message":"Slow."}')
    error = errors.exception(message, "id")
    assert (error.code, error.message, error.status, error.retryable) == ("ThrottlingException", "Slow.", 200, False)


def test_an_error_frame_names_itself_in_headers():
    message = Message({":message-type": "error", ":error-code": "InternalError", ":error-message": "Oh."}, b"")
    error = errors.exception(message, None)
    assert (error.code, error.message) == ("InternalError", "Oh.")


@pytest.mark.parametrize(("failure", "code"), [(TimedOut("x"), "TimedOut"), (Unreachable("x"), "Unreachable")])
def test_no_answer_is_an_api_error_too(failure, code):
    error = errors.no_answer(failure)
    assert isinstance(error, errors.ApiError)
    assert (error.code, error.message, error.status, error.retryable) == (code, "x", 0, True)
    assert not errors.malformed("y").retryable
