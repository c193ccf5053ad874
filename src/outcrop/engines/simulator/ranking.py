"""How well documents answer a query, without a model: how much of the query's words and pairs of words they have.

A word that few of the documents have counts for more, as in every search engine. Scores are between 0 and 1 and a pure
function of the request.
"""

import math
from collections import Counter

from outcrop.engines.simulator.words import COMMON, pairs, words
from outcrop.vectors import RerankReply, RerankRequest

_WORDS, _PAIRS = 0.7, 0.3  # shares of a score
_BEST, _LEAST = 0.98, 0.00001  # no document is perfect, or worth nothing


def rerank(request: RerankRequest) -> RerankReply:
    """A score for each document."""
    asked = words(request.query)
    read = [words(document) for document in request.documents]
    rarity = _rarity(_telling(asked), read)
    wanted = set(pairs(asked))
    return RerankReply(scores=[_score(rarity, wanted, document) for document in read])


def _telling(asked: list[str]) -> set[str]:
    """The words of the query that say something; all of them when none does."""
    return set(asked) - COMMON or set(asked)


def _rarity(asked: set[str], read: list[list[str]]) -> dict[str, float]:
    """What each word of the query counts: the fewer documents have it, the more."""
    having = Counter(word for document in read for word in asked & set(document))
    return {word: math.log(1 + (len(read) - having[word] + 0.5) / (having[word] + 0.5)) for word in sorted(asked)}


def _score(rarity: dict[str, float], wanted: set[tuple[str, str]], document: list[str]) -> float:
    has = set(document)
    found = sum(count for word, count in rarity.items() if word in has) / (sum(rarity.values()) or 1.0)
    joined = len(wanted & set(pairs(document))) / len(wanted) if wanted else found
    share = _WORDS * found + _PAIRS * joined if found else 0.0
    return round(_LEAST + (_BEST - _LEAST) * math.pow(share, 1.5), 8)
