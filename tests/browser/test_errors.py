"""What a person sees when something goes wrong: what happened, in the server's words, and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.doing import answers, done, say

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from tests.browser.conftest import Visit
    from tests.browser.teller import Told


@pytest.mark.parametrize(
    ("prompt", "code", "message"),
    [
        ("throttle", "ThrottlingException", "Too many tokens, please wait before trying again."),
        ("down", "ServiceUnavailableException", "Bedrock is unable to process your request."),
        ("break", "modelStreamErrorException", "The model broke off."),
    ],
)
def test_an_error_is_said_and_the_prompt_can_run_again(playground: Page, prompt: str, code: str, message: str) -> None:
    say(playground, prompt)
    answer = done(playground)

    assert answer.get_by_role("alert").inner_text() == f"{code} {message}"
    assert ("Begun" in answer.inner_text()) is (prompt == "break")
    playground.get_by_role("button", name="Again").click()
    answers(playground).first.get_by_role("alert").wait_for()


def test_a_failed_question_does_not_spoil_the_next(playground: Page) -> None:
    say(playground, "down")
    done(playground)
    say(playground, "echo better")

    assert "better" in done(playground, 2).inner_text()


def test_a_session_that_has_ended_asks_to_sign_in(playground: Page, told: Told) -> None:
    playground.locator(".example").first.wait_for()
    playground.context.clear_cookies()
    say(playground, "echo hello")

    playground.get_by_text("Your session has ended. Sign in again to go on.").wait_for()
    credentials = told.built.credentials
    playground.get_by_label("Access key id").fill(credentials.access_key_id)
    playground.get_by_label("Secret access key").fill("wrong")
    playground.get_by_role("button", name="Sign in").click()
    assert "its secret is another" in playground.get_by_role("alert").inner_text()
    playground.get_by_label("Secret access key").fill(credentials.secret_access_key)
    playground.get_by_role("button", name="Sign in").click()
    playground.get_by_role("textbox", name="Prompt", exact=True).wait_for()


def test_a_link_is_good_once(visit: Visit, told: Told) -> None:
    link = told.link()
    first = visit(link)
    first.locator(".example").first.wait_for()
    assert "ticket" not in first.url
    second = visit(link)
    second.get_by_text("This link was used before").wait_for()


def test_signing_out_leaves_nothing_that_signs_in(playground: Page, told: Told) -> None:
    playground.get_by_role("button", name="Account").click()
    playground.get_by_role("button", name="Sign out").click()
    playground.get_by_text("You are signed out.").wait_for()
    playground.goto(told.endpoint)
    playground.get_by_role("button", name="Sign in").wait_for()


def test_a_server_that_is_gone_is_said(playground: Page, tmp_path: Path) -> None:
    playground.locator(".example").first.wait_for()
    playground.route("**/_outcrop/api/aws/**", lambda route: route.abort())
    say(playground, "echo hello")
    playground.locator(".answer .notice").wait_for()

    assert "The server does not answer." in answers(playground).first.inner_text()
