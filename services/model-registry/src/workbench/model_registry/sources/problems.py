"""Refusals about sources of models: what an address, or what it answered, is wrong with."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class AddressNotAllowed(Problem):
    """The address leads into a network that is not public: this machine, its neighbours, a cloud's own services.

    Remedy: if models may come from there, the operator names the host in WORKBENCH_SOURCE_HOSTS (on a machine of
    one's own: set it, then stop the workbench and begin again); else upload the file.
    """

    status = 422
    title = "Models are not brought from that address"
    host: str
    address: str
    reason: str

    @property
    def detail(self) -> str:
        """Which host, and what it is."""
        where = "" if self.address == self.host else f" is at {self.address}, which"
        return f"{self.host}{where} is {self.reason}."


@dataclass(eq=False)
class SourceUnavailable(Problem):
    """The source could not be reached, or broke off, as often as it was tried.

    Remedy: try again later, or upload the file. What has arrived is not kept once the job has failed.
    """

    status = 502
    title = "The source is not available"
    url: str
    reason: str

    @property
    def detail(self) -> str:
        """What happened last."""
        return f"{self.url}: {self.reason}."


@dataclass(eq=False)
class SourceRefuses(Problem):
    """The source answers, but does not give the file.

    Remedy: check the address and whether the file may be read by everybody; for what may not, the operator gives the
    team a token of the hub (WORKBENCH_HUGGINGFACE_TOKENS), whose owner has accepted the terms that it may have.
    """

    status = 422
    title = "The source does not give the file"
    url: str
    reason: str

    @property
    def detail(self) -> str:
        """What it answered."""
        return f"{self.url}: {self.reason}."


class NotThere(SourceRefuses):
    """There is nothing at the address.

    Remedy: check the address; a source may also say so of what it does not let everybody see.
    """


@dataclass(eq=False)
class ZooNotSet(Problem):
    """The operator has not said where Open Model Zoo is, so no model of it can be brought by name.

    Remedy: the operator sets WORKBENCH_ZOO_URL to where its tree is (in the chart `zoo.url`; on a machine of one's own:
    set it, then stop the workbench and begin again); else bring the file by its address, or upload it.
    """

    status = 422
    title = "No Open Model Zoo is set"
    source: str

    @property
    def detail(self) -> str:
        """What was asked for."""
        return f"{self.source}: the workbench does not know where the zoo is; WORKBENCH_ZOO_URL says so."


@dataclass(eq=False)
class ZooModelNotUsable(Problem):
    """Open Model Zoo has no such model, or has it in a way that nothing can be brought of.

    Remedy: where that names no other way, get the file yourself and upload it.
    """

    status = 422
    title = "The zoo's model can't be brought"
    source: str
    reason: str

    @property
    def detail(self) -> str:
        """Why not."""
        return f"{self.source}: {self.reason}."


@dataclass(eq=False)
class NotTheFile(Problem):
    """What arrived is not the file that was asked for.

    Remedy: take the address of the file itself, and the checksum that its publisher gives for it.
    """

    status = 422
    title = "That is not the file"
    url: str
    reason: str

    @property
    def detail(self) -> str:
        """What it is instead."""
        return f"{self.url}: {self.reason}."


@dataclass(eq=False)
class TooLargeToBring(Problem):
    """The model is larger than what may be brought.

    Remedy: bring a smaller one, or have the operator raise WORKBENCH_UPLOAD_LIMIT_MIB.
    """

    status = 413
    title = "The model is too large"
    url: str
    limit_bytes: int

    @property
    def detail(self) -> str:
        """How large it may be."""
        return f"{self.url}: larger than {self.limit_bytes / 2**20:,.0f} MiB."


@dataclass(eq=False)
class ChooseFiles(Problem):
    """A repository holds no model, or several: which files are meant has to be said.

    Remedy: name the model's main file, or a pattern that fits its files, in `--include` (`include`); there are,
    among others, `files`.
    """

    status = 422
    title = "Which files of the repository are the model?"
    repository: str
    reason: str
    files: list[str]

    @property
    def detail(self) -> str:
        """What there is."""
        there = f": {', '.join(self.files[:10])}{' …' if len(self.files) > 10 else ''}" if self.files else ""
        return f"{self.repository}: {self.reason}{there}."
