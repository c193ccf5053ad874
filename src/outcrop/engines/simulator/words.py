"""The words of a text as the simulator compares texts: without their endings, and those that say little set apart.

It knows English endings and no meanings; in scripts without spaces each character is a word. Everything is a pure function
of the text.
"""

import re
from itertools import pairwise

# A character of a script without spaces, or a run of letters and digits of the others.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_LEAST = 3  # letters that an ending leaves

COMMON = frozenset(
    "a about all also am an and any are as at be been but by can could did do does for from had has have he her his how i "
    "if in into is it its just like may me more most my no not of on or our out she should so some such than that the their "
    "them then there these they this to up us was we were what when where which who will with would you your".split()
)


def words(text: str) -> list[str]:
    """The words of `text` in order, in lower case and without their endings."""
    return [stem(word) for word in _WORD.findall(text.lower())]


def stem(word: str) -> str:
    """`word` (lower case) without its English ending: states and state, running and run are the same."""
    if word in COMMON or len(word) <= _LEAST or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > _LEAST + 2:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + _LEAST:
            word = word.removesuffix(ending)
            word = word[:-1] if word[-1] == word[-2] else word
    return word.removesuffix("e") if len(word) > _LEAST else word


def pairs(found: list[str]) -> list[tuple[str, str]]:
    """Neighbours, in order."""
    return list(pairwise(found))
