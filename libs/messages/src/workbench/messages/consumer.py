"""Takes commands and events from a service's queue and acknowledges each when its handlers are done.

The handlers run on a thread beside, one message at a time; this thread keeps the connection alive
meanwhile. A handler that raises is tried again here, since giving the message back would only make it
come again at once: for ever while a server is away (a problem with status 503), a few times else. What
still cannot be handled is set aside and the rest goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillBusy

import structlog
from kombu import Connection, Consumer
from kombu.message import Message as Delivery
from workbench.messages.message import Message
from workbench.messages.port import BrokerAway, Handler
from workbench.messages.publisher import LOST, Publisher, connect, hang_up
from workbench.messages.ringing import HEARTBEAT_S, RETRY_S
from workbench.messages.topology import DEAD_QUEUE, service_queue
from workbench.problems import Problem

log = structlog.get_logger()
PREFETCH = 16
ATTEMPTS = 6
PAUSES_S = (0.1, 30.0)  # doubled from the first to the second


class Stopped(Exception):
    """This process ends: the message goes back to the queue."""


class QueueConsumer:
    """All subscriptions of one process to one service's queue."""

    def __init__(self, url: str, service: str, handlers: Mapping[str, Iterable[Handler]], aside: Publisher) -> None:
        self._url = url
        self._queue = service_queue(service, handlers)
        self._handlers = handlers
        self._aside = aside
        self._stop = threading.Event()
        self.connected = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"{service}-messages")

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``, connecting again for ever."""
        self._stop = stop
        wait_s = RETRY_S[0]
        while not stop.is_set():
            try:
                self._consume()
            except Stopped:
                break
            except LOST as error:
                self.connected.clear()
                log.info("queue.lost", queue=self._queue.name, error=f"{type(error).__name__} {error}")
                stop.wait(wait_s)
                wait_s = min(2 * wait_s, RETRY_S[1])
            except Exception:  # a consumer that dies would leave the queue to nobody
                log.exception("queue.failed", queue=self._queue.name)
                stop.wait(RETRY_S[1])
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _consume(self) -> None:
        connection = connect(self._url, HEARTBEAT_S)
        try:
            DEAD_QUEUE(connection.channel()).declare()

            def arrived(delivery: Delivery) -> None:
                self._take(connection, delivery)

            with Consumer(connection, self._queue, on_message=arrived, prefetch_count=PREFETCH):
                self.connected.set()
                while not self._stop.is_set():
                    try:
                        connection.drain_events(timeout=1.0)
                    except TimeoutError:
                        connection.heartbeat_check()
        finally:
            hang_up(connection)

    def _take(self, connection: Connection, delivery: Delivery) -> None:
        if self._stop.is_set():
            raise Stopped
        handling = self._pool.submit(self._handle, bytes(_raw(delivery)))
        self._await(handling, connection)
        delivery.ack()

    def _await(self, handling: Future[None], connection: Connection) -> None:
        while True:
            try:
                return handling.result(timeout=HEARTBEAT_S / 4)
            except StillBusy:
                if handling.done():  # a handler's own TimeoutError is caught where it is raised
                    raise
                connection.connection.send_heartbeat()

    def _handle(self, body: bytes) -> None:
        """Returns when the message needs no further thought: handled, or set aside. Raises Stopped."""
        try:
            message = Message.from_json(body)
        except ValueError as error:
            return self._set_aside(body, str(error))
        for handler in self._handlers.get(message.type, ()):
            reason = self._handle_with(handler, message)
            if reason:
                self._set_aside(body, reason)
        return None

    def _handle_with(self, handler: Handler, message: Message) -> str | None:
        """None, or why it cannot be handled."""
        attempts, pause_s = 0, PAUSES_S[0]
        while True:
            try:
                handler(message)
                return None
            except Exception as error:
                away = isinstance(error, Problem) and error.status == 503
                attempts += not away
                log.warning("message.failed", type=message.type, id=message.id, attempt=attempts, exc_info=not away)
                if attempts >= ATTEMPTS:
                    return f"{type(error).__name__}: {error}"
            if self._stop.wait(pause_s):
                raise Stopped
            pause_s = min(2 * pause_s, PAUSES_S[1])

    def _set_aside(self, body: bytes, reason: str) -> None:
        log.error("message.set_aside", queue=self._queue.name, reason=reason)
        while True:
            try:
                return self._aside.set_aside(body, reason)
            except BrokerAway:
                if self._stop.wait(1.0):
                    raise Stopped from None


def _raw(delivery: Delivery) -> bytes:
    body = delivery.body
    return body.encode() if isinstance(body, str) else body
