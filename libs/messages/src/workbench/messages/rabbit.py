"""Messages over RabbitMQ, through kombu: see ``topology.py`` for what exists on the broker."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from workbench.messages.bells import Bells
from workbench.messages.consumer import QueueConsumer
from workbench.messages.message import Message
from workbench.messages.port import Handler
from workbench.messages.publisher import Publisher
from workbench.messages.ringing import Listener, Ringer, process_name


class RabbitMessages(Bells):
    """One process of one service. Contacts nobody before ``start`` or ``publish``."""

    def __init__(self, url: str, service: str) -> None:
        super().__init__()
        me = process_name()
        self._url = url
        self.service = service
        self._publisher = Publisher(url)
        self._ringer = Ringer(url, me)
        self._listener = Listener(url, service, me, self)
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._consumer: QueueConsumer | None = None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def ring(self, bell: str) -> None:
        """See Messages.ring: here at once, elsewhere as soon as the broker passes it on."""
        super().ring(bell)
        self._ringer.ring(bell)

    def publish(self, message: Message) -> None:
        """See Messages.publish. Raises BrokerAway."""
        self._publisher.publish(message)

    def subscribe(self, types: Iterable[str], handler: Handler) -> None:
        """See Messages.subscribe; before ``start``."""
        for name in types:
            self._handlers[name].append(handler)

    def start(self) -> None:
        """See Messages.start."""
        self._run(self._listener.run, "bells-heard")
        self._run(self._ringer.run, "bells-rung")
        if self._handlers:
            self._consumer = QueueConsumer(self._url, self.service, dict(self._handlers), self._publisher)
            self._run(self._consumer.run, "messages")

    def connected(self) -> bool:
        """See Messages.connected."""
        queue = self._consumer is None or self._consumer.connected.is_set()
        return queue and self._listener.connected.is_set()

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See Messages.threads."""
        return tuple(self._threads)

    def close(self) -> None:
        """See Messages.close: ends every thread; a message that is being handled comes again elsewhere."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5.0)
        self._publisher.close()

    def _run(self, target: Callable[[threading.Event], None], name: str) -> None:
        thread = threading.Thread(target=target, args=(self._stop,), name=f"{self.service}-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)
