"""A browser that is signed in, and one that is not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.api.site import Browser


@pytest.fixture
def stranger(tmp_path: Path, runner: asyncio.Runner) -> Iterator[Browser]:
    """Not signed in."""
    browser = Browser(tmp_path, runner)
    yield browser
    runner.run(browser.built.aclose())


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """Signed in with the root key."""
    assert stranger.sign_in().status == 200
    return stranger
