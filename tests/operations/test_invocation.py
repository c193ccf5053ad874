"""The headers of the two InvokeModel operations: some are echoed, some are refused, some change nothing."""

from typing import Any

import pytest
from tests.conftest import HAIKU, Ask, converse_path
from tests.conversations import SERVICE

HAIKU_3_5 = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
BODY = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello there"}],
}
both = pytest.mark.parametrize("operation", ["invoke", "invoke-with-response-stream"])


def ask_for(ask: Ask, operation: str, model: str = HAIKU, **headers: str) -> Any:
    return ask(
        converse_path(model, operation), BODY, **{f"x_amzn_bedrock_{name}": value for name, value in headers.items()}
    )


@both
@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (HAIKU_3_5, "performanceconfig_latency", "optimized"),
        (HAIKU, "performanceconfig_latency", "standard"),
        (HAIKU, "service_tier", "default"),
    ],
)
def test_performance_and_tier_are_echoed(ask: Ask, operation: str, model: str, name: str, value: str) -> None:
    got = ask_for(ask, operation, model, **{name: value})

    assert got.status == 200
    assert got.headers[f"x-amzn-bedrock-{name.replace('_', '-')}"] == value
    assert f"x-amzn-bedrock-{name.replace('_', '-')}" not in ask_for(ask, operation, model).headers


# The words are Converse's: probed there, and the guardrail's reported for both.
REFUSED = {
    "optimized latency": (
        {"performanceconfig_latency": "optimized"},
        f"Latency performance configuration is not supported for {HAIKU} in us-east-1",
    ),
    "a service tier": ({"service_tier": "flex"}, "The provided service tier is not supported for this model."),
    "a guardrail": (
        {"guardrailidentifier": "gr1", "guardrailversion": "1"},
        "The guardrail identifier or version provided in the request does not exist.",
    ),
    "a guardrail by ARN": (
        {"guardrailidentifier": "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1", "guardrailversion": "DRAFT"},
        "The guardrail identifier or version provided in the request does not exist.",
    ),
    "a latency there is none of": (
        {"performanceconfig_latency": "warp"},
        "1 validation error detected: Value 'warp' at 'performanceConfigLatency' failed to satisfy constraint: Member must "
        "satisfy enum value set: [standard, optimized]",
    ),
    "a trace there is none of": (
        {"trace": "SOME"},
        "1 validation error detected: Value 'SOME' at 'trace' failed to satisfy constraint: Member must satisfy enum value "
        "set: [ENABLED, DISABLED, ENABLED_FULL]",
    ),
}


@both
@pytest.mark.parametrize(("headers", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_offered_is_refused(ask: Ask, operation: str, headers: dict[str, str], message: str) -> None:
    got = ask_for(ask, operation, **headers)

    assert got.status == 400
    assert got.headers["x-amzn-errortype"] == f"ValidationException:{SERVICE}"
    assert got.json == {"message": message}


@both
@pytest.mark.parametrize(
    "headers", [{"trace": "ENABLED"}, {"guardrailversion": "1"}, {"request_metadata": '{"team":"stones"}'}]
)
def test_some_headers_change_nothing(ask: Ask, operation: str, headers: dict[str, str]) -> None:
    got, plain = ask_for(ask, operation, **headers), ask_for(ask, operation)

    assert got.status == 200
    assert list(got.headers) == list(plain.headers)


@both
def test_the_native_body_is_refused_in_the_models_words(ask: Ask, operation: str) -> None:
    got = ask(converse_path(operation=operation), {**BODY, "stream": True})

    assert got.error[2].startswith("Malformed input request: #: subject must not be valid against schema")  # reported
    assert "#: extraneous key [stream] is not permitted" in got.error[2]
