"""Signing in and out: what is exchanged for a session, what is not, and when a session is over."""

import pytest
from tests.server.api.site import ORIGIN, Browser

from outcrop.server.api.session import FAILURES, WINDOW, SigningIn
from outcrop.server.sessions import Sessions

SESSION = "/_outcrop/api/session"


def test_a_key_with_its_secret_is_exchanged_for_a_session(stranger: Browser) -> None:
    got = stranger.sign_in()

    assert got.status == 200
    assert got.json["arn"] == "arn:aws:iam::123456789012:root"
    assert stranger.built.credentials.secret_access_key not in got.body.decode() + str(got.headers)
    assert stranger.ask("GET", SESSION).json == got.json


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(stranger: Browser) -> None:
    cookie = stranger.sign_in().headers["set-cookie"]

    assert cookie.startswith("outcrop-4020=")
    assert cookie.endswith("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")


def test_the_cookie_is_secure_where_the_page_is(stranger: Browser) -> None:
    credentials = stranger.built.credentials
    key = {"accessKeyId": credentials.access_key_id, "secretAccessKey": credentials.secret_access_key}
    got = stranger.ask("POST", SESSION, key, origin=ORIGIN.replace("http:", "https:"))

    assert got.headers["set-cookie"].endswith("; Secure")


def test_a_ticket_is_exchanged_once(stranger: Browser) -> None:
    ticket = Sessions(stranger.data).ticket(stranger.built.credentials.access_key_id)

    assert stranger.ask("POST", SESSION, {"ticket": ticket}).status == 200
    stranger.cookie = ""
    again = stranger.ask("POST", SESSION, {"ticket": ticket})
    assert again.error == (
        401,
        "NotSignedIn",
        "This link was used before, or is too old. Ask for a new one: outcrop page",
    )
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize(
    ("key", "secret"), [(None, "x" * 40), ("AKIAAAAAAAAAAAAAAAAA", "x" * 40), ("AKIAAAAAAAAAAAAAAAAA", ""), (None, "")]
)
def test_a_wrong_key_is_not(stranger: Browser, key: str | None, secret: str) -> None:
    known = stranger.built.credentials.access_key_id
    got = stranger.ask("POST", SESSION, {"accessKeyId": key or known, "secretAccessKey": secret})

    assert got.error == (401, "NotSignedIn", "The access key is unknown, or its secret is another.")
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"ticket":1}'])
def test_what_is_neither_is_said(stranger: Browser, body: bytes) -> None:
    assert stranger.ask("POST", SESSION, body).error[:2] == (400, "ValidationException")


def test_guessing_a_secret_is_slow(stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1000.0]
    monkeypatch.setattr(stranger.built.site._api, "_signing_in", SigningIn(lambda: moment[0]))
    wrong = {"accessKeyId": stranger.built.credentials.access_key_id, "secretAccessKey": "x"}

    assert {stranger.ask("POST", SESSION, wrong).status for _ in range(FAILURES)} == {401}
    assert stranger.sign_in().error[:2] == (429, "ThrottlingException")
    moment[0] += WINDOW
    assert stranger.sign_in().status == 200


def test_signing_out_ends_the_session_itself(browser: Browser) -> None:
    kept = browser.cookie
    got = browser.ask("DELETE", SESSION)

    assert got.headers["set-cookie"].startswith("outcrop-4020=; Max-Age=0;")
    browser.cookie = kept
    assert browser.ask("GET", SESSION).status == 401


def test_a_ticket_for_the_socket_is_of_the_same_holder(browser: Browser) -> None:
    got = browser.ask("POST", "/_outcrop/api/tickets").json

    assert got["seconds"] == 60
    assert Sessions(browser.data).redeem(got["ticket"]) == browser.built.credentials.access_key_id
