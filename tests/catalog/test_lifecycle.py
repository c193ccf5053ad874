"""Where a model stands on a day, and what an account that has not used it is told."""

import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import Catalogue, Model, lifecycle
from outcrop.chat.features import Lifecycle
from outcrop.errors import ResourceNotFoundException

CATALOGUE = Catalogue.load()


def known(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None
    return found


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def with_life(**moments: str) -> Model:
    life = Lifecycle(**{name: datetime.datetime.fromisoformat(text) for name, text in moments.items()})
    return msgspec.structs.replace(known("amazon.nova-pro-v1:0"), lifecycle=life)


FULL = with_life(
    start_of_life_time="2025-01-01T00:00:00+00:00",
    legacy_time="2026-01-10T08:00:00+00:00",
    public_extended_access_time="2026-04-10T08:00:00+00:00",
    end_of_life_time="2026-07-10T08:00:00+00:00",
)


@pytest.mark.parametrize(
    ("on", "status", "ended"),
    [
        ("2025-06-01", "ACTIVE", False),
        ("2026-01-09", "ACTIVE", False),
        ("2026-01-10", "LEGACY", False),
        ("2026-07-09", "LEGACY", False),
        ("2026-07-10", "LEGACY", True),
    ],
)
def test_known_days_decide(on: str, status: str, ended: bool) -> None:
    assert (lifecycle.status(FULL, day(on)), lifecycle.ended(FULL, day(on))) == (status, ended)


def test_the_newest_that_is_known_needs_no_day() -> None:
    assert lifecycle.status(FULL, None) == "LEGACY"
    assert lifecycle.status(known("anthropic.claude-3-opus-20240229-v1:0"), None) == "LEGACY"  # as listed
    assert lifecycle.status(known("amazon.nova-pro-v1:0"), None) == "ACTIVE"


def test_without_a_legacy_day_the_listed_status_holds_until_the_end() -> None:
    ending = with_life(end_of_life_time="2026-07-10T08:00:00+00:00")
    assert [lifecycle.status(ending, day(on)) for on in ("2026-07-09", "2026-07-10")] == ["ACTIVE", "LEGACY"]


def test_what_is_listed_no_more_has_ended() -> None:
    """Recorded on 2025-10-28 for both; the list dropped them on 2025-09-14."""
    for model_id in ("anthropic.claude-v2:1", "anthropic.claude-instant-v1"):
        model = known(model_id)
        assert not lifecycle.ended(model, day("2025-09-13"))
        assert lifecycle.ended(model, day("2025-10-28"))


def test_what_is_still_to_come_is_not_announced_before_the_legacy_state() -> None:
    assert lifecycle.details(FULL, day("2026-01-09")) == {"startOfLifeTime": "2025-01-01T00:00:00Z", "status": "ACTIVE"}
    assert lifecycle.details(FULL, day("2026-01-10")) == {
        "endOfLifeTime": "2026-07-10T08:00:00Z",
        "legacyTime": "2026-01-10T08:00:00Z",
        "publicExtendedAccessTime": "2026-04-10T08:00:00Z",
        "startOfLifeTime": "2025-01-01T00:00:00Z",
        "status": "LEGACY",
    }
    assert lifecycle.details(known("amazon.nova-pro-v1:0"), None) == {"status": "ACTIVE"}


@pytest.mark.parametrize(
    ("model_id", "on", "words"),
    [  # recorded: model, a day on which it was, and the whole text
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            "2026-08-01",
            "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in "
            "the last 30 days. Please upgrade to an active model on Amazon Bedrock",
        ),
        (
            "anthropic.claude-v2:1",
            "2025-10-28",
            "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
        ),
    ],
)
def test_refusals_are_the_recorded_ones(model_id: str, on: str, words: str) -> None:
    with pytest.raises(ResourceNotFoundException) as caught:
        lifecycle.check(known(model_id), day(on))
    assert (caught.value.message, caught.value.status) == (words, 404)


def test_an_active_model_is_not_refused() -> None:
    lifecycle.check(known("anthropic.claude-sonnet-4-6"), day("2026-11-20"))


@given(st.sampled_from(CATALOGUE.listed()), st.dates(), st.dates())
def test_nobody_comes_back(model: Model, one: datetime.date, other: datetime.date) -> None:
    earlier, later = sorted((one, other))
    assert lifecycle.ended(model, later) or not lifecycle.ended(model, earlier)
    ranks: list[Any] = ["ACTIVE", "LEGACY"]
    assert ranks.index(lifecycle.status(model, earlier)) <= ranks.index(lifecycle.status(model, later))
