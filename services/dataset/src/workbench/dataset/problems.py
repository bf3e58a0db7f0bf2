"""Refusals of this service."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class NoPreview(Problem):
    """Pictures to look at are drawn of the first images of a dataset only.

    Remedy: make a dataset of the images you want to see: `workbench datasets subset ID --class NAME --count N`
    (`POST /v1/datasets/subsets`).
    """

    status = 404
    title = "There is no preview of this image"
    dataset_id: str
    number: int
    most: int

    @property
    def detail(self) -> str:
        """Say of which there are."""
        return f"Image {self.number} of {self.dataset_id} has no preview; the first {self.most:,} images have."


@dataclass(eq=False)
class NotKept(Problem):
    """The dataset was imported by an earlier release, which did not keep this.

    Remedy: make a dataset of all its images, which takes no upload: `workbench datasets subset ID`
    (`POST /v1/datasets/subsets`).
    """

    status = 404
    title = "An earlier release did not keep this of the dataset"
    dataset_id: str
    what: str

    @property
    def detail(self) -> str:
        """Name what is missing."""
        return f"The dataset {self.dataset_id} has no {self.what}."
