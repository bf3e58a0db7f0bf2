"""What holds of every layout: a good upload is recognised and read whole; each damage to it is told where it lies."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from layouts import ADE, POINTS, SIZE, Files, celeba, coco, cvat, imglab, keypoints, masked, open_images, rows, voc
from workbench.dataset import formats, ingest
from workbench.dataset.ingest import InvalidDataset
from workbench.imaging.maps import decode_map
from workbench.shards import read_annotations, read_index, tasks_of
from workbench.tasks.computing import computing_of

CLASSLESS = ("facial-landmarks", "face-recognition", "super-resolution", "inpainting")


# Of each layout with masks, one and the photo it is of.
MASKS = {
    "voc-segmentation": ("SegmentationClass/1.png", "JPEGImages/1.jpg"),
    "common-semantic-segmentation": ("Masks/1.png", "Images/1.jpg"),
    "cityscapes": (
        "gtFine/val/a/a1_000000_000019_gtFine_labelIds.png",
        "leftImg8bit/val/a/a1_000000_000019_leftImg8bit.png",
    ),
    "camvid": ("testannot/1.png", "test/1.png"),
    "camvid-full": ("LabeledApproved_full/1_L.png", "701_StillsRaw_full/1.png"),
    "ade20k": ("annotations/validation/1.png", "images/validation/1.jpg"),
}


def zeros(width: int = SIZE[0], height: int = SIZE[1], kind: type[Any] = np.uint8, **pixels: Any) -> Any:
    """Black; ``x4y5=77`` is one pixel that is not."""
    found = np.zeros((height, width, *np.shape(next(iter(pixels.values()), 0))), kind)
    for place, value in pixels.items():
        x, y = map(int, place[1:].split("y"))
        found[y, x] = value
    return found


@pytest.mark.parametrize("name", formats.NAMES)
def test_a_good_upload_is_recognised_and_kept_whole(good: dict[str, Files], new_run: Callable, name: str) -> None:
    run = new_run(good[name])

    facts = ingest.run(run)
    tasks = next(each.TASKS for each in formats.FORMATS if name == each.NAME)

    assert (facts["format"], tuple(facts["tasks"]), facts["annotated"]) == (name, tasks, bool(tasks))
    assert facts["items"] == 3 == len(read_index(run.outputs))
    assert tasks_of(run.outputs) == list(tasks)
    for task in tasks:
        kept = read_annotations(run.outputs, task)
        assert kept.keys() == {item.name for item in read_index(run.outputs)}
        assert len({str(annotation) for annotation in kept.values()}) == 3
        computing = computing_of(task)
        assert computing is not None
        assert all(computing.annotation.to_json(computing.annotation.from_json(each)) == each for each in kept.values())
        assert facts["classes"].get(task) or task in CLASSLESS


@pytest.mark.parametrize("name", formats.NAMES)
def test_an_upload_in_no_layout_at_all_is_read_to_a_fault_or_nothing(tree: Callable, name: str) -> None:
    chosen = formats.choose(tree({}), name)

    for files in ({}, {"notes.md": b"x"}, {"a.jpg": b""}):
        reading = chosen.read(tree(files))
        assert reading.faults or not reading.images or name in ("unannotated", "imagenet-folders")
        assert reading.annotations.keys() <= set(chosen.TASKS)


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize(
    ("pixels", "kind", "told"),
    [
        (
            zeros(x4y5=77),
            "PNG",
            r"pixel \(4, 5\) has the (value 77|colour \(77, 77, 77\)), which no class has; known are ",
        ),
        (zeros(x3y2=(9, 8, 7)), "PNG", r"pixel \(3, 2\) has the colour \(9, 8, 7\)"),
        (zeros(kind=np.uint16, x3y2=999), "PNG", r"pixel \(3, 2\) has the value 999, which no class has"),
        (zeros(height=15), "PNG", "the mask is 20×15, the image 20×16 pixels"),
        (zeros(), "JPEG", "a JPEG does not keep the exact value of a pixel"),
    ],
    ids=["level", "colour", "sixteen bits", "size", "jpeg"],
)
def test_a_mask_at_fault_is_told_with_its_pixel(
    good: dict[str, Files], new_run: Callable, png: Callable, name: str, pixels: Any, kind: str, told: str
) -> None:
    mask, _ = MASKS[name]

    with pytest.raises(InvalidDataset) as refused:
        ingest.run(new_run(good[name] | {mask: png(pixels, kind=kind)}))

    [fault] = refused.value.facts["faults"]
    assert (fault["file"], fault["line"]) == (mask, None)
    assert re.match(told, fault["reason"])


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (zeros(), "the mask is black all over; it must be white where the picture is missing"),
        (zeros() + 255, "the mask is white all over"),
        (zeros() + 100, "100% of its pixels are neither black nor white"),
        (zeros(height=15, x4y5=255), "the mask is 20×15 pixels, the image 20×16"),
    ],
    ids=["nothing", "all", "gray", "size"],
)
def test_a_mask_that_hides_no_part_of_its_picture_is_told(
    good: dict[str, Files], new_run: Callable, png: Callable, pixels: Any, told: str
) -> None:
    with pytest.raises(InvalidDataset) as refused:
        ingest.run(new_run(good["inpainting-masks"] | {"1_hole.png": png(pixels)}))

    [fault] = refused.value.facts["faults"]
    assert fault["file"] == "1_hole.png"
    assert fault["reason"].startswith(told)


@pytest.mark.parametrize("kind", ["masks", "holes", "true and false", "a JPEG"])
def test_masks_are_read_from_a_folder_of_their_own_whatever_they_are_written_as(
    good: dict[str, Files], new_run: Callable, png: Callable, kind: str
) -> None:
    photos = {f"images/{n}.jpg": good["inpainting-masks"][f"{n}.jpg"] for n in range(3)}
    folder = "holes" if kind == "holes" else "masks"
    hidden = np.arange(SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0]) >= 100
    mask = png(hidden * (1 if kind == "true and false" else 255), kind="JPEG" if kind == "a JPEG" else "PNG")
    wanted = None if kind == "holes" else {"format": "inpainting-masks"}
    run = new_run(photos | {f"{folder}/{n}.png": mask for n in range(3)}, wanted)

    ingest.run(run)

    kept = [decode_map(each["hole"]) == 255 for each in read_annotations(run.outputs, "inpainting").values()]
    assert len(kept) == 3
    assert all(np.mean(each != hidden) < (0.1 if kind == "a JPEG" else 1e-9) for each in kept)


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("which", [0, 1], ids=["mask", "photo"])
def test_a_damaged_file_is_told_by_its_name(good: dict[str, Files], new_run: Callable, name: str, which: int) -> None:
    file = MASKS[name][which]
    whole = good[name][file]
    damages = ((whole[: len(whole) // 2], "broken image"), (b"", "the file is empty"), (b"text", "not an image"))
    for data, told in damages:
        with pytest.raises(InvalidDataset) as refused:
            ingest.run(new_run(good[name] | {file: data}))

        [fault] = refused.value.facts["faults"]
        assert fault["file"] == file
        assert fault["reason"].startswith(told)


DESCRIPTION = b'{"label_map": {"0": "a", "2": "c"}}'


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("imagenet-folders", {"labels.txt": b"0s\n1s\n"}, "2s/: this class is not named in labels.txt"),
        ("imagenet-list", {"val.txt": b"0.jpg 0\n1.jpg 3\n"}, "val.txt line 2: the label 3 is outside 0 to 2"),
        (
            "imagenet-list",
            {"synsets.txt": None, "dataset_meta.json": b'{"labels": ["a", "b"]}'},
            "val.txt line 3: the label 2 is outside 0 to 1",
        ),
        (
            "imagenet-list",
            {"synsets.txt": None, "dataset_meta.json": b"[]"},
            "dataset_meta.json: must be a JSON object",
        ),
        ("voc-detection", {"dataset_meta.json": DESCRIPTION}, "dataset_meta.json: label_map must number"),
        (
            "coco",
            {"annotations/instances_val2017.json": coco(images=[{"id": n, "file_name": f"{n}.jpg"} for n in (0, 1)])},
            "annotations/instances_val2017.json: annotations[2] (id 2): image_id 2 is that of no image",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": coco(categories=[{"id": 3, "name": "a"}])},
            "annotations/instances_val2017.json: annotations[1] (id 1): category_id 4 is that of no category; there "
            "are 3",
        ),
        (
            "coco",
            {
                "annotations/instances_val2017.json": coco(
                    annotations=[{"id": 7, "image_id": 0, "category_id": 3, "bbox": [1, 1, 0, 4]}]
                )
            },
            "annotations/instances_val2017.json: annotations[0] (id 7): its box is empty: 0 wide and 4 high",
        ),
        (
            "coco",
            {
                "annotations/instances_val2017.json": coco(
                    annotations=[{"id": 7, "image_id": 0, "category_id": 3, "bbox": [1, 1, float("nan"), 4]}]
                )
            },
            "annotations/instances_val2017.json: not JSON",
        ),
        (
            "coco",
            {
                "annotations/instances_val2017.json": coco(
                    annotations=[{"id": 7, "image_id": 0, "category_id": 3, "bbox": [1, 1, 50, 4]}]
                )
            },
            "annotations/instances_val2017.json: val2017/0.jpg: box 1 goes from 1, 1 to 51, 5 and so outside the image",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": masked([[0, 0, 4]])},
            "annotations/instances_val2017.json: annotations[0] (id 7): a polygon of its segmentation must be x and "
            "y of",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": masked([[0, 0, 4, 0, 4, 900]])},
            "annotations/instances_val2017.json: annotations[0] (id 7): its segmentation reaches from y 0 to 900, "
            "outside",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": masked({"size": [16, 20], "counts": [1, 2]})},
            "annotations/instances_val2017.json: annotations[0] (id 7): counts of its segmentation are of 3 pixels; "
            "the",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": masked({"size": [16, 20], "counts": "oo~~"})},
            "annotations/instances_val2017.json: annotations[0] (id 7): counts of its segmentation must be",
        ),
        (
            "coco",
            {"annotations/instances_val2017.json": masked({"size": [20, 16], "counts": [320]})},
            "annotations/instances_val2017.json: annotations[0] (id 7): its segmentation is of the size [20, 16]",
        ),
        ("coco", {"annotations/instances_val2017.json": coco()[:-9]}, "annotations/instances_val2017.json: not JSON"),
        (
            "coco",
            {"val2017/1.jpg": None},
            "annotations/instances_val2017.json: images[1] (id 1): the image 1.jpg is not in the upload",
        ),
        (
            "voc-detection",
            {"Annotations/1.xml": voc("cow", xmax="wide")},
            "Annotations/1.xml line 2: object: xmin, ymin, xmax and ymax must be numbers, not 1, 2, wide, 9",
        ),
        (
            "voc-detection",
            {"Annotations/1.xml": voc("cow", xmax=0)},
            "Annotations/1.xml line 2: object: its box is empty: 0 wide and 8 high",
        ),
        (
            "voc-detection",
            {"Annotations/1.xml": voc("cow", xmax="nan")},
            "Annotations/1.xml line 2: object: its box 0, 1, nan",
        ),
        ("voc-detection", {"Annotations/1.xml": voc("cow")[:-9]}, "Annotations/1.xml line 3: not XML: unclosed token"),
        (
            "voc-detection",
            {"Annotations/1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>' + voc("cow")},
            "Annotations/1.xml line 1: has a document type declaration",
        ),
        (
            "voc-detection",
            {"ImageSets/Main/val.txt": b"0\n7\n"},
            "ImageSets/Main/val.txt line 2: 7 has no image and no XML file in the upload",
        ),
        (
            "yolo",
            {"labels/val/1.txt": b"0 0.5 0.5 0.2 0.2\n3 0.5 0.5 0.2 0.2\n"},
            "labels/val/1.txt line 2: the class 3 is outside 0 to 2",
        ),
        (
            "yolo",
            {"labels/val/1.txt": b"1 0.9 0.5 0.8 0.2\n"},
            "labels/val/1.txt line 1: its box goes from 0.5, 0.4 to 1.3, 0.6",
        ),
        (
            "yolo",
            {"labels/val/1.txt": b"1 0.9 0.5 0.8\n"},
            "labels/val/1.txt line 1: expected `class x y width height`",
        ),
        (
            "open-images",
            {"validation-annotations-bbox.csv": open_images(XMax=1.5)},
            "validation-annotations-bbox.csv line 2: its box goes from 0.1, 0.2 to 1.5, 0.6",
        ),
        (
            "open-images",
            {"validation-annotations-bbox.csv": open_images(YMin="x")},
            "validation-annotations-bbox.csv line 2: XMin, XMax, YMin and YMax must be numbers",
        ),
        (
            "wider-face",
            {"wider_face_val_bbx_gt.txt": b"0.jpg\n1\n1 2 5 6 0 0 0 0 0 0\n1.jpg\n1\n1 2 0 6 0 0 0 0 0 0\n"},
            "wider_face_val_bbx_gt.txt line 6: its box is empty: 0 wide and 6 high",
        ),
        (
            "wider-face",
            {"wider_face_val_bbx_gt.txt": b"0.jpg\n1\n1 2 5 6 0 0 0 0 0 0\n7.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n"},
            "wider_face_val_bbx_gt.txt line 4: the image 7.jpg is not in the upload",
        ),
        (
            "cvat",
            {"annotations.xml": cvat('<box label="d" xtl="1" ytl="2" xbr="9" ybr="8"/>')},
            "annotations.xml line 5: the label 'd' is not declared; there are a, b, c",
        ),
        (
            "cvat",
            {"annotations.xml": cvat('<box label="a" xtl="1" ytl="2" xbr="nan" ybr="8"/>')},
            "annotations.xml line 5: its box 1, 2, nan, 6 has a number that is not",
        ),
        (
            "cvat",
            {"annotations.xml": cvat('<polygon label="a" points="1,2;3,4"/>')},
            "annotations.xml line 5: a polygon must have x and y of at least 3 points",
        ),
        (
            "cvat",
            {"annotations.xml": cvat('<polygon label="a" points="1,2;30,2;3,8"/>')},
            "annotations.xml line 5: its segmentation reaches from x 1 to 30, outside the image of 20×16 pixels",
        ),
        (
            "cvat",
            {"annotations.xml": cvat(rle="1, 2")},
            "annotations.xml line 4: rle is of 3 pixels; the mask is 2 wide",
        ),
        ("cvat", {"annotations.xml": cvat(rle="1, x")}, "annotations.xml line 4: rle, `0, 3, 2, …`, must be numbers"),
        (
            "cvat",
            {"annotations.xml": cvat(size=900_000_000)},
            "annotations.xml line 4: the image of the mask is 900000000×16; at most 64,000,000 pixels are taken",
        ),
        (
            "cvat",
            {"annotations.xml": cvat('<mask label="c" left="0" top="0" width="99999999" height="9" rle="1,2"/>')},
            "annotations.xml line 5: the mask is 1e+08 wide and 9 high; at most 64,000,000 pixels are taken",
        ),
        (
            "cvat",
            {
                "annotations.xml": b"<annotations>\n<track label='a'>\n<box frame='7' xtl='1' ytl='2'/></track>"
                b"</annotations>"
            },
            "annotations.xml line 3: no image of the upload has a name that ends in the number 7 of this frame",
        ),
        (
            "cvat",
            {
                "annotations.xml": b"<annotations>\n<track label='a'>\n<box frame='"
                + b"9" * 5000
                + b"' xtl='1' ytl='2'/></track></annotations>"
            },
            f"annotations.xml line 3: no image of the upload has a name that ends in the number {'9' * 20} of this "
            "frame",
        ),
        (
            "coco-keypoints",
            {POINTS: keypoints(annotations=[{"id": 5, "image_id": 0, "keypoints": [1, 2]}])},
            f"{POINTS}: annotations[0] (id 5): keypoints must be three numbers a point, x, y and 0, 1 or 2",
        ),
        (
            "coco-keypoints",
            {POINTS: keypoints(annotations=[{"id": 5, "image_id": 0, "keypoints": [1, 2, 7]}])},
            f"{POINTS}: annotations[0] (id 5): whether a point is labelled and seen must be 0, 1 or 2, not 7",
        ),
        (
            "coco-keypoints",
            {POINTS: keypoints(annotations=[{"id": 5, "image_id": 9, "keypoints": [1, 2, 2]}])},
            f"{POINTS}: annotations[0] (id 5): image_id 9 is that of no image",
        ),
        ("coco-keypoints", {"images/1.jpg": None}, f"{POINTS}: images[1] (id 1): the image 1.jpg is not in the upload"),
        (
            "coco-keypoints",
            {
                POINTS: keypoints(
                    annotations=[{"id": 5, "image_id": 0, "bbox": [900, 2, 5, 5], "keypoints": [902, 4, 2]}]
                )
            },
            "images/0.jpg-face1.png: the cut from 900, 2 to 905, 7 lies outside the image, 20×16 pixels",
        ),
        (
            "ade20k",
            {"objectInfo150.txt": ADE.replace(b"2\t0.1", b"4\t0.1")},
            "objectInfo150.txt line 3: expected a number, in turn from 1, first in each line",
        ),
        (
            "yolo",
            {"labels/val/1.txt": b"1 0.2 0.1 0.8 0.1 1.5 0.9\n"},
            "labels/val/1.txt line 1: its box goes from 0.2, 0.1 to 1.5, 0.9 and so outside the image",
        ),
        (
            "yolo",
            {"labels/val/1.txt": b"1 0.2 0.1 0.8 0.1 0.5 0.9 0.1\n"},
            "labels/val/1.txt line 1: expected `class x y width height`, or `class` and x and y of at least three "
            "points",
        ),
        ("voc-segmentation", {"SegmentationObject/1.png": b"text"}, "SegmentationObject/1.png: not an image"),
        (
            "voc-segmentation",
            {"SegmentationClass/1.png": None},
            "ImageSets/Segmentation/val.txt line 2: 1 has no mask in the upload",
        ),
        ("voc-segmentation", {"labelmap.txt": b"a:0,0"}, "labelmap.txt line 1: a colour is three whole numbers"),
        ("common-semantic-segmentation", {"dataset_meta.json": None}, "dataset_meta.json: is missing in the root"),
        (
            "common-semantic-segmentation",
            {"dataset_meta.json": DESCRIPTION},
            "dataset_meta.json: label_map must number",
        ),
        ("inpainting-masks", {"1_hole.png": None, "1_hole.bmp": b""}, "1_hole.bmp: the file is empty"),
        ("inpainting-masks", {"1_mask.jpg": b"x"}, "1_mask.jpg: 1_hole.png is a mask of the same picture"),
        ("common-super-resolution", {"HR/1.png": b"text"}, "HR/1.png: not an image of a known format"),
        ("common-super-resolution", {"HR/1.png": None, "HR/1.bmp": b""}, "HR/1.bmp: the file is empty"),
        (
            "cityscapes",
            {f"leftImg8bit/val/a/a{n}_000000_000019_leftImg8bit.png": None for n in range(3)},
            "the upload: there are no images",
        ),
        ("camvid", {"test/2.png": None}, "test.txt line 3: the image /test/2.png is not in the upload"),
        ("camvid-full", {"label_colors.txt": b"0 0 0\n"}, "label_colors.txt line 1: the class has no name"),
        (
            "dlib-landmarks",
            {"faces.xml": imglab(p1="<part name='07' x='1' y='2'/>")},
            "faces.xml line 6: the part 1 is missing between 0 and 7",
        ),
        (
            "dlib-landmarks",
            {"faces.xml": imglab(p1="<part name='01' x='nan' y='2'/>")},
            "faces.xml line 5: expected x and y of a part as numbers, not 'nan 2'",
        ),
        ("dlib-landmarks", {"faces.xml": imglab()[:-5]}, "faces.xml line 20: not XML: unclosed token"),
        (
            "dlib-landmarks",
            {"faces.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + imglab()},
            "faces.xml line 1: the file declares entities",
        ),
        ("dlib-landmarks", {"1.jpg": None}, "faces.xml line 8: the image 1.jpg is not in the upload"),
        (
            "vggface2",
            {"Annotations/loose_landmark_test.csv": rows(11, "4,4,12")},
            "Annotations/loose_landmark_test.csv line 2: expected NAME_ID and ten numbers",
        ),
        (
            "vggface2",
            {"Annotations/loose_bb_test.csv": rows(5, "2,2,0,13")},
            "Annotations/loose_bb_test.csv line 2: the box of n1/0_01 is empty: 0 wide and 13 high",
        ),
        (
            "celeba-landmarks",
            {"Anno/list_landmarks_celeba.txt": celeba() + b"\n0.jpg 1 1 2 2 3 3 4 4 5 5"},
            "Anno/list_landmarks_celeba.txt line 6: Img/img_celeba/0.jpg is listed before, in line 3",
        ),
        (
            "celeba-landmarks",
            {"Anno/list_landmarks_celeba.txt": celeba().replace(b" 8 8 ", b" 800 8 ")},
            "Anno/list_landmarks_celeba.txt line 3: point 3 lies at 800, 8, far outside the image, 20×16 pixels",
        ),
        (
            "lfw",
            {"annotations/pairs.txt": b"2 1\nn0 1 2\nn0 1\n"},
            "annotations/pairs.txt line 3: expected `name number",
        ),
        (
            "lfw",
            {"annotations/pairs.txt": b"2 1\nn0 1 2\nn0 1 1\n"},
            "annotations/pairs.txt line 3: images/n0/n0_0001.jpg is paired with itself",
        ),
        (
            "lfw",
            {"images/n0/n0_0002.jpg": None},
            "annotations/pairs.txt line 2: the image n0/n0_0002.jpg is not in the upload",
        ),
        ("unannotated", {"0.jpg": b"text"}, "0.jpg: not an image of a known format"),
    ],
)
def test_what_does_not_fit_together_is_told(
    good: dict[str, Files], new_run: Callable, name: str, change: dict[str, Any], told: str
) -> None:
    files = {file: data for file, data in (good[name] | change).items() if data is not None}

    with pytest.raises(InvalidDataset) as refused:
        ingest.run(new_run(files))

    assert f": {told}" in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", MASKS)
def test_one_class_everywhere_is_warned_of(good: dict[str, Files], new_run: Callable, png: Callable, name: str) -> None:
    value = {"cityscapes": 7, "camvid-full": (64, 128, 64), "ade20k": 1}.get(name, 0)
    masks = {file for file in good[name] if re.search(r"Masks|Segmentation[CO]|annot|gtFine|Labeled", file)}
    flat = np.full((SIZE[1], SIZE[0], *np.shape(value)), value, np.uint8)

    facts = ingest.run(new_run(good[name] | dict.fromkeys(masks, png(flat))))

    assert "All pixels are of one class, 0: accuracy will say nothing." in facts["warnings"]
