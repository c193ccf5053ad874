"""The servers these tests talk to, and the SDK in front of one."""

from collections.abc import Iterator

import pytest
from openai import OpenAI
from tests.serving import Server, served, start_server

__all__ = ["served", "start_server"]

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-lite-v1:0"
GPT_OSS = "openai.gpt-oss-120b"


@pytest.fixture(scope="session")
def client(served: Server) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{served.endpoint}/openai/v1", api_key=served.bearer_token, max_retries=0) as made:
        yield made
