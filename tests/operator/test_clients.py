"""Clients of every kind: boto3 over a socket, our blocking client, functions that make one, and what they raise."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.operator.clients import Listed, Refused, done, everything, said
from tests.serving import Server

from outcrop.client import AsyncClient, Client
from outcrop.operator import Blocking, ConverseOperator, DataException, ExecutionException
from outcrop.operator.clients import THREADS, call, connect

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
IMAGE = {
    "sl_role": "USER",
    "content": ["What?", {"sl_type": "image", "sl_contentType": "image/png", "sl_content": PIXEL}],
}


def boto(server: Server, name: str) -> Any:
    return boto3.client(
        name,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def blocking(server: Server, secret: str | None = None) -> Client:
    return Client(
        server.endpoint,
        access_key_id=server.access_key_id,
        secret_access_key=secret or server.secret_access_key,
        region="us-east-1",
    )


def asynchronous(server: Server) -> AsyncClient:
    return AsyncClient(
        server.endpoint,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
        region="us-east-1",
    )


def picture(client: Any) -> ConverseOperator:
    return ConverseOperator(
        client, model=HAIKU, use_message_payload=True, message_payload="$messages", simplify_response=True
    )


def test_all_clients_give_the_same(served: Server) -> None:
    record = {"messages": [IMAGE]}
    clients = [boto(served, "bedrock-runtime"), blocking(served), partial(asynchronous, served)]
    operators = [picture(client) for client in clients]
    first, *others = [operator(record) for operator in operators]
    assert first["content"]
    assert others == [first, first]
    for operator in operators:
        operator.close()


def test_threads_may_share_an_operator_that_makes_its_client(served: Server) -> None:
    operator = ConverseOperator(partial(asynchronous, served), model=HAIKU, prompt="$msg", simplify_response=True)
    with ThreadPoolExecutor(4) as threads:
        documents = list(threads.map(operator, [{"msg": f"m{n}"} for n in range(20)]))
    assert [f"“m{n}”" in document["content"] for n, document in enumerate(documents)] == [True] * 20
    operator.close()


def test_boto3s_refusals(served: Server) -> None:
    op = ConverseOperator(boto(served, "bedrock-runtime"), model="no.such-model", prompt="Hi")
    with pytest.raises(DataException) as caught:
        done(op.process({}))
    assert caught.value.code == "ValidationException"
    assert caught.value.reason == "The provided model identifier is invalid."


def test_a_wrong_secret_ends_the_run(served: Server) -> None:
    op = ConverseOperator(blocking(served, "0" * 40), model=HAIKU, prompt="Hi", on_error="route")
    with pytest.raises(ExecutionException) as caught:
        done(op.process({}))
    assert caught.value.error == "Failed to invoke the Converse API: InvalidSignatureException"


def test_an_unsupported_role_reaches_the_service(served: Server) -> None:
    with pytest.raises(DataException) as caught:
        done(picture(blocking(served)).process({"messages": [{"sl_role": "SYSTEM", "content": "Hi"}]}))
    assert "Value 'SYSTEM' at 'messages.1.member.role'" in caught.value.reason


def test_a_server_that_is_not_there_is_the_records_fault() -> None:
    client = Client("http://127.0.0.1:9", access_key_id="AKIA", secret_access_key="x", region="us-east-1")
    with pytest.raises(DataException) as caught:
        done(ConverseOperator(client, model=HAIKU, prompt="Hi").process({}))
    assert caught.value.code is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused("ThrottlingException", "Too many requests", 429), DataException),
        (Refused("AccessDeniedException", "No.", 403), DataException),
        (Refused("ExpiredTokenException", "Old.", 403), ExecutionException),
        (TimeoutError("slow"), DataException),
        (ConnectionResetError("gone"), DataException),
        (TypeError("a fault of the program"), ExecutionException),
    ],
)
def test_who_is_at_fault(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        done(call(Listed(error), {}))


def test_connecting() -> None:
    listed = Listed(said("Hi."))
    assert connect(listed) is listed
    assert connect(lambda: listed) is listed
    assert isinstance(connect(Client("http://x", access_key_id="a", secret_access_key="b", region="c")), Blocking)


def test_a_client_that_was_made_is_closed_and_a_given_one_is_not() -> None:
    class Closing(Listed):
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    client = Closing(said("Hi."))
    for given, closed in ((client, 0), (lambda: client, 1)):
        with_client = ConverseOperator(given, model=HAIKU, prompt="Hi")
        with_client({})
        with_client.close()
        assert client.closed == closed


@pytest.mark.parametrize("answer", [[], {}, {"output": None}, {"output": {"message": {"role": "assistant"}}}])
def test_a_response_without_a_message_is_the_records_fault(answer: Any) -> None:
    with pytest.raises(DataException) as caught:
        done(call(Listed(answer), {}))
    assert caught.value.reason == "The response has no message."
    assert caught.value.response == answer


def test_a_client_that_waits_is_called_in_many_threads_at_once() -> None:
    together = threading.Barrier(THREADS)

    class Waiting:
        def converse(self, request: Any) -> Any:
            together.wait(timeout=10)
            return said("Hi.")

    op = ConverseOperator(Blocking(Waiting()), model=HAIKU, prompt="Hi")
    assert len(everything(op, range(THREADS), concurrency=THREADS)) == THREADS
