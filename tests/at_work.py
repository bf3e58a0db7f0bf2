"""A worker beside what a test asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.jobs import Worker


@contextmanager
def at_work(worker: Worker) -> Iterator[None]:
    """It carries jobs out in a thread of this process; afterwards it has ended."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        worker.record.ring()
        thread.join(30)
    assert not thread.is_alive()
