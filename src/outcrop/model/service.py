"""Operations and shapes as the AWS service model describes them, read from the JSON beside this file.

Bedrock Runtime and its control plane speak rest-json, IAM and STS the Query protocol. They are read on first use and
never changed. Nothing here interprets a request: routing and constraints are `outcrop.wire`'s.
"""

from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

ServiceName = Literal["bedrock-runtime", "bedrock", "iam", "sts"]


class Operation(msgspec.Struct, frozen=True):
    """One API operation: its service, HTTP method and URI template, its shapes' names, and the status when it went well.

    `wrapper` is the element around the result in the Query protocol.
    """

    service: ServiceName
    name: str
    method: str
    uri: str
    input: str | None
    output: str | None
    status: int = 200
    wrapper: str | None = None


class Service(msgspec.Struct, frozen=True):
    """A service: `operations` by name, `shapes` by name as the model's own JSON objects, the namespace of its XML."""

    name: ServiceName
    operations: dict[str, Operation]
    shapes: dict[str, dict[str, Any]]
    version: str = ""
    namespace: str = ""

    def spelled(self, member: str) -> str:
        """A member as refusals name it: those of the Query protocol begin with a small letter (reported)."""
        return member[0].lower() + member[1:] if self.namespace else member


@cache
def service(name: ServiceName) -> Service:
    """The description of `name`, read once (about a millisecond each)."""
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
            wrapper=row.get("output", {}).get("resultWrapper"),
        )
        for key, row in source["operations"].items()
    }
    about = source["metadata"]
    return Service(
        name=name,
        operations=operations,
        shapes=source["shapes"],
        version=about["apiVersion"],
        namespace=about.get("xmlNamespace", ""),
    )


@cache
def operation(name: str) -> Operation:
    """The operation called `name` of Bedrock or its runtime; names are unique among the operations Outcrop serves."""
    names: tuple[ServiceName, ...] = ("bedrock-runtime", "bedrock")
    for service_name in names:
        found = service(service_name).operations.get(name)
        if found:
            return found
    raise LookupError(f"the service model has no operation {name}")
