"""Places in a text, and what finds them."""

from collections.abc import Callable, Iterator

Span = tuple[int, int]  # from, up to
Find = Callable[[str], Iterator[Span]]
