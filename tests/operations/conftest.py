"""An account of one's own for tests that change it: a gateway with a fresh data directory, asked in any region."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.conftest import Answer, answer

from outcrop.config import Built, Settings, build
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest


class Account(NamedTuple):
    """One gateway, and the loop it is asked in."""

    built: Built
    runner: asyncio.Runner
    data: Path

    def ask(self, method: str, path: str, body: Any = b"", *, query: str = "", region: str = "us-east-1") -> Answer:
        """The answer to a request signed for `region` with the root key."""
        names = {"host": "127.0.0.1", "content-type": "application/json"}
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        request = HttpRequest(method, path, query, names, raw)
        signed = sigv4.sign(
            request,
            access_key_id=self.built.credentials.access_key_id,
            secret=self.built.credentials.secret_access_key,
            region=region,
            timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        )
        return self.runner.run(answer(self.built, msgspec.structs.replace(request, headers={**names, **signed})))

    def create(self, source: str, *, name: str = "quarry", region: str = "us-east-1", **members: Any) -> Answer:
        """CreateInferenceProfile of a copy of `source`, an ARN."""
        body = {"inferenceProfileName": name, "modelSource": {"copyFrom": source}, **members}
        return self.ask("POST", "/inference-profiles", body, region=region)

    def get(self, identifier: str, *, region: str = "us-east-1") -> Answer:
        """GetInferenceProfile."""
        return self.ask("GET", profile_path(identifier), region=region)


@pytest.fixture
def account(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Account]:
    built = build(Settings(data=tmp_path))
    yield Account(built, runner, tmp_path)
    runner.run(built.aclose())


def profile_path(identifier: str) -> str:
    """The raw path of one inference profile."""
    return f"/inference-profiles/{identifier.replace(':', '%3A').replace('/', '%2F')}"


def system_arn(profile_id: str, region: str = "us-east-1") -> str:
    """The ARN of a system-defined profile."""
    return f"arn:aws:bedrock:{region}:123456789012:inference-profile/{profile_id}"


def model_arn(model_id: str, region: str = "us-east-1") -> str:
    """The ARN of a foundation model."""
    return f"arn:aws:bedrock:{region}::foundation-model/{model_id}"
