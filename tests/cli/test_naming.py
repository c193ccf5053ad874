"""What models are called, and what is nearest to a name that nothing has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import rows
from outcrop.cli.naming import instead, matches, names, nearest

MODELS = rows.load()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_each_of_its_names_names_a_model(model):
    assert all(matches(model, name) for name in names(model))
    assert model.id in names(model)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("bedrock:InvokModel", "bedrock:InvokeModel"),
        ("BEDROCK:INVOKEMODEL", "bedrock:InvokeModel"),
        ("s3:GetObject", None),
    ],
)
def test_the_nearest_is_alike_or_there_is_none(word, found):
    assert nearest(word, ["bedrock:InvokeModel", "bedrock:Converse"]) == found


@given(st.text(max_size=40))
def test_any_text_is_told_what_to_do(text):
    assert "outcrop models" in instead(text, MODELS[:20])
