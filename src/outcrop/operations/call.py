"""One API call in flight: all that an operation may know and do."""

from typing import Any

import msgspec

from outcrop import generation
from outcrop.access import ModelAccess
from outcrop.catalog import Catalogue
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.engines.table import Engines
from outcrop.errors import AccessDeniedException, ValidationException
from outcrop.families import FAMILIES, Family
from outcrop.generation import Generation, Refused
from outcrop.iam.keys import Principal
from outcrop.storage.profiles import Profiles


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls what, where, with which input; and the catalogue, the account's profiles and the engines it may use."""

    principal: Principal
    region: str
    input: Any
    catalogue: Catalogue
    engines: Engines
    profiles: Profiles = msgspec.field(default_factory=Profiles)
    model_access: ModelAccess = msgspec.field(default_factory=ModelAccess)

    def model(self, model_id: str) -> Model:
        """The model `model_id` stands for in the call's region, itself or through an application inference profile.

        Raises what the catalogue's `find` does, and what `ModelAccess.check` does, in AWS's words.
        """
        profile = self.profiles.get(model_id)
        model = self.catalogue.find(profile.source if profile else model_id, self.region).model
        self.model_access.check(model, self.region)
        return model

    async def generate(self, model: Model, request: ChatRequest, *, prefix: str = "") -> Generation | Refused:
        """Start a run of `model` after its own checks, to be streamed; a refusal is worded with `prefix`."""
        try:
            _check(model, request)
        except ModelRefusal as refusal:
            return refused(model, refusal, prefix=prefix)
        try:
            return await Generation.start(self.engines.of(model).engine, model, request)
        except ModelRefusal as refusal:
            return refused(model, refusal, prefix=prefix, late=True)

    async def reply(self, model: Model, request: ChatRequest, *, prefix: str = "") -> Reply:
        """A whole run of `model` after its own checks; a refusal is worded with `prefix`."""
        try:
            _check(model, request)
            return await generation.whole(self.engines.of(model).engine, model, request)
        except ModelRefusal as refusal:
            raise ValidationException(prefix + refusal.text) from refusal


def refused(model: Model, refusal: ModelRefusal, *, prefix: str = "", late: bool = False) -> Refused:
    """A stream that tells nothing but `refusal`, from a model that refuses there; `late` when only running it has shown it.

    Raises ValidationException where the refusal is an ordinary answer.
    """
    error = ValidationException(prefix + refusal.text)
    where = model.features.refuses_in_stream
    if where == "always" or (where == "late" and late):
        return Refused(error)
    raise error from refusal


def _check(model: Model, request: ChatRequest) -> None:
    family = FAMILIES.get(model.api)
    if family:
        family.check(request, model)


def family_of(model: Model) -> Family:
    """The family that speaks the model's native bodies.

    A model whose native bodies are not built yet is answered as one the account may not use (recorded text).
    """
    family = FAMILIES.get(model.api)
    if family is None:
        raise AccessDeniedException("You don't have access to the model with the specified model ID.")
    return family
