"""Every job there is, whatever it makes: which resources of the API have jobs, and what may be done with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from workbench.client import Client
from workbench.client.resources import Resource
from workbench.client.transport import Transport

# By the name of the resource: what people call such a job.
KINDS = {
    "models": "Model import",
    "datasets": "Dataset import",
    "inspections": "Look at files",
    "exports": "Export of a dataset",
    "conversions": "Conversion",
    "profiles": "Measurement",
    "tensors": "Input data",
    "calibrations": "INT8 calibration",
    "evaluations": "Accuracy",
    "recipes": "Recipe",
    "trials": "Trial on images",
    "packages": "Package",
    "optimizations": "Optimization",
}
# They are made from files that were uploaded; to have one again, upload again.
UPLOADED = ("models", "datasets", "inspections", "tensors")
# Whose OpenAPI document another collection's service serves: one for each service, below its first collection.
DESCRIBED = {"exports": "datasets", "profiles": "targets", "evaluations": "calibrations", "recipes": "calibrations",
             "trials": "calibrations"}  # fmt: skip
PROJECTS = 50


@dataclass(frozen=True)
class Work:
    """One job: ``where`` is its path below /v1."""

    where: str
    view: dict[str, Any]

    @property
    def resource(self) -> str:
        """The last word of the collection that it is in."""
        return self.where.split("/")[-2]

    @property
    def kind(self) -> str:
        """In words."""
        return KINDS[self.resource]

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.view.get("name") or self.kind)

    @property
    def note(self) -> str:
        """What tells it from others of the title."""
        return self.kind if self.view.get("name") else f"{str(self.view['id'])[:8]}"

    @property
    def page(self) -> str:
        """Where the console shows it."""
        if self.resource == "optimizations":
            return f"/console/project/{quote(self.where.split('/')[1])}?run={quote(self.view['id'])}"
        return f"/console/job/{self.where}"

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.view["state"] in ("queued", "running")

    @property
    def repeatable(self) -> bool:
        """Whether the same can be asked for again."""
        return not self.active and self.resource not in UPLOADED and self.view["kind"] != "generation"


def is_place(where: str) -> bool:
    """Whether a path is one of a job: ``profiles/<id>`` or ``projects/<id>/optimizations/<id>``."""
    match where.split("/"):
        case [resource, _]:
            return resource in KINDS and resource != "optimizations"
        case ["projects", _, "optimizations", _]:
            return True
    return False


def jobs(client: Client, *, state: str | None, limit: int) -> list[Work]:
    """Of every resource at most ``limit``, the newest first."""
    found = [Work(f"{path}/{view['id']}", view)
             for path, resource in _resources(client) for view in resource.list(state=state, limit=limit)]  # fmt: skip
    return sorted(found, key=lambda work: str(work.view["created_at"]), reverse=True)


def again(api: Transport, where: str) -> str:
    """Ask for the same once more; where the new job is. Only what the API says it takes is sent."""
    collection = where.rpartition("/")[0]
    asked = api.json("GET", f"/v1/{where}")["request"]
    takes = _takes(api, collection)
    body = {name: value for name, value in asked.items() if name in takes and value is not None}
    return f"{collection}/{api.json('POST', f'/v1/{collection}', json=body)['id']}"


def _takes(api: Transport, collection: str) -> set[str]:
    """The members of what may be POSTed there, by the API's own description."""
    words = collection.split("/")
    path = f"/v1/{words[0]}" if len(words) == 1 else "/v1/projects/{project_id}/optimizations"
    document = api.json("GET", f"/v1/{DESCRIBED.get(words[0], words[0])}/openapi.json")
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return set((document["components"]["schemas"].get(name) or schema)["properties"])


def _resources(client: Client) -> Iterator[tuple[str, Resource]]:
    for name in KINDS:
        if name != "optimizations":
            yield name, getattr(client, name)
    for project in client.projects.list(limit=PROJECTS):
        yield f"projects/{project['id']}/optimizations", client.optimizations(project["id"])
