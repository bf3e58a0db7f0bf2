"""How many rows a database visits to answer: what a question costs, whatever the machine does meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

STEPS = 100  # of SQLite's machine, counted at a time
_FIRST_WORDS = ("SELECT", "WITH", "UPDATE", "DELETE")


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile, with its parameters; a transaction's begin and end are asked, too."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            seen.append(("BEGIN", None))

    def ended(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            seen.append(("COMMIT", None))

    listening = {"before_cursor_execute": note, "begin": begun, "commit": ended, "rollback": ended}
    for name, listener in listening.items():
        event.listen(engine, name, listener)
    try:
        yield seen
    finally:
        for name, listener in listening.items():
            event.remove(engine, name, listener)


def visited(engine: Engine, act: Callable[[], object]) -> int:
    """Rows on PostgreSQL, by the plans that it carried out; on SQLite hundreds of steps of its machine."""
    return _rows(engine, act) if engine.dialect.name == "postgresql" else _steps(engine, act)


def _rows(engine: Engine, act: Callable[[], object]) -> int:
    with statements(engine) as seen:
        act()
    asked = [each for each in seen if each[0].lstrip().upper().startswith(_FIRST_WORDS)]
    with engine.connect() as connection:  # never committed: what the statements change is undone
        return sum(_explained(connection, statement, parameters) for statement, parameters in asked)


def _explained(connection: Connection, statement: str, parameters: Any) -> int:
    found = connection.exec_driver_sql(f"explain (analyze, timing off, format json) {statement}", parameters).scalar()
    plans = found if isinstance(found, list) else json.loads(str(found))
    return sum(_of_node(node["Plan"]) for node in plans)


def _of_node(node: dict[str, Any]) -> int:
    """The rows that a scan has read, used or not; what is above it handles no others."""
    below = node.get("Plans", ())
    loops = node.get("Actual Loops", 1)
    read = sum(node.get(name, 0) for name in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"))
    return (round(read * loops) if not below else 0) + sum(_of_node(each) for each in below)


def _steps(engine: Engine, act: Callable[[], object]) -> int:
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return 0

    def counting(_connection: Any, cursor: Any, *_: Any) -> None:
        cursor.connection.set_progress_handler(one_more, STEPS)

    event.listen(engine, "before_cursor_execute", counting)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", counting)
        with engine.connect() as connection:
            connection.connection.dbapi_connection.set_progress_handler(None, 0)  # type: ignore[union-attr]
    return count


def analyze(engine: Engine) -> None:
    """So that the plans are those of a database that has been in use."""
    with engine.begin() as connection:
        connection.execute(text("analyze"))
