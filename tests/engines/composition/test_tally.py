"""Counting."""

from outcrop.engines.composition.tally import COUNTED, Tally


def test_what_is_counted_is_counted_per_engine() -> None:
    tally = Tally()
    for engine in ("a", "b", "a"):
        tally.add("attempts", engine)
    assert [tally.counts["attempts", engine] for engine in ("a", "b", "c")] == [2, 1, 0]
    assert all(text.endswith(".") for text in COUNTED.values())
