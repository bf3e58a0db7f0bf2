"""What every list can: be narrowed, searched, sorted and paged; its things be renamed, tagged, and deleted together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow.validate import Length, OneOf
from workbench.fields import Object, Text, WholeInForm, shared
from workbench.jobs.record.pages import LONGEST_CURSOR, NEWEST, SORTS
from workbench.problems import Problem
from workbench.problems.common import InvalidRequest
from workbench.webapp.documents import Blueprint
from workbench.webapp.ports import identity

AT_ONCE = 100
Found = TypeVar("Found")


class ListQuery(ma.Schema):
    """Which part of a list."""

    limit = WholeInForm(1, 200, load_default=50, metadata={"description": "Items a page."})
    cursor = Text(
        load_default=None,
        validate=Length(max=LONGEST_CURSOR),
        metadata={"description": "The `next_cursor` of an earlier page, with the same `sort`."},
    )
    search = Text(
        load_default=None,
        validate=Length(1, 200),
        metadata={"description": "Only what has this in its name or a tag, in any case, or whose id begins so."},
    )
    tag = Text(load_default=None, validate=Length(1, 32), metadata={"description": "Only what has this tag."})
    of = Text(
        load_default=None,
        validate=Length(1, 64),
        metadata={"description": "Only what was asked for with the thing of this id, such as a model."},
    )
    sort = Text(load_default=NEWEST, validate=OneOf(SORTS), metadata={"description": "`-` for descending."})


class Labels(Object):
    """What people call a thing; what is not given stays."""

    name = shared.a_name("Another name.")
    tags = shared.tags()

    @ma.validates_schema
    def _something(self, data: dict[str, Any], **_context: Any) -> None:
        if not data:
            raise ma.ValidationError("Give name, tags or both.")


class Deletions(Object):
    """What is to be deleted."""

    ids = ma.fields.List(Text(validate=Length(1, 64)), required=True, validate=Length(1, AT_ONCE))


class Deletion(ma.Schema):
    """What became of one."""

    id = ma.fields.String(required=True)
    deleted = ma.fields.Boolean(required=True)
    problem = ma.fields.Dict(allow_none=True, metadata={"description": "Why not, as a problem document."})


class DeletionList(ma.Schema):
    """In the order of the ids."""

    items = ma.fields.List(ma.fields.Nested(Deletion))


def serve_deletions(blueprint: Blueprint, remove: Callable[[str], None]) -> None:
    """POST …/deletions. ``remove`` deletes one, or raises a Problem."""

    @blueprint.post("/deletions")
    @blueprint.arguments(Deletions)
    @blueprint.response(200, DeletionList)
    def delete_several(body: dict[str, Any]) -> dict[str, Any]:
        """Delete up to 100, each as if by itself: of one that cannot be deleted the answer says why."""
        identity().require("member")
        return {"items": [_deleted(id, remove) for id in dict.fromkeys(body["ids"])]}


def page_or_refusal(ask: Callable[..., Found], query: dict[str, Any]) -> Found:
    """What ``ask`` makes of the query. Raises InvalidRequest where its cursor is not ours."""
    try:
        return ask(**query)
    except ValueError:
        words = "give the `next_cursor` of an earlier page, unchanged and with the same `sort`"
        raise InvalidRequest({"cursor": words}) from None


def _deleted(id: str, remove: Callable[[str], None]) -> dict[str, Any]:
    try:
        remove(id)
    except Problem as problem:
        return {"id": id, "deleted": False, "problem": problem.document()}
    return {"id": id, "deleted": True, "problem": None}
