"""What a person does on the page, in the words of these tests."""

from typing import Any


def say(page: Any, text: str) -> None:
    """Write a prompt and run it."""
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    box.fill(text)
    box.press("Enter")


def answers(page: Any) -> Any:
    return page.locator(".answer")


def done(page: Any, count: int = 1) -> Any:
    """The answer with this number, when all of them have ended."""
    page.locator(".answer .took").nth(count - 1).wait_for()
    return answers(page).nth(count - 1)


def choose(page: Any, words: str) -> None:
    """Choose the first model the words find."""
    page.get_by_role("button", name="Model: ").click()
    page.get_by_label("Search models").fill(words)
    page.keyboard.press("Enter")
