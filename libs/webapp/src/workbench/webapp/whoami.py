"""GET /v1/identity: for whom a token speaks, and how much room there is left."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from workbench.webapp.documents import Blueprint
from workbench.webapp.ports import identity as who
from workbench.webapp.ports import ports


class StorageView(ma.Schema):
    """What the team stores."""

    used_bytes = ma.fields.Integer(
        allow_none=True, metadata={"description": "Up to a minute old, upload declarations included; null: no limit."}
    )
    limit_bytes = ma.fields.Integer(allow_none=True, metadata={"description": "Null: no limit."})


class IdentityView(ma.Schema):
    """What the token that was shown stands for."""

    team = ma.fields.String()
    role = ma.fields.String(metadata={"enum": ["viewer", "member", "admin"]})
    storage = ma.fields.Nested(StorageView)


identity = Blueprint("identity", __name__, url_prefix="/v1/identity", description="For whom a token speaks.")


@identity.get("")
@identity.response(200, IdentityView)
def whoami() -> dict[str, Any]:
    """The team and role of the token, and the team's storage."""
    usage = ports().room.usage(who().team)
    limited = usage.limit_bytes > 0
    storage = {"used_bytes": usage.used_bytes if limited else None, "limit_bytes": usage.limit_bytes or None}
    return {"team": who().team, "role": who().role, "storage": storage}
