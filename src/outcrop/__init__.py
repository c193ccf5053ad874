"""Outcrop: the Amazon Bedrock Runtime on your own ground."""

__version__ = "0.1.0"
