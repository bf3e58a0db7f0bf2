"""What lists promise, on every database: all that fits and nothing else, in order, each thing once."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from visiting import analyze, visited
from workbench.jobs import Adapters, Jobs, Kind, Made, claim
from workbench.jobs.migrate import configuration
from workbench.jobs.record.labels import relabel
from workbench.jobs.working import lease
from workbench.store import Manifest, Manifests

THING = Kind(
    "thing",
    plan=lambda _job, _manifests: None,
    publish=lambda job, *_: Made("thing", dict(job.request)),
    needs=lambda request: [("model", request["model_id"])] if "model_id" in request else [],
)
NAMES = (
    "Beta",
    "alpha",
    "Ünïcode",
    "100 % sure",
    "snake_case",
    "a\nb",
    "é",
    "Straße",
    "<script>alert(1)</script>",
    "\u202eevil",
    "x" * 200,
    "# prod",
)


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


def made(jobs: Jobs, name: str | None, tags: list[str] | None = None, team: str = "a", **request: str) -> str:
    job = jobs.submit(THING, team, dict(request), name=name)
    return relabel(jobs, job, tags=tags).id if tags else job.id


def found(jobs: Jobs, **wanted: Any) -> list[str | None]:
    """The names, page by page."""
    names, cursor = [], None
    while True:
        page = jobs.list("thing", "a", limit=2, cursor=cursor, **wanted)
        names += [job.name for job in page.items]
        cursor = page.cursor
        if cursor is None:
            return names


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("ALPHA", ["alpha"]),
        ("ü", ["Ünïcode"]),
        ("U\u0308", ["Ünïcode"]),
        ("%", ["100 % sure"]),
        ("_", ["snake_case"]),
        ("STRASSE", ["Straße"]),
        ("e\u0301", ["é"]),
        ("<script>", ["<script>alert(1)</script>"]),
        ("\\", []),
        ("' or 1=1 --", []),
        ("x" * 200, ["x" * 200]),
        ("a b", ["a\nb"]),
    ],
)
def test_a_search_finds_what_has_it_in_its_name_and_nothing_else(jobs: Jobs, search: str, names: list[str]) -> None:
    for name in NAMES:
        made(jobs, name)
    made(jobs, "alpha of another team", team="b")

    assert found(jobs, search=search) == names


def test_a_search_finds_an_id_by_its_beginning(jobs: Jobs) -> None:
    id = made(jobs, "one")
    made(jobs, "two")

    assert found(jobs, search=id[:8].upper()) == ["one"]


def test_tags_narrow_a_list_whatever_their_case(jobs: Jobs) -> None:
    made(jobs, "one", ["prod", "Vision 2"])
    made(jobs, "two", ["production"])
    made(jobs, "# prod")
    made(jobs, "\n#prod\n")

    assert found(jobs, tag="PROD") == ["one"]
    assert found(jobs, tag="vision 2") == ["one"]
    assert found(jobs, tag="pro%") == []
    assert found(jobs, search="vision") == ["one"]


def test_a_list_is_narrowed_to_what_names_a_thing(jobs: Jobs) -> None:
    for model in ("m-1", "m-12"):
        Manifests(jobs.store, "a").write(Manifest("model", model, "a", "", (), {}).text())
        made(jobs, f"of {model}", model_id=model)
    jobs.index("thing", Manifest("thing", "made", "a", "", (), {}, ("m-1",)), "made of m-1")

    assert found(jobs, of="m-1") == ["made of m-1", "of m-1"]
    assert found(jobs, of="m-") == []
    assert found(jobs, of="_-1") == []


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at"])
def test_each_order_has_every_thing_once(jobs: Jobs, sort: str) -> None:
    for name in (*NAMES, *NAMES[:3], None):
        made(jobs, name, ["same"])

    names = found(jobs, sort=sort, tag="same")

    assert sorted(names, key=str) == sorted([*NAMES, *NAMES[:3], None], key=str)
    back = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert found(jobs, sort=back)[::-1] == names
    if sort == "name":
        assert [name for name in names if name in ("alpha", "Beta", "snake_case")] == [
            "alpha",
            "alpha",
            "Beta",
            "Beta",
            "snake_case",
        ]


@pytest.mark.parametrize("cursor", ["0x1p+1~a", "n~a~", "n%%%~a", "nAA==~a", "n" + "A" * 3000 + "~a", "ngA==~a"])
def test_a_cursor_of_another_order_is_a_value_error(jobs: Jobs, cursor: str) -> None:
    made(jobs, "one")
    if cursor == "n~a~":  # nobody's, and readable: it only says where to begin
        assert found(jobs, sort="name") == ["one"]
        return
    with pytest.raises(ValueError, match="invalid"):
        jobs.list("thing", "a", cursor=cursor, sort="name")
    with pytest.raises(ValueError, match="invalid"):
        jobs.list("thing", "a", cursor="nYQ==~a")


def test_states_are_asked_for_one_by_one_or_as_what_goes_on_and_what_has_ended(jobs: Jobs) -> None:
    for name in ("waits", "stopped"):
        made(jobs, name)
    jobs.cancel("thing", "a", jobs.list("thing", "a").items[0].id)

    assert found(jobs, state="active") == found(jobs, state="queued") == ["waits"]
    assert found(jobs, state="ended") == found(jobs, state="cancelled") == ["stopped"]
    assert found(jobs, state="running") == []


def test_the_end_of_a_log_is_read_without_the_rest(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {})
    job = claim(jobs, ["thing"], "w", 30)
    assert job is not None
    for piece in ("über", "🚀🚀", "end"):
        lease.append_log(jobs, job, piece)

    assert jobs.log(job, -4) == ("🚀end", 9)
    assert jobs.log(job, -100) == ("über🚀🚀end", 9)


def test_a_new_name_leaves_the_tags_and_new_tags_the_name(jobs: Jobs) -> None:
    job = jobs.submit(THING, "a", {}, name="before")

    tagged = relabel(jobs, job, tags=["kept"])
    renamed = relabel(jobs, tagged, name="after")

    assert (renamed.name, renamed.tags, renamed.state) == ("after", ["kept"], job.state)
    assert renamed.seq > tagged.seq > job.seq, "whoever follows it must hear"
    assert found(jobs, search="before") == []
    assert found(jobs, search="after", tag="kept") == ["after"]
    assert found(jobs, tag="kept") == found(jobs) == ["after"]
    assert relabel(jobs, renamed, tags=[]).tags == []
    assert found(jobs, tag="kept") == []


def test_what_was_there_before_the_columns_is_found_too(jobs: Jobs) -> None:
    Manifests(jobs.store, "a").write(Manifest("model", "m-1", "a", "", (), {}).text())
    made(jobs, "Older", model_id="m-1")
    config = configuration()
    with jobs.engine.begin() as connection:
        config.attributes["connection"] = connection
        for index in ("jobs_list", "jobs_list_state", "jobs_by_name"):
            connection.execute(text(f"drop index {index}"))
        for column in ("tags", "words", "about"):
            connection.execute(text(f"alter table jobs drop column {column}"))
        connection.execute(text("create index jobs_list on jobs (team, kind, created_at, id)"))
        connection.execute(text("create index jobs_list_state on jobs (team, kind, state, created_at, id)"))
        command.stamp(config, "jobs_0007")
        command.upgrade(config, "jobs_0008")

    assert found(jobs, search="older", of="m-1") == ["Older"]


def test_a_search_reads_an_index_and_no_rows_that_do_not_fit(jobs: Jobs) -> None:
    for number in range(300):
        made(jobs, f"thing {number}")
    analyze(jobs.engine)

    assert visited(jobs.engine, lambda: jobs.list("thing", "a", search="no such")) <= 2 * 300 + 60
