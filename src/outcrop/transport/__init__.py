"""Outgoing HTTP: the only place that opens connections. `Connections` block, for clients; `Pool` waits, for the server.

Both send one request as it is given and hand back one response to be read in pieces. They sign nothing and understand
nothing of what they carry. Redirects are not followed, proxies are not used, cookies are not kept, nothing is decompressed:
an endpoint is where it says it is, and its bytes are what it sent.
"""

from outcrop.transport.blocking import Connections, Response
from outcrop.transport.failures import TimedOut, Unreachable
from outcrop.transport.pool import Exchange, Pool

__all__ = ["Connections", "Exchange", "Pool", "Response", "TimedOut", "Unreachable"]
