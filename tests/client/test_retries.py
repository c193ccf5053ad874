"""The rules of trying again, beside botocore's own."""

import pytest
from botocore.retries import quota
from botocore.retries.standard import ExponentialBackoff, RetryContext, StandardRetryConditions, ThrottlingErrorDetector
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from outcrop.client.errors import MODELLED, THROTTLED, TRANSIENT, ApiError, NoAnswer, throttled
from outcrop.client.retries import Retries

CODES = sorted({*MODELLED, *THROTTLED, *TRANSIENT, "Surprise", "UnknownError"})
STATUSES = (400, 403, 404, 408, 413, 424, 429, 500, 501, 502, 503, 504)
MODEL = Session().get_service_model("bedrock-runtime").operation_model("Converse")
THROTTLING = ThrottlingErrorDetector(None)


class Answer:
    def __init__(self, status, headers):
        self.status_code, self.headers = status, headers


def context(code, status, attempt=1, **headers):
    parsed = {"Error": {"Code": code}}
    return RetryContext(
        attempt,
        operation_model=MODEL,
        parsed_response=parsed,
        http_response=Answer(status, headers),
        request_context={},
    )


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_tried_again_is_what_botocore_tries_again(status):
    shapes = {shape.name for shape in MODEL.error_shapes}
    rules = StandardRetryConditions()
    for code in CODES:
        if code in MODELLED - shapes:
            continue  # the control plane's own exceptions, which botocore knows only there
        asked = context(code, status)
        error = ApiError(code, "", status)
        assert error.retryable == rules.is_retryable(asked), code
        assert throttled(code, status) == THROTTLING.is_throttling_error_from_context(asked), code


@given(
    st.sampled_from(["ThrottlingException", "InternalServerException"]),
    st.integers(1, 30),
    st.floats(0, 1),
    st.none() | st.integers(0, 60_000),
)
def test_the_delay_is_botocores(code, attempt, chance, after):
    status = 429 if code == "ThrottlingException" else 500
    headers = {} if after is None else {"x-amz-retry-after": str(after)}
    backoff = ExponentialBackoff(random=lambda: chance, service_name="bedrock-runtime", throttling_detector=THROTTLING)
    expected = backoff.delay_amount(context(code, status, attempt, **headers))
    error = ApiError(code, "", status, retry_after=None if after is None else after / 1000)
    assert Retries(attempts=99, chance=lambda: chance).after(error, attempt) == pytest.approx(expected)


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_attempts_are_counted_whole(attempts):
    retries, error = Retries(attempts), NoAnswer("Unreachable", "", 0)
    granted = [retries.after(error, number) is not None for number in range(1, 5)]
    assert granted == [number < attempts for number in range(1, 5)]


@pytest.mark.parametrize(("code", "status", "cost"), [("InternalServerException", 500, 14), ("SlowDown", 400, 5)])
def test_a_quota_ends_a_storm_and_success_refills_it(code, status, cost):
    retries, error, mirror = Retries(), ApiError(code, "", status), quota.RetryQuota()
    while mirror.acquire(cost):
        assert retries.after(error, 1) is not None
    assert retries.after(error, 1) is None
    retries.succeeded(error)
    assert retries.after(error, 1) is not None
    assert retries.after(error, 1) is None
    for _ in range(cost):
        retries.succeeded(None)
    assert retries.after(error, 1) is not None
