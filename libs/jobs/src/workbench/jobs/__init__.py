"""Accepted work as rows: claim, lease, fence, publish, cancel, reuse."""

from workbench.jobs.adapters import Adapters, embedded
from workbench.jobs.job import Job, State
from workbench.jobs.kind import Conduct, Kind, Made
from workbench.jobs.pods.desk import Desk
from workbench.jobs.pods.runs import Runs
from workbench.jobs.problems import DatabaseAway, StillRunning
from workbench.jobs.record.commands import accept_commands
from workbench.jobs.record.engine import postgres_engine, reading, sqlite_engine
from workbench.jobs.record.events import Relay, put_in_outbox
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.pages import Page
from workbench.jobs.record.reuse import core_version
from workbench.jobs.working.claim import claim
from workbench.jobs.working.execution import Execution
from workbench.jobs.working.lease import Cancelled, LeaseLost, expire_leases
from workbench.jobs.working.worker import Worker

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
