"""What exists on the broker: who gets which message, and where one goes that nobody can handle.

- ``workbench``: topic exchange of commands and events, by type. Each service has one quorum queue bound
  to the types it subscribed to; its workers share that queue.
- ``workbench.bells``: topic exchange of bells. Each process has a queue of its own, gone with it.
- ``workbench.dead``: where a message is set aside, with the reason in a header.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable

from kombu import Exchange, Queue, binding

MESSAGES = Exchange("workbench", "topic", durable=True)
BELLS = Exchange("workbench.bells", "topic", durable=True, delivery_mode=1)
DEAD = Exchange("workbench.dead", "fanout", durable=True)
DEAD_QUEUE = Queue("workbench.dead", DEAD, durable=True, queue_arguments={"x-queue-type": "quorum"})
# A process that dies each time it handles a message gives it back so often, then never again.
DELIVERY_LIMIT = 20


def service_queue(service: str, types: Iterable[str]) -> Queue:
    """The queue that all workers of a service share."""
    return Queue(
        f"workbench.{service}",
        bindings=[binding(MESSAGES, routing_key=name) for name in sorted(set(types))],
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD.name,
        },
    )


def bell_queue(service: str) -> Queue:
    """One process's own queue: bells of its service; `standalone` has every service in it."""
    return Queue(
        f"workbench.bells.{service}.{os.getpid()}.{uuid.uuid4().hex[:8]}",
        BELLS,
        routing_key="#" if service == "standalone" else f"*.{service}",
        durable=False,
        exclusive=True,
        auto_delete=True,
        # A bell that comes late is worth nothing.
        queue_arguments={"x-max-length": 1000, "x-message-ttl": 60_000},
    )
