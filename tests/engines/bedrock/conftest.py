"""The server that stands for AWS."""

from tests.serving import served, served_over_tls, start_server

__all__ = ["served", "served_over_tls", "start_server"]
