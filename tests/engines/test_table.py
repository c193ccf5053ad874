"""The table of engines: the first pattern that fits, and the refusal when none does."""

import pytest
from tests.scripted import Scripted

from outcrop.catalog import Catalogue
from outcrop.chat.features import Model
from outcrop.engines.table import Engines, Row
from outcrop.errors import AccessDeniedException

CLAUDE, LLAMA = "anthropic.claude-3-haiku-20240307-v1:0", "meta.llama3-70b-instruct-v1:0"


@pytest.fixture
def models(catalogue: Catalogue) -> dict[str, Model]:
    return {name: catalogue.find(name, "us-east-1").model for name in (CLAUDE, LLAMA)}


def test_the_first_pattern_that_fits_wins(models: dict[str, Model]) -> None:
    first, second = Scripted(), Scripted()
    engines = Engines([Row(CLAUDE, "one", first), Row("*", "rest", second)])
    assert (engines.of(models[CLAUDE]).engine, engines.of(models[LLAMA]).engine) == (first, second)
    assert engines.of(models[CLAUDE]).name == "one"


def test_a_model_without_an_engine_is_one_the_account_may_not_use(models: dict[str, Model]) -> None:
    engines = Engines([Row("anthropic.*", "one", Scripted())])
    with pytest.raises(AccessDeniedException, match="You don't have access to the model with the specified model ID"):
        engines.of(models[LLAMA])
