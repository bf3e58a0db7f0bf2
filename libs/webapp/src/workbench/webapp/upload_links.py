"""URLs that carry their own permission: signed with keys of this installation, so that every process accepts them.

A store has no "create once", so whoever finds no key adds one under a name of its own, and every key that is
there is accepted: two processes that start at once leave two keys and still understand each other.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from workbench.store import Store
from workbench.webapp.upload_problems import LinkRefused

KEYS = "identity/signing-key/"
LINK_S = 24 * 3600


@dataclass(frozen=True)
class Link:
    """One part that may be put: ``token`` is the store's, "" for a file that goes whole."""

    team: str
    file: int
    name: str
    number: int
    size_bytes: int
    token: str


class Links:
    """Signs links and reads them again. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: list[str] = []
        self._lock = threading.Lock()

    def sign(self, upload_id: str, link: Link) -> str:
        """Text that is safe in a URL and holds for LINK_S seconds."""
        signer = self._signer(upload_id, self._known())
        payload = [link.team, link.file, link.name, link.number, link.size_bytes, link.token]
        return str(signer.dumps(payload))

    def read(self, upload_id: str, text: str) -> Link:
        """What was signed for this upload. Raises LinkRefused."""
        try:
            payload = self._load(upload_id, text, self._known())
        except BadSignature:  # perhaps another process has just made a key
            try:
                payload = self._load(upload_id, text, self._known(again=True))
            except BadSignature:
                raise LinkRefused("was not signed here for this upload, or was changed") from None
        return Link(*payload)

    def _load(self, upload_id: str, text: str, keys: list[str]) -> Any:
        try:
            return self._signer(upload_id, keys).loads(text, max_age=LINK_S)
        except SignatureExpired:
            raise LinkRefused("has expired") from None

    def _known(self, *, again: bool = False) -> list[str]:
        with self._lock:
            if again or not self._keys:
                self._keys = self._listed() or self._added()
            return self._keys

    def _listed(self) -> list[str]:
        return [self._store.get(info.key).decode() for info in self._store.list(KEYS)]

    def _added(self) -> list[str]:
        self._store.put(KEYS + secrets.token_hex(8), secrets.token_urlsafe(48).encode())
        return self._listed()

    @staticmethod
    def _signer(upload_id: str, keys: list[str]) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(keys, salt=f"part of {upload_id}")
