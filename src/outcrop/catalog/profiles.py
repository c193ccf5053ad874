"""System-defined inference profiles as AWS shows them: name, description and the model's ARN in each region it routes to.

A profile is a model and a geography; what both are called and where they route is data (profiles.toml). Which profiles
exist is the catalogue's question, application profiles are nobody's here.
"""

import datetime
import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from outcrop.catalog.identifier import model_arn, partition
from outcrop.chat.features import Model

FIRST = datetime.date(2024, 8, 27)  # cross-region inference was announced


class Geography(Struct, frozen=True, forbid_unknown_fields=True):
    """Where profiles of a geography route, and from where they are called; for both, profiles.toml says what none means."""

    label: str
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None

    def called_from(self, region: str) -> bool:
        """Whether `region` is one of its source regions."""
        return partition(region) == "aws" if self.sources is None else region in self.sources


class SystemProfile(Struct, frozen=True):
    """One profile: its id, its name, what its description says it routes to, and since when there is one."""

    id: str
    name: str
    subject: str
    model: Model
    geography: Geography
    regions: tuple[str, ...]
    created: datetime.date

    def description(self, region: str) -> str:
        """AWS's description, seen from `region`."""
        if not self.regions:
            return f"Routes requests to {self.subject} globally across all supported AWS Regions."
        return f"Routes requests to {self.subject} in {_and(self._routes(region))}."

    def model_arns(self, region: str) -> list[str]:
        """The model's ARNs, seen from `region`; a global profile has one without a region, then that of `region`."""
        return [model_arn(name, self.model.id) for name in self._routes(region)]

    def _routes(self, region: str) -> list[str]:
        if not self.regions:
            return ["", region]
        return sorted({*self.regions, region} if self.geography.called_from(region) else self.regions)


def callable_id(model: Model, region: str) -> str:
    """The model's id, or that of its profile in `region` for one that only profiles serve."""
    if model.on_demand:
        return model.id
    found = (profile(geography, model) for geography in model.profiles)
    return next((each.id for each in found if each.geography.called_from(region)), model.id)


def profile(geography: str, model: Model) -> SystemProfile:
    """The profile of `model` for `geography`, one of those its row names."""
    facts = _facts()
    profile_id, area = f"{geography}.{model.id}", facts.geographies[geography]
    subject = facts.subjects.get(profile_id) or facts.subjects.get(model.id) or facts.subject(model)
    return SystemProfile(
        id=profile_id,
        name=f"{facts.labels.get(profile_id, area.label)} {subject}",
        subject=subject,
        model=model,
        geography=area,
        regions=facts.regions.get(profile_id, area.regions),
        created=max(model.listed_from or FIRST, FIRST),
    )


class _Facts(Struct, frozen=True, forbid_unknown_fields=True):
    geographies: dict[str, Geography]
    regions: dict[str, tuple[str, ...]]
    providers: dict[str, str]
    subjects: dict[str, str]
    labels: dict[str, str]

    def subject(self, model: Model) -> str:
        provider = self.providers.get(model.provider, model.provider)
        return f"{provider} {model.name}".lstrip()


@cache
def _facts() -> _Facts:
    return msgspec.convert(tomllib.loads((Path(__file__).parent / "profiles.toml").read_text("utf-8")), _Facts)


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
