"""Settings from literals, expressions and callables, and who is at fault when they are wrong."""

import pickle

import pytest

from outcrop.operator import checks
from outcrop.operator.exceptions import ConfigurationException, DataException
from outcrop.operator.values import Constant, bind, fixed


def test_three_ways_to_give_a_value() -> None:
    record = {"msg": "Hi"}
    assert bind("Prompt", "plain").of(record) == "plain"
    assert bind("Prompt", "$msg").of(record) == "Hi"
    assert bind("Prompt", lambda it: it["msg"] + " there").of(record) == "Hi there"
    assert bind("Prompt", Constant("$5 or less")).of(record) == "$5 or less"


def test_a_literal_is_wrong_at_once_and_a_records_value_with_its_record() -> None:
    with pytest.raises(ConfigurationException) as configured:
        bind("Temperature", 2, checks.fraction)
    assert configured.value.error == "The Temperature value is invalid."
    assert configured.value.reason == "2 is not between 0 and 1."
    bound = bind("Temperature", "$t", checks.fraction)
    assert bound.of({"t": 0.2}) == 0.2
    with pytest.raises(DataException) as caught:
        bound.of({"t": 2})
    assert (caught.value.error, caught.value.reason) == (configured.value.error, configured.value.reason)


def test_an_undefined_path_is_the_records_fault() -> None:
    with pytest.raises(DataException) as caught:
        bind("Prompt", "$msg").of({})
    assert caught.value.error == "Unable to evaluate the expression $msg of Prompt"
    assert caught.value.reason == "msg is undefined."


def test_what_a_function_raises_is_the_records_fault() -> None:
    with pytest.raises(DataException) as caught:
        bind("Prompt", lambda record: record["x"]).of({})
    assert caught.value.reason == "KeyError: 'x'"


def test_a_text_that_is_no_path_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigurationException) as caught:
        bind("Prompt", "$5 for a coffee?")
    assert "Constant(...)" in caught.value.resolution


@pytest.mark.parametrize("value", ["$flag", lambda record: True])
def test_some_settings_take_no_value_from_the_record(value: object) -> None:
    with pytest.raises(ConfigurationException) as caught:
        fixed("JSON mode", value)
    assert caught.value.reason == "This field does not support upstream values."


def test_bound_settings_can_be_pickled() -> None:
    bound = pickle.loads(pickle.dumps(bind("Prompt", "$a[0]", checks.filled)))
    assert bound.of({"a": ["x"]}) == "x"
    assert not bound.fixed
