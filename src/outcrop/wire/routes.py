"""From a method and a raw path to an operation and its labels.

The routes are the service model's URI templates, both services together, kept as a tree of path segments. Matching is
on the raw path: a model id is one segment, so an ARN arrives with its slash as `%2F` and is decoded after matching.
A path no template matches has no operation; AWS answers it in a way of its own (`errors.UnknownOperationException`).
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec

from outcrop.errors import UnknownOperationException
from outcrop.model.service import Operation, ServiceName, service

# Keys of the tree that are no literal segment hold a slash, which no segment of a path does.
_LABEL = "/{}"
_METHOD = "//"


class Route(msgspec.Struct, frozen=True):
    """An operation and the names of its labels, in the order of its path."""

    operation: Operation
    labels: tuple[str, ...]


@cache
def _tree() -> dict[str, Any]:
    tree: dict[str, Any] = {}
    names: tuple[ServiceName, ...] = ("bedrock", "bedrock-runtime")
    for name in names:
        for operation in service(name).operations.values():
            segments = operation.uri.partition("?")[0].strip("/").split("/")
            node = tree
            for segment in segments:
                key = _LABEL if segment.startswith("{") else segment
                node = node.setdefault(key, {})
            labels = tuple(s.strip("{}") for s in segments if s.startswith("{"))
            node[_METHOD + operation.method] = Route(operation, labels)
    return tree


@lru_cache(maxsize=1024)
def match(method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
    """The operation at `path` and its decoded labels; raises `UnknownOperationException` when there is none.

    Remembered, since callers use few paths; nobody changes the labels.
    """
    values: list[str] = []
    route = _find(_tree(), path.strip("/").split("/"), 0, _METHOD + method, values)
    if route is None:
        raise UnknownOperationException("")
    return route.operation, {name: unquote(value) for name, value in zip(route.labels, values, strict=True)}


def _find(node: dict[str, Any], segments: list[str], at: int, method: str, values: list[str]) -> Route | None:
    """Depth first, literal segments before labels, so `/a/list` wins over `/a/{id}`."""
    if at == len(segments):
        found: Route | None = node.get(method)
        return found
    segment = segments[at]
    if segment in node and (route := _find(node[segment], segments, at + 1, method, values)):
        return route
    if segment and _LABEL in node:
        values.append(segment)
        if route := _find(node[_LABEL], segments, at + 1, method, values):
            return route
        values.pop()
    return None
