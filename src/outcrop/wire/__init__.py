"""Bytes to values and back: no waiting, no sockets. Server, client, command line and tests use the same functions."""
