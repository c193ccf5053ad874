"""The servers these tests talk to."""

from tests.serving import served, served_over_tls, start_server

__all__ = ["served", "served_over_tls", "start_server"]
