"""Every option of `outcrop batch` says what it is for."""

from typing import get_args

from outcrop.cli import batch_options


def test_every_option_says_what_it_is_for():
    options = [value for value in vars(batch_options).values() if hasattr(value, "__metadata__")]
    assert len(options) > 15
    for option in options:
        assert get_args(option)[1].help.endswith((".", "none."))
