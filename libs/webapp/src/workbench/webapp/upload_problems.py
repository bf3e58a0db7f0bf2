"""What an upload in parts can be refused with; each leaves the upload as it was, to go on with."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class PartRefused(Problem):
    """A part is missing, or is not the one that was declared; the upload can still be completed.

    Remedy: send that part again to its URL (`GET` the upload for fresh ones), then complete.
    """

    status = 422
    title = "A part of the upload is not as declared"
    file: str
    part: int
    reason: str

    @property
    def detail(self) -> str:
        """Name the file, the part and what was expected."""
        return f"{self.file}, part {self.part}: {self.reason}."


@dataclass(eq=False)
class UploadTooLarge(Problem):
    """The files together are larger than one upload may be.

    Remedy: upload less at a time, or have the operator raise WORKBENCH_UPLOAD_LIMIT_MIB.
    """

    status = 413
    title = "The upload is too large"
    size_bytes: int
    limit_bytes: int

    @property
    def detail(self) -> str:
        """Both sizes."""
        return f"The files have {self.size_bytes} bytes together; one upload may have {self.limit_bytes}."


@dataclass(eq=False)
class UploadExpired(Problem):
    """The upload was not completed in time; what had arrived is being removed.

    Remedy: declare the files again and send them.
    """

    status = 410
    title = "The upload has expired"
    id: str
    expired_at: str

    @property
    def detail(self) -> str:
        """Say since when."""
        return f"The upload {self.id} had to be completed by {self.expired_at}."


@dataclass(eq=False)
class UploadCompleted(Problem):
    """The upload is complete and has become a job of the same id.

    Remedy: read that job; completing again answers with it too.
    """

    status = 409
    title = "The upload is complete already"
    id: str

    @property
    def detail(self) -> str:
        """Name the job."""
        return f"The upload {self.id} is complete; it is the job {self.id} now."


@dataclass(eq=False)
class LinkRefused(Problem):
    """The URL of a part is not one that we signed for this upload, or too old.

    Remedy: ask for the upload once more (`GET`), which has fresh URLs, and use one unchanged.
    """

    status = 403
    title = "The URL of the part is not valid"
    reason: str

    @property
    def detail(self) -> str:
        """Expired, or not ours."""
        return f"This URL {self.reason}."
