"""Two servers over one database: what one of them, or a command, changes comes to hold at the other; and nothing
secret is anywhere to be read: not in the database, not in what the servers wrote or answered, not in the list of processes.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.databases import fresh, postgres
from tests.serving import Server, Serving, run, serving

__all__ = ["postgres"]

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
PATIENCE = 60.0  # seconds until something that never comes is given up
PAUSE = 0.05  # seconds
ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["bedrock:*", "sts:AssumeRole"], "Resource": "*"}],
}


class Pair(NamedTuple):
    """Two servers, with the URL of the database they share."""

    one: Serving
    other: Serving
    url: str


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp(request.param)
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder / 'shared.db'}" if sqlite else fresh(request.getfixturevalue("postgres"))
    key = base64.urlsafe_b64encode(bytes(range(32)))
    with ExitStack() as running:
        servers = []
        for name in ("one", "other"):
            data = folder / name / "data"
            data.mkdir(parents=True, mode=0o700)
            (data / "vault.key").write_bytes(key)
            (data / "outcrop.toml").write_text(f'[storage]\nurl = "{url}"\n')
            servers.append(running.enter_context(serving(folder / name)))
        yield Pair(servers[0], servers[1], url)


def client(server: Server, service: str, keys: dict[str, Any] | None = None) -> Any:
    found = keys or {"AccessKeyId": server.access_key_id, "SecretAccessKey": server.secret_access_key}
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=server.endpoint,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found.get("SessionToken"),
        config=Config(retries={"max_attempts": 0}),
    )


def call(server: Server, keys: dict[str, Any]) -> Callable[[], str]:
    """Call a model: "" when it answers, else the code of the refusal."""
    runtime = client(server, "bedrock-runtime", keys)

    def once() -> str:
        try:
            runtime.converse(modelId=HAIKU, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    return once


def soon(once: Callable[[], str], expected: str) -> None:
    """`once` comes to give what is expected; how soon is printed (`pytest -s`), and is for a quiet machine to say."""
    begun = time.monotonic()
    while (got := once()) != expected:
        assert time.monotonic() - begun < PATIENCE, f"still {got!r}"
        time.sleep(PAUSE)
    print(f"{expected or 'an answer'} after {time.monotonic() - begun:.2f} s")


def make(pair: Pair, name: str) -> dict[str, Any]:
    """A user of the first server with an access key."""
    iam = client(pair.one.facts, "iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    key: dict[str, Any] = iam.create_access_key(UserName=name)["AccessKey"]
    return key


def test_a_change_holds_at_the_other_soon(pair: Pair) -> None:
    iam, key = client(pair.one.facts, "iam"), make(pair, "ann")
    at_other = call(pair.other.facts, key)
    soon(at_other, "")
    iam.delete_user_policy(UserName="ann", PolicyName="p")
    soon(at_other, "AccessDeniedException")
    client(pair.other.facts, "iam").put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    soon(call(pair.one.facts, key), "")
    which = {"UserName": "ann", "AccessKeyId": key["AccessKeyId"]}
    iam.update_access_key(**which, Status="Inactive")
    soon(at_other, "UnrecognizedClientException")


def test_a_command_s_change_holds_at_both(pair: Pair) -> None:
    key = make(pair, "ben")
    both = [call(server.facts, key) for server in (pair.one, pair.other)]
    for at in both:
        soon(at, "")
    done = run("key", "disable", key["AccessKeyId"], "--data", pair.one.data)
    assert done.returncode == 0, done.stderr
    for at in both:
        soon(at, "UnrecognizedClientException")


def test_a_session_of_one_is_a_session_of_the_other(pair: Pair) -> None:
    key = make(pair, "cleo")
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/cleo"}, "Action": "sts:AssumeRole"}
    iam = client(pair.one.facts, "iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="shift", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName="shift", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    got = client(pair.one.facts, "sts", key).assume_role(RoleArn=arn, RoleSessionName="night")["Credentials"]
    soon(call(pair.other.facts, got), "")


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it might stand somewhere: as it is, in hexadecimal, and in base64 at each of the three offsets."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for offset in range(3):
        yield base64.b64encode(b"\0" * offset + raw)[4:-4]


def dump(pair: Pair) -> bytes:
    """All there is in the database: SQLite's files as they are, PostgreSQL's tables row by row."""
    if pair.url.startswith("sqlite"):
        path = Path(pair.url.removeprefix("sqlite:///"))
        return b"".join(found.read_bytes() for found in path.parent.glob(f"{path.name}*"))

    async def rows() -> bytes:
        connection = await asyncpg.connect(pair.url)
        try:
            names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            found = [await connection.fetch(f'SELECT * FROM "{row["tablename"]}"') for row in names]
            values = (value for table in found for row in table for value in row.values())
            return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
        finally:
            await connection.close()

    return asyncio.run(rows())


def test_nothing_secret_is_anywhere_to_be_read(pair: Pair) -> None:
    iam, key = client(pair.one.facts, "iam"), make(pair, "dora")
    bearer = iam.create_service_specific_credential(UserName="dora", ServiceName="bedrock.amazonaws.com")
    token = bearer["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    session = client(pair.one.facts, "sts", key).get_session_token()["Credentials"]
    said = []
    for wrong in (
        {**key, "SecretAccessKey": "x" * 40},
        {**key, "SessionToken": session["SessionToken"]},
        {**session, "SessionToken": session["SessionToken"][::-1]},
    ):
        for service, method in (("bedrock", "list_foundation_models"), ("iam", "list_users")):
            with pytest.raises(ClientError) as refused:
                getattr(client(pair.other.facts, service, wrong), method)()
            said.append(json.dumps(refused.value.response, default=str))
    root = pair.one.facts
    secrets = [
        key["SecretAccessKey"],
        token,
        base64.b64decode(token.removeprefix("ABSK")).decode().partition(":")[2],
        session["SecretAccessKey"],
        session["SessionToken"],
        root.secret_access_key,
        root.bearer_token,
    ]
    places = {
        "the database": dump(pair),
        "what servers wrote": (pair.one.written + pair.other.written).encode(),
        "what was refused": "\n".join(said).encode(),
        "the processes": b"\n".join(
            path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if readable(path)
        ),
    }
    assert b"dora" in places["the database"]
    found = [
        (place, secret[:4]) for place, text in places.items() for secret in secrets for f in forms(secret) if f in text
    ]
    assert found == []


def readable(path: Path) -> bool:
    """Whether a process is still there to be looked at."""
    try:
        return bool(path.read_bytes())
    except OSError:
        return False
