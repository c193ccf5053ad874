"""Settings become a server that behaves as they say."""

import asyncio
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import converse_path, said
from tests.operations.conftest import Account

from outcrop.catalog import rows
from outcrop.config import Settings, build
from outcrop.storage.files import DamagedSecret
from outcrop.storage.profiles import DamagedProfiles

HAIKU_4_5 = "anthropic.claude-haiku-4-5-20251001-v1:0"
HAIKU_3 = "anthropic.claude-3-haiku-20240307-v1:0"
Make = Callable[..., Account]


@pytest.fixture
def make(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Make]:
    """Build from settings; closed at the end."""
    made = []

    def build_one(**chosen: Any) -> Account:
        account = Account(build(Settings(data=tmp_path, **chosen)), runner, tmp_path)
        made.append(account.built)
        return account

    yield build_one
    for built in made:
        runner.run(built.aclose())


def listed(account: Account) -> dict[str, Any]:
    summaries = account.ask("GET", "/foundation-models").json["modelSummaries"]
    return {summary["modelId"]: summary for summary in summaries}


def test_a_model_of_one_s_own_is_listed_shown_and_answers(make: Make) -> None:
    account = make(models={"my.model-v1": {"like": HAIKU_4_5, "name": "Mine", "max_output_tokens": 50}})
    assert listed(account)["my.model-v1"]["modelName"] == "Mine"
    assert account.ask("GET", "/foundation-models/my.model-v1").json["modelDetails"]["providerName"] == "Anthropic"
    assert account.ask("POST", converse_path("my.model-v1"), said()).status == 200
    too_many = {**said(), "inferenceConfig": {"maxTokens": 51}}
    assert account.ask("POST", converse_path("my.model-v1"), too_many).status == 400


def test_a_model_of_one_s_own_is_listed_on_any_day(make: Make) -> None:
    account = make(models={"my.model-v1": {"like": HAIKU_4_5}}, catalogue_date=datetime.date(2024, 8, 31))
    assert "my.model-v1" in listed(account)


def test_profiles_of_a_model_of_one_s_own(make: Make) -> None:
    account = make(models={"my.model-v1": {"like": HAIKU_4_5, "name": "Mine", "profiles": ["us"], "on_demand": False}})
    shown = account.get("us.my.model-v1").json
    assert shown["inferenceProfileName"] == "US Anthropic Mine"
    assert account.ask("POST", converse_path("us.my.model-v1"), said()).status == 200
    assert "on-demand throughput" in account.ask("POST", converse_path("my.model-v1"), said()).error[2]


def test_a_model_of_the_catalogue_is_changed(make: Make) -> None:
    account = make(models={HAIKU_3: {"features": {"system": False}}})
    asked = {**said(), "system": [{"text": "Be brief."}]}
    assert account.ask("POST", converse_path(HAIKU_3), asked).status == 400
    assert make().ask("POST", converse_path(HAIKU_3), asked).status == 200


def test_a_model_that_is_none_is_refused(make: Make) -> None:
    with pytest.raises(rows.RowError):
        make(models={"my.model-v1": {"like": "nobody"}})


@pytest.mark.parametrize(
    ("date", "status", "words"),
    [
        ("2026-03-09", 200, ""),
        ("2026-03-10", 404, "Access denied. This Model is marked by provider as Legacy"),
        ("2026-09-10", 404, "This model version has reached the end of its life."),
    ],
)
def test_lifecycles_are_enforced_on_the_catalogue_s_date(make: Make, date: str, status: int, words: str) -> None:
    account = make(lifecycle="enforce", catalogue_date=datetime.date.fromisoformat(date))
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    for operation, sent in (("converse", said()), ("converse-stream", said()), ("invoke", body)):
        got = account.ask("POST", converse_path(HAIKU_3, operation), sent)
        assert got.status == status
        if words:
            assert got.error[1] == "ResourceNotFoundException"
            assert got.error[2].startswith(words)


def test_counting_tokens_of_a_model_that_has_ended_is_refused_too(make: Make) -> None:
    account = make(lifecycle="enforce", catalogue_date=datetime.date(2026, 11, 20))
    got = account.ask("POST", converse_path("anthropic.claude-3-7-sonnet-20250219-v1:0", "count-tokens"), {"input": {}})
    assert got.error[:2] == (404, "ResourceNotFoundException")


def test_the_list_says_what_the_day_does(make: Make) -> None:
    status = {
        date: listed(make(catalogue_date=datetime.date.fromisoformat(date)))[HAIKU_3]["modelLifecycle"]["status"]
        for date in ("2024-08-31", "2026-03-10")
    }
    assert status == {"2024-08-31": "ACTIVE", "2026-03-10": "LEGACY"}
    assert listed(make())[HAIKU_3]["modelLifecycle"]["status"] == "LEGACY"


def test_retired_models_answer_unless_lifecycles_are_enforced(make: Make) -> None:
    assert make().ask("POST", converse_path("anthropic.claude-v2:1"), said()).status == 200


def test_damaged_profiles_stop_the_start(make: Make, tmp_path: Path) -> None:
    (tmp_path / "inference-profiles.json").write_text("[{}]")
    with pytest.raises(DamagedProfiles):
        make()


def test_the_keys_are_those_of_the_data_directory(tmp_path: Path) -> None:
    one, again, other = (build(Settings(data=tmp_path / name)).credentials for name in ("a", "a", "b"))
    assert one.secret_access_key == again.secret_access_key
    assert one.bearer_token == again.bearer_token
    assert other.access_key_id != one.access_key_id


def test_a_damaged_key_stops_the_start(tmp_path: Path) -> None:
    build(Settings(data=tmp_path))
    (tmp_path / "root-key.sealed").write_bytes(b"damaged")
    with pytest.raises(DamagedSecret):
        build(Settings(data=tmp_path))
