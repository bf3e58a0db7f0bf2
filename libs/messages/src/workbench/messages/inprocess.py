"""Messages inside one process: a condition variable, no polling.

``publish`` runs the handlers before it returns. The outbox row of a message is removed only after
that, so a process that dies in between delivers the message again when it comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from threading import Thread

from workbench.messages.bells import Bells
from workbench.messages.message import Message
from workbench.messages.port import Handler


class InProcessMessages(Bells):
    """The adapter for the embedded workbench."""

    def __init__(self) -> None:
        super().__init__()
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)

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

    def connected(self) -> bool:
        """See Messages.connected: there is nobody to lose."""
        return True

    @property
    def threads(self) -> Sequence[Thread]:
        """See Messages.threads: none."""
        return ()

    def close(self) -> None:
        """See Messages.close: nothing to let go of."""
