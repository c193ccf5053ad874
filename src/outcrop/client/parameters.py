"""The members of a request that is given as a dict, against those that its operation has: what would be lost is refused.

A misspelled member is read by nobody, so it is named before anything is sent, as boto3 does, with the words here. Only dicts
are looked at, only for names; types and values are the service's to judge, and structures cannot be misspelled.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from outcrop.model import service
from outcrop.model.service import ServiceName


class WrongRequest(ValueError):
    """A request that was not sent: it has members that its operation does not know, or lacks the one its address needs.

    The message has a line for each, with its place and the nearest name there is.
    """


class Verbatim(dict[str, Any]):
    """A request to be sent as it is, whatever its members: records' own messages are the service's to judge."""


def check(operation: service.Operation, given: Mapping[str, Any]) -> None:
    """Raise `WrongRequest` when `given` is no input of `operation`."""
    if isinstance(given, Verbatim):
        return
    shape = operation.input or ""
    wrong = list(_unknown(operation.service, shape, given, ""))
    wrong += [f'"{name}" is missing' for name in _addressing(operation.service, shape) if given.get(name) is None]
    if wrong:
        raise WrongRequest("\n".join(f"{operation.name}: {fault}" for fault in wrong))


def check_shape(name: str, given: Mapping[str, Any]) -> None:
    """The same for a part of a request to the Runtime, a structure of that name."""
    wrong = list(_unknown("bedrock-runtime", name, given, ""))
    if wrong:
        raise WrongRequest("\n".join(f"{name}: {fault}" for fault in wrong))


@cache
def _addressing(of: ServiceName, shape: str) -> list[str]:
    """The members that are part of the path, which cannot be made without them."""
    members = service.service(of).shapes[shape]["members"]
    return [name for name, row in members.items() if row.get("location") == "uri"]


@cache
def _members(of: ServiceName, shape: str) -> dict[str, str]:
    """The shapes of a structure's members by name; "" for those with nothing to look at."""
    shapes = service.service(of).shapes
    return {
        name: row["shape"] if _composed(shapes[row["shape"]]) else "" for name, row in shapes[shape]["members"].items()
    }


def _composed(row: Mapping[str, Any]) -> bool:
    """Whether values of a shape have members, or values that may; a document has only what its model says."""
    return row["type"] in ("structure", "list", "map") and not row.get("document")


@cache
def _held(of: ServiceName, shape: str) -> tuple[str, str]:
    """A shape's type, and the shape of what a list or a map holds, "" where there is nothing to look at."""
    shapes = service.service(of).shapes
    row = shapes[shape]
    held = row.get("member") or row.get("value")
    return row["type"], held["shape"] if held and _composed(shapes[held["shape"]]) else ""


def _unknown(of: ServiceName, shape: str, value: Any, path: str) -> Iterator[str]:
    kind, held = _held(of, shape)
    if kind == "list":
        if held and isinstance(value, list | tuple):
            for at, one in enumerate(value):
                yield from _unknown(of, held, one, f"{path}[{at}]")
    elif isinstance(value, Mapping):
        if kind == "structure":
            yield from _in_structure(of, shape, value, path)
        elif held:
            for key, one in value.items():
                yield from _unknown(of, held, one, f"{path}.{key}")


def _in_structure(of: ServiceName, shape: str, value: Mapping[str, Any], path: str) -> Iterator[str]:
    members = _members(of, shape)
    for name, one in value.items():
        found = members.get(name)
        if found is None:
            yield f'there is no "{name}"' + (f" in {path}" if path else "") + _instead(str(name), list(members))
        elif found:
            yield from _unknown(of, found, one, f"{path}.{name}" if path else name)


def _instead(name: str, known: list[str]) -> str:
    """What was probably meant."""
    import difflib

    lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower().replace("_", ""), list(lower), n=1)
    if near:
        return f'; did you mean "{lower[near[0]]}"?'
    return f"; it has {', '.join(known)}" if known else "; it has no members"
