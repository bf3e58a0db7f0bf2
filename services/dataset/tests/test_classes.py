"""Classes of masks as files tell them, and every way such a file may be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from workbench.archives.entries import Entry
from workbench.dataset.reading.classes import Classes, read_label_colors, read_labelmap, read_meta

BORDER = (224, 224, 192)


@pytest.fixture
def labelmap(entry: Callable) -> Callable[[str], Classes]:
    return lambda text: read_labelmap(entry("labelmap.txt", text.encode()))


@pytest.fixture
def label_colors(entry: Callable) -> Callable[[str], Classes]:
    return lambda text: read_label_colors(entry("label_colors.txt", text.encode()))


@pytest.fixture
def meta(entry: Callable[..., Entry]) -> Callable[[Any], Classes]:
    return lambda document: read_meta(entry("dataset_meta.json", json.dumps(document).encode()))


def reasons(found: Classes) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_a_labelmap_tells_names_and_colours(labelmap: Callable) -> None:
    found = labelmap("# label:color_rgb:parts:actions\nbackground:0,0,0::\r\n\nparking lot: 9, 8,7:door,wheel:\nplain")

    assert (found.names, found.faults) == (["background", "parking lot", "plain"], [])
    assert found.colors == [(0, 0, 0), (9, 8, 7), (0, 128, 0)], "without a colour: VOC's for the third"


def test_label_colors_tell_colours_and_names(label_colors: Callable) -> None:
    found = label_colors("64 128 64\tAnimal\r\n192   0 128\t\tArch way\n")

    assert (found.names, found.colors, found.faults) == (["Animal", "Arch way"], [(64, 128, 64), (192, 0, 128)], [])


@pytest.mark.parametrize(
    "document",
    [
        {
            "label_map": {"1": "road", "0": "sky"},
            "segmentation_colors": [[0, 0, 0], [1, 2, 3]],
            "background_label": "0",
        },
        {"labels": ["sky", "road"], "segmentation_colors": [[0, 0, 0], [1, 2, 3]], "background_label": 1, "more": None},
    ],
)
def test_a_description_tells_both_by_map_or_list(meta: Callable, document: dict) -> None:
    found = meta(document)

    assert (found.names, found.colors, found.faults) == (["sky", "road"], [(0, 0, 0), (1, 2, 3)], [])


def test_a_description_may_be_without_colours(meta: Callable) -> None:
    found = meta({"labels": ["sky", "road"]})

    assert (found.names, found.colors, found.faults) == (["sky", "road"], [], [])
    assert found.coding().values == {0: 0, 1: 1, 255: 255}


def test_an_ignored_class_at_the_end_is_none(labelmap: Callable) -> None:
    coding = labelmap("background:0,0,0\ncat:1,1,1\nignored:9,9,9").coding(["ignored"], BORDER)

    assert list(coding.classes) == ["background", "cat"]
    assert coding.values == {0: 0, 1: 1, 2: 255, 255: 255}
    assert coding.colors == {BORDER: 255, (0, 0, 0): 0, (1, 1, 1): 1, (9, 9, 9): 255}


def test_an_ignored_class_before_others_leaves_them_their_ids(labelmap: Callable) -> None:
    coding = labelmap("border:224,224,192\ncat:1,1,1").coding(["ignored"], BORDER)

    assert list(coding.classes) == ["border", "cat"]
    assert coding.values == {0: 255, 1: 1, 255: 255}
    assert coding.colors == {BORDER: 255, (1, 1, 1): 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "labelmap.txt: it names no class"),
        ("# only a remark\n", "labelmap.txt: it names no class"),
        ("cat:1,2,3\ndog:1,2", "labelmap.txt line 2: a colour is three whole numbers from 0 to 255, not '1,2'; ex"),
        ("cat:1,2,256", "labelmap.txt line 1: a colour is three whole numbers from 0 to 255, not '1,2,256'"),
        ("cat:red", "labelmap.txt line 1: a colour is three whole numbers from 0 to 255, not 'red'"),
        (":1,2,3", "labelmap.txt line 1: the class has no name; expected `name:r,g,b:parts:actions`"),
        ("cat:1,2,3\ndog:1,2,3", "labelmap.txt: the classes 'cat' and 'dog' (ids 0 and 1) have the same colour"),
        ("cat:1,2,3\ncat:3,2,1", "labelmap.txt: the classes 'cat' and 'cat' (ids 0 and 1) have the same name"),
    ],
)
def test_a_wrong_labelmap_is_told_by_its_line(labelmap: Callable, text: str, reason: str) -> None:
    [told] = reasons(labelmap(text))

    assert told.startswith(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 2 3", "label_colors.txt line 1: the class has no name; expected `r g b name`"),
        ("1 2 cat", "label_colors.txt line 1: a colour is three whole numbers from 0 to 255, not '1,2,cat'"),
    ],
)
def test_wrong_label_colors_are_told_by_their_line(label_colors: Callable, text: str, reason: str) -> None:
    assert reasons(label_colors(text))[0].startswith(reason)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "must be a JSON object"),
        ({}, "must have label_map, an object of id to name, or labels"),
        ({"labels": "cat"}, "must have label_map"),
        ({"labels": []}, "it names no class"),
        ({"labels": ["cat", 7]}, "the name of a class is a text that is not empty, not '7'"),
        ({"labels": ["cat", " "]}, "the name of a class is a text that is not empty"),
        ({"label_map": {"0": "a", "2": "b"}}, "label_map must number its 2 classes from 0 to 1; 1 is missing"),
        (
            {"label_map": {"0": "a"}, "segmentation_colors": [[0, 0, 0], [1, 1, 1]]},
            "segmentation_colors must list a colour for each of the 1 classes, not 2",
        ),
        (
            {"labels": ["a"], "segmentation_colors": {}},
            "segmentation_colors must list a colour for each of the 1 classes",
        ),
        ({"labels": ["a"], "segmentation_colors": [[0, 0, 1.5]]}, "a colour is three whole numbers from 0 to 255"),
        ({"labels": ["a"], "segmentation_colors": [[0, 0, True]]}, "a colour is three whole numbers from 0 to 255"),
        ({"labels": ["a"], "segmentation_colors": ["red"]}, "a colour is three whole numbers from 0 to 255, not red"),
        ({"labels": ["a", "b"], "segmentation_colors": [[0, 0, 0]] * 2}, "the classes 'a' and 'b' (ids 0 and 1) have"),
        ({"labels": ["a"], "background_label": 1}, "background_label '1' is no id from 0 to 0"),
        ({"labels": [f"c{label}" for label in range(256)]}, "it has 256 classes; masks may have 255"),
    ],
)
def test_a_wrong_description_is_told(meta: Callable, document: Any, reason: str) -> None:
    [told] = reasons(meta(document))

    assert told.startswith(f"dataset_meta.json: {reason}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"labels": ["a"],\n}', "not JSON: "),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_description_that_is_no_json_is_told(entry: Callable, text: bytes, reason: str) -> None:
    [told] = reasons(read_meta(entry("dataset_meta.json", text)))

    assert told.startswith(f"dataset_meta.json: {reason}")
