"""How much JSON one body may hold, found out before it is decoded.

Within the limit in bytes fit millions of tiny values, which would occupy the server for seconds; texts and attachments,
however long, are one value each. So what is counted are values, never what stands within strings: a whole library of prose
passes. Nothing here parses, and a body that is no JSON may pass; whoever decodes it will say so.
"""

from outcrop.errors import ValidationException

# Decided: commas and brackets outside strings, or strings. 50,000 messages of one text are as many; longer than nearly any
# model's context, whatever they hold.
MAX_VALUES = 250_000
TOO_LONG = "Input is too long for requested model."  # recorded, from a model that had counted its tokens


def check(body: bytes) -> None:
    """Raise ValidationException for a body of too many values."""
    if crowded(body):
        raise ValidationException(TOO_LONG)


def crowded(body: bytes) -> bool:
    """Whether `body` holds more than MAX_VALUES values. A short one is not looked at, others cost 0.5 ms or so per MB."""
    if len(body) <= MAX_VALUES:
        return False
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    most = 2 * MAX_VALUES + 1  # pieces, of which every second is a string
    pieces = body.split(b'"', most)
    return len(pieces) > most or _marks(b"".join(pieces[::2])) > MAX_VALUES


def _marks(outside: bytes) -> int:
    """How many values begin in what stands outside strings, but for the first."""
    return outside.count(b",") + outside.count(b"[") + outside.count(b"{")
