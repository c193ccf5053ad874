"""The parameters that an SDK's types name, as paths: members by dots, lists by ``[]``."""

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

_LISTS = ("Iterable", "list", "List", "Sequence", "SequenceNotStr")


def paths(*kinds: Any, within: dict[str, tuple[Any, ...]]) -> set[str]:
    """The parameters of typed dicts, and their members for those that are objects; `within` says of a list with many kinds
    of items which to look into."""
    found = set[str]()
    for kind in kinds:
        for name, hint in get_type_hints(kind).items():
            beneath = list(_dicts(hint))
            chosen = within.get(name)
            for marks, each in beneath:
                if chosen is None or each in chosen:
                    found |= {f"{name}{marks}.{member}" for member in get_type_hints(each)}
            if not beneath:
                found.add(name)
    return found


def _dicts(hint: Any) -> Iterator[tuple[str, Any]]:
    """The typed dicts that a value may be, or its items."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        for one in get_args(hint):
            yield from _dicts(one)
    elif origin is not None and (origin is list or getattr(origin, "__name__", "") in _LISTS):
        for marks, each in _dicts(get_args(hint)[0]):
            yield f"[]{marks}", each
    elif is_typeddict(hint):
        yield "", hint


def undecided(found: set[str], table: dict[str, Any]) -> set[str]:
    """The paths without a row of their own or of what they are part of."""
    return {path for path in found if not any(path == row or path.startswith((row + ".", row + "[]")) for row in table)}


def unknown(found: set[str], table: dict[str, Any]) -> set[str]:
    """The rows that stand for nothing."""
    return {row for row in table if not any(path == row or path.startswith((row + ".", row + "[]")) for path in found)}
