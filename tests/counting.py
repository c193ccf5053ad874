"""Lists that say how often they were looked into: what is bounded is asserted by count, never by time."""

from collections.abc import Iterable, Iterator
from typing import Any


class Looked(list[Any]):
    """A list; `items` counts those that loops over it were given."""

    def __init__(self, given: Iterable[Any]) -> None:
        super().__init__(given)
        self.items = 0

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self.items += 1
            yield item
