"""Who a browser is, from its headers alone."""

import pytest

from outcrop.server.visitor import cookie_for, same_origin, session_of


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"host": "127.0.0.1:4020"}, "outcrop-4020"),
        ({"host": "[::1]:8080"}, "outcrop-8080"),
        ({"host": "models.example.com"}, "outcrop-page"),
        ({":authority": "localhost:4443"}, "outcrop-4443"),
    ],
)
def test_servers_on_one_host_keep_their_cookies_apart(headers: dict[str, str], name: str) -> None:
    cookie = cookie_for(headers)

    assert cookie.name == name
    assert session_of({**headers, "cookie": f"other=1; {name}=word; more=2"}) == "word"


@pytest.mark.parametrize("cookie", ["", "nonsense", "outcrop-1=x", "=;=", "outcrop-4020"])
def test_no_cookie_is_no_session(cookie: str) -> None:
    assert session_of({"host": "a:4020", "cookie": cookie}) is None


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"origin": "http://a:1"}, True),
        ({"origin": "https://a:1"}, True),
        ({"origin": "http://a:2"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "http://a:1"}, True),
    ],
)
def test_the_origin_is_compared_as_far_as_it_is_told(headers: dict[str, str], same: bool) -> None:
    assert same_origin({"host": "a:1", **headers}) is same
