"""Model id, ARN or inference profile -> a model. What AWS offers is data here (models.toml, lines.toml), never code."""

from outcrop.catalog.catalogue import Catalogue, Resolved
from outcrop.chat.features import Features, Model

__all__ = ["Catalogue", "Features", "Model", "Resolved"]
