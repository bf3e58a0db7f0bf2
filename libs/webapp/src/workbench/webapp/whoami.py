"""GET /v1/identity: for whom a token speaks, and how much room there is left."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from workbench.webapp.documents import Blueprint
from workbench.webapp.ports import identity as who
from workbench.webapp.ports import ports


class PartView(ma.Schema):
    """What one service counts."""

    service = ma.fields.String(
        metadata={"description": "By whose work it is there: `model-registry` has what was brought as a model."}
    )
    used_bytes = ma.fields.Integer()


class StorageView(ma.Schema):
    """What the team stores."""

    used_bytes = ma.fields.Integer(
        metadata={"description": "Of other services than `project` up to two minutes old; declared uploads included."}
    )
    limit_bytes = ma.fields.Integer(allow_none=True, metadata={"description": "Null: no limit."})
    parts = ma.fields.List(ma.fields.Nested(PartView))


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
    room, team = ports().room, who().team
    parts = room.by_service(team)
    storage = {
        "used_bytes": sum(parts.values()),
        "limit_bytes": room.limit(team) or None,
        "parts": [{"service": service, "used_bytes": used_bytes} for service, used_bytes in parts.items()],
    }
    return {"team": team, "role": who().role, "storage": storage}
