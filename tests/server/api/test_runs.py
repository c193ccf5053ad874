"""The operator behind the page: its calls are those of whoever is signed in."""

import time
from typing import Any

import msgspec
from tests.server.api.site import Browser

NOVA = "amazon.nova-lite-v1:0"
WANTED: dict[str, Any] = {
    "name": "names.jsonl",
    "settings": {"model": NOVA, "prompt": "$text", "on_error": "route"},
    "records": '{"text": "Hello"}\n{"other": 1}\n',
}
ALLOWED = {"Statement": {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}}
NOTHING = {"Statement": {"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": "*"}}


def ended(browser: Browser, id: str) -> dict[str, Any]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        run: dict[str, Any] = browser.get(f"runs/{id}").json
        if run["state"] != "running":
            return run
    raise AssertionError("the run does not end")


def test_a_file_becomes_results_and_errors_to_download(browser: Browser) -> None:
    run = browser.post("runs", WANTED).json
    done = ended(browser, run["id"])
    results = browser.get(f"runs/{run['id']}/results")

    assert (done["state"], done["results"], done["errors"]) == ("completed", 1, 1)
    answer = msgspec.json.decode(results.body)
    assert answer["output"]["message"]["content"][0]["text"].endswith("You said: “Hello”.")
    assert results.headers["content-disposition"] == f'attachment; filename="results-{run["id"][:8]}.jsonl"'
    assert b'"reason"' in browser.get(f"runs/{run['id']}/errors").body
    assert [one["id"] for one in browser.get("runs").json["runs"]] == [run["id"]]


def test_a_preview_answers_at_once(browser: Browser) -> None:
    shown = browser.post("operator/preview", {**WANTED, "limit": 1}).json

    assert (len(shown["results"]), shown["errors"], shown["total"]) == (1, [], 2)
    assert any(field["name"] == "prompt" for field in browser.get("operator").json["fields"])


def test_a_run_may_do_what_its_owner_may(browser: Browser) -> None:
    root = browser.post("runs", WANTED).json["id"]
    browser.become("denied", NOTHING)
    run = ended(browser, browser.post("runs", WANTED).json["id"])
    errors = browser.get(f"runs/{run['id']}/errors").body

    assert (run["results"], run["errors"]) == (0, 2)
    assert b"user/denied is not authorized to perform: bedrock:InvokeModel" in errors
    assert browser.get(f"runs/{root}").status == 404  # somebody else's
    browser.sign_in()
    assert browser.get(f"runs/{run['id']}").status == 200  # root sees all


def test_a_run_is_stopped_and_there_is_nothing_else_below_it(browser: Browser) -> None:
    id = browser.post("runs", WANTED).json["id"]
    ended(browser, id)

    assert browser.post(f"runs/{id}/stop").json["state"] == "completed"
    assert browser.post(f"runs/{id}/start").status == 404
    assert browser.get(f"runs/{id}/secrets").status == 404
    assert browser.post("runs", {**WANTED, "settings": {"client": 1}}).error[1] == "ValidationException"


def test_a_key_that_is_gone_takes_its_run_with_it(browser: Browser) -> None:
    browser.become("brief", ALLOWED)
    cookie = browser.cookie
    browser.sign_in()
    key = browser.post("iam/ListAccessKeys", {"UserName": "brief"}).json["AccessKeyMetadata"][0]["AccessKeyId"]
    browser.post("iam/UpdateAccessKey", {"UserName": "brief", "AccessKeyId": key, "Status": "Inactive"})
    browser.cookie = cookie

    assert browser.post("runs", WANTED).status == 401
