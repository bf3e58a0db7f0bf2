"""Builds the working side: a worker that inspects uploads, and indexes the models other services make."""

from __future__ import annotations

from workbench.jobs import Adapters, Worker
from workbench.messages import Message
from workbench.model_registry.kinds import KINDS
from workbench.store import Manifests
from workbench.webapp.settings import Settings

MADE_ELSEWHERE = ("conversion.succeeded", "calibration.succeeded")


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The model-registry service's worker."""
    record = adapters.record("model-registry")

    def index(message: Message) -> None:
        manifest = Manifests(adapters.store, message.team).get("model", message.data["result"]["id"])
        record.index("model", manifest, manifest.facts.get("name"))

    adapters.messages.subscribe(MADE_ELSEWHERE, index)
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)
