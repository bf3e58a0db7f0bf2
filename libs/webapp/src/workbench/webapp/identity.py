"""Who is asking: a bearer token, looked up in the store by its SHA-256; and which pages may ask at all."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request
from workbench.problems.common import Forbidden, Unauthorized
from workbench.store import ObjectMissing, Store
from workbench.store.keys import token as token_key

CACHE_S = 30.0
ROLES = ("viewer", "member", "admin")


@dataclass(frozen=True)
class Identity:
    """The team a token speaks for, and how much it may do there."""

    team: str
    role: str

    def require(self, role: str) -> None:
        """Raises Forbidden when this identity's role is below ``role``."""
        if ROLES.index(self.role) < ROLES.index(role):
            raise Forbidden(f"This needs the role {role}; the token has the role {self.role}.")


def write_token(store: Store, secret: str, identity: Identity, name: str, expires: float | None = None) -> None:
    """Make a token known. Only its digest is kept. ``expires`` is seconds since the epoch."""
    document = {"team": identity.team, "role": identity.role, "name": name, "expires": expires}
    store.put(token_key(_digest(secret)), json.dumps(document).encode())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Tokens:
    """Looks tokens up, remembering an answer for at most CACHE_S seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Identity | None]] = {}

    def identify(self, request: Request) -> Identity:
        """Raises Unauthorized."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise Unauthorized
        digest = _digest(secret.strip())
        until, identity = self._known.get(digest, (0.0, None))
        if time.monotonic() >= until:
            identity = self._look_up(digest)
            if identity is not None:  # unknown ones are not kept: anybody can make those up
                self._known[digest] = (time.monotonic() + CACHE_S, identity)
        if identity is None:
            raise Unauthorized
        return identity

    def _look_up(self, digest: str) -> Identity | None:
        try:
            document = json.loads(self._store.get(token_key(digest)))
        except ObjectMissing:
            return None
        if document["expires"] is not None and document["expires"] < time.time():
            return None
        return Identity(document["team"], document["role"])


def refuse_foreign_pages(request: Request) -> None:
    """On loopback any web page can reach us: only our own host names and origins may.

    A page that re-binds its DNS name to 127.0.0.1 still sends its own Host; a page elsewhere sends
    its Origin. Raises Forbidden.
    """
    local = ("127.0.0.1", "localhost", "[::1]")
    host = urlsplit(f"//{request.host}")
    if host.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Forbidden(f"Host {request.host!r} is not this workbench; use one of {', '.join(local)}.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden(f"A page of {origin} may not use this workbench.")
