"""What came of it, counted afterwards from the database, the store and the cores' own journals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from workbench.store import Keys, Manifest, ObjectMissing

from chaos.clients import Team
from chaos.installation import Installation

# Every change of a row is kept by the database itself, whoever made it.
WATCH = """
create table wb_ticker.audit (
    at timestamptz default clock_timestamp(), job text, old_state text, new_state text,
    old_fence int, new_fence int, decided_at int
);
create function wb_ticker.watch() returns trigger language plpgsql as $$
begin
    insert into wb_ticker.audit (job, old_state, new_state, old_fence, new_fence, decided_at)
    values (old.id, old.state, new.state, old.fence, new.fence,
            case when new.manifest is distinct from old.manifest
                 then (new.manifest::json -> 'facts' ->> 'fence')::int end);
    return null;
end $$;
create trigger watch after update on wb_ticker.jobs for each row execute function wb_ticker.watch();
"""
STALE = """
select count(*) from wb_ticker.audit where new_fence < old_fence
    or (old_state in ('succeeded', 'failed', 'cancelled') and new_state <> old_state)
    or (decided_at is not null and decided_at <> new_fence)
"""


@dataclass(frozen=True)
class Account:
    """``problems`` has a line for each thing that is not as it must be."""

    jobs: int
    lost: int
    doubled: int
    stale_writes: int
    overlaps: int
    kills: int
    problems: list[str]

    @property
    def line(self) -> str:
        """The one line at the end."""
        return (
            f"chaos: jobs={self.jobs} lost={self.lost} doubled={self.doubled} stale_writes={self.stale_writes} "
            f"overlaps={self.overlaps} kills={self.kills}"
        )

    @property
    def clean(self) -> bool:
        """Whether every figure that must be 0 is."""
        return not (self.lost or self.doubled or self.stale_writes or self.overlaps)


def watch(it: Installation) -> None:
    """Begin to keep every change of a row."""
    with connect(it) as connection:
        connection.execute(WATCH)


def unfinished(it: Installation) -> int:
    """How many jobs have not ended."""
    with connect(it) as connection:
        return _count(connection, "select count(*) from wb_ticker.jobs where state in ('queued', 'running')")


def settle(it: Installation, teams: list[Team], kills: int) -> Account:
    """Count."""
    problems: list[str] = []
    with connect(it) as connection:
        rows = connection.execute("select id, team, state, request, manifest, error from wb_ticker.jobs").fetchall()
        stale = _count(connection, STALE)
        ended_twice = _count(
            connection,
            "select count(*) from (select job from wb_ticker.audit where new_state = 'succeeded' "
            "and old_state <> 'succeeded' group by job having count(*) > 1) as twice",
        )
    by_id = {row[0]: row for row in rows}
    lost = sum(_lost(it, by_id, team, problems) for team in teams)
    numbers = Counter((row[1], row[3]["number"]) for row in rows)
    doubled = ended_twice + sum(count - 1 for count in numbers.values())
    stale += _foreign_manifests(it, by_id, problems)
    return Account(len(rows), lost, doubled, stale, len(_overlaps(it, by_id, problems)), kills, problems)


def _lost(it: Installation, by_id: dict[str, tuple], team: Team, problems: list[str]) -> int:
    """Accepted, but not there, not succeeded, or without what it says it made."""
    lost = 0
    for number, job_id in team.accepted.items():
        reason = _missing(it, by_id.get(job_id), team.name)
        if reason:
            lost += 1
            problems.append(f"lost: {team.name} {number} {job_id}: {reason}")
    return lost


def _missing(it: Installation, row: tuple | None, team: str) -> str | None:
    if row is None:
        return "no row"
    job_id, owner, state, _request, text, error = row
    if owner != team or state != "succeeded":
        return f"state {state} {error}"
    manifest = Manifest.parse(text)
    keys = Keys(team)
    try:
        if it.store().get(keys.manifest("tick", job_id)) != text.encode():
            return "its manifest differs from the row"
        for file in manifest.files:
            if it.store().info(keys.blob(file.sha256)).size_bytes != file.size_bytes:
                return f"{file.name} has another size"
    except ObjectMissing as missing:
        return f"no object {missing}"
    return None


def _foreign_manifests(it: Installation, by_id: dict[str, tuple], problems: list[str]) -> int:
    """Manifests in the store that no row decided: somebody without the lease wrote them."""
    found = [
        info.key
        for team in it.tokens
        for info in it.store().list(f"teams/{team}/manifests/")
        if Path(info.key).stem not in by_id
    ]
    problems += [f"stale write: {key}" for key in found]
    return len(found)


def _overlaps(it: Installation, by_id: dict[str, tuple], problems: list[str]) -> list[tuple[str, str]]:
    """Pairs of cores that were there at the same time although one of them had the device for itself."""
    exclusive = {row[3]["number"] for row in by_id.values() if row[3]["how"] == "exclusive"}
    spans = sorted(_spans(it.journal.iterdir()))
    found = []
    for index, (_begin, end, name) in enumerate(spans):
        for later_begin, _later_end, later in spans[index + 1 :]:
            if later_begin >= end:
                break
            if {int(name.split("-")[0]), int(later.split("-")[0])} & exclusive:
                found.append((name, later))
    problems += [f"overlap: {one} and {other}" for one, other in found]
    return found


def _spans(journals: Iterable[Path]) -> Iterable[tuple[float, float, str]]:
    for path in journals:
        # A killed core may leave half a line; what it had said before stands.
        beats = [float(line) for line in path.read_text().split("\n")[:-1]]
        if beats:
            yield beats[0], beats[-1], path.name


def connect(it: Installation) -> psycopg.Connection:
    """To the database, not through the workbench."""
    return psycopg.connect(it.postgres.url.replace("+psycopg", ""), autocommit=True, connect_timeout=10)


def _count(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def explain(account: Account) -> str:
    """For people: the first few problems."""
    return json.dumps(account.problems[:20], indent=1)
