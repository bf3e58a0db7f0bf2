"""Builds the working side: a worker that inspects uploads, reads the zoo, and indexes models other services make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from workbench.jobs import Adapters, Conduct, Worker
from workbench.messages import Message
from workbench.model_registry.converting import ask_for
from workbench.model_registry.kinds import CATALOGUE, KINDS, MODEL
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.asking import Asking
from workbench.model_registry.sources.bringing import Bringing
from workbench.model_registry.sources.huggingface import HuggingFace
from workbench.model_registry.sources.indexing import Indexing
from workbench.model_registry.sources.names import listing
from workbench.model_registry.sources.values import PATIENT
from workbench.model_registry.sources.zoo import Zoo
from workbench.store import Manifests
from workbench.webapp.room import Room
from workbench.webapp.settings import Settings

Bring = Callable[[Conduct], dict[str, Any]]
MADE_ELSEWHERE = ("conversion.succeeded", "calibration.succeeded")


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The model-registry service's worker."""
    record = adapters.record("model-registry")

    def index(message: Message) -> None:
        manifest = Manifests(adapters.store, message.team).get("model", message.data["result"]["id"])
        record.index("model", manifest, manifest.facts.get("name"))

    room = Room(record, settings.team_storage_bytes)
    # Where hub and zoo are is the operator's choice, too.
    own = {urlsplit(url).netloc.lower() for url in (settings.huggingface_url, settings.zoo_url, settings.zoo_files_url)}
    asking = Asking(Addresses(settings.source_hosts | own - {""}), PATIENT)
    hub = HuggingFace(settings.huggingface_url.rstrip("/"), asking, settings.huggingface_tokens)
    zoo = Zoo(settings.zoo_url.rstrip("/"), settings.zoo_files_url.rstrip("/"), asking)
    list_of = partial(listing, hub=hub, zoo=zoo)
    bring = Bringing(adapters.store, asking, list_of, room.reserve, settings.upload_limit_mib << 20)
    adapters.messages.subscribe(MADE_ELSEWHERE, index)
    adapters.messages.subscribe(["model.succeeded"], partial(ask_for, record))
    brings: dict[str, Bring] = {MODEL.name: bring, CATALOGUE.name: Indexing(adapters.store, zoo)}
    kinds = [replace(kind, bring=brings.get(kind.name)) for kind in KINDS]
    return adapters.worker(record, kinds, slots=settings.slots, lease_s=settings.lease_s)
