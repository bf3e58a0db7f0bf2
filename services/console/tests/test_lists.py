"""Models, datasets and projects are found, leafed through, called otherwise and deleted, several at once."""

from __future__ import annotations

import re
import time
import uuid

import pytest
from console_bench import HOSTILE, Bench, Visitor
from workbench.webapp.identity import Identity, write_token

TEAM = "lists"


@pytest.fixture(scope="module")
def several(bench: Bench) -> list[str]:
    """Datasets of a team that has no others."""
    write_token(bench.adapters.store, TEAM, Identity(TEAM, "member"), TEAM)
    return [
        bench.have(
            "dataset",
            "succeeded",
            team=TEAM,
            name=f"Set {number:03}",
            created_at=time.time() - number,
            facts={"items": 1},
            files=(),
        )
        for number in range(60)
    ]


@pytest.fixture
def visitor(bench: Bench, several: list[str]) -> Visitor:
    return bench.visitor(TEAM)


def names(page: str) -> list[str]:
    return re.findall(r'<a href="/console/dataset/[^"]+"><bdi>([^<]+)</bdi>', page)


def test_a_list_is_searched_sorted_and_leafed_through(several: list[str], visitor: Visitor) -> None:
    first = visitor.get("/console/datasets?sort=-name").text
    further = re.search(r'href="([^"]+)">Next page', first)
    assert further
    rest = visitor.get(further[1].replace("&amp;", "&")).text

    assert names(first) + names(rest) == [f"Set {number:03}" for number in reversed(range(60))]
    assert names(visitor.get("/console/datasets?search=set+00").text) == [f"Set {number:03}" for number in range(10)]
    assert "Nothing fits." in visitor.get("/console/datasets?search=nowhere").text


def test_what_the_api_refuses_of_a_list_is_told_above_it(several: list[str], visitor: Visitor) -> None:
    page = visitor.get("/console/datasets?sort=size")

    assert page.status_code == 200
    assert "sort: " in page.text


def test_a_thing_is_renamed_and_tagged_and_found_by_both(several: list[str], visitor: Visitor) -> None:
    answer = visitor.post(f"/console/things/datasets/{several[40]}/labels", name="<b>Renamed</b>", tags="prod, v 2,")

    assert answer.headers["Location"] == f"/console/dataset/{several[40]}"
    page = visitor.get("/console/datasets?tag=PROD").text
    assert names(page) == ["&lt;b&gt;Renamed&lt;/b&gt;"]
    assert 'href="/console/datasets?tag=v%202"' in page
    assert 'value="prod, v 2"' in visitor.get(f"/console/dataset/{several[40]}").text


@pytest.mark.parametrize(("name", "tags"), [("", "x"), ("x" * 201, ""), ("x", "t" * 33), ("x", "a,A")])
def test_what_cannot_be_a_name_or_tag_is_told(several: list[str], visitor: Visitor, name: str, tags: str) -> None:
    answer = visitor.post(f"/console/things/datasets/{several[41]}/labels", name=name, tags=tags)

    assert answer.status_code == 422
    assert "What to do:" in answer.text


def test_deletion_is_asked_for_and_then_done_for_all(several: list[str], visitor: Visitor) -> None:
    form = {"id": several[50:53]}
    asked = visitor.browser.post("/console/things/datasets/delete", data=form, headers={"Origin": "http://localhost"})
    assert "Delete 3 datasets?" in asked.text
    assert "Set 051" in asked.text
    assert "Set 051" in visitor.get("/console/datasets?search=Set 051").text

    answer = visitor.browser.post(
        "/console/things/datasets/delete", data=form | {"sure": "yes"}, headers={"Origin": "http://localhost"}
    )

    assert answer.headers["Location"] == "/console/datasets"
    assert "Nothing fits." in visitor.get("/console/datasets?search=Set 051").text


def test_of_each_that_cannot_be_deleted_it_is_told_why(bench: Bench) -> None:
    visitor = bench.visitor("hostile")
    asked = visitor.post("/console/things/models/delete", id=bench.ids["model running"])
    answer = visitor.post("/console/things/models/delete", id=bench.ids["model running"], sure="yes")
    nobody = visitor.post("/console/things/models/delete", id=str(uuid.uuid4()), sure="yes")

    assert "Delete 1 model?" in asked.text
    assert HOSTILE[:20] not in asked.text
    assert "0 of 1 are deleted" in answer.text
    assert "What to do:" in answer.text
    assert "Not found" in nobody.text


def test_a_viewer_deletes_and_renames_nothing(bench: Bench) -> None:
    visitor, id = bench.visitor("looking"), bench.ids["dataset succeeded"]

    assert visitor.post("/console/things/datasets/delete", id=id, sure="yes").status_code == 403
    assert visitor.post(f"/console/things/datasets/{id}/labels", name="x").status_code == 403


def test_a_dataset_is_exported_in_a_layout_that_the_api_names(several: list[str], visitor: Visitor) -> None:
    page = visitor.get(f"/console/dataset/{several[0]}").text
    assert "<option>unannotated</option>" in page

    answer = visitor.post(f"/console/dataset/{several[0]}/export", format="unannotated")
    wrong = visitor.post(f"/console/dataset/{several[0]}/export", format="cuneiform")

    assert answer.headers["Location"].startswith("/console/job/exports/")
    assert wrong.status_code == 422
    assert "format" in wrong.text


def test_a_list_is_narrowed_to_a_state_as_the_api_and_the_command_do(visitor: Visitor) -> None:
    assert len(names(visitor.get("/console/datasets?state=succeeded").text)) == 50
    assert "state=succeeded" in visitor.get("/console/datasets?state=succeeded").text
    assert "Nothing fits" in visitor.get("/console/datasets?state=active").text
    assert '<option value="active" selected>' in visitor.get("/console/models?state=active").text
