"""Short ways to make Converse operators in tests, and to see what they send and refuse."""

from typing import Any

import pytest
from tests.operator.clients import Listed, done, said

from outcrop.operator import ConfigurationException, ConverseOperator, DataException

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "us.anthropic.claude-sonnet-4-20250514-v1:0"
RECORD = {"msg": "Hello", "n": 100}


def operator(client: Any = None, **settings: Any) -> ConverseOperator:
    """An operator that asks for `$msg`, unless told otherwise."""
    given = {"model": HAIKU, "prompt": "$msg", **settings}
    return ConverseOperator(client or Listed(said("Hi.")), **{k: v for k, v in given.items() if v is not ...})


def sent(record: Any = RECORD, **settings: Any) -> Any:
    """The request for one record."""
    client = Listed(said('"a": 1}') if settings.get("json_mode") else said("Hi."))
    done(operator(client, **settings).process(record))
    return client.request


def refused(**settings: Any) -> ConfigurationException:
    with pytest.raises(ConfigurationException) as caught:
        operator(**settings)
    return caught.value


def failed(record: Any = RECORD, *answers: Any, **settings: Any) -> DataException:
    with pytest.raises(DataException) as caught:
        done(operator(Listed(*answers or (said("Hi."),)), **settings).process(record))
    return caught.value
