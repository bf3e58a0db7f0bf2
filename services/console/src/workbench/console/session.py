"""A session is the token itself, sealed into a cookie: no rows, so every replica knows it, and it ends with the token.

The seal is Fernet's (AES-128-CBC and HMAC-SHA-256, with the time in it), so a cookie that is older than SESSION_S, or
that anybody has changed, is none. Each request shows the token to the API anew: revoked there, it is revoked here.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time

from cryptography.fernet import Fernet, InvalidToken

SESSION_S = 8 * 3600
INVITATION_S = 15 * 60
_SESSION, _INVITATION, _ADDRESS = b"s:", b"i:", b"a:"
ADDRESS_S = 24 * 3600


class Seal:
    """Seals with a key of this installation. Thread-safe."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"workbench console " + key.encode()).digest()))
        self._used: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def session(self, token: str) -> str:
        """A cookie's value."""
        return self._close(_SESSION + token.encode())

    def token(self, cookie: str) -> str | None:
        """Whose session it is; None when it is none, or too old."""
        return self._open(cookie, _SESSION, SESSION_S)

    def invitation(self, token: str) -> str:
        """A word that signs in once, within INVITATION_S."""
        return self._close(_INVITATION + secrets.token_bytes(16).hex().encode() + token.encode())

    def redeem(self, word: str) -> str | None:
        """The token of an invitation that nobody has used in this process; None for any other."""
        content = self._open(word, _INVITATION, INVITATION_S)
        if content is None:
            return None
        once, token, now = content[:32].encode(), content[32:], time.monotonic()
        with self._lock:
            self._used = {each: until for each, until in self._used.items() if until > now}
            if once in self._used:
                return None
            self._used[once] = now + INVITATION_S
        return token

    def address(self, url: str) -> str:
        """Where the API wants a part of an upload; a browser that was given it cannot make another of it."""
        return self._close(_ADDRESS + url.encode())

    def url(self, address: str) -> str | None:
        """The URL again."""
        return self._open(address, _ADDRESS, ADDRESS_S)

    def _close(self, content: bytes) -> str:
        return self._fernet.encrypt(content).decode()

    def _open(self, text: str, what: bytes, seconds: int) -> str | None:
        try:
            content = self._fernet.decrypt(text.encode("utf-8", "replace"), ttl=seconds)
        except InvalidToken:
            return None
        return content.removeprefix(what).decode() if content.startswith(what) else None
