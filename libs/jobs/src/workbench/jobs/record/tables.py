"""The tables that every service with jobs has in its own schema."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
    text,
)
from workbench.jobs.record.words import listed_columns

metadata = MetaData()


def _part(state: str, name: str, *columns: str) -> Index:
    """An index of the jobs in one state: as small as that, however many have finished."""
    part = text(f"state = '{state}'")
    return Index(name, *columns, postgresql_where=part, sqlite_where=part)


# What somebody computed, and may be reused: not what was.
_MADE = text("state = 'succeeded' and reused_from is null")

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("team", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("name", Text),
    Column("request", JSON, nullable=False),
    Column("reuse_key", String(64)),
    Column("idempotency_key", String(200)),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("seq", Integer, nullable=False, default=1),
    Column("attempt", Integer, nullable=False, default=0),
    # Every write of a worker carries the fence it claimed with; a later claim has a higher one.
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", String(128)),
    Column("lease_until", Float),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("progress", JSON),
    Column("waiting_for", Text),
    Column("error", JSON),
    Column("result", JSON),
    # The manifest's text, accepted under the fence before it is written to the store.
    Column("manifest", Text),
    Column("reused_from", String(64)),
    Column("holds", JSON, nullable=False, default=list),
    # The request of the API that this job came with, to find it again in every log.
    Column("request_id", String(64)),
    Column("crashes", Integer, nullable=False, server_default="0"),  # of its runs, by themselves
    # Where it is to run: a device type, or the machine itself for what measures there; "": wherever there is a worker.
    Column("target", String(64), nullable=False, default="", server_default=""),
    Column("tags", JSON, nullable=False, default=list, server_default="[]"),
    *listed_columns(),
    _part("queued", "jobs_queued", "team", "created_at", "id"),
    _part("queued", "jobs_queued_for", "team", "target", "created_at", "id"),
    _part("running", "jobs_running", "team"),
    _part("running", "jobs_running_on", "team", "target"),
    _part("succeeded", "jobs_recent", "kind", "finished_at"),
    Index("jobs_list", "team", "kind", "created_at", "id", "words", "about"),
    Index("jobs_list_state", "team", "kind", "state", "created_at", "id", "words", "about"),
    Index("jobs_by_name", "team", "kind", "words", "id", "about"),
    Index("jobs_made", "team", "reuse_key", "created_at", postgresql_where=_MADE, sqlite_where=_MADE),
    Index("jobs_idempotency", "team", "kind", "idempotency_key", unique=True),
)

job_log = Table(
    "job_log",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),  # in characters from the start of the log
    Column("text", Text, nullable=False),
)

# Spelled out, not as parameters: a partial index only serves a query that visibly asks for its part.
queued = jobs.c.state == literal_column("'queued'")
running = jobs.c.state == literal_column("'running'")
succeeded = jobs.c.state == literal_column("'succeeded'")

turns = Table(
    "target_turns",
    metadata,
    Column("team", String(64), primary_key=True),
    Column("target", String(64), primary_key=True),
    Column("served_at", Float, nullable=False),  # when a worker last claimed a job of this team for this target
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message", Text, nullable=False),
)

# A run that lives elsewhere, in a pod. Whoever holds the lease adopts it; a pod that names another run writes nothing.
runs = Table(
    "runs",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("team", String(64), nullable=False),
    Column("run", String(32), nullable=False),
    Column("secret", String(64), nullable=False),  # of its token; whoever reads this database needs no token
    Column("expires_at", Float, nullable=False),
    Column("launch", JSON, nullable=False),
    Column("pod", String(64)),  # the one that may write: the last that began
    Column("log_bytes", BigInteger, nullable=False, default=0),  # of the pod's log that are kept
    Column("upload", Text),  # of its outputs, in parts, as long as it is not complete
    Column("exit", JSON),  # how it ended, once that is known
    Index("runs_run", "run", unique=True),
)

# What a team stores by this service's hand. ``id``: the job that made it, or the upload that reserves it.
stored = Table(
    "stored",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("content", String(200), primary_key=True),  # a blob's SHA-256, or the name of a reservation
    Column("team", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("since", Float, nullable=False),
    Index("stored_contents", "team", "content"),
)

# The sum of it, each content once, kept in the transactions that change it.
usage = Table(
    "usage",
    metadata,
    Column("team", String(64), primary_key=True),
    Column("used_bytes", BigInteger, nullable=False, default=0),
    Column("published_bytes", BigInteger, nullable=False, default=0),  # what the other services know
    Column("published_at", Float, nullable=False, default=0.0),
)
