"""The servers these tests talk to: a real llama.cpp (of the folder above), and an Outcrop that stands for Anthropic."""

from tests.serving import served, start_server

__all__ = ["served", "start_server"]
