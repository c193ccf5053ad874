"""The catalogue: which model an identifier means, which models are listed. All of it is look-up in tables made at load.

It never asks whether a caller may use a model, nor whether the region has it: Outcrop offers every model in every
region, and every id ever listed stays callable unless lifecycles are enforced. Application inference profiles are not
the catalogue's: they are an account's, `outcrop.storage.profiles` keeps them.
"""

import datetime
from collections.abc import Callable

from msgspec import Struct

from outcrop.catalog import identifier, lifecycle, profiles, rows
from outcrop.catalog.profiles import SystemProfile
from outcrop.chat.features import Model
from outcrop.errors import ValidationException

_INVALID = "The provided model identifier is invalid."
_PROFILE_ONLY = (
    "Invocation of model ID {id} with on-demand throughput isn’t supported. "
    "Retry your request with the ID or ARN of an inference profile that contains this model."
)
_MODEL = (None, "foundation-model")  # what an identifier may say it is, to mean a model or a system-defined profile
_PROFILE = (None, "inference-profile")
_REMEMBERED = 4096  # answers kept; beyond it all are dropped at once, callers use few


class Resolved(Struct, frozen=True):
    """What an identifier means: the model, its foundation-model ARN, and the inference profile's id if one was named."""

    model: Model
    arn: str
    profile: str | None = None


class Catalogue:
    """All models. `load` reads them from the package; the constructor takes any."""

    def __init__(
        self,
        models: tuple[Model, ...],
        *,
        date: datetime.date | None = None,
        enforce_lifecycle: bool = False,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        """`models` in listing order; `date` is the day whose list `listed` answers, default: the newest known.

        With `enforce_lifecycle` models that are Legacy or have ended are refused, on `date`, or `today` without one.
        """
        self.models = models
        self._models = {model.id: model for model in models}
        self._profiles = {f"{geography}.{model.id}": model for model in models for geography in model.profiles}
        self._listed = tuple(model for model in models if _is_listed(model, date))
        self._date, self._enforced, self._today = date, enforce_lifecycle, today
        self._found: dict[tuple[str, str], Resolved] = {}

    @classmethod
    def load(cls, *, date: datetime.date | None = None) -> "Catalogue":
        """The catalogue of the package (about 10 ms)."""
        return cls(rows.load(), date=date)

    @property
    def day(self) -> datetime.date | None:
        """The day on which the catalogue looks at lifecycles; None for the newest that is known."""
        return self._today() if self._enforced and self._date is None else self._date

    def find(self, model_id: str, region: str) -> Resolved:
        """The model a Runtime call means by `model_id`, the call being made in `region`.

        Takes a foundation model's id or ARN, or a system-defined inference profile's. An ARN's own region wins over
        `region`. Raises `ValidationException` in AWS's words (recorded): for anything else, and for a model by its own
        id that only a profile or provisioned throughput serves, context variants (``...:0:200k``) among them; then as
        `check_lifecycle` does.
        """
        found = self._found.get((model_id, region)) or self._resolve(model_id, region)
        if self._enforced:
            self.check_lifecycle(found.model)
        return found

    def check_lifecycle(self, model: Model) -> None:
        """Raise `ResourceNotFoundException` in AWS's words when lifecycles are enforced and the model's has come to that."""
        if self._enforced:
            lifecycle.check(model, self._date or self._today())

    def get(self, model_id: str) -> Model | None:
        """The model with this id or foundation-model ARN, callable or not; None for profiles and all else."""
        named = identifier.parse(model_id)
        return self._models.get(named.id) if named and named.kind in _MODEL else None

    def profile(self, profile_id: str) -> SystemProfile | None:
        """The system-defined inference profile with this id (no ARN); None when there is none."""
        model = self._profiles.get(profile_id)
        return profiles.profile(profile_id.removesuffix(f".{model.id}"), model) if model else None

    def profiles(self, region: str) -> list[SystemProfile]:
        """The system-defined profiles ListInferenceProfiles lists in `region`: of listed models, called from there."""
        found = [profiles.profile(geography, model) for model in self._listed for geography in model.profiles]
        return [
            profile
            for profile in found
            if profile.geography.called_from(region) and (self._date is None or profile.created <= self._date)
        ]

    def listed(
        self,
        *,
        provider: str | None = None,
        output_modality: str | None = None,
        inference_type: str | None = None,
        customization_type: str | None = None,
    ) -> list[Model]:
        """What ListFoundationModels lists, in AWS's order; each filter narrows, a provider in any case of letters."""
        wanted = provider.lower() if provider is not None else None
        return [
            model
            for model in self._listed
            if wanted in (None, model.provider.lower())
            and (output_modality is None or output_modality in model.output_modalities)
            and (inference_type is None or inference_type in model.inference_types)
            and (customization_type is None or customization_type in model.customizations)
        ]

    def _resolve(self, model_id: str, region: str) -> Resolved:
        found = self._look_up(model_id, region)
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[model_id, region] = found
        return found

    def _look_up(self, model_id: str, region: str) -> Resolved:
        named = identifier.parse(model_id)
        if named is None:
            raise ValidationException(_INVALID)
        arn_region = named.region or region
        model = self._models.get(named.id) if named.kind in _MODEL else None
        if model:
            if not model.on_demand:
                raise ValidationException(_PROFILE_ONLY.format(id=model.id))
            return Resolved(model, identifier.model_arn(arn_region, model.id))
        model = self._profiles.get(named.id) if named.kind in _PROFILE else None
        if model:
            return Resolved(model, identifier.model_arn(arn_region, model.id), named.id)
        raise ValidationException(_INVALID)


def _is_listed(model: Model, date: datetime.date | None) -> bool:
    if model.listed_from is None:
        return False
    if date is None:
        return model.listed_until is None
    return model.listed_from <= date and (model.listed_until is None or date < model.listed_until)
