"""The SDK and the `workbench` command over the public HTTP API."""

from workbench.client.client import Client
from workbench.client.errors import (
    BadInput,
    Damaged,
    JobCancelled,
    JobFailed,
    ProblemReported,
    Refused,
    Unreachable,
    WorkbenchError,
)
from workbench.client.jobs import ENDED, View
from workbench.client.resources import Resource
from workbench.client.uploaded import Datasets, Uploads

__all__ = [
    "ENDED",
    "BadInput",
    "Client",
    "Damaged",
    "Datasets",
    "JobCancelled",
    "JobFailed",
    "ProblemReported",
    "Refused",
    "Resource",
    "Unreachable",
    "Uploads",
    "View",
    "WorkbenchError",
]
