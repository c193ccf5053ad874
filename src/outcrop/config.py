"""The objects made from settings: the only place that builds everything.

Every other object receives what it needs. `build` makes a gateway and all under it; closing the result ends what has to
be ended.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from outcrop.access import ModelAccess
from outcrop.account import Accounts
from outcrop.catalog import Catalogue, rows
from outcrop.documents import DocumentReader
from outcrop.doors import Doors
from outcrop.doors.anthropic import AnthropicDoor
from outcrop.doors.inside import Inside
from outcrop.doors.openai import OpenAIDoor
from outcrop.doors.query import QueryDoor
from outcrop.engines import Engine, choices
from outcrop.engines.choices import Made
from outcrop.engines.kinds import Parts
from outcrop.engines.simulator import Simulator
from outcrop.engines.simulator.backend import Backend
from outcrop.gateway import Gateway
from outcrop.guardrails import Guardrails
from outcrop.iam.authorization import Authorization
from outcrop.iam.directory import Directory
from outcrop.iam.keyring import Keys
from outcrop.iam.keys import Credentials, RootKey
from outcrop.iam.store import Store
from outcrop.iam.uses import Uses
from outcrop.invocation_logging import Configurations, Delivery, Recorder
from outcrop.jobs import Jobs
from outcrop.jobs import Worker as JobWorker
from outcrop.ledger import journal as journals
from outcrop.ledger.entry import now
from outcrop.ledger.journal import Journal
from outcrop.ledger.writer import Writer
from outcrop.quota import Limits
from outcrop.server.api.asked import Backing
from outcrop.server.metrics import Metrics
from outcrop.server.sessions import Sessions
from outcrop.server.site import Site
from outcrop.server.visitor import Visitors
from outcrop.settings import REGION, Settings
from outcrop.storage import objects, profiles
from outcrop.storage.files import Vault
from outcrop.storage.shared import SharedDatabase
from outcrop.transport import Pool

if TYPE_CHECKING:
    from outcrop.operator.runs import Runs

__all__ = ["REGION", "Built", "Settings", "build"]


class OperatorRuns:
    """The operator's runs under `data`, made when they are first asked for: the operator takes 0.1 s to import."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._runs: Runs | None = None

    def get(self) -> "Runs":
        """The runs of this process."""
        if self._runs is None:
            from outcrop.operator.runs import FOLDER, Runs

            self._runs = Runs(self._data / FOLDER)
        return self._runs

    async def aclose(self) -> None:
        """End what is under way."""
        if self._runs:
            await self._runs.aclose()


class Built(msgspec.Struct, frozen=True):
    """A gateway, the page, the root key's credentials, and what runs beside: `start` before serving, `aclose` at the end."""

    gateway: Gateway
    doors: Doors
    identity: QueryDoor
    site: Site
    credentials: Credentials
    documents: DocumentReader
    database: SharedDatabase
    catalogue: Catalogue
    model_access: ModelAccess
    objects: objects.Objects
    recorder: Recorder
    engines: Made
    pool: Pool
    journal: Journal
    writer: Writer
    uses: Uses
    jobs: JobWorker
    limits: Limits | None
    runs: OperatorRuns

    async def start(self) -> None:
        """Read what is kept in the database, if there is one; raises `DatabaseUnavailable`."""
        await self.database.start()
        self.writer.start()
        self.uses.start()
        self.jobs.start()
        if self.limits:
            await self.limits.start()

    async def aclose(self) -> None:
        """End what runs beside the gateway."""
        await self.jobs.aclose()
        await self.runs.aclose()
        await self.engines.aclose()
        await self.pool.aclose()
        await self.documents.aclose()
        await self.recorder.delivery.aclose()
        await self.objects.aclose()
        await self.uses.aclose()
        if self.limits:
            await self.limits.aclose()
        await self.database.aclose()
        self.journal.close()
        await asyncio.to_thread(self.writer.stop)


def build_engines(settings: Settings, documents: DocumentReader, pool: Pool, simulator: Engine | None = None) -> Made:
    """The engines of `settings`, none of them started; raises `engines.kinds.EngineError`."""
    parts = Parts(pool, documents, settings.data, settings.choices.folder)
    return choices.build(settings.choices, parts, Backend(simulator or Simulator(documents, settings.pace)))


def build(settings: Settings, *, simulator: Engine | None = None) -> Built:
    """Everything, from `settings`; `simulator` is an engine that stands in the simulator's place.

    Raises `storage.files.DamagedSecret` when the root key cannot be read, `storage.profiles.DamagedProfiles` when the
    inference profiles cannot, `catalog.rows.RowError` for a model of the settings that is none,
    `engines.kinds.EngineError` for an engine that can never work.
    """
    root = RootKey.of(settings.data)
    documents, pool = DocumentReader(), Pool()
    engines = build_engines(settings, documents, pool, simulator)
    catalogue = Catalogue(
        rows.load(settings.models), date=settings.catalogue_date, enforce_lifecycle=settings.lifecycle == "enforce"
    )
    database = SharedDatabase(settings.data, settings.database_url)
    model_access = ModelAccess(database, settings.access)
    store_of_objects = objects.opened(settings.objects_folder, settings.objects_endpoint)
    recorder = Recorder(Configurations(database), Delivery(store_of_objects, settings.data))
    journal = Journal(settings.data / journals.NAME, durable=settings.durable)
    store = Store(database, Vault(settings.data))
    keys = Keys(root, store)
    uses, authorization = Uses(database, keys), Authorization(Directory(store))
    limited = settings.quotas or settings.budgets
    limits = Limits(database, settings.quotas, settings.budgets, now) if limited else None
    jobs = Jobs(database, minimum=settings.minimum_records)
    application_profiles = profiles.Profiles(settings.data / profiles.NAME)
    gateway = Gateway(
        keys=keys,
        catalogue=catalogue,
        engines=engines.table,
        region=settings.region,
        profiles=application_profiles,
        model_access=model_access,
        accounts=Accounts(journal, limits),
        access=authorization,
        objects=store_of_objects,
        recorder=recorder,
        jobs=jobs,
        guardrails=Guardrails(database),
    )
    writer = Writer(journal, settings.data, settings.database_url)
    visitors = Visitors(Sessions(settings.data), keys)
    identity = QueryDoor(keys=keys, store=store, uses=uses, authorization=authorization, region=settings.region)
    runs = OperatorRuns(settings.data)
    backing = Backing(
        gateway=gateway,
        visitors=visitors,
        catalogue=catalogue,
        engines=engines.table,
        region=settings.region,
        identity=identity,
        authorization=authorization,
        model_access=model_access,
        database=database,
        recorder=recorder,
        runs=runs.get,
    )
    figures = Metrics(database, writer, keys, engines)
    site = Site(backing, open_as=root.credentials.access_key_id if settings.open_chat else None, figures=figures)
    inside = Inside(gateway, keys, catalogue, application_profiles, settings.region)
    doors = Doors(gateway, identity, AnthropicDoor(inside), OpenAIDoor(inside))
    return Built(
        gateway=gateway,
        doors=doors,
        identity=identity,
        site=site,
        credentials=root.credentials,
        documents=documents,
        database=database,
        catalogue=catalogue,
        model_access=model_access,
        objects=store_of_objects,
        recorder=recorder,
        engines=engines,
        pool=pool,
        journal=journal,
        writer=writer,
        uses=uses,
        jobs=JobWorker(jobs, settings.data, store_of_objects, authorization, gateway.perform),
        limits=limits,
        runs=runs,
    )
