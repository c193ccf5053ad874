"""The page's own API: closed to strangers and to other sites, and the whole AWS API behind the cookie."""

import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.server.api.site import HOST, Browser

from outcrop.wire import bounds

AWS = "/_outcrop/api/aws"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_outcrop/api/session"),
        ("GET", "/_outcrop/api/models"),
        ("POST", "/_outcrop/api/tickets"),
        ("POST", AWS + converse_path()),
        ("GET", AWS + "/foundation-models"),
        ("GET", "/_outcrop/api/nowhere"),
    ],
)
def test_a_stranger_gets_nothing(stranger: Browser, method: str, path: str) -> None:
    assert stranger.ask(method, path, said()).error == (
        401,
        "NotSignedIn",
        "You are not signed in, or your session has ended.",
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"mark": False},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.example"},
    ],
)
def test_another_site_cannot_make_the_browser_write(browser: Browser, sent: dict[str, object]) -> None:
    refused = (403, "AccessDeniedException", "This request was not made by the page of this server.")

    assert browser.ask("POST", AWS + converse_path(), said(), **sent).error == refused  # type: ignore[arg-type]
    assert browser.ask("DELETE", "/_outcrop/api/session", **sent).error == refused  # type: ignore[arg-type]
    assert browser.ask("POST", "/_outcrop/api/session", {"ticket": "x"}, **sent).error == refused  # type: ignore[arg-type]


def test_the_aws_api_answers_behind_the_cookie(browser: Browser) -> None:
    got = browser.ask("POST", AWS + converse_path(), said("Hello"))

    assert got.json["output"]["message"]["content"][0]["text"].endswith("You said: “Hello”.")
    assert browser.ask("GET", AWS + "/foundation-models").json["modelSummaries"]


def test_a_stream_is_a_stream_there_too(browser: Browser) -> None:
    names = [name for name, _ in browser.ask("POST", AWS + converse_path(HAIKU, "converse-stream"), said()).events]

    assert (names[0], names[-1]) == ("messageStart", "metadata")


def test_its_refusals_are_aws_own(browser: Browser) -> None:
    assert browser.ask("POST", AWS + converse_path("nobody.nothing"), said()).error == (
        400,
        "ValidationException",
        "The provided model identifier is invalid.",
    )


def test_a_bearer_key_opens_the_api_to_programs(stranger: Browser) -> None:
    token = f"Bearer {stranger.built.credentials.bearer_token}"

    assert stranger.ask("POST", "/_outcrop/api/tickets", mark=False, authorization=token).status == 200
    assert stranger.ask("POST", "/_outcrop/api/tickets", mark=False, authorization="Bearer no").status == 401


def test_answers_are_kept_by_nobody(browser: Browser) -> None:
    headers = browser.ask("GET", "/_outcrop/api/session").headers

    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_what_is_not_there_is_said(browser: Browser) -> None:
    assert browser.ask("GET", "/_outcrop/api/nowhere").error[0] == 404


def test_a_body_of_too_many_values_is_not_even_decoded(browser: Browser) -> None:
    body = {"operator": {}, "input": [1] * (bounds.MAX_VALUES + 1)}
    assert browser.ask("POST", "/_outcrop/api/operator/preview", body).error == (
        400,
        "ValidationException",
        bounds.TOO_LONG,
    )
