"""What a team stores is asked of every service there is, by name."""

from __future__ import annotations

from workbench.jobs.record import storage
from workbench.standalone.mount import SERVICES


def test_every_service_is_asked_what_a_team_stores_by_its_hand() -> None:
    assert set(storage.SERVICES) == {name for name, _, _ in SERVICES}
