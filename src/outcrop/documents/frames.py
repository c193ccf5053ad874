"""What the serving process and the child say to each other: a kind, a length, and that many bytes. No pipe is touched.

A request's kind is the length of the format's name, which stands before the document. Each request is answered twice:
RECEIVED once the child holds all of it (so an end before that is not the document's doing), then TEXT or REFUSED.
"""

import struct

HEAD = struct.Struct(">BQ")

RECEIVED, TEXT, REFUSED = range(3)


def request(format: str, data: bytes) -> bytes:
    """The frame that asks for the text of `data`."""
    name = format.encode()
    return HEAD.pack(len(name), len(data)) + name + data


def answer(kind: int, text: str = "") -> bytes:
    """The frame that answers with `text`, or with the reason of a refusal."""
    body = text.encode(errors="replace")  # a message of a library may quote half a surrogate pair
    return HEAD.pack(kind, len(body)) + body
