"""Messages inside one process: a condition variable, no polling.

``publish`` runs the handlers before it returns. The outbox row of a message is removed only after
that, so a process that dies in between delivers the message again when it comes back.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable

from workbench.messages.message import Message
from workbench.messages.port import Handler


class InProcessMessages:
    """The adapter for the embedded workbench."""

    def __init__(self) -> None:
        self._rung: Counter[str] = Counter()
        self._condition = threading.Condition()
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)

    def ring(self, bell: str) -> None:
        """See Messages.ring."""
        with self._condition:
            self._rung[bell] += 1
            self._condition.notify_all()

    def heard(self, bell: str) -> int:
        """See Messages.heard."""
        with self._condition:
            return self._rung[bell]

    def wait(self, bell: str, since: int, timeout_s: float) -> bool:
        """See Messages.wait."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rung[bell] > since, timeout_s)

    def publish(self, message: Message) -> None:
        """See Messages.publish."""
        for handler in list(self._handlers[message.type]):
            handler(message)

    def subscribe(self, types: Iterable[str], handler: Handler) -> None:
        """See Messages.subscribe."""
        for name in types:
            self._handlers[name].append(handler)

    def start(self) -> None:
        """See Messages.start: nothing to begin."""

    def close(self) -> None:
        """See Messages.close: nothing to let go of."""
