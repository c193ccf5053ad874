"""The HTTP skin: sockets, limits, health and the end of the process. Nothing above it changes when the server does."""
