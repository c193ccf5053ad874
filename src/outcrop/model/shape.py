"""The base of all structures generated from the service model."""

from msgspec import Struct

Blob = bytes  # a member called `bytes` would hide the type from its own annotation


class Shape(Struct, omit_defaults=True, rename="camel"):
    """A structure of the service model: camel case on the wire, absent members left out."""
