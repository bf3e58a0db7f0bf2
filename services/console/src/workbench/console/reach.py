"""How the console reaches the API: with the session's own token, over whatever transport it was built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx
from flask import Response, current_app, g, jsonify, request
from workbench.client import Client, Refused
from workbench.client.resources import Resource
from workbench.client.transport import Transport
from workbench.console.session import Seal

# A page that shows nothing for longer is no page.
PATIENCE_S = 4.0
# A page of layers: what fits a screen or two.
LAYERS = 50
# Of a graph: what a browser lays out in half a second, and a person still reads.
NODES = 400


@dataclass(frozen=True)
class Reach:
    """Built once by app.py."""

    http: httpx.BaseTransport
    seal: Seal


class Backends(httpx.BaseTransport):
    """One URL space over several servers: ``by_prefix`` says which answers what. The longest prefix wins.

    The Host that the browser named stays: who answers checks it as if it had been asked directly.
    """

    def __init__(self, by_prefix: Mapping[str, str], http: httpx.BaseTransport | None = None) -> None:
        self._urls = {prefix: httpx.URL(by_prefix[prefix]) for prefix in sorted(by_prefix, key=len, reverse=True)}
        self._http = http or httpx.HTTPTransport(limits=httpx.Limits(max_connections=256))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it where it belongs; whatever no prefix fits keeps its own address."""
        path = request.url.path
        for prefix, url in self._urls.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                request.url = request.url.copy_with(scheme=url.scheme, host=url.host, port=url.port)
                break
        return self._http.handle_request(request)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


class Kept(httpx.BaseTransport):
    """The app's own transport, which no client of one request may close."""

    def __init__(self, http: httpx.BaseTransport) -> None:
        self._http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As it is."""
        return self._http.handle_request(request)


def reach() -> Reach:
    """That of the app that answers this request."""
    return cast(Reach, current_app.extensions["workbench.console"])


def client() -> Client:
    """The SDK's client, for this request's session."""
    return Client(f"http://{request.host}", g.token, transport=Kept(reach().http), patience_s=PATIENCE_S)


def api(token: str | None = None) -> Transport:
    """For what the SDK has no method for: with the session's token, or with another."""
    return Transport(f"http://{request.host}", token or g.token, http=Kept(reach().http), patience_s=PATIENCE_S)


def perhaps(resource: Resource, id: str | None) -> dict[str, Any] | None:
    """None where there is none, or none any more."""
    try:
        return resource.get(id) if id else None
    except Refused:
        return None


def layers_of(where: str) -> dict[str, Any]:
    """``layers``: the page of ``/v1/<where>/layers`` that this request asks for by ``search``, ``name``, ``cursor``."""
    asked = {name: request.args.get(name, "") for name in ("search", "name", "cursor")}
    asked["search"] = asked["search"][:200]
    given = {name: value for name, value in asked.items() if value}
    return {
        "layers": api().json("GET", f"/v1/{where}/layers", params={**given, "limit": LAYERS}),
        "search": asked["search"],
    }


def graph_of(where: str) -> Response:
    """The part of ``/v1/<where>/graph`` that this request asks for, for the script that draws it."""
    asked = {name: request.args[name] for name in ("around", "first", "last") if request.args.get(name)}
    return jsonify(api().json("GET", f"/v1/{where}/graph", params={**asked, "limit": NODES}))


def whoami() -> dict[str, Any]:
    """Team, role and storage of the session, asked once a request."""
    if "whoami" not in g:
        g.whoami = api().json("GET", "/v1/identity")
    return cast(dict[str, Any], g.whoami)
