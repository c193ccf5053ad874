"""Model access through the page: from the request to the grant, and what is refused on the way."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import converse_path, said
from tests.server.api.site import Browser

NOVA, CLAUDE = "amazon.nova-lite-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"
AWS = "aws/"


@pytest.fixture
def asking(tmp_path: Path, runner: asyncio.Runner) -> Iterator[Browser]:
    browser = Browser(tmp_path, runner, access="request")
    assert browser.sign_in().status == 200
    yield browser
    runner.run(browser.built.aclose())


def state(browser: Browser, model: str) -> str:
    return next(row["state"] for row in browser.get("access").json["models"] if row["modelId"] == model)


def ask_for(browser: Browser, model: str) -> int:
    offers = browser.get(f"aws/list-foundation-model-agreement-offers/{model}").json["offers"]
    wanted = {"modelId": model, "offerToken": offers[0]["offerToken"]}
    return browser.post("aws/create-foundation-model-agreement", wanted).status


def test_every_model_is_granted_where_access_is_open(browser: Browser) -> None:
    got = browser.get("access").json

    assert got["mode"] == "open"
    assert {row["state"] for row in got["models"]} == {"GRANTED"}
    assert browser.post("access/grant", {"modelId": NOVA}).error[1] == "ValidationException"


def test_a_model_is_asked_for_granted_used_denied_and_given_back(asking: Browser) -> None:
    assert state(asking, NOVA) == "AVAILABLE_TO_REQUEST"
    assert ask_for(asking, NOVA) == 202
    assert state(asking, NOVA) == "IN_PROGRESS"
    assert asking.post(f"aws{converse_path(NOVA)}", said()).status == 403
    assert asking.post("access/grant", {"modelId": NOVA}).json["state"] == "GRANTED"
    assert asking.post(f"aws{converse_path(NOVA)}", said()).status == 200
    assert asking.post("access/deny", {"modelId": NOVA}).json["state"] == "DENIED"
    assert asking.post("aws/delete-foundation-model-agreement", {"modelId": NOVA}).status == 202
    assert state(asking, NOVA) == "AVAILABLE_TO_REQUEST"


def test_claude_wants_the_use_case_first(asking: Browser) -> None:
    assert state(asking, CLAUDE) == "USE_CASE_REQUIRED"
    form = base64.b64encode(b'{"companyName": "Example"}').decode()
    assert asking.post("aws/use-case-for-model-access", {"formData": form}).status == 201

    assert asking.get("access").json["useCase"]
    assert state(asking, CLAUDE) == "AVAILABLE_TO_REQUEST"


def test_there_is_one_row_for_each_model_name(asking: Browser) -> None:
    ids = [row["modelId"] for row in asking.get("access").json["models"]]

    assert len(ids) == len({id.partition(":")[0] for id in ids}) > 80
    assert CLAUDE in ids


def test_an_unknown_model_is_refused(asking: Browser) -> None:
    assert asking.post("access/grant", {"modelId": "nobody.nothing"}).error == (
        404,
        "ResourceNotFoundException",
        "Model not found",
    )
