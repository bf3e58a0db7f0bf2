"""Database engines whose transactions mean what they say, on SQLite and on PostgreSQL.

A database that cannot be reached raises DatabaseAway, from whatever statement met it.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, QueuePool, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import PoolProxiedConnection
from workbench.jobs.problems import DatabaseAway

# Within these times a server answers, or the request is told to come back.
POSTGRES_TIMEOUTS_MS = {
    "statement_timeout": 10_000,
    "lock_timeout": 8_000,
    "idle_in_transaction_session_timeout": 30_000,
}
RESTED_S = 5.0  # a connection that nobody has used for so long may be none any more
# Connections of one process to one schema: transactions are milliseconds, and the server's are few.
POOL_SIZE, POOL_OVERFLOW, POOL_TIMEOUT_S = 10, 5, 10.0
_AWAY = {"OperationalError", "InterfaceError", "UndefinedTable", "UndefinedColumn"}
_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}


def schema_of(service: str) -> str:
    """The PostgreSQL schema that holds a service's rows."""
    return f"wb_{service.replace('-', '_')}"


def postgres_engine(url: str, service: str) -> Engine:
    """A schema per service; nothing is contacted before the first transaction."""
    # Only here: an embedded workbench has no psycopg.
    from workbench.jobs.record.answering import AnsweringConnection

    class Pool(_Pool):
        def connect(self) -> PoolProxiedConnection:
            if AnsweringConnection.silence.lasts and self.checkedout() >= POOL_SIZE + POOL_OVERFLOW:
                raise DatabaseAway  # those who have one wait for the same silent server
            return super().connect()

    timeouts = [f"-c {name}={value}" for name, value in POSTGRES_TIMEOUTS_MS.items()]
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        json_serializer=_to_json,
        poolclass=Pool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_S,
        pool_use_lifo=True,
        connect_args={
            "options": " ".join([f"-c search_path={schema_of(service)}", *timeouts]),
            "connect_timeout": 5,
            # A plan made while the table was empty would be kept; and poolers in between keep no statements.
            "prepare_threshold": None,
            "application_name": f"workbench-{service}",
            # A server whose machine vanished says nothing: without these a read waits for hours.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: Any, settings: Any) -> Any:
        hasty = {"connect_timeout": 2} if AnsweringConnection.silence.lasts else {}
        return AnsweringConnection.connect(*arguments, **settings | hasty)

    _ask_the_rested(engine)
    event.listen(engine, "handle_error", _translate)
    return engine


def sqlite_engine(path: Path) -> Engine:
    """SQLite in WAL mode; every transaction takes the write lock at its start.

    The driver's own transactions begin at the first write, so a read before it could be stale by
    then; ``BEGIN IMMEDIATE`` makes read-then-write safe between processes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = threading.Lock()

    class InTurn(_InTurn):
        turn_of_process = turn

    engine = create_engine(
        f"sqlite:///{path}",
        json_serializer=_to_json,
        poolclass=_Pool,
        pool_timeout=POOL_TIMEOUT_S,
        connect_args={"timeout": 30, "check_same_thread": False, "factory": InTurn},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("reading", False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.connection.dbapi_connection.take_turn()
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "handle_error", _translate)
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: they wait for no writer.

    Each statement sees what was committed before it. PostgreSQL needs no transaction for that, whose begin and end
    are a message and an answer each; SQLite does, so that several see the same.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.execution_options(reading=True)


def alone(engine: Engine) -> Engine:
    """The same engine for a transaction of one statement.

    PostgreSQL makes every statement a transaction that is not in one: its begin and its end cost no message more.
    Whoever hears nothing of it does not know whether it was carried out.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine


def _ask_the_rested(engine: Engine) -> None:
    """A connection that nobody has used for a while is asked whether it still is one, before anybody relies on it.

    pool_pre_ping would ask every time. One that breaks in use takes all others of the pool with it, either way.
    """

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used_at", math.inf) < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise InvalidatePoolError from error


def _to_json(value: Any) -> str:
    """JSON has no NaN and no infinity; PostgreSQL refuses what Python writes for them."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _InTurn(sqlite3.Connection):
    """Writers of one process queue for a lock before they ask for the file's.

    SQLite itself has no queue: who finds the file locked sleeps and asks again, ever longer, and
    under a steady load some ask for half a second while others are served at once.
    """

    turn_of_process: threading.Lock
    _has_turn = False

    def take_turn(self) -> None:
        if not self.turn_of_process.acquire(timeout=30):
            raise DatabaseAway
        self._has_turn = True

    def commit(self) -> None:
        super().commit()
        self._end_turn()  # after a failed commit comes a rollback

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self.turn_of_process.release()


class _Pool(QueuePool):
    """A pool that is empty for too long is a database that cannot be reached."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolExhausted as error:
            raise DatabaseAway from error


def _translate(context: ExceptionContext) -> None:
    if context.is_disconnect or _is_away(context.original_exception):
        raise DatabaseAway from context.original_exception


def _is_away(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    # By name, since an embedded workbench has no psycopg: lost, refused, out of time or of resources;
    # and a schema that is not up to date yet.
    return not _AWAY.isdisjoint(cls.__name__ for cls in type(error).__mro__)
