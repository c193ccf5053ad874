"""What zip archives unpack to, whatever they claim."""

import struct
import zipfile
from io import BytesIO

import pytest

from outcrop.documents.archive import check_unpacked
from outcrop.documents.formats import read
from outcrop.documents.limits import MAX_UNPACKED, UnreadableDocument

MEBIBYTE = bytes(1 << 20)


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return file.getvalue()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Some hundred kilobytes that unpack to a little more than the bound, over two members."""
    half = MEBIBYTE * (MAX_UNPACKED // len(MEBIBYTE) // 2 + 1)
    return archive({"a": half, "b": half})


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_ordinary_archive_passes(compression: int) -> None:
    check_unpacked(archive({"a": b"x" * 5000, "b": b""}, compression))


def test_a_zip_bomb_is_refused(bomb: bytes) -> None:
    assert len(bomb) < MAX_UNPACKED // 500
    with pytest.raises(UnreadableDocument, match="unpacks to more than 100,000,000 bytes"):
        check_unpacked(bomb)


def test_a_zip_bomb_whose_directory_lies_is_refused(bomb: bytes) -> None:
    with zipfile.ZipFile(BytesIO(bomb)) as target:
        sizes = {member.file_size for member in target.infolist()}
    for size in sizes:
        bomb = bomb.replace(struct.pack("<I", size), struct.pack("<I", 10))
    with zipfile.ZipFile(BytesIO(bomb)) as target:
        assert {member.file_size for member in target.infolist()} == {10}
    with pytest.raises(UnreadableDocument, match="unpacks to more than"):
        check_unpacked(bomb)


def test_unusual_compression_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="unusually packed"):
        check_unpacked(archive({"a": b"x"}, zipfile.ZIP_LZMA))


@pytest.mark.parametrize("format", ["docx", "xlsx"])
def test_both_formats_are_checked(bomb: bytes, format: str) -> None:
    with pytest.raises(UnreadableDocument, match="unpacks to more than"):
        read(format, bomb)
