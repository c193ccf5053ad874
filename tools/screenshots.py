"""Make the pictures of the page in docs/images, with a real browser: `python tools/screenshots.py`, all or those named.

Needs what the browser tests need (tests/browser/install.sh). The server is of a data directory of its own and speaks at a
settled speed, so the pictures change when the page does.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
OUTCROP = Path(sys.executable).with_name("outcrop")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def started(page: Page) -> None:
    page.locator(".example").first.wait_for()


def answered(page: Page, count: int = 1) -> None:
    page.locator(".answer .took").nth(count - 1).wait_for()
    page.locator(".pane").first.focus()  # no caret, which blinks


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    box.fill(text)
    box.press("Enter")


def picture(page: Page) -> None:
    page.get_by_role("button", name="Look at a picture").click()
    answered(page)


def tool(page: Page) -> None:
    page.get_by_role("button", name="Call a tool").click()
    answered(page)


def compared(page: Page) -> None:
    page.get_by_role("button", name="Compare").click()
    page.get_by_label("Search models").fill("nova pro")
    page.keyboard.press("Enter")
    say(page, "What is the difference between sandstone and shale?")
    answered(page, 2)


def models(page: Page) -> None:
    page.get_by_role("button", name="Model: ").click()
    page.get_by_role("button", name="Documents", exact=True).click()
    page.wait_for_timeout(300)  # for the colours to settle


def go(page: Page, view: str) -> None:
    page.evaluate(f"location.hash = '#/{view}'")
    page.get_by_role("heading", level=1).wait_for()


def user(page: Page) -> None:
    go(page, "users")
    page.get_by_role("button", name="Make a user").click()
    page.get_by_label("Name").fill("alice")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Write a policy").click()
    page.get_by_role("button", name="Save policy").click()
    page.get_by_role("button", name="Make an access key").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Explain", exact=True).click()
    page.locator(".explained pre").wait_for()


def used(page: Page) -> None:
    picture(page)
    compared(page)
    go(page, "usage")
    page.wait_for_timeout(6000)  # the bars and sums are asked for every five seconds


def operated(page: Page) -> None:
    go(page, "operator")
    page.get_by_role("button", name="take three sample records").click()
    page.get_by_label("Model name").fill("amazon.nova-lite-v1:0")
    page.get_by_role("button", name="Run 3 records").click()
    page.get_by_text("Completed", exact=True).wait_for()
    page.get_by_label("Model name").blur()


SCENES: tuple[tuple[str, Callable[[Page], None], dict[str, int], str], ...] = (
    ("playground", picture, WIDE, "light"),
    ("playground-dark", picture, WIDE, "dark"),
    ("compare", compared, WIDE, "light"),
    ("tool", tool, WIDE, "dark"),
    ("models", models, WIDE, "light"),
    ("phone", picture, NARROW, "light"),
    ("user", user, WIDE, "light"),
    ("usage", used, WIDE, "dark"),
    ("operator", operated, WIDE, "light"),
)


def main() -> None:
    """All of them, or those that are named."""
    scenes = [scene for scene in SCENES if scene[0] in sys.argv[1:] or not sys.argv[1:]]
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        data, ready = Path(folder) / "data", Path(folder) / "ready.json"
        words = [OUTCROP, "serve", "--port", "0", "--data", data, "--ready-file", ready, "--tokens-per-second", "400"]
        with subprocess.Popen(words) as server:
            try:
                while not ready.exists() and server.poll() is None:
                    time.sleep(0.05)
                options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
                browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=options)
                for name, play, size, scheme in scenes:
                    link = subprocess.run([OUTCROP, "page", "--data", data], capture_output=True, text=True, check=True)
                    shoot(browser, link.stdout.strip(), name, play, size, scheme)
                browser.close()
            finally:
                server.terminate()


def shoot(
    browser: Browser, link: str, name: str, play: Callable[[Page], None], size: dict[str, int], scheme: str
) -> None:
    """One scene, to its file."""
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(link)
    started(page)
    play(page)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")
    context.close()


if __name__ == "__main__":
    main()
