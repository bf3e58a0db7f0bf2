"""Commands from another service become jobs under the command's own id; a repeat is answered, not repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars
from workbench.jobs.kind import Kind
from workbench.jobs.problems import DatabaseAway
from workbench.jobs.record.events import event_of, put_in_outbox
from workbench.jobs.record.jobs import Jobs
from workbench.messages import Message, Messages
from workbench.problems import Problem
from workbench.problems.common import InvalidRequest

log = structlog.get_logger()


Body = dict[str, Any]


def _anywhere(body: Body, _team: str) -> Body:
    return body


def accept_commands(
    record: Jobs,
    kind: Kind,
    messages: Messages,
    validate: Callable[[Body], Body],
    place: Callable[[Body, str], Body] = _anywhere,
) -> None:
    """Listen for ``<kind>.requested`` and ``<kind>.cancel``. ``validate`` is that of the service's POST, and so is
    ``place``, which settles where a team's request runs."""

    def requested(message: Message) -> None:
        with bound_contextvars(request_id=message.request_id):
            accept(message)

    def accept(message: Message) -> None:
        known = record.find(message.subject)
        if known is not None:  # the answer was lost, or has not been given yet
            if known.state.ended and known.team == message.team:
                _say(record, event_of(known, record.service))
            return
        request: dict[str, Any] | None = None
        try:
            name = message.data.get("name")
            request = place(validate(message.data), message.team)
            record.submit(kind, message.team, request, job_id=message.subject, name=name)
        except DatabaseAway:  # no answer yet: the command is delivered again
            raise
        except InvalidRequest as problem:  # nothing of it can be kept
            _say(record, _rejection(kind, message, problem, record.service))
        except Problem as problem:
            rejection = _rejection(kind, message, problem, record.service)
            record.refuse(kind, message.team, request or {}, message.subject, name, rejection)

    def cancel(message: Message) -> None:
        try:
            record.cancel(kind.name, message.team, message.subject)
        except DatabaseAway:
            raise
        except Problem as problem:  # unknown or already ended: nothing is left to cancel
            log.info("cancel.ignored", job=message.subject, reason=problem.detail)

    messages.subscribe([f"{kind.name}.requested"], requested)
    messages.subscribe([f"{kind.name}.cancel"], cancel)


def _rejection(kind: Kind, message: Message, problem: Problem, service: str) -> Message:
    return Message(
        type=f"{kind.name}.rejected",
        source=f"/{service}",
        subject=message.subject,
        team=message.team,
        data={"id": message.subject, "kind": kind.name, "state": "failed", "error": problem.document()},
        request_id=message.request_id,
    )


def _say(record: Jobs, message: Message) -> None:
    with record.engine.begin() as connection:
        put_in_outbox(connection, message)
    record.ring()
