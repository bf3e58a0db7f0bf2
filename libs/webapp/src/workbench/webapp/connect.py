"""From settings to adapters: real servers where an address is given, the embedded ones where none is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from workbench.jobs import Adapters, Jobs, Runs, embedded
from workbench.jobs.adapters import sqlite_below
from workbench.jobs.pods.dispatching import Place
from workbench.messages import InProcessMessages, Messages
from workbench.runner import ProcessLauncher
from workbench.store import FileStore, Store
from workbench.webapp.settings import Settings

# Each server's library is imported only where the server is used: embedded, a start must be quick.


def connect(settings: Settings, service: str, *, migrates: bool = False) -> Adapters:
    """The adapters of one process. Nothing is contacted yet: a server may come up later.

    service: whose queue this process takes commands and events from.
    migrates: whether opening rows brings their schema up to date; embedded rows always are.
    """
    if not (settings.database_url or settings.broker_url or settings.s3_endpoint):
        return embedded(settings.home, settings.sandbox)
    settings.home.mkdir(parents=True, exist_ok=True)
    return Adapters(
        store_of(settings),
        _messages(settings, service),
        ProcessLauncher(settings.home, sandbox=settings.sandbox),
        settings.home,
        _engines(settings),
        migrates or not settings.database_url,
        _place(settings) if settings.launcher == "kubernetes" else None,
        partial(_is_machine, settings),
    )


def _is_machine(settings: Settings, target: str | None) -> bool:
    """A device type keeps its name, whoever registers a machine."""
    pools = settings.pools_file
    return bool(target) and not (pools and target in pools.deviceTypes)


def _place(settings: Settings) -> Callable[[Jobs], Place]:
    """Made when a worker asks for it: an API has no right to ask the cluster anything."""
    pools = settings.pools_file
    assert pools is not None, "load() has seen to that"

    def place(record: Jobs) -> Place:
        from workbench.runner.kubernetes.api import Cluster
        from workbench.runner.kubernetes.launcher import KubernetesLauncher

        return KubernetesLauncher(Cluster(pools.namespace), pools, Runs(record), record.service, settings.runs_url)

    return place


def store_of(settings: Settings, *, inside: bool = False) -> Store:
    """``inside``: its pre-signed URLs are for pods of the cluster, not for clients."""
    if not settings.s3_endpoint:
        return FileStore(settings.home / "store")
    from workbench.store.s3 import S3Store

    return S3Store(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
        public_endpoint=None if inside else settings.s3_public_endpoint or None,
    )


def _messages(settings: Settings, service: str) -> Messages:
    if not settings.broker_url:
        return InProcessMessages()
    from workbench.messages.rabbit import RabbitMessages

    return RabbitMessages(settings.broker_url, service)


def _engines(settings: Settings) -> Callable[[str], Engine]:
    if not settings.database_url:
        return sqlite_below(settings.home)
    from workbench.jobs.record.engine import postgres_engine

    return lambda service: postgres_engine(settings.database_url, service)
