"""Delivery: in batches, and never in the way of an answer."""

import asyncio
import datetime
from pathlib import Path

import pytest

from outcrop.invocation_logging import delivery
from outcrop.invocation_logging.delivery import Delivery, Waiting, aside_prefix, log_group
from outcrop.invocation_logging.record import Aside
from outcrop.model.control import CloudWatchConfig, LoggingConfig, S3Config
from outcrop.storage.objects import FolderObjects

WHEN = datetime.datetime(2026, 11, 20, 17, 5, 1, 250_000, datetime.UTC)
S3 = LoggingConfig(s3_config=S3Config(bucket_name="quarry"))


def waiting(line: bytes, *asides: Aside, configuration: LoggingConfig = S3, hours: int = 0) -> Waiting:
    when = WHEN + datetime.timedelta(hours=hours)
    return Waiting(configuration, "us-east-1", "123456789012", when, line, list(asides))


def delivered(data: Path, *records: Waiting) -> list[str]:
    """The keys of all objects once everything is delivered."""

    async def run() -> list[str]:
        objects = FolderObjects(data)
        made = Delivery(objects, data)
        for record in records:
            made.take(record)
        await made.aclose()
        return await objects.keys("s3://quarry/")

    return asyncio.run(run())


def test_an_hour_s_records_are_one_object(tmp_path: Path) -> None:
    (tmp_path / "quarry").mkdir()
    keys = delivered(tmp_path, waiting(b"1"), waiting(b"2"), waiting(b"3", hours=1))
    assert [key.rpartition("_")[0] for key in keys] == [
        "s3://quarry/AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/2026/11/20/17/20261120T170501250Z",
        "s3://quarry/AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/2026/11/20/18/20261120T180501250Z",
    ]


def test_objects_beside_a_record_lie_under_data(tmp_path: Path) -> None:
    (tmp_path / "quarry").mkdir()
    keys = delivered(tmp_path, waiting(b"1", Aside("x_input.json", b"{}")))
    assert keys[1].endswith("/2026/11/20/17/data/x_input.json.gz")


def test_a_destination_that_is_gone_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "other").mkdir()

    async def run() -> None:
        made = Delivery(FolderObjects(tmp_path), tmp_path)
        for _ in range(2):
            made.take(waiting(b"1"))
            await made._drain()
        await made.aclose()

    asyncio.run(run())
    assert len([record for record in caplog.records if "are not delivered" in record.message]) == 1


def test_what_could_not_be_delivered_waits_and_what_could_is_not_held_up(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = LoggingConfig(s3_config=S3Config(bucket_name="other"))

    async def run() -> tuple[int, int, int]:
        objects = FolderObjects(tmp_path)
        made = Delivery(objects, tmp_path)
        made.take(waiting(b"1"))
        made.take(waiting(b"2", configuration=other))
        await made._drain()
        at_once = len(await objects.keys("s3://other/"))
        (tmp_path / "quarry").mkdir()
        await made.aclose()
        return at_once, len(await objects.keys("s3://other/")), len(await objects.keys("s3://quarry/"))

    assert asyncio.run(run()) == (1, 1, 1)


def test_what_waits_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "quarry").mkdir()
    monkeypatch.setattr(delivery, "WAITING", 2)
    delivered(tmp_path, *(waiting(b"%d" % at) for at in range(5)))
    assert "3 invocation logs were dropped" in caplog.text


def test_names_of_log_groups_do_not_lead_out(tmp_path: Path) -> None:
    assert log_group(tmp_path, "../../x", "us-east-1").parent == tmp_path / "log-groups"


def test_without_a_bucket_nothing_is_put_aside() -> None:
    cloud = CloudWatchConfig(log_group_name="g", role_arn="arn:aws:iam::123456789012:role/r")
    assert aside_prefix(LoggingConfig(cloud_watch_config=cloud), "1", "r", WHEN) is None
    cloud.large_data_delivery_s3_config = S3Config(bucket_name="large")
    found = aside_prefix(LoggingConfig(cloud_watch_config=cloud), "1", "r", WHEN)
    assert found == "s3://large/AWSLogs/1/BedrockModelInvocationLogs/r/2026/11/20/17/data/"


def test_a_record_is_found_again_here_and_by_another_process(tmp_path: Path) -> None:
    group = LoggingConfig(cloud_watch_config=CloudWatchConfig(log_group_name="calls", role_arn="arn:aws:iam::1:role/r"))
    true = b'{"requestId":"r-1","input":{}}'
    false = b'{"requestId":"r-2","input":{"requestId":"r-1"}}'  # what was said may say anything

    async def run() -> list[bytes | None]:
        made, other = Delivery(FolderObjects(tmp_path), tmp_path), Delivery(FolderObjects(tmp_path), tmp_path)
        for line in (true, false):
            made.take(waiting(line, configuration=group))
        here = await made.find("r-1", "us-east-1", None)
        await made.aclose()
        there = await other.find("r-1", "us-east-1", group)
        return [here, there, await other.find("r-3", "us-east-1", group), await other.find("r-1", "us-west-2", group)]

    assert asyncio.run(run()) == [true, true, None, None]
