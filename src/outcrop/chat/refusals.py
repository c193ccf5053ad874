"""What the model, not the service, says no to.

The same text reaches the caller bare from InvokeModel and CountTokens, and behind "The model returned the following
errors: " from Converse (recorded); so who finds it raises `ModelRefusal`, and the operation words it.
"""

PREFIX = "The model returned the following errors: "


class ModelRefusal(Exception):
    """The model's own validation failed; `args[0]` is its text without any prefix."""

    @property
    def text(self) -> str:
        return str(self.args[0])
