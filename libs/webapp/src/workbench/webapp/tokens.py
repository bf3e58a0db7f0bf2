"""/v1/tokens: a team's tokens, made, listed and revoked by its admins; a secret is told by the answer that makes it."""

from __future__ import annotations

import time
from typing import Any

import marshmallow as ma
import structlog
from marshmallow.validate import Length
from workbench.fields import Choice, Number, Object, Text
from workbench.problems.common import NotFound
from workbench.webapp.documents import Blueprint
from workbench.webapp.identity import ROLES, Identity
from workbench.webapp.ports import identity, ports
from workbench.webapp.problems import TooManyTokens
from workbench.webapp.teams import Token, list_tokens, make_token, read_token, revoke
from workbench.webapp.views import rfc3339

log = structlog.get_logger()

DAY_S = 24 * 3600.0
MOST_DAYS = 3650
MOST_TOKENS = 200  # of one team: each list of them reads them all


class TokenRequest(Object):
    """What it is for, and how much it may."""

    name = Text(
        required=True,
        validate=Length(1, 200),
        metadata={"description": "What it is for, such as `ci` or a person's name."},
    )
    role = Choice(
        *ROLES,
        load_default="member",
        metadata={
            "description": "`viewer` reads; `member` also submits, uploads, cancels and deletes; `admin` also makes "
            "and revokes tokens of the team."
        },
    )
    days = Number(
        0, MOST_DAYS, load_default=None, allow_none=True, metadata={"description": "Until it expires; null: never."}
    )


class TokenView(ma.Schema):
    """What is kept of a token, which is not its secret."""

    id = ma.fields.String(metadata={"description": "The SHA-256 of its secret."})
    name = ma.fields.String()
    role = ma.fields.String(metadata={"enum": list(ROLES)})
    created_at = ma.fields.String(allow_none=True)
    expires_at = ma.fields.String(allow_none=True, metadata={"description": "Null: never."})
    expired = ma.fields.Boolean()
    current = ma.fields.Boolean(metadata={"description": "Whether this request came with it."})


class NewTokenView(TokenView):
    """Told once."""

    secret = ma.fields.String(metadata={"description": "What programs show, and people sign in with; kept nowhere."})


class TokenPage(ma.Schema):
    """All of them."""

    items = ma.fields.List(ma.fields.Nested(TokenView))


tokens = Blueprint("tokens", __name__, url_prefix="/v1/tokens", description="Who may speak for the team.")


@tokens.post("")
@tokens.arguments(TokenRequest)
@tokens.response(201, NewTokenView)
def create(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Make a token of the asking team. Needs the role admin; the secret is in this answer and nowhere else.

    A request that is sent again makes another token: an `Idempotency-Key` is not read.
    """
    who = identity()
    who.require("admin")
    if len(list_tokens(ports().store, who.team)) >= MOST_TOKENS:
        raise TooManyTokens(MOST_TOKENS)
    expires = None if body["days"] is None else time.time() + body["days"] * DAY_S
    secret, made = make_token(ports().store, Identity(who.team, body["role"]), body["name"], expires)
    log.info("token.created", token=made.id[:12], team=made.team, role=made.role, by=who.token[:12])
    return {**_view(made), "secret": secret}, {"Location": f"/v1/tokens/{made.id}"}


@tokens.get("")
@tokens.response(200, TokenPage)
def list_them() -> dict[str, Any]:
    """The team's tokens by name. Needs the role admin."""
    identity().require("admin")
    return {"items": [_view(token) for token in list_tokens(ports().store, identity().team)]}


@tokens.get("/<token_id>")
@tokens.response(200, TokenView)
def read(token_id: str) -> dict[str, Any]:
    """One token. Needs the role admin."""
    return _view(_found(token_id))


@tokens.delete("/<token_id>")
@tokens.response(204)
def delete(token_id: str) -> None:
    """Revoke a token: every service refuses it within 30 seconds. Needs the role admin."""
    found = _found(token_id)
    revoke(ports().store, found)
    log.info("token.revoked", token=found.id[:12], team=found.team, by=identity().token[:12])


def _found(token_id: str) -> Token:
    """One of the team. Raises NotFound, for another team's as for none."""
    identity().require("admin")
    found = read_token(ports().store, token_id)
    if found is None or found.team != identity().team:
        raise NotFound("token", token_id)
    return found


def _view(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "created_at": rfc3339(token.created_at),
        "expires_at": rfc3339(token.expires),
        "expired": token.expired,
        "current": token.id == identity().token,
    }
