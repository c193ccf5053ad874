"""One API call in flight: who calls what, and what an operation may use to answer."""

from typing import Any

import msgspec

from outcrop.access import ModelAccess
from outcrop.account import Accounts
from outcrop.catalog import Catalogue
from outcrop.catalog.catalogue import Resolved
from outcrop.chat.features import Model
from outcrop.engines.table import Engines
from outcrop.guardrails import Guardrails
from outcrop.iam.keys import Principal
from outcrop.invocation_logging import Configurations
from outcrop.invocation_logging.record import Kind
from outcrop.jobs.store import Jobs
from outcrop.operations.sources import Reader
from outcrop.storage.objects import NoObjects, Objects
from outcrop.storage.profiles import Profiles
from outcrop.wire.http import HttpRequest


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for every call: the catalogue, the engines, what the account has. Without `accounts` no run is in
    the ledger."""

    catalogue: Catalogue
    engines: Engines
    profiles: Profiles = msgspec.field(default_factory=Profiles)
    model_access: ModelAccess = msgspec.field(default_factory=ModelAccess)
    logging: Configurations = msgspec.field(default_factory=Configurations)
    jobs: Jobs = msgspec.field(default_factory=Jobs)
    guardrails: Guardrails = msgspec.field(default_factory=Guardrails)
    objects: Objects = msgspec.field(default_factory=NoObjects)
    reader: Reader | None = None
    accounts: Accounts | None = None


class Call(msgspec.Struct, frozen=True):
    """Who calls what, where, with which input.

    `operation` and `request_id` are what the call is called in the ledger. `request` is what conditions of policies look
    at; `sent` is the same when it came in AWS's own protocol: an engine that passes calls on needs its bytes.
    """

    services: Services
    principal: Principal
    region: str
    input: Any
    operation: str = ""
    request_id: str = ""
    request: HttpRequest | None = None
    sent: HttpRequest | None = None

    def model(self, model_id: str) -> Model:
        """The model `model_id` stands for in the call's region, itself or through an application inference profile.

        Raises what the catalogue's `find` does, and what `ModelAccess.check` does, in AWS's words.
        """
        return self.resolved(model_id).model

    def resolved(self, model_id: str) -> Resolved:
        """The model and the system-defined profile that `model_id` stands for; raises as `model` does."""
        found = self.services.catalogue.find(self.source(model_id), self.region)
        self.services.model_access.check(found.model, self.region)
        return found

    def source(self, model_id: str) -> str:
        """`model_id`, or what the application inference profile of that name was copied from."""
        profile = self.services.profiles.get(model_id)
        return profile.source if profile else model_id

    def kind(self) -> Kind:
        """What the model of the call's input makes, for the logs; text when it is none."""
        model = self.services.catalogue.get(self.source(self.input.model_id))
        made = model.output_modalities if model else ()
        return "embedding" if "EMBEDDING" in made else "image" if "IMAGE" in made else "text"
