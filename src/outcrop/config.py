"""Settings, and the objects made from them: the only place that builds everything.

Every other object receives what it needs. `build` makes a gateway and all under it; closing the result ends what has to
be ended.
"""

import datetime
import os
from pathlib import Path

import msgspec

from outcrop.catalog import Catalogue
from outcrop.documents import DocumentReader
from outcrop.engines.simulator import Pace, Simulator
from outcrop.gateway import Gateway
from outcrop.iam.keys import Credentials, RootKey

REGION = "us-east-1"


def data_directory() -> Path:
    """Where Outcrop keeps its keys: `OUTCROP_DATA`, else `outcrop` under the user's data directory (XDG)."""
    given = os.environ.get("OUTCROP_DATA")
    if given:
        return Path(given)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "outcrop"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen. `catalogue_date` lists models as of a day; `pace` is the simulator's speed."""

    data: Path
    region: str = REGION
    catalogue_date: datetime.date | None = None
    pace: Pace = Pace()


class Built(msgspec.Struct, frozen=True):
    """A gateway, the root key's credentials, and what to close."""

    gateway: Gateway
    credentials: Credentials
    documents: DocumentReader

    async def aclose(self) -> None:
        """End what runs beside the gateway."""
        await self.documents.aclose()


def build(settings: Settings) -> Built:
    """Everything, from `settings`; raises `storage.files.DamagedSecret` when the root key cannot be read."""
    root = RootKey.of(settings.data)
    documents = DocumentReader()
    gateway = Gateway(
        keys=root,
        catalogue=Catalogue.load(date=settings.catalogue_date),
        engine=Simulator(documents, settings.pace),
        region=settings.region,
    )
    return Built(gateway, root.credentials, documents)
