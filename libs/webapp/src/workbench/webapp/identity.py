"""Who is asking: a bearer token, looked up in the store by its SHA-256; and which pages may ask at all.

A viewer reads. A member does whatever changes something of the team's: submit, cancel, upload, delete, also what
another member has made. An admin also makes and revokes tokens of the team (`webapp/tokens.py`). Teams are made by the
installation's operator with `workbench admin`, not over HTTP.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from flask import Request
from workbench.problems.common import Forbidden, Unauthorized
from workbench.store import ObjectMissing, Store
from workbench.store.keys import token as token_key
from workbench.webapp.problems import StorageAway

log = structlog.get_logger()

CACHE_S = 30.0
CACHED_TOKENS = 4096
# At a time. Nobody knows yet whose requests these are, so a store that does not answer, or a flood of made-up tokens,
# must not take every thread: beyond that, who waited so long is told to come back.
LOOK_UPS, LOOK_UP_S = 32, 1.0
ROLES = ("viewer", "member", "admin")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Identity:
    """The team a token speaks for, and how much it may do there; ``token``: its id, where one was shown."""

    team: str
    role: str
    token: str = field(default="", compare=False)

    def require(self, role: str) -> None:
        """Raises Forbidden when this identity's role is below ``role``."""
        if ROLES.index(self.role) < ROLES.index(role):
            raise Forbidden(f"This needs the role {role}; the token has the role {self.role}.")

    def require_for(self, method: str) -> None:
        """What no route can forget to ask for: whatever is not reading needs a member. Raises Forbidden."""
        if method not in _READING:
            self.require("member")


def write_token(store: Store, secret: str, identity: Identity, name: str, expires: float | None = None) -> None:
    """Make a token known. Only its digest is kept. ``expires`` is seconds since the epoch."""
    document = {"team": identity.team, "role": identity.role, "name": name, "expires": expires}
    store.put(token_key(digest_of(secret)), json.dumps(document | {"created_at": time.time()}).encode())


def digest_of(secret: str) -> str:
    """The name a token is kept under."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


class Tokens:
    """Looks tokens up, remembering those that are valid for at most CACHE_S seconds. Thread-safe.

    So a revoked token is refused within that time by every process, an expired one at once. Unknown ones are
    not remembered, since anybody can make those up, and neither are more than CACHED_TOKENS.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Identity]] = {}
        self._lock = threading.Lock()
        self._looking = threading.BoundedSemaphore(LOOK_UPS)

    def identify(self, request: Request) -> Identity:
        """Raises Unauthorized, which never says whether the token is unknown, expired or revoked; StorageAway."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthorized
        digest = digest_of(secret.strip())
        until, identity = self._known.get(digest, (0.0, None))
        if identity is not None and 0 < until - time.time() <= CACHE_S:  # more: the clock was set back
            return identity
        return self._look_up(digest)

    def _look_up(self, digest: str) -> Identity:
        if not self._looking.acquire(timeout=LOOK_UP_S):
            raise StorageAway
        now = time.time()
        try:
            found = self._read(digest)
        finally:
            self._looking.release()
        if found is None or found[1] <= now:
            self._forget(digest)
            raise Unauthorized
        identity, expires = found
        self._remember(digest, min(now + CACHE_S, expires), identity)
        return identity

    def _read(self, digest: str) -> tuple[Identity, float] | None:
        """Who, and until when; None for a token that there is not, or whose document is none."""
        try:
            document = json.loads(self._store.get(token_key(digest)))
            identity, expires = Identity(document["team"], document["role"], digest), document["expires"]
            ROLES.index(identity.role)
            return identity, float("inf") if expires is None else float(expires)
        except ObjectMissing:
            return None
        except (ValueError, KeyError, TypeError):  # someone wrote it by hand; its digest is no secret
            log.warning("token.unreadable", token=digest)
            return None

    def _remember(self, digest: str, until: float, identity: Identity) -> None:
        with self._lock:
            self._known.pop(digest, None)
            while len(self._known) >= CACHED_TOKENS:
                del self._known[next(iter(self._known))]  # the one that was looked up longest ago
            self._known[digest] = (until, identity)

    def _forget(self, digest: str) -> None:
        with self._lock:
            self._known.pop(digest, None)


def refuse_foreign_pages(request: Request, hosts: Sequence[str]) -> None:
    """Any web page can make its reader's browser ask us: only host names of ours, and pages from there, may.

    A page that re-binds its DNS name to our address still sends its own Host; a page elsewhere sends its
    Origin. ``hosts`` are the names besides loopback's; `*` is any. Raises Forbidden.
    """
    asked = _hostname(f"//{request.host}")
    if asked not in _LOOPBACK and "*" not in hosts and asked not in {host.lower() for host in hosts}:
        raise Forbidden(
            f"Host {request.host!r} is not this workbench; use one of {', '.join(hosts or _LOOPBACK)}. "
            "The operator adds names with WORKBENCH_ALLOWED_HOSTS."
        )
    origin = request.headers.get("Origin")
    if origin is not None and _place(origin) != request.host:
        raise Forbidden(f"A page of {origin} may not use this workbench.")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
