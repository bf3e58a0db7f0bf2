"""The rows of a pipeline's steps: inserted with the command that starts them, moved by the events that answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError
from structlog.contextvars import get_contextvars
from workbench.jobs import Jobs, put_in_outbox, reading
from workbench.messages import Message
from workbench.project.pipeline import Wanted
from workbench.project.tables import steps
from workbench.project.values import Step

SILENCE_S = 30.0  # a command without an answer for this long is sent again
_STATES = {"rejected": "failed"}
_COLUMNS = [steps.c[name] for name in Step.__dataclass_fields__]


class Steps:
    """The steps of all optimizations of this service."""

    def __init__(self, engine: Engine, ring: Callable[[], None]) -> None:
        self._engine = engine
        self._ring = ring

    def of(self, optimization_id: str) -> dict[str, Step]:
        """By name."""
        query = select(*_COLUMNS).where(steps.c.optimization_id == optimization_id)
        with reading(self._engine).connect() as connection:
            found = [Step(**row._mapping) for row in connection.execute(query)]
        return {step.name: step for step in found}

    def start(self, optimization_id: str, team: str, wanted: Wanted) -> None:
        """A row and its command, in one transaction.

        The command's id follows from the optimization and the step, so starting twice is once.
        """
        command_id = str(uuid.uuid5(uuid.UUID(optimization_id), wanted.name))
        step = Step(wanted.name, wanted.kind, command_id, wanted.request, sent_at=time.time())
        row = {"optimization_id": optimization_id, **step.__dict__}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(steps).values(**row))
                put_in_outbox(connection, _command(step, team))
        except IntegrityError:
            return
        self._ring()

    def send_again(self, team: str, silent: Iterable[Step]) -> None:
        """Repeat the commands of steps that nothing has been heard of for a while."""
        now = time.time()
        for step in silent:
            if step.ended or 0 <= now - step.sent_at < SILENCE_S:  # before it was sent: the clock was set
                continue
            with self._engine.begin() as connection:
                connection.execute(update(steps).where(steps.c.command_id == step.command_id).values(sent_at=now))
                put_in_outbox(connection, _command(step, team))
            self._ring()

    def cancel(self, team: str, running: Mapping[str, Step]) -> None:
        """Ask the services to cancel what has not ended."""
        for step in running.values():
            if not step.ended:
                message = Message(f"{step.kind}.cancel", "/project", step.command_id, team, {})
                with self._engine.begin() as connection:
                    put_in_outbox(connection, message)
        self._ring()


def hear(record: Jobs, message: Message) -> None:
    """Move the step that an event answers; one that has ended stays as it is."""
    word = message.type.rpartition(".")[2]
    values = {name: message.data.get(name) for name in ("progress", "waiting_for", "error", "result")}
    with record.engine.begin() as connection:
        answered = connection.execute(
            update(steps)
            .where(
                steps.c.command_id == message.subject,
                steps.c.state.not_in(["succeeded", "failed", "cancelled"]),
            )
            .values(state=_STATES.get(word, word), sent_at=time.time(), **values)
            .returning(steps.c.optimization_id)
        ).scalar()
    if answered is not None:
        record.call(answered)
        record.messages.ring(record.bell)  # and who follows it


def _command(step: Step, team: str) -> Message:
    request_id = get_contextvars().get("request_id")  # the optimization's, while a worker drives it
    return Message(f"{step.kind}.requested", "/project", step.command_id, team, step.request, request_id=request_id)
