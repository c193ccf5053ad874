"""Every feature of the playground, used once by a real browser."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from tests.browser.doing import answers, choose, done, say
from tests.serving import Serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from tests.browser.conftest import Visit
    from tests.browser.teller import Told

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
COST = re.compile(
    r"end_turn · [\d,]+ tokens in, [\d,]+ out · first token \d+ ms · total \d+ ms · \$0\.\d+View API requestAgain"
)


def requested(page: Page) -> dict:
    """The body of the last answer's request, as the page shows it."""
    page.get_by_role("button", name="View API request").last.click()
    text = page.locator("dialog pre").inner_text()
    page.keyboard.press("Escape")
    return json.loads(text)


def test_an_answer_streams_token_by_token(playground: Page) -> None:
    say(playground, "story 600")
    answer = answers(playground).first
    lengths = set()
    while answer.get_attribute("aria-busy") == "true":
        lengths.add(len(answer.inner_text()))

    assert len(lengths) > 5  # the same answer, seen at different lengths
    assert playground.locator(".answer[data-state=done]").count() == 1


def test_markdown_and_code_are_rendered(playground: Page) -> None:
    say(playground, "story 400")
    answer = done(playground)

    assert answer.get_by_role("heading", name="Layer 1", exact=True).count() == 1
    assert answer.locator("strong").first.inner_text() == "seam"
    assert "def depth(layer: int)" in answer.locator("pre").first.inner_text()
    assert answer.get_by_role("table").first.get_by_role("cell", name="1.5").count() == 1
    assert answer.get_by_role("link", name="map").first.get_attribute("rel") == "noopener noreferrer nofollow"


def test_one_quiet_line_says_what_it_took(visit: Visit, link: str) -> None:
    page = visit(link)
    say(page, "Hello")

    assert COST.fullmatch(done(page).locator(".took").inner_text().replace("\n", ""))


def test_a_conversation_goes_on_and_a_single_prompt_does_not(playground: Page) -> None:
    say(playground, "echo one")
    done(playground)
    say(playground, "echo two")
    done(playground, 2)
    assert [m["role"] for m in requested(playground)["messages"]] == ["user", "assistant", "user"]

    playground.get_by_role("button", name="Single prompt").click()
    say(playground, "echo three")
    playground.get_by_text("three", exact=True).wait_for()
    done(playground)
    assert [m["role"] for m in requested(playground)["messages"]] == ["user"]


def test_stop_ends_the_answer_and_the_engine(playground: Page, told: Told) -> None:
    told.teller.closed.clear()
    say(playground, "wait")
    playground.get_by_text("Begun").wait_for()
    playground.get_by_role("button", name="Stop").click()

    assert "stopped" in done(playground).locator(".took").inner_text()
    assert told.teller.closed.wait(5)
    say(playground, "echo after")
    assert "after" in done(playground, 2).inner_text()


def test_an_answer_can_come_whole(playground: Page) -> None:
    playground.get_by_label("Stream the answer").uncheck()
    say(playground, "echo all at once")

    assert "all at once" in done(playground).inner_text()
    playground.get_by_role("button", name="View API request").click()
    playground.get_by_role("tab", name="boto3").click()
    assert "client.converse(" in playground.locator("dialog pre").inner_text()


def test_models_are_found_by_words_and_by_what_they_take(playground: Page) -> None:
    playground.get_by_role("button", name="Model: ").click()
    dialog = playground.get_by_role("dialog", name="Choose a model")
    everything = dialog.locator(".model-row").count()
    dialog.get_by_role("button", name="Video", exact=True).click()
    filtered = dialog.locator(".model-row").count()
    assert 0 < filtered < everything
    assert {row.split(",")[0] for row in dialog.locator(".provider").all_inner_texts()} >= {"Amazon"}
    dialog.get_by_label("Search models").fill("nova lite")
    dialog.get_by_label("Search models").press("ArrowDown")
    playground.keyboard.press("ArrowDown")  # out of the search, onto a row, by keys alone
    playground.get_by_role("button", name=re.compile("^Nova Lite")).click()

    say(playground, "echo hello")
    done(playground)
    assert requested(playground)["modelId"] == "amazon.nova-lite-v1:0"


