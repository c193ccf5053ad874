"""The path of a request: every error a client sees, in its one form, and nothing of the server's inside."""

import asyncio
import re
from collections.abc import AsyncGenerator

import msgspec
import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.scripted import Scripted, asking, before, closing, opening

from outcrop.catalog import Catalogue
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.config import Built
from outcrop.errors import ModelTimeoutException, ServiceUnavailableException, ThrottlingException, ValidationException
from outcrop.iam.keys import ROOT_ARN, Principal
from outcrop.model.runtime import ConverseRequest
from outcrop.wire.http import HttpRequest, HttpResponse

SERVICE = "http://internal.amazon.com/coral/com.amazon.bedrock/"
FRONT = "http://internal.amazon.com/coral/com.amazon.coral.service/"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_an_answer_has_aws_headers_and_no_others(ask: Ask) -> None:
    got = ask(converse_path(), said())

    assert (got.status, list(got.headers)) == (200, ["content-type", "x-amzn-requestid"])
    assert got.headers["content-type"] == "application/json"
    assert UUID4.fullmatch(got.headers["x-amzn-requestid"])  # version 4 in 2,498 of 2,498 recorded


def test_every_request_has_an_id_of_its_own(ask: Ask) -> None:
    assert len({ask(converse_path(), body).headers["x-amzn-requestid"] for body in (said(), said(), {}, b"{")}) == 4


def test_the_key_order_and_spacing_are_aws_own(ask: Ask) -> None:
    """Compact, UTF-8 as it is, alphabetical at every level (454 of 454 recorded)."""
    body = ask(converse_path(), said("Grüße")).body

    def sorted_throughout(value: object) -> bool:
        if isinstance(value, dict):
            return list(value) == sorted(value) and all(map(sorted_throughout, value.values()))
        return all(map(sorted_throughout, value)) if isinstance(value, list) else True

    assert "Grüße".encode() in body
    assert msgspec.json.encode(msgspec.json.decode(body)) == body
    assert sorted_throughout(msgspec.json.decode(body))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/model"),
        ("POST", f"/model/{HAIKU}"),
        ("GET", f"/model/{HAIKU}/converse"),
        ("POST", "/model/arn:aws:bedrock:us-east-1::foundation-model/" + HAIKU + "/converse"),  # the slash not encoded
        ("POST", "/nowhere"),
        ("GET", "/"),
    ],
)
def test_an_unknown_route_is_answered_in_a_way_of_its_own(
    runner: asyncio.Runner, catalogue: Catalogue, method: str, path: str
) -> None:
    got = asking(runner, catalogue, Scripted())(path, method=method)

    assert got.status == 200  # reported by users of three SDKs
    assert got.headers["x-amzn-errortype"] == f"UnknownOperationException:{FRONT}"
    assert got.body == b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}'


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/guardrail/gr1/version/1/apply"), ("POST", "/async-invoke"), ("GET", "/guardrails")],
    ids=["ApplyGuardrail", "StartAsyncInvoke", "ListGuardrails"],
)
def test_an_operation_that_is_not_built_is_one_the_account_may_not_use(ask: Ask, method: str, path: str) -> None:
    got = ask(path, {} if method == "POST" else b"", method=method)

    assert got.status == 403
    assert got.headers["x-amzn-errortype"] == f"AccessDeniedException:{SERVICE}"
    assert got.body == b'{"message":"Your account is not authorized to invoke this API operation."}'  # reported


@pytest.mark.parametrize("model", ["does-not-exist", "us.does-not-exist-model-v1:0", "us.amazon.nova-micro-v1:O"])
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("converse", said()),
        ("converse-stream", said()),
        ("invoke", b"{}"),
        ("invoke-with-response-stream", b"{}"),
        ("count-tokens", {"input": {"converse": said()}}),
    ],
)
def test_an_unknown_model_is_a_wrong_request(ask: Ask, model: str, operation: str, body: object) -> None:
    got = ask(converse_path(model, operation), body)

    assert got.status == 400  # and not 404; recorded 23 times, streaming operations among them
    assert got.headers["x-amzn-errortype"] == f"ValidationException:{SERVICE}"
    assert got.body == b'{"message":"The provided model identifier is invalid."}'


def test_a_model_behind_profiles_says_so(ask: Ask) -> None:
    message = ask(converse_path("deepseek.r1-v1:0"), said()).error[2]

    assert message == (
        "Invocation of model ID deepseek.r1-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID "
        "or ARN of an inference profile that contains this model."
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/model/{HAIKU}/converse",  # the colon as it is, as half of the clients send it
        converse_path(),
        converse_path("us." + HAIKU),
        converse_path("arn:aws:bedrock:us-east-1::foundation-model/" + HAIKU),
        converse_path("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us." + HAIKU),
    ],
    ids=["raw", "encoded", "profile", "ARN", "profile's ARN"],
)
def test_a_model_is_named_in_five_ways(ask: Ask, path: str) -> None:
    assert "Claude 3 Haiku" in ask(path, said()).body.decode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Unexpected value type in payload"),  # recorded, the only text of its kind
        (b"[]", "Start of list found where not expected"),  # of other AWS services
        (b'{"messages":"Hi"}', "Unexpected value type in payload"),
        (b'{"inferenceConfig":{"maxTokens":"8"}}', "STRING_VALUE can not be converted to an Integer"),
    ],
)
def test_a_body_of_the_wrong_types_is_a_serialization_error(ask: Ask, body: object, message: str) -> None:
    got = ask(converse_path(), body)

    assert got.status == 400
    assert got.headers["x-amzn-errortype"] == f"SerializationException:{FRONT}"
    assert got.json == {"Message": message}


