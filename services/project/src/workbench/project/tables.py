"""Projects, and the steps of their optimizations."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, MetaData, String, Table, Text
from workbench.jobs.record.words import listed_columns

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("team", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("model_id", String(64), nullable=False),
    Column("dataset_id", String(64)),
    Column("target", String(64), nullable=False),
    Column("device", String(100), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("tags", JSON, nullable=False, default=list, server_default="[]"),
    Column("asked_name", Text),  # None where an earlier release put it in
    *listed_columns(),
    Index("projects_list", "team", "created_at", "id", "words", "about"),
    Index("projects_by_name", "team", "words", "id", "about"),
)

steps = Table(
    "steps",
    metadata,
    Column("optimization_id", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("command_id", String(64), nullable=False, unique=True),
    Column("request", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("progress", JSON),
    Column("waiting_for", Text),
    Column("error", JSON),
    Column("result", JSON),
    Column("sent_at", Float, nullable=False),
)
