"""Events of jobs, and the outbox that keeps them until they are handed over."""

from __future__ import annotations

import threading

import structlog
from sqlalchemy import Connection, Engine, delete, insert, select
from workbench.jobs.job import Job
from workbench.jobs.tables import outbox
from workbench.messages import Message, Messages

log = structlog.get_logger()


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
    return Message(type=f"{job.kind}.{job.state}", source=f"/{service}", subject=job.id, team=job.team, data=data)


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
            except Exception:  # the next round tries again; a relay that dies loses every later event
                log.exception("outbox.failed")
                stop.wait(1.0)
            self._messages.wait(self.bell, since, poll_s)

    def drain(self) -> int:
        """Hand over everything that is there now; returns how many."""
        count = 0
        while True:
            with self._engine.connect() as connection:
                row = connection.execute(select(outbox).order_by(outbox.c.id).limit(1)).first()
            if row is None:
                return count
            self._messages.publish(Message.from_json(row.message))
            with self._engine.begin() as connection:
                connection.execute(delete(outbox).where(outbox.c.id == row.id))
            count += 1
