"""Identifiers of native answers."""

import re

from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import HAIKU_3, OPUS_4_7, OPUS_4_8, SONNET_3, SONNET_5, hub

from outcrop.families.anthropic_messages.identifiers import message_id, tool_use_id

BASE58 = "[1-9A-HJ-NP-Za-km-z]{22}"


def test_messages_of_the_older_backend() -> None:
    # recorded: 880 of 880
    for model in (HAIKU_3, OPUS_4_7):
        assert re.fullmatch(f"msg_bdrk_01{BASE58}", message_id(hub(), model))


def test_messages_of_the_newest_backend() -> None:
    # recorded on Claude Opus 4.8 and Sonnet 5
    for model in (OPUS_4_8, SONNET_5):
        assert re.fullmatch("msg_bdrk_[a-z2-7]{52}", message_id(hub(), model))


def test_the_same_request_gets_the_same_identifier_and_another_one_another() -> None:
    assert message_id(hub(), HAIKU_3) == message_id(hub(), HAIKU_3)
    others = {message_id(hub(), SONNET_3), message_id(hub(("user", "Bye")), HAIKU_3)}
    assert len(others | {message_id(hub(), HAIKU_3)}) == 3


def test_numbers_of_any_size_may_stand_in_a_request() -> None:
    assert message_id(hub(fields={"metadata": {"n": 2**80}}), HAIKU_3).startswith("msg_bdrk_01")


@given(st.text())
def test_tool_calls(hub_id: str) -> None:
    # recorded: toolu_bdrk_01 and letters of base 58
    found = tool_use_id(hub_id)
    assert re.fullmatch(f"toolu_bdrk_01{BASE58}", found) or found == hub_id
    assert tool_use_id(hub_id) == found
    assert tool_use_id(found) == found


def test_two_tool_calls_differ() -> None:
    assert tool_use_id("tooluse_a") != tool_use_id("tooluse_b")
