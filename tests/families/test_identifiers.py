"""Identifiers derived from what they name."""

import re

from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import hub, model

from outcrop.families.identifiers import derived_uuid, request_uuid

MODEL, OTHER = model("cohere.command-r-v1:0"), model("cohere.command-r-plus-v1:0")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@given(st.binary())
def test_the_form_is_that_of_random_uuids(data: bytes) -> None:
    # recorded: lower case, as of Cohere's generations
    assert UUID4.fullmatch(derived_uuid(data))
    assert derived_uuid(data) == derived_uuid(data)


def test_the_same_request_gets_the_same_one() -> None:
    assert request_uuid(hub(), MODEL) == request_uuid(hub(), MODEL)


def test_what_differs_gets_another() -> None:
    found = {
        request_uuid(hub(), MODEL),
        request_uuid(hub(), OTHER),
        request_uuid(hub(("user", "Hi")), MODEL),
        request_uuid(hub(), MODEL, "generation"),
    }
    assert len(found) == 4
