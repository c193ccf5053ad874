"""Databases and a server for the quotas' tests."""

from tests.databases import database_url, postgres

__all__ = ["database_url", "postgres"]
