"""One call: which model it means, and that it stays as it is."""

import msgspec
import pytest
from tests.conftest import HAIKU
from tests.scripted import Scripted

from outcrop.catalog import Catalogue
from outcrop.engines.table import Engines
from outcrop.errors import ValidationException
from outcrop.iam.keys import Principal
from outcrop.operations.call import Call, Services


@pytest.fixture
def call(catalogue: Catalogue) -> Call:
    services = Services(catalogue=catalogue, engines=Engines.only(Scripted()))
    return Call(services, Principal("arn:aws:iam::123456789012:root", "AKIA"), "us-east-1", None)


def test_an_id_is_looked_up_in_the_catalogue(call: Call, catalogue: Catalogue) -> None:
    model = catalogue.find(HAIKU, "us-east-1").model

    assert call.model(HAIKU) is model
    assert call.model("us." + HAIKU) is model
    with pytest.raises(ValidationException, match="The provided model identifier is invalid"):
        call.model("nobody.nothing-v1:0")


def test_the_profile_it_was_called_by_is_known(call: Call) -> None:
    assert call.resolved(HAIKU).profile is None
    assert call.resolved("us." + HAIKU).profile == "us." + HAIKU


def test_a_call_cannot_be_changed(call: Call) -> None:
    with pytest.raises(AttributeError):
        call.region = "eu-west-1"  # type: ignore[misc]
    assert msgspec.structs.replace(call, region="eu-west-1").region == "eu-west-1"
