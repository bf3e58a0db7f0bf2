"""Accepted work as rows: claim, lease, fence, publish, cancel, reuse."""

from workbench.jobs.adapters import Adapters, embedded
from workbench.jobs.claim import claim
from workbench.jobs.commands import accept_commands
from workbench.jobs.desk import Desk
from workbench.jobs.engine import postgres_engine, reading, sqlite_engine
from workbench.jobs.events import Relay, put_in_outbox
from workbench.jobs.execution import Execution
from workbench.jobs.job import Conduct, Job, Kind, Made, State
from workbench.jobs.lease import Cancelled, LeaseLost, expire_leases
from workbench.jobs.pages import Page
from workbench.jobs.problems import DatabaseAway, StillRunning
from workbench.jobs.record import Jobs
from workbench.jobs.reuse import core_version
from workbench.jobs.runs import Runs
from workbench.jobs.worker import Worker

__all__ = [
    "Adapters",
    "Cancelled",
    "Conduct",
    "DatabaseAway",
    "Desk",
    "Execution",
    "Job",
    "Jobs",
    "Kind",
    "LeaseLost",
    "Made",
    "Page",
    "Relay",
    "Runs",
    "State",
    "StillRunning",
    "Worker",
    "accept_commands",
    "claim",
    "core_version",
    "embedded",
    "expire_leases",
    "postgres_engine",
    "put_in_outbox",
    "reading",
    "sqlite_engine",
]
