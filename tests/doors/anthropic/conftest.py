"""The servers these tests talk to, and the SDK in front of one."""

from collections.abc import Iterator

import pytest
from anthropic import Anthropic
from tests.serving import Server, served, start_server

__all__ = ["served", "start_server"]

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.fixture(scope="session")
def client(served: Server) -> Iterator[Anthropic]:
    base = f"{served.endpoint}/anthropic"
    with Anthropic(base_url=base, api_key=served.bearer_token, max_retries=0) as made:
        yield made
