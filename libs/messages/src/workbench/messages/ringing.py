"""Bells between processes: rung from a thread of their own so that no caller waits, heard by another."""

from __future__ import annotations

import os
import threading
import uuid

import structlog
from kombu import Consumer, Producer
from kombu.message import Message as Delivery
from workbench.messages.bells import Bells
from workbench.messages.publisher import LOST, connect, hang_up
from workbench.messages.topology import BELLS, bell_queue

log = structlog.get_logger()
HEARTBEAT_S = 20
RETRY_S = (0.2, 5.0)


class Ringer:
    """Sends bells. Those that ring while one is on its way become one; those the broker misses are lost."""

    def __init__(self, url: str, me: str) -> None:
        self._url = url
        self._me = me
        self._pending: set[str] = set()
        self._condition = threading.Condition()

    def ring(self, bell: str) -> None:
        """Never blocks, never raises."""
        with self._condition:
            self._pending.add(bell)
            self._condition.notify()

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``."""
        producer: Producer | None = None
        while not stop.is_set():
            bells = self._next()
            try:
                producer = producer or Producer(connect(self._url).channel(), BELLS)
                for bell in bells:
                    producer.publish(b"", routing_key=bell, headers={"from": self._me}, delivery_mode=1)
            except LOST:
                if producer is not None:
                    hang_up(producer.channel.connection.client)
                producer = None
                stop.wait(1.0)
        if producer is not None:
            hang_up(producer.channel.connection.client)

    def _next(self) -> set[str]:
        with self._condition:
            self._condition.wait_for(lambda: bool(self._pending), timeout=1.0)
            bells, self._pending = self._pending, set()
            return bells


class Listener:
    """Hears the bells of one service, whoever rang them, and knows whether the broker is there."""

    def __init__(self, url: str, service: str, me: str, bells: Bells) -> None:
        self._url = url
        self._service = service
        self._me = me
        self._bells = bells
        self.connected = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``, connecting again for ever."""
        wait_s = RETRY_S[0]
        while not stop.is_set():
            try:
                self._listen(stop)
                wait_s = RETRY_S[0]
            except LOST as error:
                if self.connected.is_set():
                    wait_s = RETRY_S[0]
                    log.warning("broker.lost", error=f"{type(error).__name__} {error}")
                self.connected.clear()
                stop.wait(wait_s)
                wait_s = min(2 * wait_s, RETRY_S[1])

    def _listen(self, stop: threading.Event) -> None:
        connection = connect(self._url, HEARTBEAT_S)
        try:
            with Consumer(connection, bell_queue(self._service), callbacks=[self._heard], no_ack=True):
                self.connected.set()
                Bells.ring(self._bells, f"jobs.{self._service}")  # one may have been missed while nobody listened
                while not stop.is_set():
                    try:
                        connection.drain_events(timeout=1.0)
                    except TimeoutError:
                        connection.heartbeat_check()
        finally:
            hang_up(connection)

    def _heard(self, _body: object, delivery: Delivery) -> None:
        if delivery.headers.get("from") != self._me:
            # Here alone: passed on, it would go round between processes for ever.
            Bells.ring(self._bells, delivery.delivery_info["routing_key"])


def process_name() -> str:
    """Tells this process's own bells from those of others."""
    return f"{os.uname().nodename}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
