"""Teams and their tokens as the operator sees them: small documents in the store, read by every process."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from workbench.store import ObjectMissing, Store
from workbench.store.keys import token as token_key
from workbench.webapp.identity import Identity, digest_of, write_token

NAME = re.compile(r"[a-z0-9-]{1,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEAMS, _TOKENS = "identity/teams/", "identity/tokens/"


class WrongTeam(ValueError):
    """A team's name is not one, is taken, or is unknown; the message says which and what would be accepted."""


class WrongToken(ValueError):
    """No token, or more than one, fits what was given."""


@dataclass(frozen=True)
class Team:
    """``storage_limit_bytes``: None takes the installation's default, 0 is no limit. Times are since the epoch."""

    name: str
    storage_limit_bytes: int | None
    created_at: float


@dataclass(frozen=True)
class Token:
    """What is kept of a token: never its secret. ``id`` is the SHA-256 of that, hex."""

    id: str
    team: str
    role: str
    name: str
    expires: float | None
    created_at: float | None

    @property
    def expired(self) -> bool:
        """Whether it is refused by now."""
        return self.expires is not None and self.expires <= time.time()


def write_team(store: Store, name: str, storage_limit_bytes: int | None) -> Team:
    """A new team. Raises WrongTeam."""
    if not NAME.fullmatch(name):
        raise WrongTeam(f"{name!r} is not a team's name: 1 to 40 of a-z, 0-9 and '-'.")
    if read_team(store, name) is not None:
        raise WrongTeam(f"There is a team {name!r} already.")
    team = Team(name, storage_limit_bytes, time.time())
    store.put(_team_key(name), json.dumps(asdict(team)).encode())
    return team


def read_team(store: Store, name: str) -> Team | None:
    """None when nobody made it; a token may still speak for it, as that of an embedded workbench does."""
    try:
        return Team(**json.loads(store.get(_team_key(name))))
    except ObjectMissing:
        return None


def list_teams(store: Store) -> list[Team]:
    """By name."""
    found = [Team(**json.loads(store.get(info.key))) for info in store.list(_TEAMS)]
    return sorted(found, key=lambda team: team.name)


def create_token(store: Store, identity: Identity, name: str, expires: float | None) -> tuple[str, Token]:
    """A new token of a team that there is; its secret exists only in this answer. Raises WrongTeam."""
    if not NAME.fullmatch(identity.team) or read_team(store, identity.team) is None:
        raise WrongTeam(f"There is no team {identity.team!r}; `workbench admin teams create` makes one.")
    return make_token(store, identity, name, expires)


def make_token(store: Store, identity: Identity, name: str, expires: float | None) -> tuple[str, Token]:
    """The same for a team that is known already, since somebody speaks for it."""
    secret = secrets.token_urlsafe(32)
    write_token(store, secret, identity, name, expires)
    token = read_token(store, digest_of(secret))
    assert token is not None, "written above"
    return secret, token


def list_tokens(store: Store, team: str | None = None) -> list[Token]:
    """Those of one team, or all; by team and name."""
    found = [token for token in _tokens(store) if team in (None, token.team)]
    return sorted(found, key=lambda token: (token.team, token.name, token.id))


def revoke_token(store: Store, token_id: str) -> Token:
    """``token_id``: the id, or its first characters (8 or more). Raises WrongToken."""
    found = [token for token in _tokens(store) if len(token_id) >= 8 and token.id.startswith(token_id)]
    if len(found) != 1:
        many = f"{len(found)} tokens begin" if found else "No token begins"
        raise WrongToken(f"{many} with that; give an id of `workbench admin tokens list`, 8 characters or more.")
    revoke(store, found[0])
    return found[0]


def revoke(store: Store, token: Token) -> None:
    """It opens nothing any more, once nobody remembers it; safe to repeat."""
    store.delete(token_key(token.id))


def _tokens(store: Store) -> Iterator[Token]:
    for info in store.list(_TOKENS):
        token = read_token(store, info.key.removeprefix(_TOKENS).removesuffix(".json"))
        if token is not None:
            yield token


def read_token(store: Store, digest: str) -> Token | None:
    """None for an id of none."""
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        document: dict[str, Any] = json.loads(store.get(token_key(digest)))
    except ObjectMissing:  # revoked since it was listed
        return None
    known = {name: document.get(name) for name in ("team", "role", "name", "expires", "created_at")}
    return Token(digest, **known)  # type: ignore[arg-type]


def _team_key(name: str) -> str:
    return f"{_TEAMS}{name}.json"
