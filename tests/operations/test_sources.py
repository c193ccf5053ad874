"""What lies in S3 is read for the model, by whoever may read it, and from nowhere else."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import converse_path
from tests.operations.conftest import Account

from outcrop.chat.request import ChatRequest
from outcrop.config import build
from outcrop.errors import AuthorizationFailure, ServiceUnavailableException
from outcrop.iam.authorization import Authorization
from outcrop.iam.keys import ROOT_ARN, Principal
from outcrop.model.runtime import ContentBlock, DocumentBlock, DocumentSource, Message, S3Location
from outcrop.operations.sources import Reader
from outcrop.settings import Settings
from outcrop.storage.objects import Endpoint, FolderObjects, Objects, S3Objects

NOVA = "amazon.nova-lite-v1:0"


@pytest.fixture
def stored(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Account]:
    """An account whose store has the bucket quarry with one document."""
    bucket = tmp_path / "objects" / "quarry"
    bucket.mkdir(parents=True)
    (bucket / "report.txt").write_text("Granite is an igneous rock. It is hard.")
    built = build(Settings(data=tmp_path, objects_folder=tmp_path / "objects"))
    yield Account(built, runner, tmp_path)
    runner.run(built.aclose())


def document(uri: str) -> dict[str, Any]:
    source = {"s3Location": {"uri": uri}}
    content = [{"text": "What is in it?"}, {"document": {"format": "txt", "name": "report", "source": source}}]
    return {"messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_a_document_is_read_for_the_model(stored: Account, operation: str) -> None:
    got = stored.ask("POST", converse_path(NOVA, operation), document("s3://quarry/report.txt"))
    said = str(got.json) if operation == "converse" else str([payload for _, payload in got.events])
    assert got.status == 200
    assert "igneous" in said.replace("'}}, {'", "")


def test_what_is_not_there_is_refused(stored: Account) -> None:
    for uri in ("s3://quarry/none.txt", "s3://quarry/../../vault.key", "s3://elsewhere/report.txt"):
        got = stored.ask("POST", converse_path(NOVA), document(uri))
        assert got.error == (
            400,
            "ValidationException",
            f"The S3 object at {uri} could not be read. Check that it exists and try again.",
        )


def test_too_much_is_refused(stored: Account) -> None:
    with (stored.data / "objects" / "quarry" / "large.txt").open("wb") as file:
        file.truncate(25_000_001)
    got = stored.ask("POST", converse_path(NOVA), document("s3://quarry/large.txt"))
    assert got.error[2] == "The S3 objects of the request are larger than 25,000,000 bytes together."


def asked(uri: str = "s3://quarry/report.txt") -> ChatRequest:
    source = DocumentSource(s3_location=S3Location(uri=uri))
    block = ContentBlock(document=DocumentBlock(name="report", format="txt", source=source))
    return ChatRequest(messages=[Message(role="user", content=[block])])


def load(objects: Objects, principal: Principal, request: ChatRequest) -> None:
    async def run() -> None:
        try:
            await Reader(objects, Authorization()).load(request, principal, "us-east-1")
        finally:
            await objects.aclose()

    asyncio.run(run())


def test_the_caller_has_to_be_allowed_to_read_it(stored: Account) -> None:
    user = Principal("arn:aws:iam::123456789012:user/alice", "AKIA")
    objects, request = FolderObjects(stored.data / "objects"), asked()
    with pytest.raises(AuthorizationFailure) as caught:
        load(objects, user, request)
    assert caught.value.message == (
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: s3:GetObject on resource: "
        "arn:aws:s3:::quarry/report.txt because no identity-based policy allows the s3:GetObject action"
    )
    load(objects, Principal(ROOT_ARN, "AKIA"), request)
    document = request.messages[0].content[0].document
    assert document
    assert document.source == DocumentSource(bytes=b"Granite is an igneous rock. It is hard.")


def test_a_store_that_does_not_answer_is_unavailable() -> None:
    endpoint = Endpoint(
        url="http://127.0.0.1:9", region="r", access_key_id="k", secret_access_key="s", buckets=("quarry",)
    )
    with pytest.raises(ServiceUnavailableException):
        load(S3Objects(endpoint), Principal(ROOT_ARN, "AKIA"), asked())
