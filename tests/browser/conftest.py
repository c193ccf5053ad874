"""A real browser, Debian's Chromium driven by Playwright, signed in to servers of this machine.

Every page is watched: a request that leaves the server, a violation of the page's policy, an error on its console or an
exception fails the test. Nothing here installs anything: `tests/browser/install.sh` does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.teller import Told, telling
from tests.clients.conftest import absent, pytest_runtest_makereport
from tests.serving import Serving, run, start_server

from outcrop.server.page import BUILT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["pytest_runtest_makereport", "start_server"]

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(__file__).parent
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WATCH = """
window.outcropViolations = [];
addEventListener("securitypolicyviolation", (e) => window.outcropViolations.push(`${e.violatedDirective} ${e.blockedURI}`));
window.alert = window.confirm = window.prompt = (said) => window.outcropViolations.push(`dialog ${said}`);
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.clients)


def _missing() -> str:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed"
    if not shutil.which("chromium"):
        return "chromium is not installed"
    return "" if (BUILT / "index.html").exists() else "the page is not built"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if missing := _missing():
        absent(f"{missing} (tests/browser/install.sh)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A server in this process whose engine does what the prompt tells it."""
    with telling(tmp_path_factory.mktemp("told")) as server:
        yield server


@pytest.fixture(scope="session")
def simulated(start_server: Callable[..., Serving]) -> Serving:
    """A server in a process of its own, with the simulator."""
    return start_server("page", "--tokens-per-second", "500")


Visit = Callable[..., "Page"]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open a page of a server in a browser of its own: `visit(told.link())`, with options of Playwright's contexts.

    `also` is a second address that may be asked.
    """
    opened: list[tuple[Page, list[str]]] = []

    def open_page(link: str, also: str = "nowhere:", **options: Any) -> Page:
        ours = (link.partition("/#")[0].rstrip("/"), also, "data:", "blob:")
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH)
        page, seen = context.new_page(), list[str]()
        context.on("request", lambda r: None if r.url.startswith(ours) else seen.append(r.url))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on(
            "console", lambda m: seen.append(m.text) if m.type == "error" and "load resource" not in m.text else None
        )
        page.goto(link)
        opened.append((page, seen))
        return page

    yield open_page
    for page, seen in opened:
        seen += page.evaluate("() => window.outcropViolations") if not page.is_closed() else []
        page.context.close()
        assert seen == []


@pytest.fixture
def playground(visit: Visit, told: Told) -> Page:
    """The playground of the server that does what it is told, signed in."""
    return visit(told.link())


@pytest.fixture
def link(simulated: Serving) -> str:
    """A link that signs in to the simulator's server."""
    return run("page", "--data", simulated.data).stdout.strip()
