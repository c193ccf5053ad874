"""The simulator's ranking: scores in their range, the same every time, and the best document first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.engines.simulator.ranking import rerank
from outcrop.vectors import RerankRequest

# The example of Cohere's guide, in words of our own.
QUERY = "What is the capital of the United States?"
DOCUMENTS = [
    "Carson City is the capital of Nevada, an American state.",
    "Saipan is the capital of the Northern Mariana Islands in the Pacific.",
    "Washington, D.C., a federal district, is the capital of the United States.",
    "In English a capital letter begins a sentence and a name.",
    "The cat slept on the mat.",
]


def scores(query: str, *documents: str) -> list[float]:
    return rerank(RerankRequest(query=query, documents=list(documents))).scores


def test_the_answer_comes_first_and_the_rest_far_behind() -> None:
    found = scores(QUERY, *DOCUMENTS)

    assert max(found) == found[2]
    assert sorted(found)[-2] < 0.5 < found[2]
    assert min(found) == found[4] < 0.001


def test_rare_words_count_for_more() -> None:
    common, rare = scores("granite dog", "a dog", "granite", "dog two", "dog three", "dog four")[:2]

    assert rare > common


def test_words_that_stand_together_count_for_more() -> None:
    together, apart = scores("machine learning", "on machine learning", "learning to mend a machine")

    assert together > apart


@pytest.mark.parametrize("query", ["", "the of and", "?!"])
def test_queries_that_say_nothing_are_answered(query: str) -> None:
    assert all(0 <= score <= 1 for score in scores(query, *DOCUMENTS, ""))


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=6))
def test_there_is_a_score_between_0_and_1_for_each_document(query: str, documents: list[str]) -> None:
    found = scores(query, *documents)

    assert len(found) == len(documents)
    assert all(0 <= score <= 1 for score in found)
    assert found == scores(query, *documents)
