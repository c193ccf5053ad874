"""The three exceptions, and the error document (A.1, A.8)."""

import json
import pickle

import pytest

from outcrop.operator import ConfigurationException, DataException, ExecutionException


def caught() -> DataException:
    try:
        raise DataException("Unable to parse", "a comma", "Ask for JSON.", response={"output": {}})
    except DataException as error:
        return error


def test_the_error_document_has_five_keys_and_the_answer() -> None:
    error = caught()
    error.locate({"msg": "Hi"}, "route")
    document = error.document()
    assert list(document) == ["error", "reason", "resolution", "stacktrace", "original", "response"]
    assert document["stacktrace"].startswith("Traceback (most recent call last):")
    assert (document["original"], document["response"]) == ({"msg": "Hi"}, {"output": {}})


def test_the_operator_in_which_it_failed_has_the_first_word() -> None:
    error = caught()
    error.locate({"n": 1}, None)
    error.locate({"n": 2}, "discard")
    assert (error.original, error.policy) == ({"n": 1}, None)


@pytest.mark.parametrize("kind", [ConfigurationException, ExecutionException, DataException])
def test_what_why_and_what_to_do(kind: type[DataException]) -> None:
    error = kind("What.", "Why.", "Do.")
    assert (error.error, error.reason, error.resolution, str(error)) == ("What.", "Why.", "Do.", "What. Why. Do.")


def test_exceptions_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(DataException("a", "b", "c", response={"d": 1}, code="e")))
    assert (error.error, error.reason, error.resolution, error.response, error.code) == ("a", "b", "c", {"d": 1}, "e")
    assert json.dumps(error.document())
    assert str(error) == "a b c"
