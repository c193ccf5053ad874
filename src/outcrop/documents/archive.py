"""Zip archives, which docx and xlsx are: what they unpack to is counted before any library unpacks them."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from outcrop.documents.limits import MAX_UNPACKED, UnreadableDocument

_CHUNK = 1 << 20
_LOCAL_HEADER = 30  # bytes before a member's name; the lengths of name and extra field are the last four of them
_NAME_LENGTHS = struct.Struct("<HH")


def check_unpacked(data: bytes) -> None:
    """Refuses a zip archive whose members unpack to more than `MAX_UNPACKED` bytes, whatever its directory claims.

    Raises UnreadableDocument for that and for members no office program writes (encrypted, other compressions), and
    whatever `zipfile` and `zlib` raise for a damaged archive.
    """
    with ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
    left = MAX_UNPACKED
    for member in members:
        left -= _unpacked(data, member, left)
        if left < 0:
            raise UnreadableDocument(f"The document unpacks to more than {MAX_UNPACKED:,} bytes.")


def _unpacked(data: bytes, member: ZipInfo, limit: int) -> int:
    """The bytes `member` really unpacks to, counted up to just above `limit`; its stated size may be a lie."""
    if member.flag_bits & 1 or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise UnreadableDocument("The document is a zip archive with encrypted or unusually packed members.")
    if member.compress_type == ZIP_STORED:
        return member.compress_size
    lengths = _NAME_LENGTHS.unpack_from(data, member.header_offset + _LOCAL_HEADER - _NAME_LENGTHS.size)
    start = member.header_offset + _LOCAL_HEADER + sum(lengths)
    packed: bytes | memoryview = memoryview(data)[start : start + member.compress_size]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while packed and size <= limit:
        size += len(inflater.decompress(packed, _CHUNK))
        packed = inflater.unconsumed_tail
    return size
