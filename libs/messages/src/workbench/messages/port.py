"""What every message adapter does: the port, and how little it promises.

A bell may be lost. A command or an event arrives at least once, in no promised order: whoever
handles one must be content to see it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from typing import Protocol

from workbench.messages.message import Message

Handler = Callable[[Message], None]


class BrokerAway(ConnectionError):
    """The broker did not take the message; the sender keeps it and tries again."""


class Messages(Protocol):
    """Bells by name; commands and events by type."""

    def ring(self, bell: str) -> None:
        """Wake whoever waits for this bell."""

    def heard(self, bell: str) -> int:
        """How often the bell has rung; take it before looking for work, then wait() from there."""

    def wait(self, bell: str, since: int, timeout_s: float) -> bool:
        """Return as soon as the bell has rung more than ``since`` times; False after the timeout."""

    def publish(self, message: Message) -> None:
        """Hand a command or event over. When this returns, the adapter answers for it; else it raises."""

    def subscribe(self, types: Iterable[str], handler: Handler) -> None:
        """Call ``handler`` for every message of these types; an exception means: deliver it again."""

    def start(self) -> None:
        """Begin to deliver, once everybody has subscribed."""

    def connected(self) -> bool:
        """Whether the broker can be reached, as far as is known now."""

    @property
    def threads(self) -> Sequence[Thread]:
        """Those that ``start`` began: without them it does not deliver."""

    def close(self) -> None:
        """Deliver nothing more, and let go of the connection."""
