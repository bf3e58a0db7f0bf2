"""Pascal VOC's masks: which pairs count, in which classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from workbench.dataset import formats, ingest
from workbench.dataset.formats import voc_segmentation
from workbench.dataset.ingest import InvalidDataset
from workbench.dataset.reading.found import Reading
from workbench.shards import read_annotations

TASK = "semantic-segmentation"
PAIRS = {
    f"{folder}/{stem}.{suffix}": b""
    for stem in "abc"
    for folder, suffix in (("JPEGImages", "jpg"), ("SegmentationClass", "png"))
}


@pytest.fixture
def read(tree: Callable) -> Callable[..., Reading]:
    """``read({name: text})``: of three pairs and these files; None takes one away."""

    def build(more: dict[str, bytes | None], top: str = "") -> Reading:
        files = {name: data for name, data in (PAIRS | more).items() if data is not None}
        return voc_segmentation.read(tree({top + name: data for name, data in files.items()}))

    return build


def stems(reading: Reading) -> str:
    return "".join(image.name.rpartition("/")[2][0] for image in reading.images)


@pytest.mark.parametrize("top", ["", "VOCdevkit/VOC2012/", "export/data/", "VOCdevkit/VOC2007/"])
def test_the_folders_are_found_at_any_depth(tree: Callable, top: str) -> None:
    beside = {"other/notes.md": b"", "more.txt": b"hello"}
    arranged = tree({top + name: data for name, data in PAIRS.items()} | beside)

    assert formats.choose(arranged, None) is voc_segmentation
    assert [mask.file for mask in voc_segmentation.read(arranged).annotations[TASK].values()] == [
        f"{top}SegmentationClass/{stem}.png" for stem in "abc"
    ]


def test_boxes_beside_the_masks_are_no_matter(tree: Callable) -> None:
    assert formats.choose(tree(PAIRS | {"Annotations/a.xml": b"", "SegmentationObject/a.png": b""}), None) is (
        voc_segmentation
    )


@pytest.mark.parametrize(
    "files",
    [
        {"JPEGImages/a.jpg": b"", "Annotations/a.xml": b""},
        {"JPEGImages/a.jpg": b"", "SegmentationClass/readme.txt": b""},
    ],
)
def test_a_tree_without_masks_is_not_taken_for_one_with(tree: Callable, files: dict) -> None:
    assert voc_segmentation.recognise(tree(files)) is not None


def test_without_a_list_every_pair_counts(read: Callable) -> None:
    reading = read({})

    assert (stems(reading), reading.warnings, reading.faults) == ("abc", (), ())
    assert reading.classes[TASK][:2] == ["background", "aeroplane"]
    assert len(reading.classes[TASK]) == 21


@pytest.mark.parametrize(
    ("lists", "chosen"),
    [
        ({"Segmentation/val": b"a", "Segmentation/test": b"b", "Segmentation/train": b"c"}, "a"),
        ({"Segmentation/train": b"c", "Segmentation/test": b"b"}, "b"),
        ({"Segmentation/trainval": b"b\nc", "Segmentation/train": b"c"}, "c"),
        ({"Segmentation/trainval": b"c\nb", "Main/val": b"a"}, "bc"),
        ({"val": b"a", "Main/val": b"b"}, "a"),
        ({"Segmentation/train": b"b", "val": b"a"}, "b"),
        ({"Segmentation/default": b"b", "Main/default": b"a"}, "b"),
        ({"Segmentation/val": b"a.jpg\r\n\r\n b.png \r\n"}, "ab"),
    ],
)
def test_of_several_lists_the_first_counts(read: Callable, lists: dict[str, bytes], chosen: str) -> None:
    reading = read({f"ImageSets/{name}.txt": text for name, text in lists.items()})

    assert (stems(reading), reading.faults) == (chosen, ())


def test_what_is_not_listed_is_left_out_and_told(read: Callable) -> None:
    assert read({"ImageSets/Segmentation/val.txt": b"a\na\n"}).warnings == (
        "1 lines of ImageSets/Segmentation/val.txt repeat an earlier one",
        "2 images are not in ImageSets/Segmentation/val.txt, so left out: JPEGImages/b.jpg, JPEGImages/c.jpg",
        "2 masks are not in ImageSets/Segmentation/val.txt, so left out: SegmentationClass/b.png, "
        "SegmentationClass/c.png",
    )


def test_a_list_without_any_mask_is_passed_over(read: Callable) -> None:
    lists = {"ImageSets/Segmentation/test.txt": b"x\ny", "ImageSets/Segmentation/train.txt": b"a\nb\nc"}
    reading = read(lists)

    assert stems(reading) == "abc"
    assert reading.warnings == (
        "ImageSets/Segmentation/test.txt names no image that has a mask, so it was passed over",
    )


def test_a_labelmap_tells_other_classes(read: Callable) -> None:
    reading = read({"labelmap.txt": b"background:0,0,0::\nlane:9,9,9::\nignored:224,224,192::\n"}, "export/")

    assert reading.classes[TASK] == ["background", "lane"]
    mask = reading.annotations[TASK]["JPEGImages/a.jpg"]
    assert mask.coding.colors == {(0, 0, 0): 0, (9, 9, 9): 1, (224, 224, 192): 255}


def test_a_description_without_colours_has_those_of_voc(read: Callable) -> None:
    mask = read({"dataset_meta.json": b'{"labels": ["a", "b"]}'}).annotations[TASK]["JPEGImages/a.jpg"]

    assert mask.coding.colors == {(224, 224, 192): 255, (0, 0, 0): 0, (128, 0, 0): 1}


def test_photos_in_folders_are_listed_with_their_path(read: Callable) -> None:
    reading = read({"JPEGImages/x/a.jpg": b"", "SegmentationClass/x/a.png": b"", "ImageSets/val.txt": b"x/a\n"})

    assert [image.name for image in reading.images] == ["JPEGImages/x/a.jpg"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"ImageSets/Segmentation/val.txt": b"a\n\nd\n"},
            "ImageSets/Segmentation/val.txt line 3: d has no image and no mask in the upload",
        ),
        (
            {"ImageSets/Segmentation/val.txt": b"a\nb\n", "SegmentationClass/b.png": None},
            "ImageSets/Segmentation/val.txt line 2: b has no mask in the upload",
        ),
        (
            {"ImageSets/Segmentation/val.txt": b"a\nb\n", "JPEGImages/b.jpg": None},
            "ImageSets/Segmentation/val.txt line 2: b has no image in the upload",
        ),
        ({"ImageSets/Segmentation/val.txt": b"\n"}, "ImageSets/Segmentation/val.txt: the list is empty"),
        ({"ImageSets/Segmentation/val.txt": b"x"}, "ImageSets/Segmentation/val.txt line 1: x has no image and no mask"),
        ({"JPEGImages/a.png": b""}, "JPEGImages/a.png: JPEGImages/a.jpg is of the same name; of two images keep one"),
        ({"SegmentationClass/a.bmp": b""}, "SegmentationClass/a.png: SegmentationClass/a.bmp is of the same name"),
        ({"labelmap.txt": b"a:1,2"}, "labelmap.txt line 1: a colour is three whole numbers"),
        (
            {"VOC2007/JPEGImages/a.jpg": b"", "VOC2007/SegmentationClass/a.png": b""},
            "the upload: one folder with JPEGImages/ and SegmentationClass/ in it is needed; there is the root, "
            "VOC2007/",
        ),
        (
            {
                "SegmentationClass/a.png": None,
                "SegmentationClass/b.png": None,
                "SegmentationClass/c.png": None,
                "SegmentationClass/x.png": b"",
            },
            "JPEGImages/a.jpg: no image has a mask of its name; there are masks such as SegmentationClass/x.png",
        ),
    ],
)
def test_what_does_not_fit_is_told_by_file_and_line(read: Callable, more: dict, told: str) -> None:
    assert str(read(more).faults[0]).startswith(told)


def test_masks_without_an_image_and_the_other_way_round_are_told(read: Callable) -> None:
    assert read({"JPEGImages/b.jpg": None, "SegmentationClass/c.png": None}).warnings == (
        "1 images have no mask, so left out: JPEGImages/c.jpg",
        "1 masks have no image, so left out: SegmentationClass/b.png",
    )


def test_any_other_tree_is_a_fault(tree: Callable) -> None:
    [fault] = voc_segmentation.read(tree({"a.jpg": b""})).faults

    assert fault.reason == "one folder with JPEGImages/ and SegmentationClass/ in it is needed; there is no folder"


def test_things_are_told_apart_in_the_images_that_have_such_a_mask(read: Callable) -> None:
    reading = read({"SegmentationObject/a.png": b"", "SegmentationObject/c.png": b""})

    assert reading.annotations["instance-segmentation"].keys() == {"JPEGImages/a.jpg", "JPEGImages/c.jpg"}
    assert reading.classes["instance-segmentation"] == reading.classes[TASK][1:]
    assert reading.warnings == (
        "1 images have no mask in SegmentationObject/, so they serve no instance segmentation: JPEGImages/b.jpg",
    )


@pytest.mark.parametrize(
    ("classes", "things", "told"),
    [
        ([[5, 5, 7, 0]], [[1, 1, 1, 0]], "the pixels of object 1 are of bottle and car in SegmentationClass/a.png"),
        ([[5, 5, 0, 0]], [[1, 1, 2, 2]], "the pixels of object 2 are of background in SegmentationClass/a.png"),
        ([[5, 5, 255, 255]], [[1, 1, 2, 2]], "the pixels of object 2 are of no class in SegmentationClass/a.png"),
        ([[5, 5, 0, 0]], [[1, 1, 0, 0], [1, 1, 0, 0]], "it is 4×2, SegmentationClass/a.png 4×1 pixels"),
    ],
)
def test_things_that_are_of_no_one_class_are_told_by_their_number(
    image: Callable, png: Callable, ingested: Callable, classes: list, things: list, told: str
) -> None:
    with pytest.raises(InvalidDataset) as refused:
        ingested(
            {
                "JPEGImages/a.png": image(1, kind="PNG", size=(4, 1)),
                "SegmentationClass/a.png": png(classes),
                "SegmentationObject/a.png": png(things),
            }
        )

    [fault] = refused.value.facts["faults"]
    assert fault["file"] == "SegmentationObject/a.png"
    assert fault["reason"].startswith(told)


def test_what_is_void_is_of_no_thing(image: Callable, png: Callable, new_run: Callable) -> None:
    run = new_run(
        {
            "JPEGImages/a.png": image(1, kind="PNG", size=(4, 1)),
            "SegmentationClass/a.png": png([[5, 255, 7, 7]]),
            "SegmentationObject/a.png": png([[1, 255, 2, 2]]),
        }
    )
    ingest.run(run)

    [known] = read_annotations(run.outputs, "instance-segmentation").values()

    assert [(each["class"], each["mask"]["left"]) for each in known["instances"]] == [(4, 0), (6, 2)]