def test_system_prompt_and_parameters_are_sent_and_others_are_not(playground: Page) -> None:
    playground.get_by_label("System prompt").fill("Be brief")
    playground.get_by_label("Maximum tokens").fill("300")
    playground.get_by_role("spinbutton", name="Temperature").fill("0.5")
    playground.get_by_label("Stop sequences").fill("END\nSTOP")
    say(playground, "echo hello")
    done(playground)
    body = requested(playground)

    assert body["system"] == [{"text": "Be brief"}]
    assert body["inferenceConfig"] == {"maxTokens": 300, "temperature": 0.5, "stopSequences": ["END", "STOP"]}
    playground.get_by_role("button", name="Reset").click()
    say(playground, "echo again")
    done(playground, 2)
    assert "inferenceConfig" not in requested(playground)


def test_files_come_by_button_by_drop_and_by_paste(visit: Visit, link: str, tmp_path: Path) -> None:
    page = visit(link)
    page.get_by_label("Files to attach").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    drop = """([kind, pixel]) => {
        const data = new DataTransfer();
        const name = kind === "drop" ? "notes & more.txt" : "pasted.png";
        const bytes = kind === "drop" ? ["copper"] : [Uint8Array.from(atob(pixel), (c) => c.charCodeAt(0))];
        data.items.add(new File(bytes, name, { type: kind === "drop" ? "text/plain" : "image/png" }));
        const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true })
          : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
        document.querySelector(".composer textarea").dispatchEvent(event);
    }"""
    pixel = base64.b64encode(PIXEL).decode()
    page.evaluate(drop, ["drop", pixel])
    page.evaluate(drop, ["paste", pixel])
    page.locator(".attached .chip").nth(2).wait_for()
    say(page, "What is this?")
    text = done(page).inner_text()

    assert text.count("1 by 1 pixel PNG") == 2
    assert "notes more" in text  # the name a model sees is plain words
    assert sorted(key for block in requested(page)["messages"][0]["content"] for key in block) == [
        "document",
        "image",
        "image",
        "text",
    ]


def test_files_that_cannot_be_sent_are_refused_in_words(playground: Page) -> None:
    files = playground.get_by_label("Files to attach")
    files.set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": b"0" * 4_800_000})
    assert playground.get_by_role("alert").inner_text() == "big.png has 4.8 MB; an image may have 3.75 MB."
    files.set_input_files({"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    playground.get_by_text("a.exe is neither an image nor a document that Converse takes.").wait_for()
    choose(playground, "deepseek")
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    playground.get_by_text("takes no png images").wait_for()
    assert playground.locator(".attached").count() == 0


def test_reasoning_is_folded(visit: Visit, link: str) -> None:
    page = visit(link)
    page.get_by_label("Reason before answering").check()
    say(page, "Hello")
    answer = done(page)

    assert "The user's last message" not in answer.inner_text()
    answer.get_by_text("Reasoning").click()
    assert "The user's last message" in answer.inner_text()
    say(page, "And on")  # with the reasoning given back, signed
    assert done(page, 2).get_attribute("data-state") == "done"


def test_a_tool_is_called_and_a_person_answers_for_it(visit: Visit, link: str) -> None:
    page = visit(link)
    page.get_by_role("button", name="Call a tool").click()
    assert "Calls current_weather" in done(page).inner_text()
    page.get_by_label("Result of current_weather").fill('{"temperature": 19}')
    page.get_by_role("button", name="Send the result").click()

    assert 'The tool answered: {"temperature":19}' in done(page, 2).inner_text()
    result = requested(page)["messages"][-1]["content"][0]["toolResult"]
    assert (result["content"], result["status"]) == ([{"json": {"temperature": 19}}], "success")


def test_a_schema_gives_json(visit: Visit, link: str) -> None:
    page = visit(link)
    page.get_by_text("JSON output", exact=True).click()
    page.locator(".section", has_text="JSON output").get_by_role("button", name="Example").click()
    say(page, "Is it sure?")
    text = done(page).locator(".markdown").inner_text()

    assert set(json.loads(text)) == {"answer", "sure"}


def test_settings_that_are_no_json_are_refused_where_they_stand(playground: Page) -> None:
    playground.get_by_text("Additional fields", exact=True).click()
    field = playground.get_by_label("additionalModelRequestFields (JSON)")
    field.fill('{"top_k":')
    assert field.get_attribute("aria-invalid") == "true"
    say(playground, "echo hello")

    assert "Additional fields:" in playground.get_by_role("alert").inner_text()
    assert playground.get_by_role("textbox", name="Prompt", exact=True).input_value() == "echo hello"
    assert answers(playground).count() == 0


def test_two_models_answer_side_by_side_and_scroll_together(playground: Page) -> None:
    playground.get_by_role("button", name="Compare").click()
    playground.get_by_label("Search models").fill("nova pro")
    playground.keyboard.press("Enter")
    say(playground, "story 800")
    done(playground, 2)
    panes = playground.locator(".pane")

    assert [panes.nth(n).get_attribute("aria-label") for n in (0, 1)] == ["Claude Sonnet 4.6", "Nova Pro"]
    panes.first.hover()
    playground.mouse.wheel(0, -100_000)
    playground.wait_for_timeout(300)
    assert [panes.nth(n).evaluate("(pane) => pane.scrollTop") for n in (0, 1)] == [0, 0]
    playground.get_by_role("button", name="Remove Nova Pro").click()
    assert panes.count() == 1


def test_the_events_are_shown_as_they_came(playground: Page) -> None:
    say(playground, "echo hello")
    done(playground)
    playground.get_by_role("button", name="View API request").click()
    playground.get_by_role("tab", name="Raw events").click()
    names = playground.locator(".events tbody td:nth-child(2)").all_inner_texts()

    assert names == ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]


def test_a_conversation_is_exported_and_imported(playground: Page, tmp_path: Path) -> None:
    say(playground, "echo keep this")
    done(playground)
    with playground.expect_download() as download:
        playground.get_by_role("button", name="Export as JSON").click()
    kept = tmp_path / "conversation.json"
    download.value.save_as(kept)
    assert (
        json.loads(kept.read_text())["conversation"]["columns"][0]["turns"][1]["answer"]["usage"]["inputTokens"] == 10
    )

    playground.get_by_role("button", name="New").click()
    assert answers(playground).count() == 0
    playground.get_by_label("A conversation to import").set_input_files(kept)
    assert "keep this" in done(playground).inner_text()
    playground.get_by_label("A conversation to import").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b'{"kind":"something"}'}
    )
    playground.get_by_text("This file is not a conversation that was exported here.").wait_for()


