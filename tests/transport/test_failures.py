"""What a failure says of itself."""

from outcrop.transport import TimedOut, Unreachable


def test_a_failure_counts_as_sent_unless_it_says_otherwise() -> None:
    assert Unreachable("gone").sent
    assert not Unreachable("refused", sent=False).sent


def test_silence_is_a_way_not_to_answer() -> None:
    error = TimedOut("nothing came for 5 s")
    assert isinstance(error, Unreachable)
    assert (str(error), error.sent) == ("nothing came for 5 s", True)
