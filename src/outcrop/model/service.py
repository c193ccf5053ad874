"""Operations and shapes as the AWS service model describes them, read from the JSON beside this file.

`RUNTIME` is Bedrock Runtime, `CONTROL` the control plane. They are read on first use and never changed. Nothing here
interprets a request: routing and constraints are `outcrop.wire`'s.
"""

from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

ServiceName = Literal["bedrock-runtime", "bedrock"]


class Operation(msgspec.Struct, frozen=True):
    """One API operation: its service, HTTP method and URI template, its shapes' names, and the status when it went well."""

    service: ServiceName
    name: str
    method: str
    uri: str
    input: str | None
    output: str | None
    status: int = 200


class Service(msgspec.Struct, frozen=True):
    """A service: `operations` by name, `shapes` by name as the model's own JSON objects."""

    name: ServiceName
    operations: dict[str, Operation]
    shapes: dict[str, dict[str, Any]]


@cache
def service(name: ServiceName) -> Service:
    """The description of `name`, read once (about 2 ms for both)."""
    source = msgspec.json.decode(resources.files(__package__).joinpath(f"{name}.json").read_bytes())
    operations = {
        key: Operation(
            service=name,
            name=key,
            method=row["http"]["method"],
            uri=row["http"]["requestUri"],
            input=row.get("input", {}).get("shape"),
            output=row.get("output", {}).get("shape"),
            status=row["http"].get("responseCode", 200),
        )
        for key, row in source["operations"].items()
    }
    return Service(name=name, operations=operations, shapes=source["shapes"])


@cache
def operation(name: str) -> Operation:
    """The operation called `name` in either service; names are unique among the operations Outcrop serves."""
    names: tuple[ServiceName, ...] = ("bedrock-runtime", "bedrock")
    for service_name in names:
        found = service(service_name).operations.get(name)
        if found:
            return found
    raise LookupError(f"the service model has no operation {name}")
