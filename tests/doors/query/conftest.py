"""boto3 in front of the doors of this process: it signs, serializes and parses as everywhere, only no socket is opened."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from outcrop.config import Built, Settings, build
from outcrop.wire.http import HttpRequest, HttpResponse

Client = Any
ENDPOINT = "http://127.0.0.1:4020"
NO_RETRY = Config(retries={"max_attempts": 0, "mode": "standard"}, parameter_validation=False)


class Body:
    """What botocore reads an answer from."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def stream(self) -> Iterator[bytes]:
        yield self.data


class Account:
    """One installation; `client` gives a boto3 client, root's or that of the keys it is given."""

    def __init__(self, built: Built, runner: asyncio.Runner) -> None:
        self.built, self.runner = built, runner
        self.root = (built.credentials.access_key_id, built.credentials.secret_access_key, None)

    def client(self, service: str, keys: dict[str, Any] | None = None, region: str = "us-east-1") -> Client:
        key_id, secret, token = self.root
        if keys:
            key_id, secret, token = keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken")
        made = boto3.client(
            service,
            region_name=region,
            endpoint_url=ENDPOINT,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=NO_RETRY,
        )
        made.meta.events.register("before-send", self._send)
        return made

    def ask(self, request: HttpRequest) -> HttpResponse:
        answer = self.runner.run(self.built.doors.handle(request))
        assert isinstance(answer, HttpResponse)
        return answer

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        text = {name.lower(): v.decode() if isinstance(v, bytes) else str(v) for name, v in request.headers.items()}
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        asked = HttpRequest(request.method, url.path, url.query, {"host": url.netloc, **text}, raw)
        answer = self.ask(asked)
        return AWSResponse(request.url, answer.status, dict(answer.headers), Body(answer.body))


@pytest.fixture(scope="session")
def account(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """One installation for all tests of the door; each uses names of its own."""
    built = build(Settings(data=Path(tmp_path_factory.mktemp("account"))))
    yield Account(built, runner)
    runner.run(built.aclose())


@pytest.fixture(scope="session")
def iam(account: Account) -> Client:
    """IAM, as root."""
    return account.client("iam")


@pytest.fixture
def user(account: Account, iam: Client, request: pytest.FixtureRequest) -> Callable[..., dict[str, Any]]:
    """Make a user with the given statements, and an access key for them: the answer of CreateAccessKey."""
    number = iter(range(100))

    def make(*statements: dict[str, Any]) -> dict[str, Any]:
        name = f"{request.node.name[:50].partition('[')[0]}{next(number)}"
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        made: dict[str, Any] = iam.create_access_key(UserName=name)["AccessKey"]
        return made

    return make


def refused(call: Callable[..., Any], **given: Any) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    response = caught.value.response
    status: int = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def allow(*actions: str, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
