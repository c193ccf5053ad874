"""Jobs: a server's parts in this process over a folder of objects, and databases of both kinds."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.databases import database_url, postgres
from tests.operations.conftest import Account

from outcrop.config import Settings, build

__all__ = ["database_url", "postgres"]

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
ROLE = "arn:aws:iam::123456789012:role/batches"
ENDED = ("Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired")


class Site(Account):
    """An account whose jobs run in its loop, and the folder of its buckets."""

    @property
    def bucket(self) -> Path:
        return self.data / "objects" / "quarry"

    def put(self, key: str, *records: Any) -> None:
        """An object of one JSON line for each record; texts are lines as they are."""
        path = self.bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (record if isinstance(record, str) else json.dumps(record) for record in records)
        path.write_text("".join(f"{line}\n" for line in lines))

    def start(self, source: str = "in/mails.jsonl", **members: Any) -> str:
        """CreateModelInvocationJob; its id."""
        answer = self.ask("POST", "/model-invocation-job", order(source, **members))
        assert answer.status == 200, answer.body
        return str(answer.json["jobArn"].rpartition("/")[2])

    def show(self, job: str) -> Any:
        return self.ask("GET", f"/model-invocation-job/{job}").json

    def ended(self, job: str) -> Any:
        """The job once it has ended."""
        return self.when(job, *ENDED)

    def when(self, job: str, *states: str) -> Any:
        """The job once it is in one of these states."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            shown = self.show(job)
            if shown["status"] in states:
                return shown
            self.runner.run(asyncio.sleep(0.02))
        raise AssertionError(f"the job stays {shown['status']}")

    def read(self, key: str) -> list[Any]:
        return [json.loads(line) for line in (self.bucket / key).read_text().splitlines()]


def order(source: str = "in/mails.jsonl", **members: Any) -> dict[str, Any]:
    """A body of CreateModelInvocationJob."""
    return {
        "jobName": "mails",
        "roleArn": ROLE,
        "modelId": HAIKU,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://quarry/{source}"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://quarry/out/"}},
        "modelInvocationType": "Converse",
        **members,
    }


def said(text: str, **members: Any) -> dict[str, Any]:
    """What Converse is asked."""
    return {"messages": [{"role": "user", "content": [{"text": text}]}], **members}


def made(runner: asyncio.Runner, data: Path, **settings: Any) -> Site:
    (data / "objects" / "quarry").mkdir(parents=True, exist_ok=True)
    built = build(Settings(data=data, objects_folder=data / "objects", **settings))
    runner.run(built.start())
    return Site(built, runner, data)


@pytest.fixture
def site(runner, tmp_path):
    site = made(runner, tmp_path)
    yield site
    runner.run(site.built.aclose())
