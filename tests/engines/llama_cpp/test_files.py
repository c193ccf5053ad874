"""Model files: where they are, and how those on a hub are fetched, gone on with, checked and refused."""

import asyncio
import hashlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.transport.conftest import Served, reply

from outcrop.engines.llama_cpp.files import Files, Missing, NotFetched, Place, place

DATA = bytes(range(256)) * 100
NAME = "hf:someone/some-models/tiny.gguf"
COPY = "someone/some-models/main/tiny.gguf"


def fetch(
    hub: str, folder: Path, name: str = NAME, key: str | None = None
) -> tuple[Path, list[tuple[int, int | None]]]:
    heard: list[tuple[int, int | None]] = []
    files = Files(folder / "models", folder, hub, key)
    return asyncio.run(files.fetch(name, lambda done, total: heard.append((done, total)))), heard


def test_a_path_is_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").touch()
    files = Files(tmp_path / "models", tmp_path, "http://127.0.0.1:9")
    assert files.find("a.gguf") == files.find(str(tmp_path / "a.gguf")) == tmp_path / "a.gguf"
    with pytest.raises(Missing, match=r"the model file b\.gguf is not here; check the path"):
        files.find("b.gguf")
    with pytest.raises(Missing, match="outcrop models --download"):
        files.find(NAME)


def test_places() -> None:
    assert place("hf:o/r@v1.0/deep/file.gguf") == Place("o/r", "v1.0", "deep/file.gguf")
    assert place("/path/hf:x") is None


@given(st.text(max_size=30))
def test_no_place_is_outside_the_folder_of_models(text: str) -> None:
    try:
        found = place(f"hf:{text}")
    except Missing:
        return
    assert found
    assert Path("/models").joinpath(found.local).resolve().is_relative_to("/models")
    assert ".." not in found.local.parts


def test_a_file_is_fetched_once_and_checked(tmp_path: Path) -> None:
    digest = hashlib.sha256(DATA).hexdigest()
    with Served(reply(body=DATA, X_Linked_Etag=f'"{digest}"')) as hub:
        found, heard = fetch(hub.endpoint, tmp_path, key="hf_secret")
        assert found == fetch(hub.endpoint, tmp_path)[0]
        ((_, path, headers, _),) = hub.asked
    assert (path, headers["authorization"]) == ("/someone/some-models/resolve/main/tiny.gguf", "Bearer hf_secret")
    assert found.read_bytes() == DATA
    assert found == tmp_path / "models" / COPY
    assert heard[-1] == (len(DATA), len(DATA))


def ranged(handler: BaseHTTPRequestHandler) -> None:
    start = int(handler.headers["range"].removeprefix("bytes=").rstrip("-"))
    reply(206, DATA[start:])(handler)


def test_what_was_fetched_in_part_is_gone_on_with(tmp_path: Path) -> None:
    def breaking(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(DATA)))
        handler.end_headers()
        handler.wfile.write(DATA[:1000])
        handler.close_connection = True

    with Served(breaking) as hub, pytest.raises(NotFetched, match="is kept, and gone on with next time"):
        fetch(hub.endpoint, tmp_path)
    with Served(ranged) as hub:
        found, heard = fetch(hub.endpoint, tmp_path)
        assert hub.asked[0][2]["range"] == "bytes=1000-"
    assert found.read_bytes() == DATA
    assert heard[-1] == (len(DATA), len(DATA))


def test_a_file_whose_last_byte_was_here_is_whole(tmp_path: Path) -> None:
    part = tmp_path / "models" / f"{COPY}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(DATA)
    with Served(reply(416)) as hub:
        assert fetch(hub.endpoint, tmp_path)[0].read_bytes() == DATA


def test_the_hub_may_send_elsewhere_and_the_key_stays_with_it(tmp_path: Path) -> None:
    with Served(reply(body=DATA)) as there, Served(reply(302, Location=f"{there.endpoint}/x?sig=1")) as hub:
        assert fetch(hub.endpoint, tmp_path, key="hf_secret")[0].read_bytes() == DATA
        assert "authorization" in hub.asked[0][2]
        assert "authorization" not in there.asked[0][2]
        assert there.asked[0][1] == "/x?sig=1"


def test_what_is_not_what_the_hub_has_is_removed(tmp_path: Path) -> None:
    with (
        Served(reply(body=DATA, X_Linked_Etag='"' + "0" * 64 + '"')) as hub,
        pytest.raises(NotFetched, match="not what the hub has"),
    ):
        fetch(hub.endpoint, tmp_path)
    assert not list((tmp_path / "models").rglob("*.gguf*"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(401), "without a key that may have it"),
        (reply(404), "has no such file"),
        (reply(500), "answered with status 500"),
        (reply(302, Location="/round"), "from place to place"),
        (reply(302, Location="ftp://127.0.0.1/x"), "not encrypted"),
    ],
)
def test_refusals_are_told_plainly(answer: object, said: str, tmp_path: Path) -> None:
    with Served(answer) as hub, pytest.raises(NotFetched, match=said):  # type: ignore[arg-type]
        fetch(hub.endpoint, tmp_path)


def test_a_hub_that_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"http://127\.0\.0\.1:9 does not answer"):
        fetch("http://127.0.0.1:9", tmp_path)
