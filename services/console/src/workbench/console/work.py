"""Every job there is, whatever it makes: which resources of the API have jobs, and what may be done with one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from workbench.client import Client

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
# Of one collection at once: of most of them a page shows but a few.
AT_ONCE = 8
# Models whose jobs are called by them: the newest, which one request has.
NAMED = 100


@dataclass(frozen=True)
class Work:
    """One job: ``where`` is its path below /v1; ``model``: what that is called which it is about, if known."""

    where: str
    view: dict[str, Any]
    model: str = ""

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
        return str(self.view.get("name") or (f"{self.kind} of {self.model}" if self.model else self.kind))

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


def jobs(client: Client, kind: str, count: int, **wanted: str | None) -> tuple[list[Work], str | None]:
    """The newest, of all kinds or one; and where a list of those after them begins, if there are any."""
    found = client.jobs([kind] if kind else list(KINDS), at_once=AT_ONCE, **wanted)
    views = list(islice(found, count + 1))
    unnamed = any(not view.get("name") and view["request"].get("model_id") for _, view in views)
    names = {model["id"]: str(model.get("name") or "") for model in client.models.list(limit=NAMED)} if unnamed else {}
    some = [Work(f"{path}/{view['id']}", view, names.get(view["request"].get("model_id"), "")) for path, view in views]
    return some[:count], str(some[count - 1].view["place"]) if len(some) > count else None
