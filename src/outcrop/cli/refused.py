"""The next step on the command line after a refusal, where there is one. What a server says stays as it says it.

What only an administrator of this machine's server can do is said where that server was asked.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outcrop.chat.features import Model
    from outcrop.cli.connecting import Asked

UNKNOWN = "The provided model identifier is invalid."  # recorded
PROFILE_ONLY = "with on-demand throughput isn\u2019t supported"  # recorded
REGION = "us-east-1"  # where a profile or the environment has another, the service's own words have to do
USE_CASE = "submit it: outcrop access use-case FILE (--help says what it holds)"


def step(message: str, asked: "Asked", model: str) -> str:
    """What to do about `message`, which was the answer for `model`; nothing where nothing is known to help."""
    from outcrop.access import NO_ACCESS, NO_USE_CASE
    from outcrop.cli.naming import instead

    if message == UNKNOWN:
        return instead(model, _models(asked), called=_callable)
    if PROFILE_ONLY in message:
        return _profiles(model, asked)
    if asked.local and message == NO_USE_CASE:
        return USE_CASE
    return _granting(model, asked) if asked.local and message == NO_ACCESS else ""


def _models(asked: "Asked") -> "tuple[Model, ...]":
    """The models of the server that was asked, or all that are known."""
    from outcrop.catalog import rows
    from outcrop.cli.chosen import settings

    return rows.load(settings(asked.data).models if asked.local else {})


def _callable(model: "Model") -> list[str]:
    """The ids a call may name."""
    return [*([model.id] if model.on_demand else []), *(f"{geography}.{model.id}" for geography in model.profiles)]


def _profiles(model: str, asked: "Asked") -> str:
    """The profiles of a model that can be called from the region, all of them where that is not known."""
    from outcrop.catalog import Catalogue
    from outcrop.cli.chosen import settings

    region = settings(asked.data).region if asked.local else asked.region
    profiles = Catalogue(_models(asked)).profiles(region or REGION)
    found = [profile.id for profile in profiles if profile.model.id == model]
    return f"ask a profile: {', '.join(found)}" if found else ""


def _granting(model: str, asked: "Asked") -> str:
    from outcrop.cli.chosen import settings

    if settings(asked.data).access == "request":
        return f"grant it: outcrop access grant {model}"
    return f"no engine answers for it: outcrop models {model}"
