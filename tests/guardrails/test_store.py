"""Guardrails as they are kept: on either database, by several processes, and ready to judge."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from outcrop.guardrails import DRAFT, Definition, Guardrail, Guardrails
from outcrop.guardrails.guardrail import new_id
from outcrop.guardrails.store import NameTaken
from outcrop.model.control import GuardrailWordConfig, GuardrailWordPolicyConfig
from outcrop.storage.shared import SharedDatabase


def draft(name: str = "one", word: str = "basalt", **members: Any) -> Guardrail:
    words = GuardrailWordPolicyConfig(words_config=[GuardrailWordConfig(text=word)])
    definition = Definition(name=name, blocked_input="No.", blocked_outputs="No.", words=words)
    return Guardrail(
        region="r", id=new_id(), version=DRAFT, definition=definition, created_at=1, updated_at=1, **members
    )


def test_they_are_kept_changed_and_deleted_for_everybody(tmp_path: Path, database_url: str) -> None:
    async def use() -> None:
        here, there = SharedDatabase(tmp_path, database_url), SharedDatabase(tmp_path, database_url)
        mine, theirs = Guardrails(here, clock=lambda: 7), Guardrails(there)
        one = draft(tags=(("team", "stone"),), token="t1")
        await mine.create(one)
        await there.refresh()
        assert theirs.get("r", one.id) == theirs.made_by("r", "t1") == one
        first = await theirs.publish(one, "The first", None)
        await here.refresh()
        second = await mine.publish(one, None, "t2")
        assert [found.version for found in mine.versions("r", one.id)] == [DRAFT, "1", "2"]
        assert mine.get("r", one.id, "1") == first
        assert (second.created_at, second.definition.description) == (7, None)
        await mine.delete("r", one.id, "2")
        assert (await mine.publish(one, None, None)).version == "3"
        await mine.delete("r", one.id)
        await there.refresh()
        assert theirs.drafts("r") == theirs.versions("r", one.id) == []
        for database in (here, there):
            await database.aclose()

    asyncio.run(use())


def test_a_name_is_one_guardrails_even_for_two_who_ask_at_once(tmp_path: Path, database_url: str) -> None:
    async def use() -> None:
        databases = [SharedDatabase(tmp_path, database_url) for _ in range(2)]
        both = [Guardrails(database) for database in databases]
        done = await asyncio.gather(*(one.create(draft()) for one in both), return_exceptions=True)
        assert sorted(type(outcome) for outcome in done if outcome) == [NameTaken]
        other = draft("other")
        await both[0].create(other)
        with pytest.raises(NameTaken):
            await both[0].update(Guardrail(**{**asdict(other), "definition": draft().definition}))
        for database in databases:
            await database.aclose()

    asyncio.run(use())


def asdict(guardrail: Guardrail) -> dict[str, Any]:
    return {name: getattr(guardrail, name) for name in guardrail.__struct_fields__}


def test_versions_published_at_once_have_numbers_of_their_own(tmp_path: Path, database_url: str) -> None:
    async def use() -> None:
        database = SharedDatabase(tmp_path, database_url)
        kept, one = Guardrails(database), draft()
        await kept.create(one)
        made = await asyncio.gather(*(kept.publish(one, None, None) for _ in range(5)))
        assert sorted(version.version for version in made) == ["1", "2", "3", "4", "5"]
        await database.aclose()

    asyncio.run(use())


def test_a_judge_is_made_once_and_anew_when_its_guardrail_changes(tmp_path: Path) -> None:
    async def use() -> None:
        database = SharedDatabase(tmp_path)
        kept, one = Guardrails(database), draft()
        await kept.create(one)
        await kept.publish(one, None, None)
        before, version = kept.judge("r", one.id, DRAFT), kept.judge("r", one.id, "1")
        assert before is kept.judge("r", one.id, DRAFT)
        await kept.update(Guardrail(**{**asdict(one), "definition": draft(word="slate").definition}))
        after = kept.judge("r", one.id, DRAFT)
        assert kept.judge("r", one.id, "1") is version
        assert before
        assert after
        assert [judge.input.read(["slate"]).blocked for judge in (before, after)] == [False, True]
        assert kept.judge("r", "nosuch", DRAFT) is None
        await database.aclose()

    asyncio.run(use())
