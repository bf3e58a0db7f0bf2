"""Where a model comes from and what was made of it, as a tree of lines."""

from __future__ import annotations

from typing import Any

import httpx
from held_to_reference import holding
from workbench.client import Client
from workbench.client.cli.lineage import lines, with_family


def model(id: str, *parents: str, created: int = 0, **facts: Any) -> dict[str, Any]:
    return {
        "id": id,
        "kind": "model",
        "state": "succeeded",
        "parents": list(parents),
        "created_at": f"{created:04}",
        "facts": {"name": f"net {id}", "precision": "FP32", "origin": "conversion", **facts},
    }


def shown(listed: list[dict[str, Any]], id: str, beyond: tuple[dict[str, Any], ...] = ()) -> list[str]:
    """What `models show` adds, where the list has these models, and others may be asked for by their ids."""
    known = {each["id"]: each for each in (*listed, *beyond)}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            return httpx.Response(200, json={"items": listed, "next_cursor": None})
        found = known.get(request.url.path.rpartition("/")[2])
        problem = {"title": "Not found", "status": 404, "detail": "gone"}
        return (
            httpx.Response(200, json=found)
            if found
            else httpx.Response(404, json=problem, headers={"content-type": "application/problem+json"})
        )

    with Client(transport=holding(answer)) as client:
        return list(lines(with_family(client, known[id])))


ONE = [
    model("onnx", origin="upload"),
    model("ir", "onnx", created=1),
    model("int8", "ir", created=3, precision="INT8"),
    model("small", "ir", created=2),
    model("other", created=4),
]


def test_a_family_is_a_tree_with_the_model_marked() -> None:
    assert shown(ONE, "ir") == [
        "Lineage:",
        "  onnx  net onnx  FP32, upload",
        "*   ir  net ir  FP32, conversion",
        "      small  net small  FP32, conversion",
        "      int8  net int8  INT8, conversion",
    ]
    assert shown(ONE, "int8")[-1].startswith("*     int8")


def test_a_model_alone_has_no_lineage_to_tell() -> None:
    assert shown(ONE, "other") == []


def test_a_parent_that_was_deleted_is_said_to_be() -> None:
    assert shown([model("ir", "gone")], "ir")[1:] == ["  gone  deleted since", "*   ir  net ir  FP32, conversion"]


def test_an_ancestor_beyond_the_list_is_asked_for() -> None:
    found = shown([model("ir", "old")], "ir", beyond=(model("old"),))

    assert found[1] == "  old  net old  FP32, conversion"


def test_long_names_and_large_families_keep_to_the_screen() -> None:
    children = [model(f"child{number:03}", "root", created=number) for number in range(99)]
    many = [model("root", name="n" * 200), *children]

    found = shown(many, "child098")

    assert max(map(len, found)) <= 80
    assert found[-2].startswith("*   child098")
    assert found[-1] == "  … and 59 more"