def test_history_is_kept_in_the_browser_and_can_be_forgotten(playground: Page) -> None:
    say(playground, "echo remember me")
    done(playground)
    playground.reload()
    title = playground.get_by_role("button", name="echo remember me", exact=True)
    title.click()
    assert "remember me" in done(playground).inner_text()
    playground.get_by_role("button", name="Forget echo remember me").click()
    title.wait_for(state="detached")
    playground.reload()
    playground.locator(".example").first.wait_for()
    assert title.count() == 0


def test_a_page_reloaded_in_the_middle_of_an_answer_keeps_what_it_has(playground: Page) -> None:
    say(playground, "wait")
    playground.get_by_text("Begun").wait_for()
    playground.reload()

    answer = done(playground)
    assert "The page was left in the middle of this answer." in answer.inner_text()
    playground.get_by_role("button", name="Again").click()
    playground.get_by_role("button", name="Stop").wait_for()
    playground.get_by_role("button", name="Stop").click()


def test_the_last_prompt_can_be_changed(playground: Page) -> None:
    say(playground, "echo first")
    done(playground)
    playground.get_by_role("button", name="Edit the last prompt").click()
    box = playground.get_by_role("textbox", name="Prompt", exact=True)
    assert box.input_value() == "echo first"
    assert answers(playground).count() == 0


def test_each_snippet_names_the_request(playground: Page, told: Told) -> None:
    say(playground, "echo it's")
    done(playground)
    playground.get_by_role("button", name="View API request").click()
    for tab in ("JSON", "boto3", "JavaScript", "AWS CLI", "curl"):
        playground.get_by_role("tab", name=tab).click()
        text = playground.locator("dialog pre").inner_text()
        assert "claude-sonnet-4-6" in text
        assert "it's" in text
        assert told.endpoint in text or tab == "JSON"


def test_the_examples_teach_what_can_be_sent(visit: Visit, link: str, simulated: Serving) -> None:
    page = visit(link)
    page.get_by_role("button", name="Look at a picture").click()
    assert "640 by 400 pixel PNG" in done(page).inner_text()
    page.get_by_role("button", name="New").click()
    page.get_by_role("button", name="Read a document").click()
    assert "field-notes" in done(page).inner_text()
