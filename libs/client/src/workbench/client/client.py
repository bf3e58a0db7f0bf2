"""The SDK's face: one object with a resource for each noun of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from workbench.client import embedded, uploads
from workbench.client.all_jobs import EVERY_PROJECT, newest
from workbench.client.catalogue import Catalogue
from workbench.client.evaluations import Evaluations
from workbench.client.jobs import View
from workbench.client.resources import Profiles, Resource, Targets, Tokens
from workbench.client.transport import PATIENCE_S, Address, Transport
from workbench.client.trials import Trials
from workbench.client.uploaded import Datasets, Models, Uploads

# The collections whose members are jobs.
KINDS = (
    "models",
    "datasets",
    "inspections",
    "exports",
    "conversions",
    "profiles",
    "tensors",
    "calibrations",
    "evaluations",
    "recipes",
    "trials",
    "packages",
    "optimizations",
)


class Client:
    """Talks to one workbench: a URL and token, or any httpx transport (a WSGI app in this process, say).

    ``find`` gives the address anew when nobody answers, for a server that may come back on another port;
    ``patience_s`` is for how long a request is repeated until Unreachable is raised.
    """

    def __init__(
        self,
        base_url: str = "http://workbench",
        token: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        find: Callable[[], Address] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._transport = Transport(base_url, token, http=transport, find=find, patience_s=patience_s)
        self.models = Models(self._transport, "/v1/models", uploads.model_parts)
        self.catalogue = Catalogue(self._transport)
        self.inspections = Uploads(self._transport, "/v1/inspections", uploads.model_parts)
        self.datasets = Datasets(self._transport, "/v1/datasets", uploads.dataset_parts)
        self.exports = self._resource("exports")
        self.conversions = self._resource("conversions")
        self.profiles = Profiles(self._transport, "/v1/profiles")
        self.calibrations = self._resource("calibrations")
        self.evaluations = Evaluations(self._transport, "/v1/evaluations")
        self.trials = Trials(self._transport, "/v1/trials")
        self.recipes = self._resource("recipes")
        self.packages = self._resource("packages")
        self.targets = Targets(self._transport, "/v1/targets")
        self.tokens = Tokens(self._transport, "/v1/tokens")
        self.tensors = Uploads(self._transport, "/v1/tensors", uploads.tensor_parts)
        self.tasks = self._resource("tasks")
        self.projects = self._resource("projects")

    @classmethod
    def embedded(cls, home: Path) -> Self:
        """The workbench of this machine, started if it is not running. Raises Unreachable."""
        url, token = embedded.address(home)
        return cls(url, token, find=partial(embedded.ensure_running, home))

    def jobs(
        self, kinds: Sequence[str] = KINDS, *, at_once: int = 20, **wanted: str | None
    ) -> Iterator[tuple[str, View]]:
        """Jobs of all these collections, the newest first: the path of its collection below /v1, and its view.

        ``wanted``: as ``list`` of one has them, without ``sort``; the ``place`` of one as ``cursor`` goes on after it.
        """
        paths = {kind: EVERY_PROJECT if kind == "optimizations" else kind for kind in kinds}
        return newest({path: self._resource(path) for path in paths.values()}, at_once, wanted)

    @property
    def base_url(self) -> str:
        """Where the workbench is now."""
        return self._transport.base_url

    def optimizations(self, project_id: str) -> Resource:
        """The optimizations of one project."""
        return self._resource(f"projects/{project_id}/optimizations")

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _resource(self, name: str) -> Resource:
        return Resource(self._transport, f"/v1/{name}")
