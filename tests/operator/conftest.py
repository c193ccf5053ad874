"""A client of the shared gateway, and the event loop it is asked in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.conftest import Answer, answer
from tests.operator.clients import InProcess
from tests.serving import served, start_server

from outcrop.config import Built
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

__all__ = ["served", "start_server"]


@pytest.fixture
def gateway(built: Built) -> InProcess:
    """The shared gateway as a client, signing with the root key."""

    async def handle(path: str, body: bytes) -> Answer:
        names = {"host": "127.0.0.1", "content-type": "application/json"}
        request = HttpRequest("POST", path, "", names, body)
        signed = sigv4.sign(
            request,
            access_key_id=built.credentials.access_key_id,
            secret=built.credentials.secret_access_key,
            region="us-east-1",
            timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        )
        return await answer(built, msgspec.structs.replace(request, headers={**names, **signed}))

    return InProcess(handle)


@pytest.fixture
def asked(runner: asyncio.Runner) -> Callable[..., Any]:
    """One record through an operator, in the gateway's own loop: `asked(operator, record)`."""

    def run(operator: Any, record: Any) -> Any:
        return runner.run(operator.process(record))

    return run
