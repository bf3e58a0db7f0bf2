"""Which runs a machine is to carry out: asked by itself, answered from the rows.

A run that nobody has begun is given to its machine whenever that asks and does not have it: a lost answer is given
again, and a machine that has lost all its files begins again. What a machine has and nobody wants it is to end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from workbench.jobs.job import State
from workbench.jobs.pods.runs import token_of
from workbench.jobs.record.engine import reading
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.tables import jobs, runs

LOOK_S = 1.0  # at the rows, though no bell has rung


@dataclass(frozen=True)
class Assigned:
    """``take``: run and token of each that it does not have. ``drop``: those it has that nobody wants."""

    take: tuple[tuple[str, str], ...]
    drop: tuple[str, ...]


class Assigning:
    """Of one service."""

    def __init__(self, record: Jobs) -> None:
        self._record = record

    def to(self, team: str, machine: str, held: Sequence[str], wait_s: float, leave: Callable[[], bool]) -> Assigned:
        """As things stand, or as soon as there is something to do. ``leave``: whether nobody waits any more."""
        self._note_ended(team, machine, held)
        deadline = time.monotonic() + wait_s
        while True:
            heard = self._record.messages.heard(self._record.bell)
            found = self._look(team, machine, held)
            left = deadline - time.monotonic()
            if found.take or found.drop or left <= 0 or leave():
                return found
            self._record.messages.wait(self._record.bell, heard, min(left, LOOK_S))

    def _look(self, team: str, machine: str, held: Sequence[str]) -> Assigned:
        mine = (runs.c.team == team, jobs.c.team == team, jobs.c.target == machine, runs.c.exit.is_(None))
        query = select(runs.c.run, runs.c.job_id, runs.c.secret).join(jobs, jobs.c.id == runs.c.job_id)
        with reading(self._record.engine).connect() as connection:
            rows = connection.execute(query.where(*mine, jobs.c.state == State.RUNNING)).all()
        wanted = {row.run for row in rows}
        take = tuple((row.run, token_of(row.job_id, row.secret)) for row in rows if row.run not in held)
        return Assigned(take, tuple(run for run in held if run not in wanted))

    def _note_ended(self, team: str, machine: str, held: Sequence[str]) -> None:
        """Of a run whose end is decided, and that the machine has no more, nothing is alive."""
        mine: list[Any] = [runs.c.team == team, runs.c.exit.is_not(None), runs.c.pod.is_not(None)]
        here = select(jobs.c.id).where(jobs.c.team == team, jobs.c.target == machine, jobs.c.id == runs.c.job_id)
        ended = select(runs.c.run).where(*mine, here.exists())
        with reading(self._record.engine).connect() as connection:
            over = [run for run in connection.execute(ended).scalars() if run not in held]
        if over:
            with self._record.engine.begin() as connection:
                connection.execute(update(runs).where(runs.c.run.in_(over), *mine).values(pod=None))
            self._record.ring()
