"""Publishing with confirms: when it returns, the broker has the message on disk."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from amqp.exceptions import AMQPError
from kombu import Connection, Exchange, Producer
from kombu.exceptions import OperationalError
from workbench.messages.message import Message
from workbench.messages.port import BrokerAway
from workbench.messages.topology import DEAD, DEAD_QUEUE, MESSAGES

CONNECT_TIMEOUT_S = 3.0
CONFIRM_TIMEOUT_S = 5.0
# What a lost or refused connection raises, in whatever step.
LOST = (OSError, AMQPError, OperationalError)
CONTENT_TYPE = "application/cloudevents+json"


class Publisher:
    """One connection, opened when first needed and again when it was lost; any thread may publish."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._producer: Producer | None = None

    def publish(self, message: Message) -> None:
        """Raises BrokerAway."""
        self._send(message.to_json(), MESSAGES, message.type, {})

    def set_aside(self, body: bytes | str, reason: str) -> None:
        """Keep a message that nobody can handle, for a person to look at. Raises BrokerAway."""
        self._send(body, DEAD, "", {"x-workbench-reason": reason[:1000]})

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._drop()

    def _send(self, body: bytes | str, exchange: Exchange, routing_key: str, headers: Mapping[str, str]) -> None:
        with self._lock:
            # A connection that was lost while nobody used it is only found out by using it.
            fresh = self._producer is None
            try:
                self._send_once(body, exchange, routing_key, headers)
            except BrokerAway as away:
                if fresh or isinstance(away.__cause__, TimeoutError):
                    raise
                self._send_once(body, exchange, routing_key, headers)

    def _send_once(self, body: bytes | str, exchange: Exchange, routing_key: str, headers: Mapping[str, str]) -> None:
        try:
            producer = self._producer or self._open()
            producer.publish(
                body,
                exchange=exchange,
                routing_key=routing_key,
                headers=dict(headers),
                delivery_mode=2,
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                confirm_timeout=CONFIRM_TIMEOUT_S,
            )
        except LOST as error:
            self._drop()
            raise BrokerAway(f"the broker did not take the message: {type(error).__name__} {error}") from error

    def _open(self) -> Producer:
        connection = connect(self._url)
        channel = connection.channel()
        for thing in (MESSAGES, DEAD_QUEUE):
            thing(channel).declare()
        self._producer = Producer(channel, auto_declare=False)
        return self._producer

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            hang_up(producer.channel.connection.client)


def connect(url: str, heartbeat_s: float = 0) -> Connection:
    """An open connection whose every step has a time limit. Raises one of LOST."""
    connection = Connection(
        url,
        connect_timeout=CONNECT_TIMEOUT_S,
        heartbeat=heartbeat_s,
        transport_options={"confirm_publish": True, "write_timeout": CONFIRM_TIMEOUT_S},
    )
    connection.connect()
    return connection


def hang_up(connection: Connection) -> None:
    """Close without a word to the broker: it may be gone, and would be waited for."""
    connection.collect(socket_timeout=0.1)
