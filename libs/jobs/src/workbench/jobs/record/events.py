"""Events of jobs, and the outbox that keeps them until they are handed over."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select
from workbench.jobs.job import Job
from workbench.jobs.record.engine import reading
from workbench.jobs.record.tables import outbox
from workbench.messages import Message, Messages

log = structlog.get_logger()
BATCH = 50  # messages handed over in one transaction; fewer are sent again when that fails


def event_of(job: Job, service: str) -> Message:
    """``<kind>.<state>`` with what another service may need to know of the job."""
    data = {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "progress": job.progress,
        "waiting_for": job.waiting_for,
        "error": job.error,
        "result": job.result,
        "name": job.name,
    }
    return Message(
        type=f"{job.kind}.{job.state}",
        source=f"/{service}",
        subject=job.id,
        team=job.team,
        data=data,
        request_id=job.request_id,
    )


def put_in_outbox(connection: Connection, message: Message) -> None:
    """Part of the transaction that makes the message true."""
    connection.execute(insert(outbox).values(message=message.to_json()))


class Relay:
    """Hands the outbox over, oldest first; what was not handed over stays and is tried again."""

    def __init__(self, engine: Engine, messages: Messages, service: str) -> None:
        self._engine = engine
        self._messages = messages
        self.bell = f"outbox.{service}"

    def run(self, stop: threading.Event, poll_s: float = 5.0) -> None:
        """Until ``stop``; a bell makes it immediate, the poll makes it certain."""
        while not stop.is_set():
            since = self._messages.heard(self.bell)
            try:
                self.drain()
            except Exception as error:  # the next round tries again; a relay that dies loses every later event
                log.warning("outbox.failed", reason=repr(error))
                stop.wait(1.0)
            self._messages.wait(self.bell, since, poll_s)

    def drain(self) -> int:
        """Hand over everything that is there now; returns how many. Raises what handing over raised."""
        count = 0
        while True:
            handed = self._hand_over()
            count += handed
            if handed < BATCH:  # what comes later rings its own bell
                return count

    def _hand_over(self) -> int:
        """One batch: a transaction each to read and to remove, whatever the batch's size.

        PostgreSQL keeps the batch locked meanwhile, so that another worker's relay takes others. SQLite
        could only lock the whole file, which the handlers of this process write to; it has one relay.
        """
        if self._engine.dialect.name == "postgresql":
            with self._engine.begin() as connection:
                rows = connection.execute(_oldest().with_for_update(skip_locked=True)).all()
                sent, failure = self._publish(rows)
                if sent:
                    connection.execute(delete(outbox).where(outbox.c.id.in_(sent)))
        else:
            with reading(self._engine).connect() as connection:
                rows = connection.execute(_oldest()).all()
            sent, failure = self._publish(rows)
            if sent:
                with self._engine.begin() as connection:
                    connection.execute(delete(outbox).where(outbox.c.id.in_(sent)))
        if failure is not None:
            raise failure
        return len(sent)

    def _publish(self, rows: Sequence[Row[Any]]) -> tuple[list[int], Exception | None]:
        sent: list[int] = []
        for row in rows:
            try:
                self._messages.publish(Message.from_json(row.message))
            except Exception as error:
                return sent, error
            sent.append(row.id)
        return sent, None


def _oldest() -> Select[Any]:
    return select(outbox).order_by(outbox.c.id).limit(BATCH)
