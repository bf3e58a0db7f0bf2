"""Pages of layers and parts of graphs, out of lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from workbench.webapp import graph_parts
from workbench.webapp.graph_parts import Lines, Wanted


def chain(length: int) -> Lines:
    """Layers n0 → n1 → …, and a shortcut from n0 to the last."""

    def lines() -> Iterator[bytes]:
        for place in range(length):
            sources = [place - 1] * (place > 0) + [0] * (place == length - 1 and length > 2)
            yield json.dumps(layer(place, sources)).encode()

    return lines


def layer(place: int | None, sources: list[int], **more: Any) -> dict[str, Any]:
    kind = "Relu" if (place or 0) % 2 else "Convolution"
    return {
        "place": place,
        "name": f"n{place}",
        "type": kind,
        "gops": 1.0,
        "time_ms": 0.5,
        "outputs": [],
        "inputs": [{"from": source, "shape": [1, place, -1]} for source in sources],
        **more,
    }


def test_pages_go_on_where_the_last_one_ended_and_say_how_many_fit() -> None:
    first = graph_parts.page(chain(10), Wanted(type="Relu"), 0, 3)
    second = graph_parts.page(chain(10), Wanted(type="Relu"), 3, 3)

    assert [each["name"] for each in first["items"]] == ["n1", "n3", "n5"]
    assert [each["name"] for each in second["items"]] == ["n7", "n9"]
    assert (first["matching"], first["total"]) == (5, 10)


def test_a_search_looks_at_names_types_and_shapes() -> None:
    def found(**wanted: Any) -> list[str]:
        return [each["name"] for each in graph_parts.page(chain(10), Wanted(**wanted), 0, 10)["items"]]

    assert found(search="N7") == ["n7"]
    assert found(search="relu") == ["n1", "n3", "n5", "n7", "n9"]
    assert found(search="1x4x?") == ["n4"]
    assert found(names=["n2", "n3", "n99"]) == ["n2", "n3"]
    assert found(names=["n2", "n3"], type="Relu") == ["n3"]
    assert found(search="no such") == []


NAMES = ['a "quoted" one', "back\\slash", "\u212aelvin", "tab\tbed", "Straße", "ca\u0301fe", "1x4", "x", "plain/Conv_1"]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("text", [*NAMES, "kelvin", "QUOTED", "conv", "STRASSE", "ß", "tb", "X", "4x?", "\\", '"', " "])
def test_lines_that_are_passed_over_unread_are_none_that_fit(text: str, ascii_only: bool) -> None:
    layers = [layer(place, [place]) | {"name": name} for place, name in enumerate(NAMES)]
    lines = [json.dumps(each, ensure_ascii=ascii_only).encode() for each in layers]

    for wanted in (Wanted(search=text), Wanted(type=text), Wanted(names=[text])):
        found = graph_parts.page(lambda: lines, wanted, 0, 100)
        assert found["items"] == [each for each in layers if wanted.fits(each)]
        assert (found["matching"], found["total"]) == (len(found["items"]), len(NAMES))


def test_an_executed_layer_is_found_by_what_it_does_of_the_model() -> None:
    lines = [json.dumps(layer(0, [], original_layers=["conv", "relu"])).encode()]

    assert graph_parts.page(lambda: lines, Wanted(names=["relu"]), 0, 1)["matching"] == 1
    assert graph_parts.place_of(lambda: lines, "relu") == 0


def test_a_small_graph_comes_whole() -> None:
    part = graph_parts.between(chain(4), 0, 3, limit=4)

    assert [node["id"] for node in part["nodes"]] == [0, 1, 2, 3]
    assert edges(part) == {(0, 1), (1, 2), (2, 3), (0, 3)}
    assert not part["collapsed"]


def test_a_large_graph_comes_as_runs_that_lose_no_layer_and_no_edge_between_them() -> None:
    part = graph_parts.between(chain(1000), 0, 999, limit=10)

    assert part["collapsed"]
    assert len(part["nodes"]) == 10
    assert sum(node["count"] for node in part["nodes"]) == 1000
    assert part["nodes"][1]["name"] == "n100 … n199"
    assert part["nodes"][1]["types"] == {"Convolution": 50, "Relu": 50}
    assert part["nodes"][1]["time_ms"] == 50.0
    assert edges(part) == {(each, each + 100) for each in range(0, 900, 100)} | {(0, 900)}


def test_a_part_says_which_edges_lead_out_of_it() -> None:
    part = graph_parts.between(chain(10), 3, 5, limit=10)

    assert edges(part) == {(3, 4), (4, 5)}
    assert {node["id"]: node["unseen"] for node in part["nodes"]} == {3: 1, 4: 0, 5: 1}


def test_around_a_layer_is_what_is_near_along_edges_in_both_directions() -> None:
    part = graph_parts.around(chain(10), 9, depth=2, limit=100)

    assert [node["id"] for node in part["nodes"]] == [0, 1, 7, 8, 9]  # by the shortcut, too
    assert not part["cut"]


def test_around_a_layer_with_too_many_neighbours_says_that_it_is_cut() -> None:
    star = [json.dumps(layer(0, [])).encode(), *(json.dumps(layer(each, [0])).encode() for each in range(1, 50))]

    part = graph_parts.around(lambda: star, 0, depth=1, limit=10)

    assert part["cut"]
    assert len(part["nodes"]) == 10


def test_what_was_fused_away_is_listed_and_is_no_node() -> None:
    lines = [json.dumps(each).encode() for each in (layer(0, []), layer(None, []), layer(1, [0]))]

    assert graph_parts.page(lambda: lines, Wanted(), 0, 10)["total"] == 3
    assert graph_parts.count(lambda: lines) == 2
    assert len(graph_parts.between(lambda: lines, 0, 1, 10)["nodes"]) == 2


def edges(part: dict[str, Any]) -> set[tuple[int, int]]:
    return {(edge["from"], edge["to"]) for edge in part["edges"]}
