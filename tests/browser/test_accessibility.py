"""Everyone can use it: axe finds nothing serious, keys reach all, it fits a phone and 200 % zoom, and text stays put."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.conftest import AXE
from tests.browser.doing import done, say
from tests.clients.conftest import absent

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Visit
    from tests.browser.teller import Told

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def check(page: Page, where: str) -> None:
    """Nothing serious, AA contrast among it."""
    if not AXE.exists():
        absent("axe-core is not installed (tests/browser/install.sh)")
    found = page.evaluate(AXE.read_text() + ";axe.run().then((r) => r.violations)")
    serious = [
        f"{v['id']}: {n['html'][:120]} {n['any'][0]['message'] if n['any'] else ''}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]
    assert serious == [], where


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious(visit: Visit, link: str, scheme: str, size: dict[str, int]) -> None:
    page = visit(link, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    page.locator(".example").first.wait_for()
    check(page, "empty")
    page.get_by_role("button", name="Call a tool").click()
    done(page)
    check(page, "a tool call")
    page.get_by_role("button", name="View API request").click()
    check(page, "the request")
    page.keyboard.press("Escape")
    if size is NARROW:
        page.get_by_role("button", name="Settings", exact=True).click()
    check(page, "settings")
    page.get_by_role("button", name="Model: ").click()
    check(page, "models")
    page.keyboard.press("Escape")
    page.context.clear_cookies()
    page.reload()
    page.get_by_role("button", name="Sign in").wait_for()
    check(page, "signing in")


def test_a_question_is_asked_with_keys_alone(playground: Page) -> None:
    playground.locator(".example").first.wait_for()
    playground.keyboard.type("echo by hand")
    playground.keyboard.press("Enter")
    answer = done(playground)
    assert "by hand" in answer.inner_text()
    names = set()
    for _ in range(60):
        playground.keyboard.press("Tab")
        names.add(
            playground.evaluate(
                "() => document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
            )
        )

    assert {"Skip to the content", "Account", "View API request", "Again", "Compare", "Reset"} <= names


def test_a_dialog_keeps_and_returns_the_focus(playground: Page) -> None:
    say(playground, "echo hello")
    done(playground)
    opener = playground.get_by_role("button", name="View API request")
    opener.focus()
    playground.keyboard.press("Enter")
    playground.get_by_role("tab", name="JSON").focus()
    playground.keyboard.press("ArrowRight")
    assert playground.get_by_role("tab", name="boto3").get_attribute("aria-selected") == "true"
    playground.keyboard.press("Escape")
    assert opener.evaluate("(button) => button === document.activeElement")


@pytest.mark.parametrize("size", [NARROW, {"width": 640, "height": 400}], ids=["phone", "200 percent of 1280"])
def test_nothing_is_cut_off_to_the_side(visit: Visit, told: Told, size: dict[str, int]) -> None:
    page = visit(told.link(), viewport=size)
    say(page, "story 300")
    done(page)

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".answer").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    page.get_by_role("textbox", name="Prompt", exact=True).scroll_into_view_if_needed()


def test_what_is_read_stays_where_it_is_while_the_answer_grows(playground: Page) -> None:
    say(playground, "story 1500")
    pane = playground.locator(".pane")
    playground.get_by_role("heading", name="Layer 4", exact=True).wait_for()
    pane.hover()
    for _ in range(3):
        playground.mouse.wheel(0, -100_000)
        playground.wait_for_timeout(50)
    top = playground.get_by_role("heading", name="Layer 1", exact=True).first  # "Layer 1" is how "Layer 12" begins
    where = {str(top.bounding_box())}
    while playground.locator(".answer[aria-busy=true]").count():
        where.add(str(top.bounding_box()))

    assert len(where) == 1
    assert pane.evaluate("(pane) => pane.scrollTop") == 0  # its reader had left the end
