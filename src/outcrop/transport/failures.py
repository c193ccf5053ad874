"""How an exchange fails without an answer, whoever sends."""


class Unreachable(Exception):
    """Nothing answers at the endpoint, or not to the end; `args[0]` says why.

    `sent` is whether the request may have arrived: where it is False, another attempt repeats nothing.
    """

    def __init__(self, text: str, *, sent: bool = True) -> None:
        super().__init__(text)
        self.sent = sent


class TimedOut(Unreachable):
    """The endpoint took the request and then sent nothing for too long."""
