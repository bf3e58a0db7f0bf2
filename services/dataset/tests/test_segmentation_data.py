"""Real images with masks, from their layout to the annotations that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from workbench.dataset import ingest
from workbench.dataset.formats.voc_segmentation import VOC_NAMES
from workbench.shards import read_annotations, read_classes, read_index, tasks_of
from workbench.tasks.instance_segmentation.patch import Patch, Placed, overlaps
from workbench.tasks.semantic_segmentation.annotation import from_json

TASK, THINGS = "semantic-segmentation", "instance-segmentation"


def _masks(folder: Path) -> dict[str, np.ndarray]:
    return {name: from_json(document).mask() for name, document in read_annotations(folder, TASK).items()}


def test_voc7_keeps_every_pixel_of_its_masks(datasets: Path, read_folder: Callable, new_run: Callable) -> None:
    run = new_run(read_folder(datasets / "voc7"), {"format": "voc-segmentation"})

    facts = ingest.run(run)
    masks = _masks(run.outputs)

    assert (facts["format"], facts["tasks"], facts["annotated"], facts["labels"]) == (
        "voc-segmentation",
        [THINGS, TASK],
        True,
        None,
    )
    assert facts["classes"] == read_classes(run.outputs)
    assert facts["classes"][TASK][15] == "person"
    assert [item.name for item in read_index(run.outputs)] == list(masks)
    for name, mask in masks.items():
        stored = datasets / "voc7" / "VOC2012" / "SegmentationClass" / f"{Path(name).stem}.png"
        assert (mask == np.asarray(Image.open(stored))).all()


def test_voc7_tells_its_things_apart_as_coco_does_which_they_were_made_from(
    datasets: Path, read_folder: Callable, new_run: Callable
) -> None:
    kept = {}
    for name, layout in (("voc7", "voc-segmentation"), ("tinycoco", "coco")):
        run = new_run(read_folder(datasets / name), {"format": layout})
        ingest.run(run)
        names = read_classes(run.outputs)[THINGS]
        for image, known in read_annotations(run.outputs, THINGS).items():
            kept[name, Path(image).stem] = [
                (names[thing["class"]], Placed.of(Patch.from_json(thing["mask"]))) for thing in known["instances"]
            ]
    shared = [stem for name, stem in kept if name == "voc7" and ("tinycoco", stem) in kept]

    found = [
        max(overlaps([mask], [other for _, other in kept["tinycoco", stem]], [False] * 99)[0])
        for stem in shared
        for _, mask in kept["voc7", stem]
    ]

    assert len(found) > 3
    assert float(np.median(found)) > 0.9  # of things in front of each other the front one has the pixels
    assert {name for stem in shared for name, _ in kept["voc7", stem]} <= set(VOC_NAMES[1:])


def test_coral_with_ids_in_bmp_is_read_with_a_description(datasets: Path, new_run: Callable) -> None:
    coral = datasets / "seg_coral"
    files = {f"Images/{name}.bmp": (coral / f"{name}.bmp").read_bytes() for name in ("bird", "dog")}
    files |= {f"Masks/{name}.bmp": (coral / f"{name}_mask.bmp").read_bytes() for name in ("bird", "dog")}
    meta = json.dumps({"label_map": {"0": "a", "1": "b", "2": "c", "3": "d"}}).encode()
    run = new_run(files | {"dataset_meta.json": meta})

    facts = ingest.run(run)

    assert (facts["items"], facts["classes"]) == (2, {TASK: ["a", "b", "c", "d"]})
    assert {name: np.unique(mask).tolist() for name, mask in _masks(run.outputs).items()} == {
        "Images/bird.bmp": [0, 1, 2, 3],
        "Images/dog.bmp": [0, 1, 2],
    }
    assert tasks_of(run.outputs) == [TASK]


SAMPLES = {
    "camvid_dataset": (1, "6 images and masks are not in val.txt"),
    "cityscapes_dataset/dataset": (1, "6 images and masks are not in val/, so left out"),
    "common_semantic_segmentation_dataset/dataset": (2, ""),
    "voc_dataset/voc_dataset1": (1, "ImageSets/Segmentation/test.txt names no image that has a mask"),
}


def test_the_samples_of_other_tools_are_read(datasets: Path, read_folder: Callable, new_run: Callable) -> None:
    for folder, (items, warned) in SAMPLES.items():
        given = {"format": "voc-segmentation"} if folder.startswith("voc") else None
        run = new_run(read_folder(datasets / "format_samples" / folder), given)

        facts = ingest.run(run)

        assert (facts["tasks"][-1], facts["items"], len(_masks(run.outputs))) == (TASK, items, items), folder
        assert facts["warnings"][0].startswith(warned), folder
