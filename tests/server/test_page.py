"""The page's files: what is sent, how long it is kept, and what the browser is told not to allow."""

import asyncio
import gzip
from pathlib import Path

import pytest

from outcrop.server.page import Page
from outcrop.wire.http import HttpRequest, HttpResponse

SCRIPT = b"console.log('layers');" * 100


@pytest.fixture
def page(tmp_path: Path) -> Page:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Outcrop</title>")
    (tmp_path / "assets" / "page-a1b2.js").write_bytes(SCRIPT)
    (tmp_path / "secret.txt").write_text("not an asset")
    return Page(tmp_path)


def ask(page: Page, path: str, method: str = "GET", **headers: str) -> HttpResponse:
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    return asyncio.run(page.handle(HttpRequest(method, path, "", names, b"")))


def test_the_document_is_asked_for_again_each_time_and_the_assets_never(page: Page) -> None:
    document, asset = ask(page, "/"), ask(page, "/_outcrop/assets/page-a1b2.js")

    assert dict(document.headers)["cache-control"] == "no-cache"
    assert dict(asset.headers)["cache-control"] == "public, max-age=31536000, immutable"
    assert dict(asset.headers)["content-type"] == "text/javascript; charset=utf-8"
    assert asset.body == SCRIPT


def test_assets_are_sent_compressed_to_who_takes_that(page: Page) -> None:
    got = ask(page, "/_outcrop/assets/page-a1b2.js", accept_encoding="gzip, br")

    assert dict(got.headers)["content-encoding"] == "gzip"
    assert gzip.decompress(got.body) == SCRIPT


def test_the_browser_is_told_to_run_and_load_nothing_from_elsewhere(page: Page) -> None:
    headers = dict(ask(page, "/").headers)
    policy = headers["content-security-policy"]

    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/_outcrop/assets/missing.js",
        "/_outcrop/assets/",
        "/_outcrop/assets/../secret.txt",
        "/_outcrop/assets/..%2Fsecret.txt",
        "/_outcrop/assets/..",
        "/_outcrop/assets//etc/passwd",
    ],
)
def test_nothing_else_is_sent(page: Page, path: str) -> None:
    assert ask(page, path).status == 404


def test_a_page_takes_no_posts(page: Page) -> None:
    assert ask(page, "/_outcrop/assets/page-a1b2.js", "POST").status == 404


def test_a_source_checkout_says_how_to_build_it(tmp_path: Path) -> None:
    got = ask(Page(tmp_path / "nowhere"), "/")

    assert got.status == 200
    assert b"make page" in got.body
    assert "unsafe" not in str(got.headers)


def test_a_new_build_is_seen(page: Page, tmp_path: Path) -> None:
    ask(page, "/")
    (tmp_path / "index.html").write_text("<!doctype html><title>Newer</title>")

    assert b"Newer" in ask(page, "/").body
