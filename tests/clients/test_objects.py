"""Objects at a real S3-compatible server, versitygw over loopback, beside what boto3 sees of the same bucket."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.serving import wait_until

from outcrop.storage.objects import Endpoint, ObjectMissing, ObjectTooLarge, S3Objects

pytestmark = pytest.mark.clients

TOOL = Path(__file__).parents[2] / ".tools" / "clients" / "versitygw"
KEY, SECRET = "AKIAOUTCROPTESTKEY00", "a secret of this test alone"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, toolchain: Callable[..., str]) -> Iterator[str]:
    """The URL of an S3-compatible server with an empty bucket, quarry."""
    toolchain("go", TOOL)
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "quarry").mkdir()
    server = subprocess.Popen(
        [TOOL, "--port", f"127.0.0.1:{port}", "posix", folder],
        env={"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET, "PATH": os.environ["PATH"], "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: accepts(port), server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def boto(endpoint: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    )


def with_store(endpoint: str, use: Callable[[S3Objects], Awaitable[None]], *, secret: str = SECRET) -> None:
    async def run() -> None:
        store = S3Objects(
            Endpoint(
                url=endpoint,
                region="us-east-1",
                access_key_id=KEY,
                secret_access_key=secret,
                buckets=("quarry", "none"),
            )
        )
        try:
            await use(store)
        finally:
            await store.aclose()

    asyncio.run(run())


KEYS = ["plain", "a folder/with space+plus.txt", "ünïcödé/名前", "per%20cent/=&?#"]


@pytest.mark.parametrize("key", KEYS)
def test_what_we_write_boto3_reads_and_the_other_way(endpoint: str, boto: Any, key: str) -> None:
    async def use(store: S3Objects) -> None:
        await store.write(f"s3://quarry/{key}", b"ours")
        assert boto.get_object(Bucket="quarry", Key=key)["Body"].read() == b"ours"
        boto.put_object(Bucket="quarry", Key=key, Body=b"theirs")
        assert await store.read(f"s3://quarry/{key}", 6) == b"theirs"
        with pytest.raises(ObjectTooLarge):
            await store.read(f"s3://quarry/{key}", 5)
        assert f"s3://quarry/{key}" in await store.keys("s3://quarry/")

    with_store(endpoint, use)


def test_listings_go_on_after_a_page(endpoint: str) -> None:
    async def use(store: S3Objects) -> None:
        for at in range(1_003):
            await store.write(f"s3://quarry/many/{at:04}", b"")
        assert await store.keys("s3://quarry/many/") == [f"s3://quarry/many/{at:04}" for at in range(1_003)]

    with_store(endpoint, use)


def test_what_is_not_there_is_missing(endpoint: str) -> None:
    async def use(store: S3Objects) -> None:
        await store.check("quarry")
        for uri in ("s3://quarry/nothing", "s3://none/nothing"):
            with pytest.raises(ObjectMissing):
                await store.read(uri, 10)
        with pytest.raises(ObjectMissing):
            await store.check("none")

    with_store(endpoint, use)


def test_a_wrong_key_sees_nothing(endpoint: str) -> None:
    async def use(store: S3Objects) -> None:
        with pytest.raises(ObjectMissing):
            await store.check("quarry")

    with_store(endpoint, use, secret="another")
