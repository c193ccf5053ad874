"""The path of a request: every error a client sees, in its one form, and nothing of the server's inside."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from tests.conftest import HAIKU, Answer, Ask, answer, converse_path, said
from tests.iam.policies import ARTICLE
from tests.scripted import Scripted, asking, before, closing, opening

from outcrop.catalog import Catalogue
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.config import Built
from outcrop.engines.table import Engines
from outcrop.errors import ModelTimeoutException, ServiceUnavailableException, ThrottlingException, ValidationException
from outcrop.gateway import Gateway
from outcrop.iam.authorization import Authorization
from outcrop.iam.decide import Grants
from outcrop.iam.keys import ROOT_ARN, Principal
from outcrop.iam.policy import parse
from outcrop.model.runtime import ConverseRequest
from outcrop.wire import sigv4
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
    [("POST", "/async-invoke"), ("GET", "/custom-models")],
    ids=["StartAsyncInvoke", "ListCustomModels"],
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


class Users:
    """A key store with one user, by access key and by bearer key, and a directory in which the user has these policies."""

    version = "1"

    def __init__(self, *documents: str) -> None:
        self.user = Principal("arn:aws:iam::123456789012:user/bedrock-runtime", "AKIAUSER", name="bedrock-runtime")
        self._grants = Grants(tuple(parse(document) for document in documents))

    def secret(self, access_key_id: str, session_token: str | None = None) -> tuple[str, Principal] | None:
        return ("secret", self.user) if access_key_id == "AKIAUSER" else None

    def bearer(self, token: str) -> Principal | None:
        return msgspec.structs.replace(self.user, bearer="LONG_TERM") if token == "ABSKuser" else None

    def used(self, access_key_id: str, service: str, region: str, moment: datetime) -> None: ...

    def grants(self, principal: Principal) -> Grants:
        return self._grants


Asking = Callable[..., Answer]


@pytest.fixture
def asking_as(runner: asyncio.Runner, catalogue: Catalogue) -> Callable[..., Asking]:
    """Ask a gateway as a user with some policies: `asking_as(document, …)(path, body, method="POST", bearer=False)`."""

    def of(*documents: str, engine: Scripted | None = None) -> Asking:
        users = Users(*documents)
        engines = Engines.only(engine or Scripted(opening() + closing()))
        gateway = Gateway(
            keys=users, catalogue=catalogue, engines=engines, region="us-west-2", access=Authorization(users)
        )

        def ask(path: str, body: object = b"", method: str = "POST", *, bearer: bool = False, **headers: str) -> Answer:
            raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
            names = {"host": "127.0.0.1", **{key.replace("_", "-"): value for key, value in headers.items()}}
            asked = HttpRequest(method, path, "", names, raw, "203.0.113.7")
            timestamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            signed = {"authorization": "Bearer ABSKuser"} if bearer else sigv4.sign(
                asked, access_key_id="AKIAUSER", secret="secret", region="us-west-2", timestamp=timestamp
            )  # fmt: skip
            front = cast(Built, SimpleNamespace(gateway=gateway))
            return runner.run(answer(front, msgspec.structs.replace(asked, headers={**names, **signed})))

        return ask

    return of


DENIED = "User: arn:aws:iam::123456789012:user/bedrock-runtime is not authorized to perform: "
HAIKU_ARN = f"arn:aws:bedrock:us-west-2::foundation-model/{HAIKU}"


def allow(*actions: str, **elements: object) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", **elements}
    return msgspec.json.encode({"Version": "2012-10-17", "Statement": statement}).decode()


def test_the_articles_user_may_call_models_and_not_list_them(asking_as: Callable[..., Asking]) -> None:
    """The fourth seed's policy, as its finding says: the article's own list-foundation-models is refused to its user."""
    ask = asking_as(ARTICLE)

    for operation in ("converse", "converse-stream"):
        assert ask(converse_path(operation=operation), said()).status == 200
    got = ask("/foundation-models", method="GET")
    assert got.status == 403
    assert got.headers["x-amzn-errortype"] == f"AccessDeniedException:{FRONT}"
    assert got.json == {
        "Message": f"{DENIED}bedrock:ListFoundationModels because no identity-based policy allows the "
        "bedrock:ListFoundationModels action"
    }
    profile = f"arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.{HAIKU}"
    assert ask(converse_path("us." + HAIKU), said()).json == {
        "Message": f"{DENIED}bedrock:InvokeModel on resource: {profile} because no identity-based policy allows the "
        "bedrock:InvokeModel action"
    }


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("converse", "bedrock:InvokeModel"),
        ("invoke", "bedrock:InvokeModel"),
        ("converse-stream", "bedrock:InvokeModelWithResponseStream"),
        ("invoke-with-response-stream", "bedrock:InvokeModelWithResponseStream"),
        ("count-tokens", "bedrock:CountTokens"),
    ],
)
def test_an_operation_is_refused_without_its_action(
    asking_as: Callable[..., Asking], operation: str, action: str
) -> None:
    engine = Scripted(opening() + closing())
    got = asking_as(allow("bedrock:Converse*", "s3:*"), engine=engine)(converse_path(operation=operation), said())

    assert got.error == (
        403,
        "AccessDeniedException",
        f"{DENIED}{action} on resource: {HAIKU_ARN} because no identity-based policy allows the {action} action",
    )
    assert not engine.begun


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (converse_path(), b"{"),
        (converse_path(), {"inferenceConfig": {"temperature": 99}}),
        (converse_path(), {"messages": []}),
        (converse_path("no-such-model"), said()),
        (converse_path(operation="count-tokens"), b""),
        ("/inference-profiles", {}),
    ],
)
def test_who_may_not_call_learns_nothing_of_what_is_wrong(
    asking_as: Callable[..., Asking], path: str, body: object
) -> None:
    """Signature, then authorization, then validation."""
    assert asking_as(allow("s3:*"))(path, body).error[:2] == (403, "AccessDeniedException")
    assert asking_as(allow("bedrock:*"))(path, body).status == 400


def test_bearer_callers_also_need_leave_to_use_a_key(asking_as: Callable[..., Asking]) -> None:
    without, having = asking_as(allow("bedrock:InvokeModel")), asking_as(allow("bedrock:*"))

    assert without(converse_path(), said()).status == having(converse_path(), said(), bearer=True).status == 200
    assert without(converse_path(), said(), bearer=True).error[2].startswith(f"{DENIED}bedrock:CallWithBearerToken")


def test_conditions_see_the_request(asking_as: Callable[..., Asking]) -> None:
    def status(condition: object, **headers: str) -> int:
        return asking_as(allow("bedrock:*", Condition=condition))(converse_path(), said(), **headers).status

    assert status({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}) == 200
    assert status({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}) == 403
    assert status({"Bool": {"aws:SecureTransport": "true"}}) == 403
    assert status({"StringLike": {"aws:UserAgent": "Boto3/*"}}, user_agent="Boto3/1.44") == 200
    assert status({"StringEquals": {"aws:RequestedRegion": "us-west-2", "aws:username": "bedrock-runtime"}}) == 200
    assert status({"DateGreaterThan": {"aws:CurrentTime": "2099-01-01"}}) == 403


def test_somebody_already_known_is_authorized_like_any_other(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    users = Users(ARTICLE)
    gateway = Gateway(
        keys=users,
        catalogue=catalogue,
        engines=Engines.only(Scripted(opening() + closing())),
        region="us-west-2",
        access=Authorization(users),
    )
    body = msgspec.json.encode(said())
    statuses = [
        runner.run(gateway.handle_for(users.user, HttpRequest(method, path, "", {}, body))).status
        for method, path in (("POST", converse_path()), ("GET", "/foundation-models"))
    ]

    assert statuses == [200, 403]