def test_who_is_not_known_is_told_before_anything_else(built: Built, runner: asyncio.Runner) -> None:
    got = runner.run(built.gateway.handle(HttpRequest("POST", "/nowhere", "", {}, b"{")))

    assert isinstance(got, HttpResponse)
    assert got.status == 403
    assert got.body == b'{"Message":"Authorization header is missing"}'  # recorded, with the capital letter
    assert dict(got.headers)["x-amzn-errortype"] == f"AccessDeniedException:{FRONT}"


ERRORS = {
    "throttled": (ThrottlingException("Too many requests, please wait before trying again."), 429),
    "out of capacity": (ServiceUnavailableException(), 503),
    "too slow": (ModelTimeoutException("Model has timed out in processing the request. Try your request again."), 408),
}


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
@pytest.mark.parametrize(("error", "status"), ERRORS.values(), ids=ERRORS.keys())
def test_what_an_engine_says_early_is_an_ordinary_error(
    runner: asyncio.Runner, catalogue: Catalogue, operation: str, error: ThrottlingException, status: int
) -> None:
    got = asking(runner, catalogue, Scripted(error))(converse_path(operation=operation), said())

    assert got.status == status
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-amzn-errortype"] == f"{error.code}:{SERVICE}"
    assert got.json == {"message": error.message}


SECRET = "a secret of the server: /srv/outcrop"


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_a_fault_of_its_own_is_an_internal_error_without_a_trace(
    runner: asyncio.Runner, catalogue: Catalogue, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    got = asking(runner, catalogue, Scripted(ZeroDivisionError(SECRET)))(converse_path(operation=operation), said())

    assert got.status == 500
    assert got.headers["x-amzn-errortype"] == f"InternalServerException:{SERVICE}"
    assert got.body == (
        b'{"message":"The system encountered an unexpected error during processing. Try your request again."}'
    )
    assert SECRET in caplog.text  # the log has what the client has not
    assert got.headers["x-amzn-requestid"] in caplog.text


def test_a_reply_that_never_ends_its_turn_is_an_internal_error(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    got = asking(runner, catalogue, Scripted(opening()))(converse_path(), said())

    assert got.error[:2] == (500, "InternalServerException")


def test_an_engine_that_says_nothing_is_an_error_of_the_model(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    for operation in ("converse", "converse-stream"):
        got = asking(runner, catalogue, Scripted())(converse_path(operation=operation), said())
        assert got.error[:2] == (424, "ModelErrorException")


def test_an_engine_gets_no_request_that_is_refused(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    engine = Scripted(opening(), closing())
    ask = asking(runner, catalogue, engine)

    assert ask(converse_path(), {}).status == 400
    assert not engine.begun
    assert ask(converse_path(), said()).status == 200
    assert engine.begun


def test_perform_raises_what_handle_would_answer(built: Built, runner: asyncio.Runner) -> None:
    asked = ConverseRequest(model_id="does-not-exist")

    with pytest.raises(ValidationException, match="identifier is invalid"):
        runner.run(built.gateway.perform(Principal(ROOT_ARN, "key"), "us-east-1", "Converse", asked))


def test_the_region_is_the_signed_one_or_the_servers_own(
    ask: Ask, runner: asyncio.Runner, catalogue: Catalogue
) -> None:
    """With a bearer key, which names no region, the refusal names the gateway's."""
    body = {**said(), "performanceConfig": {"latency": "optimized"}}

    for asked in (ask, asking(runner, catalogue, Scripted(opening(), closing()))):
        assert asked(converse_path(), body).error[2].endswith("in us-east-1")


def test_requests_are_answered_side_by_side(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    """One that waits for its engine holds up no other."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    class Waiting:
        async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
            reached.set()
            await go_on.wait()
            yield opening() + closing()

    async def run() -> list[str]:
        gateway, headers = before(Waiting(), catalogue)
        finished = []

        async def send(path: str, method: str, body: bytes) -> None:
            await gateway.handle(HttpRequest(method, path, "", headers, body))
            finished.append(method)

        slow = asyncio.create_task(send(converse_path(), "POST", msgspec.json.encode(said())))
        await reached.wait()
        await send("/foundation-models", "GET", b"")
        go_on.set()
        await slow
        return finished

    assert runner.run(run()) == ["GET", "POST"]
