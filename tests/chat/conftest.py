"""The one check of a refusal."""

import msgspec
import pytest
from tests.conftest import Ask, converse_path
from tests.conversations import SERVICE, Check, Refusal


@pytest.fixture
def refuses(ask: Ask) -> Check:
    """Check a row: status, header and the whole body, from both operations."""

    def check(case: Refusal) -> None:
        for operation in ("converse", "converse-stream"):
            answer = ask(converse_path(case.model, operation), case.body)
            assert answer.status == 400
            assert answer.headers["x-amzn-errortype"] == f"ValidationException:{SERVICE}"
            assert answer.body == msgspec.json.encode({"message": case.message})

    return check
