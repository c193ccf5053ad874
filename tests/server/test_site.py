"""Which requests are the page's and which are the API's."""

import pytest

from outcrop.config import Built


@pytest.mark.parametrize(
    ("method", "path", "ours"),
    [
        ("GET", "/", True),
        ("HEAD", "/", True),
        ("POST", "/", False),  # IAM and STS are asked there
        ("GET", "/_outcrop/assets/x.js", True),
        ("POST", "/_outcrop/api/session", True),
        ("POST", "/model/x/converse", False),
        ("GET", "/foundation-models", False),
        ("GET", "/_outcropping", False),
    ],
)
def test_it_takes_its_paths_and_no_others(built: Built, method: str, path: str, ours: bool) -> None:
    assert built.site.takes(method, path) is ours
