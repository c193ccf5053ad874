"""An operator's figures."""

import time

from outcrop.operator.statistics import Statistics


def test_usage_is_added_up() -> None:
    figures = Statistics(label="x")
    figures.count({"inputTokens": 3, "outputTokens": 4, "totalTokens": 7})
    figures.count({"inputTokens": 1, "outputTokens": None})
    figures.count({})
    assert (figures.requests, figures.input_tokens, figures.output_tokens) == (3, 4, 4)


def test_the_rate_is_documents_by_seconds() -> None:
    assert Statistics(label="x").rate == 0
    figures = Statistics(label="x", documents=50, began=time.perf_counter() - 10)
    assert 4.5 < figures.rate <= 5
