"""ListInferenceProfiles: kinds, pages, and what AWS shows of each."""

import base64
from typing import Any

import pytest
from botocore.loaders import Loader
from tests.operations.conftest import Account, model_arn, profile_path

LITE = "amazon.nova-lite-v1:0"
INVALID = (400, "ValidationException", "The provided nextToken is invalid.")


def listed(account: Account, query: str = "", region: str = "us-east-1") -> Any:
    got = account.ask("GET", "/inference-profiles", query=query, region=region)
    assert got.status == 200, got.body
    return got.json


def ids(page: Any) -> list[str]:
    return [summary["inferenceProfileId"] for summary in page["inferenceProfileSummaries"]]


def test_system_defined_profiles_come_unasked_and_alone(account: Account) -> None:
    account.create(model_arn(LITE))
    page = listed(account)
    assert page == listed(account, "type=SYSTEM_DEFINED")
    assert list(page) == ["inferenceProfileSummaries", "nextToken"]
    assert page["nextToken"] is None
    assert {summary["type"] for summary in page["inferenceProfileSummaries"]} == {"SYSTEM_DEFINED"}
    assert {profile_id.split(".")[0] for profile_id in ids(page)} == {"us", "global"}


def test_application_profiles_are_those_of_the_region(account: Account) -> None:
    assert listed(account, "type=APPLICATION") == {"inferenceProfileSummaries": [], "nextToken": None}
    made = [account.create(model_arn(LITE), name=name).json["inferenceProfileArn"] for name in ("one", "two")]
    account.create(model_arn(LITE, "eu-west-1"), region="eu-west-1")
    page = listed(account, "type=APPLICATION")
    assert [summary["inferenceProfileArn"] for summary in page["inferenceProfileSummaries"]] == made
    assert [summary["inferenceProfileName"] for summary in page["inferenceProfileSummaries"]] == ["one", "two"]


def test_a_summary_is_what_get_shows_without_what_get_adds(account: Account) -> None:
    members = Loader().load_service_model("bedrock", "service-2")["shapes"]["InferenceProfileSummary"]["members"]
    for summary in listed(account)["inferenceProfileSummaries"]:
        shown = account.get(summary["inferenceProfileId"]).json
        assert shown.pop("toolboxArn") is None
        assert shown == summary
        assert list(summary) == sorted(members)


def pages(account: Account, query: str) -> list[Any]:
    found = [listed(account, query)]
    while token := found[-1]["nextToken"]:
        found.append(listed(account, f"{query}&nextToken={token.replace('=', '%3D')}"))
    return found


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pages_have_everything_once(account: Account, size: int) -> None:
    whole = ids(listed(account))
    found = pages(account, f"maxResults={size}")
    assert [profile_id for page in found for profile_id in ids(page)] == whole
    assert {len(ids(page)) for page in found[:-1]} <= {size}
    assert len(found) == -(-len(whole) // size)


def test_who_deletes_page_by_page_misses_none(account: Account) -> None:
    made = {account.create(model_arn(LITE)).json["inferenceProfileArn"].rpartition("/")[2] for _ in range(5)}
    seen, token = set(), ""
    while token is not None:
        page = listed(account, "type=APPLICATION&maxResults=2" + (f"&nextToken={token}" if token else ""))
        for profile_id in ids(page):
            account.ask("DELETE", profile_path(profile_id))
            seen.add(profile_id)
        token = page["nextToken"] and page["nextToken"].replace("=", "%3D")
    assert seen == made
    assert ids(listed(account, "type=APPLICATION")) == []


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "AAAA",
        "%25",
        base64.urlsafe_b64encode(b"APPLICATION:1").decode(),
        base64.b64encode(b"SYSTEM_DEFINED:x").decode(),
    ],
)
def test_a_token_of_nobody_s_is_refused(account: Account, token: str) -> None:
    got = account.ask("GET", "/inference-profiles", query=f"nextToken={token.replace('=', '%3D')}")
    assert got.error == INVALID


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "type=CUSTOM",
            "1 validation error detected: Value 'CUSTOM' at 'typeEquals' failed to satisfy constraint: Member must satisfy "
            "enum value set: [SYSTEM_DEFINED, APPLICATION]",
        ),
        (
            "maxResults=0",
            "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        (
            "maxResults=1001",
            "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value "
            "less than or equal to 1000",
        ),
    ],
)
def test_what_the_service_model_forbids_is_refused_in_its_words(account: Account, query: str, message: str) -> None:
    got = account.ask("GET", "/inference-profiles", query=query)
    assert got.error == (400, "ValidationException", message)


@pytest.mark.parametrize("number", ["two", "1.5", "", "9" * 5000])
def test_a_number_that_is_none_is_refused(account: Account, number: str) -> None:
    status, kind, _ = account.ask("GET", "/inference-profiles", query=f"maxResults={number}").error
    assert (status, kind) == (400, "SerializationException")
