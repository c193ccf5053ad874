"""Usage through the page: what a call has used, who used it, and what was said where that is logged."""

import time
from typing import Any

import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.server.api.site import Browser

LOGS = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": "calls", "roleArn": "arn:aws:iam::123456789012:role/r"}}}


@pytest.fixture
def used(browser: Browser) -> Browser:
    browser.run(browser.built.start())
    assert browser.get("usage").json["rows"] == []
    assert browser.get("requests").json == {"entries": [], "logged": False}
    assert browser.ask("PUT", "/_outcrop/api/aws/logging/modelinvocations", LOGS).status == 200
    assert browser.post(f"aws{converse_path()}", said("Hello")).status == 200
    return browser


def entries(browser: Browser) -> list[dict[str, Any]]:
    """The ledger's, as soon as it has any; the writer looks twice a second."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found: list[dict[str, Any]] = browser.get("requests").json["entries"]
        if found:
            return found
    raise AssertionError("the ledger stays empty")


def test_a_call_is_in_every_report_and_opens(used: Browser) -> None:
    (entry,) = entries(used)
    assert (entry["user"], entry["model"], entry["outcome"]) == ("root", HAIKU, "complete")
    for by, key in (("day", time.strftime("%Y-%m-%d", time.gmtime())), ("user", "root"), ("model", HAIKU)):
        report = used.get("usage", f"by={by}").json
        assert (report["rows"][0]["key"], report["totals"][0]["requests"]) == (key, 1)

    assert used.get("usage", "by=model&user=nobody").json["rows"] == []
    assert used.get("usage", f"since={entry['ended'] + 1}").json["rows"] == []
    assert used.get("requests", f"before={entry['ended']}").json["entries"] == []
    opened = used.get(f"requests/{entry['id']}").json
    assert opened["record"]["input"]["inputBodyJson"]["messages"][0]["content"] == [{"text": "Hello"}]
    assert (opened["entry"]["id"], opened["hidden"]) == (entry["id"], False)


def test_what_was_said_is_kept_from_those_who_may_only_count(used: Browser) -> None:
    (entry,) = entries(used)
    used.become("counter", {"Statement": {"Effect": "Allow", "Action": "ce:GetCostAndUsage", "Resource": "*"}})
    opened = used.get(f"requests/{entry['id']}").json

    assert (opened["record"], opened["hidden"], opened["logged"]) == (None, True, True)


@pytest.mark.parametrize("query", ["by=weather", "since=yesterday", "weather=sunny", "before=-1"])
def test_a_question_that_makes_no_sense_is_refused(used: Browser, query: str) -> None:
    assert used.get("usage", query).error[1] == "ValidationException"


def test_what_is_not_there_is_said(used: Browser) -> None:
    assert used.get("requests/nothing").error[:2] == (404, "ResourceNotFoundException")
