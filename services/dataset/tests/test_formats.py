"""Which layout an upload has: one answer, or a refusal that says of each why not."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import pytest
from workbench.dataset import formats
from workbench.dataset.formats import UnknownFormat, choose
from workbench.fields import BadSpec
from workbench.tasks.computing import COMPUTING


def test_every_module_of_the_folder_has_its_line() -> None:
    modules = {module.name for module in pkgutil.iter_modules(formats.__path__)}

    assert {each.__name__.rpartition(".")[2] for each in formats.FORMATS} == modules
    assert len(set(formats.NAMES)) == len(formats.FORMATS)


def test_every_format_serves_tasks_whose_annotations_can_be_kept() -> None:
    assert {task for each in formats.FORMATS for task in each.TASKS} <= {each.name for each in COMPUTING}


@pytest.mark.parametrize("name", formats.NAMES)
def test_every_format_can_be_chosen_by_its_name(tree: Callable, name: str) -> None:
    assert name == formats.choose(tree({}), name).NAME


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"cat/1.jpg": b"", "dog/1.jpg": b""}, "imagenet-folders"),
        ({"ds/cat/1.jpg": b"", "ds/dog/1.PNG": b"", "ds/labels.txt": b"cat\ndog\n"}, "imagenet-folders"),
        ({"a.jpg": b"", "val.txt": b"a.jpg 0\n"}, "imagenet-list"),
        ({"images/a.jpg": b"", "val.txt": b"a.jpg\t0\n"}, "imagenet-list"),
        ({"images/a.jpg": b"", "val.txt": b"images/a.jpg cat\n"}, "imagenet-list"),
        ({"cat/a b.jpg": b"", "dog/b.jpg": b"", "list.txt": b"cat/a b.jpg 0\ndog/b.jpg 1"}, "imagenet-list"),
        ({"a.jpg": b"", "val.txt": b"a.jpg 0\n", "synsets.txt": b"cat\n"}, "imagenet-list"),
        ({"a.jpg": b"", "val.txt": b"\n"}, "imagenet-list"),
        ({"a.jpg": b"", "labels.txt": b"a.jpg 0\n"}, "imagenet-list"),
        ({"a.jpg": b"", "b.jpg": b""}, "unannotated"),
        ({"holiday/a.jpg": b"", "holiday/b.jpg": b""}, "unannotated"),
        ({"a.jpg": b"", "sub/b.jpg": b""}, "unannotated"),
        ({"train2017/a.jpg": b"", "val2017/b.jpg": b""}, "unannotated"),
        ({"HR/1.png": b"", "LR_x2/1.png": b""}, "common-super-resolution"),
        ({"images/1.png": b"", "masks/1.png": b""}, "common-semantic-segmentation"),
        ({"images/1.png": b"", "holes/1.png": b""}, "inpainting-masks"),
        ({"a.jpg": b"", "a_hole.png": b"", "b.jpg": b""}, "inpainting-masks"),
        ({"a_hole.png": b"", "b.jpg": b""}, "unannotated"),
        ({"images/1.png": b"", "masks/1.png": b"", "more/1.png": b""}, "unannotated"),
        ({"train/1.png": b"", "trainannot/1.png": b"", "train.txt": b"train/1.png trainannot/1.png"}, "camvid"),
        ({"train/1.png": b"", "trainannot/1.png": b""}, "unannotated"),
        ({"701_StillsRaw_full/1.png": b"", "LabeledApproved_full/1_L.png": b""}, "camvid-full"),
        ({"gtFine/val/a/a_0_0_gtFine_labelIds.png": b"", "leftImg8bit/val/a/a_0_0_leftImg8bit.png": b""}, "cityscapes"),
        ({"VOC2012/JPEGImages/1.jpg": b"", "VOC2012/SegmentationClass/1.png": b""}, "voc-segmentation"),
        ({"VOC2012/JPEGImages/1.jpg": b"", "VOC2012/Annotations/1.xml": b""}, "unannotated"),
        ({"a.jpg": b"", "b.jpg": b"", "pairs.txt": b"a.jpg b.jpg 1\n"}, "unannotated"),
        ({"a.jpg": b"", "names.txt": b"a.jpg\nb.jpg\n"}, "unannotated"),
    ],
)
def test_a_layout_is_recognised(tree: Callable, files: dict[str, bytes], name: str) -> None:
    assert name == formats.choose(tree(files), None).NAME


def test_two_lists_are_refused_rather_than_their_labels_lost(tree: Callable) -> None:
    both = tree({"a.jpg": b"", "val.txt": b"a.jpg 0\n", "train.txt": b"a.jpg 1\n"})

    with pytest.raises(UnknownFormat, match=r"train\.txt and val\.txt both look like its list") as refused:
        formats.choose(both, None)

    considered = refused.value.facts["considered"]
    assert considered["imagenet-folders"] == "train.txt looks like a list of labels"
    assert considered["imagenet-list"] == "train.txt and val.txt both look like its list; keep one"
    assert considered["unannotated"] == "the labels of train.txt would be lost"
    assert considered.keys() == set(formats.NAMES)


def test_an_upload_that_two_formats_fit_is_refused_with_both_and_their_tasks(tree: Callable) -> None:
    both = tree({"JPEGImages/a.jpg": b"", "SegmentationClass/a.png": b"", "val.txt": b"JPEGImages/a.jpg 0\n"})

    with pytest.raises(UnknownFormat, match="in more than one way: imagenet-list .* and voc-segm") as refused:
        formats.choose(both, None)

    for told in (
        "(Images anywhere, and one list in the root: ``<file> <label id>`` a line, or a table of the two; "
        "serves classification)",
        "(Pascal VOC, its masks: `JPEGImages/` and `SegmentationClass/` side by "
        "side, at any depth; serves instance-segmentation, semantic-segmentation)",
    ):
        assert told in str(refused.value)

    assert refused.value.facts["considered"].keys() == {"imagenet-list", "voc-segmentation"}
    assert formats.choose(both, "voc-segmentation").NAME == "voc-segmentation"


def test_an_upload_without_an_image_is_refused_with_a_reason_for_each_format(tree: Callable) -> None:
    with pytest.raises(UnknownFormat) as refused:
        formats.choose(tree({"model.onnx": b"", "notes.csv": b""}), None)

    assert set(refused.value.facts["considered"]) == set(formats.NAMES)
    assert "there are no images" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("train.tsv", "there are no images: train.tsv is a table, and models of text are not served here"),
        ("0.npy", "there are no images: 0.npy is an array; store it as a PNG or TIFF"),
    ],
)
def test_what_holds_no_pictures_is_refused_with_the_reason(tree: Callable, name: str, told: str) -> None:
    with pytest.raises(UnknownFormat, match=told):
        formats.choose(tree({name: b"text\tlabel\ngood\t1\n"}), None)


def test_a_file_of_boxes_and_keypoints_is_offered_as_both(tree: Callable) -> None:
    document = b'{"images": [], "categories": [], "annotations": [{"bbox": [1, 1, 2, 2], "keypoints": [1, 1, 2]}]}'
    photo = {"a.jpg": b""}

    with pytest.raises(UnknownFormat, match="coco .*serves instance-.* and coco-keypoints .*serves facial-landmarks"):
        formats.choose(tree(photo | {"all.json": document}), None)
    assert formats.choose(tree(photo | {"person_keypoints_val.json": document}), None).NAME == "coco-keypoints"
    beside = tree(photo | {"person_keypoints_val.json": document, "instances_val.json": document})
    assert formats.choose(beside, None).NAME == "coco"


def test_an_unknown_name_is_refused_with_the_known_ones(tree: Callable) -> None:
    with pytest.raises(BadSpec, match="'yolo9' is not known; known are imagenet-folders, imagenet-list") as refused:
        formats.choose(tree({"a.jpg": b""}), "yolo9")

    assert refused.value.facts == {"field": "format"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a.jpg": b"", "b.jpg": b"", "val.txt": b"a.jpg\nb.jpg\n"},
            ": val.txt lists the images, but not as it is read",
        ),
        ({"a.jpg": b"", "b.jpg": b"", "l.csv": b"a.jpg,3,x\nb.jpg,4,y\n"}, "expected `<file> <label id>` a line"),
        (
            {"train/cat/1.jpg": b"", "train/dog/1.jpg": b"", "val/cat/1.jpg": b"", "val/dog/1.jpg": b""},
            r"recognised: train/, val/ hold a folder for each class: give one of them as the dataset \(val/\)",
        ),
    ],
)
def test_labels_that_are_nearly_there_are_not_lost_without_a_word(
    tree: Callable, files: dict[str, bytes], told: str
) -> None:
    with pytest.raises(UnknownFormat, match=told):
        choose(tree(files), None)
    assert choose(tree(files), "unannotated").NAME == "unannotated"
