"""An inference profile of the account's own, for every door."""

from collections.abc import Iterator

import httpx2
import pytest
from tests.serving import Server, served, start_server

__all__ = ["served", "start_server"]

BEHIND = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.fixture(scope="session")
def application_profile(served: Server) -> Iterator[str]:
    """The ARN of one copied from the profile of Claude Sonnet 4.5."""
    source = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{BEHIND}"
    body = {"inferenceProfileName": "doors", "modelSource": {"copyFrom": source}}
    headers = {"authorization": f"Bearer {served.bearer_token}"}
    made = httpx2.post(f"{served.endpoint}/inference-profiles", json=body, headers=headers).json()
    arn: str = made["inferenceProfileArn"]
    yield arn
    httpx2.delete(f"{served.endpoint}/inference-profiles/{arn.rpartition('/')[2]}", headers=headers)
