"""Model access: what is granted, what is asked for, and that every process hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.databases import database_url, postgres

from outcrop.access import NO_ACCESS, NO_USE_CASE, ModelAccess, name_of
from outcrop.catalog import Catalogue
from outcrop.chat.features import Model
from outcrop.errors import AccessDeniedException, ResourceNotFoundException
from outcrop.storage.shared import SharedDatabase

__all__ = ["database_url", "postgres"]

REGION, WHO = "us-west-2", "arn:aws:iam::123456789012:user/bedrock-runtime"
Hear = Callable[[], Awaitable[None]]
Use = Callable[[ModelAccess, ModelAccess, Hear], Awaitable[None]]
Opened = Callable[[Use], None]


@pytest.fixture(scope="session")
def haiku(catalogue: Catalogue) -> Model:
    return catalogue.find("anthropic.claude-3-haiku-20240307-v1:0", REGION).model


@pytest.fixture(scope="session")
def nova(catalogue: Catalogue) -> Model:
    return catalogue.find("amazon.nova-lite-v1:0", REGION).model


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Opened:
    """Two processes' view of one account in mode "request"."""

    def run(use: Use) -> None:
        async def within() -> None:
            databases = [SharedDatabase(tmp_path, database_url) for _ in range(2)]
            here, there = (ModelAccess(database, "request", clock=lambda: 7) for database in databases)
            here_hears, there_hears = (database.refresh for database in databases)

            async def hear() -> None:
                """What the watch of each process does, twice a second."""
                await here_hears()
                await there_hears()

            await use(here, there, hear)
            for database in databases:
                await database.aclose()

        asyncio.run(within())

    return run


def refused(access: ModelAccess, model: Model) -> str:
    try:
        access.check(model, REGION)
    except (AccessDeniedException, ResourceNotFoundException) as error:
        return error.message
    return ""


def test_open_means_every_model(haiku: Model) -> None:
    assert refused(ModelAccess(), haiku) == ""
    assert ModelAccess().granted(haiku, REGION)


def test_a_request_waits_for_an_administrator(opened: Opened, nova: Model) -> None:
    async def use(here: ModelAccess, there: ModelAccess, hear: Hear) -> None:
        assert refused(here, nova) == NO_ACCESS
        await here.request(nova, REGION, WHO)
        assert refused(here, nova) == NO_ACCESS
        await hear()
        assert there.agreement(nova, REGION) is not None
        await there.decide(nova, REGION, granted=True, by="an administrator")
        await hear()
        assert refused(here, nova) == ""
        (found,) = here.all()
        assert (found.state, found.asked_at, found.asked_by, found.decided_at) == ("GRANTED", 7, WHO, 7)
        await here.revoke(nova, REGION)
        await hear()
        assert refused(there, nova) == NO_ACCESS

    opened(use)


def test_what_was_denied_is_refused_and_may_be_asked_for_again(opened: Opened, nova: Model) -> None:
    async def use(here: ModelAccess, _: ModelAccess, hear: Hear) -> None:
        await here.decide(nova, REGION, granted=False, by=WHO)
        assert refused(here, nova) == NO_ACCESS
        await here.request(nova, REGION, WHO)
        assert here.all()[0].state == "REQUESTED"
        assert here.all()[0].decided_at is None

    opened(use)


def test_anthropic_wants_a_use_case_first(opened: Opened, haiku: Model, nova: Model) -> None:
    async def use(here: ModelAccess, there: ModelAccess, hear: Hear) -> None:
        await here.decide(haiku, REGION, granted=True, by=WHO)
        assert refused(here, haiku) == NO_USE_CASE
        assert not here.lacks_use_case(nova)
        await there.submit_use_case(b"an older form", WHO)
        await there.submit_use_case(b"what we build", WHO)
        await hear()
        assert refused(here, haiku) == ""
        assert here.use_case == b"what we build"

    opened(use)


def test_regions_are_granted_one_by_one(opened: Opened, nova: Model) -> None:
    async def use(here: ModelAccess, _: ModelAccess, hear: Hear) -> None:
        await here.decide(nova, "eu-west-1", granted=True, by=WHO)
        assert refused(here, nova) == NO_ACCESS

    opened(use)


def test_a_revision_of_the_same_name_needs_no_agreement_of_its_own(catalogue: Catalogue) -> None:
    names = {model.id: name_of(model) for model in catalogue.models}
    assert names["anthropic.claude-v2:1"] == names["anthropic.claude-v2"] == "anthropic.claude-v2"
    assert names["amazon.nova-lite-v1:0"] != names["amazon.nova-pro-v1:0"]
