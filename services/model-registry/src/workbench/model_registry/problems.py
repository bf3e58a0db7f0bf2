"""Refusals of this service that no core makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class NotAnalysedYet(Problem):
    """The model is being analysed, which begins when somebody asks for the first time.

    Remedy: ask again after `retry_after_s`, which tells how far it is, too (`GET /v1/models/<id>/analysis`). It waits
    while a measurement has the machine for itself.
    """

    status = 503
    title = "The model is not analysed yet"
    model: str
    waiting_for: str | None = None
    retry_after_s: int = 3

    @property
    def detail(self) -> str:
        """What it waits for."""
        why = f" It waits for {self.waiting_for}." if self.waiting_for else ""
        return f"The analysis of model {self.model} has not ended.{why} Ask again in {self.retry_after_s} s."


@dataclass(eq=False)
class AnalysisFailed(Problem):
    """The model could not be analysed.

    Remedy: read `detail`; a minute later another attempt is made when somebody asks.
    """

    status = 409
    title = "The model could not be analysed"
    model: str
    reason: str

    @property
    def detail(self) -> str:
        """Why not."""
        return f"The analysis of model {self.model} has not succeeded: {self.reason}"


@dataclass(eq=False)
class CatalogueNotReadYet(Problem):
    """The zoo is being read, which begins when somebody asks for its catalogue.

    Remedy: ask again after `retry_after_s`.
    """

    status = 503
    title = "The zoo's catalogue is being read"
    zoo: str
    so_far: str | None = None
    retry_after_s: int = 3

    @property
    def detail(self) -> str:
        """How far it is."""
        far = f" ({self.so_far})" if self.so_far else ""
        return f"What {self.zoo} says of its models is being read{far}. Ask again in {self.retry_after_s} s."


@dataclass(eq=False)
class CatalogueNotRead(Problem):
    """The zoo that the operator has set could not be read, and never was before.

    Remedy: see to it that the workbench reaches the zoo, or have the operator set WORKBENCH_ZOO_URL to a mirror that it
    reaches; a minute later another attempt is made when somebody asks. Models whose names are known may be brought
    without the catalogue.
    """

    status = 502
    title = "The zoo's catalogue could not be read"
    reason: str

    @property
    def detail(self) -> str:
        """Why not."""
        return f"What the zoo says of its models could not be read: {self.reason}"


@dataclass(eq=False)
class NotInCatalogue(Problem):
    """The zoo has no model of that name.

    Remedy: `workbench zoo search NAME` (`GET /v1/catalogue?name=…`) lists those whose names have a part in common.
    """

    status = 404
    title = "The zoo has no such model"
    name: str
    zoo: str
    alike: list[str]

    @property
    def detail(self) -> str:
        """Which are called nearly so."""
        alike = f" It has {', '.join(self.alike)}." if self.alike else ""
        return f"{self.zoo} has no model {self.name!r}.{alike}"
