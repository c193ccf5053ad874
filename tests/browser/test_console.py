"""The views beside the playground, used as a person uses them, and their results as programs see them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.browser.test_accessibility import NARROW, WIDE, check
from tests.serving import Serving, run

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from tests.browser.conftest import Visit

NOVA, PRO, MICRO = "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "amazon.nova-micro-v1:0"  # MICRO: asked once
MESSAGES = [{"role": "user", "content": [{"text": "How deep is the seam?"}]}]
COUNTER = {"Statement": {"Effect": "Allow", "Action": "ce:GetCostAndUsage", "Resource": "*"}}
VIEWS = ("access", "users", "usage", "operator")


@pytest.fixture(scope="session")
def asking(start_server: Callable[..., Serving]) -> Serving:
    """A server whose account has to ask for models."""
    return start_server("console", "--access", "request")


@pytest.fixture
def console(visit: Visit, asking: Serving) -> Page:
    """Its page, signed in as root."""
    return opened(visit, asking)


def opened(visit: Visit, server: Serving, **options: Any) -> Page:
    page = visit(run("page", "--data", server.data).stdout.strip(), **options)
    page.get_by_role("link", name="Operator").wait_for()
    return page


def client(server: Serving, name: str, key: tuple[str, str] | None = None) -> Any:
    id, secret = key or (server.facts.access_key_id, server.facts.secret_access_key)
    return boto3.client(
        name,
        endpoint_url=server.facts.endpoint,
        region_name=server.facts.region,
        aws_access_key_id=id,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}),
    )


def look(page: Page, view: str) -> None:
    """Go to a view, and wait for its heading."""
    titles = {"access": "Model access", "users": "Users and keys", "usage": "Usage", "operator": "Operator"}
    page.evaluate(f"location.hash = '#/{view}'")
    page.get_by_role("heading", level=1, name=titles[view]).wait_for()


def grant(server: Serving, model: str) -> None:
    assert run("access", "grant", model, "--data", server.data).returncode == 0


def user(server: Serving, name: str, policy: Any) -> tuple[str, str]:
    iam = client(server, "iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_a_model_is_requested_and_granted(console: Page, asking: Serving) -> None:
    look(console, "access")
    console.get_by_label("Search models").fill("nova pro")
    console.get_by_role("button", name="Request: Nova Pro", exact=True).click()
    console.get_by_role("button", name="Approve: Nova Pro").wait_for()
    with pytest.raises(ClientError, match="You don't have access to the model"):
        client(asking, "bedrock-runtime").converse(modelId=PRO, messages=MESSAGES)
    console.get_by_role("button", name="Approve: Nova Pro").click()
    console.get_by_role("button", name="Revoke: Nova Pro").wait_for()

    assert client(asking, "bedrock-runtime").converse(modelId=PRO, messages=MESSAGES)["stopReason"] == "end_turn"
    console.get_by_role("button", name="Revoke: Nova Pro").click()
    console.get_by_role("button", name="Request: Nova Pro", exact=True).wait_for()


def test_claude_is_to_be_had_once_its_use_case_is_described(console: Page, asking: Serving) -> None:
    look(console, "access")
    console.get_by_label("Search models").fill("claude 3 haiku")
    console.get_by_role("button", name="Describe use case: Claude 3 Haiku").click()
    console.get_by_label("Company name").fill("Example")
    console.get_by_label("Company website").fill("https://example.com")
    console.get_by_label("Use cases").fill("Reading maps of the gorge, “layer” by layer.")
    console.get_by_role("button", name="Submit use case").click()
    console.get_by_role("button", name="Request: Claude 3 Haiku", exact=True).wait_for()
    form = json.loads(client(asking, "bedrock").get_use_case_for_model_access()["formData"])

    assert (form["companyName"], form["useCases"]) == ("Example", "Reading maps of the gorge, “layer” by layer.")


def test_a_user_and_a_key_are_made_and_used_by_boto3(console: Page, asking: Serving, tmp_path: Path) -> None:
    grant(asking, NOVA)
    look(console, "users")
    console.get_by_role("button", name="Make a user").click()
    console.get_by_label("Name").fill("alice")
    console.keyboard.press("Enter")
    console.get_by_role("button", name="Write a policy").click()
    document = console.get_by_label("Policy document")
    console.get_by_text("The document is well formed.").wait_for()
    template = document.input_value()
    document.fill(template.replace("Allow", "Permit"))
    console.locator("#fault.wrong").wait_for()  # the server's words
    document.fill(template)
    console.get_by_role("button", name="Save policy").click()
    console.get_by_role("button", name="Explain", exact=True).click()
    console.get_by_text("Allowed", exact=True).wait_for()
    assert '"Sid": "bedrock"' in console.locator(".explained pre").inner_text()

    console.get_by_role("button", name="Make an access key").click()
    with console.expect_download() as saved:
        console.get_by_role("button", name="Download CSV").click()
    saved.value.save_as(tmp_path / "key.csv")
    (row,) = csv.DictReader((tmp_path / "key.csv").read_text().splitlines())
    key = row["Access key ID"], row["Secret access key"]
    console.get_by_role("button", name="Done").click()
    console.get_by_role("button", name=f"Disable {key[0]}").wait_for()
    assert key[1] not in console.content()
    runtime = client(asking, "bedrock-runtime", key)
    assert runtime.converse(modelId=NOVA, messages=MESSAGES)["stopReason"] == "end_turn"

    console.get_by_role("button", name=f"Disable {key[0]}").click()
    console.get_by_text("Disabled", exact=True).wait_for()
    with pytest.raises(ClientError, match="security token"):
        runtime.converse(modelId=NOVA, messages=MESSAGES)
    console.get_by_role("button", name="Delete user").click()
    console.locator("dialog").get_by_role("button", name="Delete user").click()
    console.get_by_role("heading", level=1, name="Users and keys").wait_for()
    assert [one["UserName"] for one in client(asking, "iam").list_users()["Users"] if one["UserName"] == "alice"] == []


def test_a_bearer_key_has_an_end(console: Page, asking: Serving) -> None:
    client(asking, "iam").create_user(UserName="bearer")
    console.evaluate("location.hash = '#/users/bearer'")
    console.get_by_label("ends after").select_option("7")
    console.get_by_role("button", name="Make a bearer key").click()
    assert console.locator("dialog dd code").first.inner_text().startswith("ABSK")
    console.get_by_role("button", name="Done").click()
    (found,) = client(asking, "iam").list_service_specific_credentials(UserName="bearer")["ServiceSpecificCredentials"]

    assert (found["ExpirationDate"] - found["CreateDate"]).days == 7


def test_usage_is_seen_after_a_call_and_opens_what_was_said(console: Page, asking: Serving, tmp_path: Path) -> None:
    grant(asking, MICRO)
    logged = {"cloudWatchConfig": {"logGroupName": "calls", "roleArn": "arn:aws:iam::123456789012:role/logs"}}
    client(asking, "bedrock").put_model_invocation_logging_configuration(loggingConfig=logged)
    client(asking, "bedrock-runtime").converse(modelId=MICRO, messages=MESSAGES)
    look(console, "usage")
    console.locator(f"[aria-label=Requests] tr:has-text('{MICRO}') button").first.click()
    console.get_by_role("tab", name="Request").click()
    console.get_by_text('"How deep is the seam?"').wait_for()
    console.get_by_role("tab", name="Answer").click()
    console.get_by_text(re.compile("I am the Outcrop simulator")).wait_for()
    console.keyboard.press("Escape")
    console.reload()  # the figures may have been asked for before the entry was in the ledger, the requests after
    with console.expect_download() as saved:
        console.get_by_role("button", name="Export CSV").click()
    saved.value.save_as(tmp_path / "usage.csv")
    rows = {row["model"]: row for row in csv.DictReader((tmp_path / "usage.csv").read_text().splitlines())}
    assert int(rows[MICRO]["input_tokens"]) > 0
    console.locator(".chart").focus()
    console.keyboard.press("ArrowLeft")
    assert re.search(r"\d+ requests?, [\d,]+ tokens in", console.locator(".chart figcaption").inner_text())


def test_what_policies_deny_is_not_offered_and_is_refused(visit: Visit, asking: Serving) -> None:
    key = user(asking, "counter", COUNTER)
    page = visit(asking.facts.endpoint)
    page.get_by_label("Access key id").fill(key[0])
    page.get_by_label("Secret access key").fill(key[1])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Usage").wait_for()
    assert page.locator(".views a").all_inner_texts() == ["Playground", "Usage", "Operator"]
    page.evaluate("location.hash = '#/users'")
    page.get_by_text("is not authorized to perform: iam:ListUsers").wait_for()

    refused = page.evaluate(
        "fetch('/_outcrop/api/iam/CreateUser', {method: 'POST', headers: {'x-outcrop-page': '1'},"
        ' body: \'{"UserName": "x"}\'}).then((r) => r.status)'
    )
    assert refused == 403


def test_a_file_is_tried_run_and_its_answers_downloaded(console: Page, asking: Serving, tmp_path: Path) -> None:
    grant(asking, NOVA)
    records = tmp_path / "notes.jsonl"
    records.write_text('{"note": "shale"}\n{"note": "chalk"}\n{"other": 1}\n')
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"note": "shale"}\nchalk\n')
    look(console, "operator")
    chosen = console.get_by_label("JSON Lines, one object on each line")
    chosen.set_input_files(broken)
    console.get_by_text("Line 2 of broken.jsonl is not JSON").wait_for()
    chosen.set_input_files(records)
    console.get_by_label("Model name").fill(NOVA)
    console.get_by_label("Prompt", exact=True).fill("$note")
    console.get_by_role("button", name="Preview").click()
    console.get_by_text("2 of 3 answered, 1 failed.").wait_for()
    console.get_by_role("button", name="Run 3 records").click()
    with console.expect_download() as saved:
        console.get_by_role("link", name="Results").click()
    saved.value.save_as(tmp_path / "results.jsonl")
    console.get_by_text("Completed", exact=True).wait_for()
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]

    assert [one["original"]["note"] for one in results] == ["shale", "chalk"]
    assert results[0]["content"].endswith("You said: “shale”.")
    with console.expect_download() as failed:
        console.get_by_role("link", name="Errors").click()
    failed.value.save_as(tmp_path / "errors.jsonl")
    assert json.loads((tmp_path / "errors.jsonl").read_text())["original"] == {"other": 1}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious_in_any_view(
    visit: Visit, asking: Serving, scheme: str, size: dict[str, int]
) -> None:
    page = opened(visit, asking, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    iam = client(asking, "iam")
    if not any(one["UserName"] == "seen" for one in iam.list_users()["Users"]):
        user(asking, "seen", COUNTER)
    for view in VIEWS:
        look(page, view)
        page.wait_for_load_state("networkidle")
        check(page, view)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), view
    page.evaluate("location.hash = '#/users/seen'")
    page.get_by_role("button", name="Write a policy").click()
    page.get_by_text("The document is well formed.").wait_for()
    check(page, "policy editor")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Explain", exact=True).click()
    page.locator(".explained").wait_for()
    check(page, "user")


def test_a_policy_is_attached_with_keys_alone(console: Page, asking: Serving) -> None:
    client(asking, "iam").create_user(UserName="keys")
    console.evaluate("location.hash = '#/users/keys'")
    console.get_by_role("button", name="Attach a policy").focus()
    console.keyboard.press("Enter")
    attach = console.get_by_role("button", name="Attach AmazonBedrockReadOnly")
    attach.wait_for()
    for _ in range(20):
        console.keyboard.press("Tab")
        if attach.evaluate("(button) => button === document.activeElement"):
            break
    console.keyboard.press("Enter")
    console.get_by_role("button", name="Detach AmazonBedrockReadOnly").wait_for()

    found = client(asking, "iam").list_attached_user_policies(UserName="keys")["AttachedPolicies"]
    assert [one["PolicyName"] for one in found] == ["AmazonBedrockReadOnly"]
