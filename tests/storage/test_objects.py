"""Objects in a folder: read, written and listed as on S3, and never outside of it."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.storage.objects import (
    Endpoint,
    FolderObjects,
    NoObjects,
    ObjectMissing,
    ObjectsUnavailable,
    ObjectTooLarge,
    S3Objects,
    opened,
    split,
)

Result = TypeVar("Result")


def run(doing: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(doing)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "objects" / "quarry").mkdir(parents=True)
    (tmp_path / "secret").write_text("outside")
    return tmp_path / "objects"


@pytest.fixture
def objects(folder: Path) -> FolderObjects:
    return FolderObjects(folder)


def test_what_is_written_is_read_and_listed(objects: FolderObjects, folder: Path) -> None:
    run(objects.write("s3://quarry/a/b c.txt", b"stone"))
    run(objects.write("s3://quarry/a/b c.txt", b"granite"))
    run(objects.write("s3://quarry/z", b""))
    assert run(objects.read("s3://quarry/a/b c.txt", 7)) == b"granite"
    assert (folder / "quarry" / "a" / "b c.txt").read_bytes() == b"granite"
    assert run(objects.keys("s3://quarry/")) == ["s3://quarry/a/b c.txt", "s3://quarry/z"]
    assert run(objects.keys("s3://quarry/a/b")) == ["s3://quarry/a/b c.txt"]


def test_a_reader_takes_no_more_than_its_limit(objects: FolderObjects) -> None:
    run(objects.write("s3://quarry/a", b"12345"))
    with pytest.raises(ObjectTooLarge):
        run(objects.read("s3://quarry/a", 4))


@pytest.mark.parametrize(
    "uri",
    [
        "s3://quarry/none",
        "s3://quarry/",
        "s3://quarry/../secret",
        "s3://quarry/a/../../../secret",
        "s3://quarry//etc/passwd",
        "s3://quarry/a\0b",
        "s3://../secret",
        "s3://no-such-bucket/a",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/a",
        "s3://QUARRY/a",
    ],
)
def test_nothing_is_there_beyond_the_buckets(objects: FolderObjects, uri: str) -> None:
    with pytest.raises(ObjectMissing):
        run(objects.read(uri, 100))
    if uri != "s3://quarry/none":
        with pytest.raises(ObjectMissing):
            run(objects.write(uri, b"x"))


def test_links_do_not_lead_out(objects: FolderObjects, folder: Path) -> None:
    os.symlink(folder.parent / "secret", folder / "quarry" / "link")
    with pytest.raises(ObjectMissing):
        run(objects.read("s3://quarry/link", 100))


def test_what_cannot_be_written_is_said(objects: FolderObjects) -> None:
    run(objects.write("s3://quarry/a", b"a file"))
    with pytest.raises(ObjectsUnavailable, match="s3://quarry/a/b cannot be written"):
        run(objects.write("s3://quarry/a/b", b"x"))


@given(st.text())
def test_a_uri_is_split_or_is_none(uri: str) -> None:
    try:
        bucket, key = split(uri)
    except ObjectMissing:
        return
    assert uri == f"s3://{bucket}/{key}"


@given(st.text(alphabet="ab./\\ %\0", max_size=12))
def test_no_key_leads_out(key: str) -> None:
    place = Path("/nowhere/at/all")
    try:
        path = FolderObjects(place)._path(f"s3://quarry/{key}")
    except ObjectMissing:
        return
    assert path.resolve().is_relative_to(place / "quarry")


def test_only_listed_buckets_are_asked_for_at_an_endpoint() -> None:
    """Nothing listens there: a bucket that were asked for would be unavailable, not missing."""

    async def ask(uri: str) -> bytes:
        store = S3Objects(
            Endpoint(
                url="http://127.0.0.1:9",
                region="us-east-1",
                access_key_id="k",
                secret_access_key="hidden",
                buckets=("mine",),
            )
        )
        try:
            return await store.read(uri, 10)
        finally:
            await store.aclose()

    with pytest.raises(ObjectMissing):
        run(ask("s3://other/a"))
    with pytest.raises(ObjectsUnavailable) as caught:
        run(ask("s3://mine/a"))
    assert "hidden" not in str(caught.value)


def test_what_is_set_up_is_what_is_opened(folder: Path) -> None:
    assert isinstance(opened(None, None), NoObjects)
    assert isinstance(opened(folder, None), FolderObjects)
    with pytest.raises(ObjectMissing):
        run(opened(None, None).read("s3://quarry/a", 1))
