"""Model access: which models the account may use in which region, what it has asked for, and its use case.

In mode "open" every model is granted. In mode "request" a model is refused until an agreement has been asked for and an
administrator has granted it; Anthropic's models want the use case first, once per account (documented). What is asked
of every request, `check`, is answered from memory; rows are read again when any process has changed them.

A new model name needs an agreement of its own, a new revision of the same name (`:0`, `:1`) does not, as on AWS.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from outcrop.chat.features import Model
from outcrop.errors import AccessDeniedException, ResourceNotFoundException
from outcrop.storage.shared import SharedDatabase, raise_version

if TYPE_CHECKING:
    from sqlalchemy import Executable

    from outcrop.storage.database import Database

Mode = Literal["open", "request"]
State = Literal["REQUESTED", "GRANTED", "DENIED"]
Clock = Callable[[], int]

VERSION = "access"
NO_ACCESS = "You don't have access to the model with the specified model ID."  # recorded
NO_USE_CASE = (  # reported with its whole text, 404
    "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before "
    "using the model. If you have already filled out the form, try again in 15 minutes."
)


class Agreement(msgspec.Struct, frozen=True):
    """What was asked for a model in a region, by whom, and what became of it; times in microseconds since 1970."""

    region: str
    model: str
    state: State
    asked_at: int
    asked_by: str
    decided_at: int | None = None


def name_of(model: Model) -> str:
    """What an agreement is about: the id without its revision and context variant."""
    return model.id.partition(":")[0]


def _now() -> int:
    return time.time_ns() // 1000


class ModelAccess:
    """The agreements of the account, kept in `database`; without one, mode "open" and nothing to ask."""

    def __init__(self, database: SharedDatabase | None = None, mode: Mode = "open", clock: Clock = _now) -> None:
        self.mode = mode
        self._database, self._clock = database, clock
        self._agreements: dict[tuple[str, str], Agreement] = {}
        self.use_case: bytes | None = None
        if database:
            database.watch(VERSION, self._load)

    def check(self, model: Model, region: str) -> None:
        """Raise ResourceNotFoundException or AccessDeniedException, as AWS does, unless `model` may be used in `region`."""
        if self.mode == "open":
            return
        self.check_use_case(model)
        if not self.granted(model, region):
            raise AccessDeniedException(NO_ACCESS)

    def check_use_case(self, model: Model) -> None:
        """Raise ResourceNotFoundException for a model of Anthropic's while the account has submitted no use case."""
        if self.lacks_use_case(model):
            raise ResourceNotFoundException(NO_USE_CASE)

    def lacks_use_case(self, model: Model) -> bool:
        """Whether the use case has to be submitted first."""
        return self.mode == "request" and model.provider == "Anthropic" and self.use_case is None

    def granted(self, model: Model, region: str) -> bool:
        """Whether the agreements let `model` be used in `region`."""
        found = self.agreement(model, region)
        return self.mode == "open" or (found is not None and found.state == "GRANTED")

    def agreement(self, model: Model, region: str) -> Agreement | None:
        """What has been asked for `model` in `region`."""
        return self._agreements.get((region, name_of(model)))

    def all(self) -> list[Agreement]:
        """Every agreement, oldest first."""
        return sorted(self._agreements.values(), key=lambda agreement: (agreement.asked_at, agreement.model))

    async def request(self, model: Model, region: str, by: str) -> None:
        """Ask for `model`; what was denied may be asked for again. `by` is the ARN of who asks."""
        await self._put(Agreement(region, name_of(model), "REQUESTED", self._clock(), by))

    async def decide(self, model: Model, region: str, *, granted: bool, by: str) -> None:
        """Grant or deny `model`, whether it was asked for or not; `by` is who decides where nobody has asked."""
        found = self.agreement(model, region) or Agreement(region, name_of(model), "REQUESTED", self._clock(), by)
        state: State = "GRANTED" if granted else "DENIED"
        await self._put(msgspec.structs.replace(found, state=state, decided_at=self._clock()))

    async def revoke(self, model: Model, region: str) -> None:
        """Forget the agreement, as if it had never been asked for."""
        database = await self._kept().get()
        from outcrop.storage.tables.access import agreements

        same = (agreements.c.region == region) & (agreements.c.model == name_of(model))
        await self._write(database, agreements.delete().where(same))

    async def submit_use_case(self, form: bytes, by: str) -> None:
        """Keep the account's use case, in place of an older one."""
        database = await self._kept().get()
        from outcrop.storage.database import upsert
        from outcrop.storage.tables.access import use_case

        row = {"form": form, "submitted_at": self._clock(), "submitted_by": by}
        statement = upsert(database.dialect, use_case).values(id=1, **row)
        await self._write(database, statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def _put(self, agreement: Agreement) -> None:
        database = await self._kept().get()
        from outcrop.storage.database import upsert
        from outcrop.storage.tables.access import agreements

        row = msgspec.structs.asdict(agreement)
        statement = upsert(database.dialect, agreements).values(**row)
        await self._write(database, statement.on_conflict_do_update(index_elements=["region", "model"], set_=row))

    async def _write(self, database: "Database", statement: "Executable") -> None:
        async with database.begin() as connection:
            await connection.execute(statement)
            await raise_version(connection, VERSION)
        await self._kept().refresh()

    def _kept(self) -> SharedDatabase:
        assert self._database is not None, "agreements are kept in a database"
        return self._database

    async def _load(self, database: "Database") -> None:
        from sqlalchemy import select

        from outcrop.storage.tables.access import agreements, use_case

        async with database.reading() as connection:
            rows = (await connection.execute(select(agreements))).all()
            form = (await connection.execute(select(use_case.c.form))).scalar_one_or_none()
        found = [Agreement(*row) for row in rows]
        self._agreements = {(agreement.region, agreement.model): agreement for agreement in found}
        self.use_case = form
