"""Whose fault an error is."""

import pytest

from outcrop import errors
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.bedrock.answers import RelayedError
from outcrop.engines.composition import verdicts


@pytest.mark.parametrize(
    ("error", "callers", "repeatable", "ailing"),
    [
        (ModelRefusal("no"), True, False, False),
        (errors.ValidationException("no"), True, False, False),
        (errors.RequestEntityTooLargeException("no"), True, False, False),
        (RelayedError("OfTomorrowException", 400, "no"), True, False, False),
        (errors.ThrottlingException("busy"), False, True, False),
        (errors.ServiceUnavailableException(), False, True, True),
        (errors.ModelNotReadyException("loading"), False, True, True),
        (errors.ModelTimeoutException("late"), False, False, True),
        (errors.ModelErrorException("broken"), False, False, True),
        (errors.ModelStreamErrorException("broken"), False, False, True),
        (errors.InternalServerException(), False, False, True),
        (errors.AccessDeniedException("not this account"), False, False, False),
        (errors.ResourceNotFoundException("not here"), False, False, False),
        (errors.ServiceQuotaExceededException("spent"), False, False, False),
        (RelayedError("OfTomorrowException", 503, "no"), False, False, True),
        (TypeError("a mistake of ours"), False, False, False),
    ],
)
def test_verdicts(error: Exception, callers: bool, repeatable: bool, ailing: bool) -> None:
    assert (verdicts.callers(error), verdicts.repeatable(error), verdicts.ailing(error)) == (
        callers,
        repeatable,
        ailing,
    )
