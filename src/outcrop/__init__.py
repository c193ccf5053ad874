"""Outcrop: the Amazon Bedrock Runtime on your own ground.

`check(request, model)` says what Bedrock would refuse in a request; it is loaded when it is first used, so that importing
the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outcrop.linter import check

__all__ = ["__version__", "check"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "check":
        from outcrop.linter import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
