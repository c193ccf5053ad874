"""An account whose models have to be asked for, and the article's way through the operations on model access."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.operations.conftest import Account

from outcrop.config import build
from outcrop.settings import Settings

NOVA, HAIKU = "amazon.nova-lite-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"
FORM = base64.b64encode(b'{"companyName":"Example"}').decode()


@pytest.fixture
def asking(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Account]:
    """A gateway with a fresh data directory in mode "request"."""
    built = build(Settings(data=tmp_path, access="request"))
    yield Account(built, runner, tmp_path)
    runner.run(built.aclose())


def availability(account: Account, model: str = NOVA) -> tuple[str, str]:
    """Agreement and entitlement."""
    got = account.ask("GET", f"/foundation-model-availability/{model}").json
    return got["agreementAvailability"]["status"], got["entitlementAvailability"]


def offer(account: Account, model: str = NOVA) -> str:
    """The token of the model's offer."""
    return str(account.ask("GET", f"/list-foundation-model-agreement-offers/{model}").json["offers"][0]["offerToken"])


def agree(account: Account, model: str = NOVA, token: str | None = None) -> tuple[int, str]:
    """Status and, refused, exception and message of CreateFoundationModelAgreement."""
    body = {"modelId": model, "offerToken": token or offer(account, model)}
    got = account.ask("POST", "/create-foundation-model-agreement", body)
    return got.status, "" if got.status < 300 else f"{got.error[1]}: {got.error[2]}"


def decide(account: Account, model: str = NOVA, *, granted: bool) -> None:
    """What an administrator decides."""
    access, found = account.built.model_access, account.built.catalogue.get(model)
    assert found
    account.runner.run(access.decide(found, "us-east-1", granted=granted, by="administrator"))


def invoke(account: Account, model: str = NOVA) -> tuple[int, str]:
    """Status and message of a Converse call."""
    body = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    got = account.ask("POST", f"/model/{model}/converse", body)
    return got.status, "" if got.status == 200 else got.error[2]
