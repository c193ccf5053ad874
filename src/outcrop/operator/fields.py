"""How an operator's settings are declared: a dataclass field whose metadata says what the page calls it and what it does.

The reference page and the error messages are made from this metadata; nothing else about a setting is written twice.
"""

from dataclasses import Field, field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def setting(default: T, title: str, text: str, *, internal: str = "", values: str = "") -> T:
    """A field with a `default`; `title` is the page's name, `internal` the platform's, `values` what may stand there."""
    made: T = field(default=default, metadata={"title": title, "text": text, "internal": internal, "values": values})
    return made


def titles(operator: Any) -> dict[str, str]:
    """The page's name of each setting of an operator or its class."""
    return {one.name: one.metadata["title"] for one in settings(operator)}


def settings(operator: Any) -> list[Field[Any]]:
    """The settings of an operator or its class, in the order in which they are declared."""
    return [one for one in fields(operator) if one.metadata]
