"""The service descriptions say what botocore's own model says, without its prose."""

from typing import Any

import pytest
from botocore.loaders import create_loader

from outcrop.model.service import ServiceName, operation, service

NAMES: tuple[ServiceName, ...] = ("bedrock-runtime", "bedrock")
ORACLE: dict[str, dict[str, Any]] = {name: create_loader().load_service_model(name, "service-2") for name in NAMES}


def bare(node: Any) -> Any:
    """`node` without documentation strings; a member may be called `documentation`, its row is no string."""
    if isinstance(node, dict):
        prose = {"documentation", "documentationUrl"}
        return {k: bare(v) for k, v in node.items() if not (k in prose and isinstance(v, str))}
    return [bare(item) for item in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", NAMES)
def test_operations(name: ServiceName) -> None:
    found = {
        key: (row.service, row.name, row.method, row.uri, row.input, row.output)
        for key, row in service(name).operations.items()
    }
    assert found == {
        key: (
            name,
            key,
            row["http"]["method"],
            row["http"]["requestUri"],
            row.get("input", {}).get("shape"),
            row.get("output", {}).get("shape"),
        )
        for key, row in ORACLE[name]["operations"].items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_the_order_of_their_members(name: ServiceName) -> None:
    shapes, oracle = service(name).shapes, bare(ORACLE[name]["shapes"])
    assert shapes == oracle
    for key, row in oracle.items():
        assert list(shapes[key].get("members", ())) == list(row.get("members", ())), key


@pytest.mark.parametrize("name", NAMES)
def test_statuses_of_answers_that_went_well(name: ServiceName) -> None:
    found = {key: row.status for key, row in service(name).operations.items()}
    assert found == {key: row["http"]["responseCode"] for key, row in ORACLE[name]["operations"].items()}


def test_a_description_is_read_once() -> None:
    assert service("bedrock") is service("bedrock")


def test_an_operation_is_found_in_whichever_service_has_it() -> None:
    assert operation("Converse").service == "bedrock-runtime"
    assert operation("ListFoundationModels").service == "bedrock"


def test_an_unknown_operation_is_named() -> None:
    with pytest.raises(LookupError, match="InvokeAgent"):
        operation("InvokeAgent")
