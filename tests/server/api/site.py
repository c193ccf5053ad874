"""A site around the tests' gateway, and requests to it as a browser makes them."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
from tests.conftest import Answer

from outcrop.config import Built, Settings, build
from outcrop.server.visitor import MARK
from outcrop.wire.eventstream import Decoder
from outcrop.wire.http import HttpRequest, HttpResponse

HOST = "127.0.0.1:4020"
ORIGIN = f"http://{HOST}"


class Browser:
    """Keeps the cookie it is given, and sends what a browser sends with the page's own requests."""

    def __init__(self, data: Path, runner: asyncio.Runner, **settings: Any) -> None:
        self.data = data
        self.built: Built = build(Settings(data=data, **settings))
        self._runner = runner
        self.cookie = ""

    def ask(
        self, method: str, path: str, body: Any = None, *, mark: bool = True, query: str = "", **headers: str
    ) -> Answer:
        """The answer; headers are written with underscores, and replace what a browser sends."""
        names = {"host": HOST, "sec-fetch-site": "same-origin", "cookie": self.cookie}
        if method != "GET":
            names |= {"origin": ORIGIN, "content-type": "application/json"}
        names |= ({MARK: "1"} if mark else {}) | {key.replace("_", "-"): value for key, value in headers.items()}
        raw = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self._runner.run(self._answer(HttpRequest(method, path, query, names, raw)))

    async def _answer(self, request: HttpRequest) -> Answer:
        got = await self.built.site.handle(request)
        if isinstance(got, HttpResponse):
            headers = dict(got.headers)
            if "set-cookie" in headers:
                self.cookie = headers["set-cookie"].partition(";")[0]
            return Answer(got.status, headers, got.body, [])
        data = b"".join([got.encode(batch) async for batch in got.source])
        await got.source.aclose()
        return Answer(got.status, dict(got.headers), data, Decoder().feed(data))

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run something of the site's in its event loop."""
        return self._runner.run(coroutine)

    def sign_in(self) -> Answer:
        """With the root key."""
        credentials = self.built.credentials
        key = {"accessKeyId": credentials.access_key_id, "secretAccessKey": credentials.secret_access_key}
        return self.ask("POST", "/_outcrop/api/session", key)

    def post(self, route: str, body: Any = None) -> Answer:
        """A route of the page's own API."""
        return self.ask("POST", f"/_outcrop/api/{route}", {} if body is None else body)

    def get(self, route: str, query: str = "") -> Answer:
        """A route of the page's own API."""
        return self.ask("GET", f"/_outcrop/api/{route}", query=query)

    def become(self, name: str, policy: Any) -> None:
        """Make a user with that policy and sign in as it; root signs in again with `sign_in`."""
        self.post("iam/CreateUser", {"UserName": name})
        document = msgspec.json.encode(policy).decode()
        self.post("iam/PutUserPolicy", {"UserName": name, "PolicyName": "own", "PolicyDocument": document})
        key = self.post("iam/CreateAccessKey", {"UserName": name}).json["AccessKey"]
        given = {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}
        assert self.post("session", given).status == 200
