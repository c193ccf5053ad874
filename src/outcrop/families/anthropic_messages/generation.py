"""Which generation of Claude a model is: most of what differs between them comes with a number."""

import re
from functools import lru_cache

from outcrop.chat.features import Model

_NUMBERS = re.compile(r"-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")


@lru_cache
def _numbers(short_name: str) -> tuple[int, int]:
    found = _NUMBERS.search(short_name)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def version(model: Model) -> tuple[int, int]:
    """The generation told by the short name: (3, 5) of claude-3-5-sonnet-20240620, (4, 0) of claude-opus-4-20250514."""
    return _numbers(model.short_name or "")
