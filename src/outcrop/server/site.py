"""What the server answers beside the AWS API: the page, the page's own API, the chat, the metrics.

It takes its paths and leaves all others to the gateway. AWS uses neither `/_outcrop/…` nor a GET of `/` or `/metrics`.
"""

from outcrop.server import metrics
from outcrop.server.api import PREFIX, Api
from outcrop.server.api.asked import Backing
from outcrop.server.chat import Chat
from outcrop.server.metrics import Metrics
from outcrop.server.page import Page
from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream

OURS = "/_outcrop/"


class Site:
    """All of them, upon what `backing` holds; with `open_as` anyone on this machine may chat as that access key's holder."""

    def __init__(
        self,
        backing: Backing,
        *,
        open_as: str | None = None,
        page: Page | None = None,
        figures: Metrics | None = None,
    ) -> None:
        self.chat = Chat(backing, open_as=open_as)
        self._api, self._page, self._metrics = Api(backing), page or Page(), figures

    def takes(self, method: str, path: str) -> bool:
        """Whether a request is for this, and not for the gateway."""
        if path.startswith(OURS):
            return True
        return method in ("GET", "HEAD") and (path == "/" or (path == metrics.PATH and self._metrics is not None))

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer to a request that `takes` has taken; never raises."""
        if self._metrics and request.path == metrics.PATH:
            return await self._metrics.handle(request)
        if request.path.startswith(PREFIX):
            return await self._api.handle(request)
        return await self._page.handle(request)
