"""Real data sets in the layouts that people have, and what a drawn one shows as well."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.archives.unpack import opened
from workbench.dataset import formats, ingest
from workbench.dataset.formats import UnknownFormat
from workbench.dataset.ingest import InvalidDataset
from workbench.dataset.upload.tree import arrange
from workbench.shards import read_annotations


def test_imagenet200_is_a_list_with_a_thousand_names(datasets: Path, read_folder: Callable, ingested: Callable) -> None:
    facts, items = ingested(read_folder(datasets / "imagenet200"))

    assert facts["format"] == "imagenet-list"
    assert facts["items"] == 200
    assert len(facts["labels"]) == 1000
    assert facts["labels"][:2] == ["tench", "goldfish"]
    assert facts["warnings"] == []
    assert facts["splits"]["calibration"] + facts["splits"]["evaluation"] == 200
    assert 30 < facts["splits"]["calibration"] < 90
    assert (items[0]["name"], items[0]["label"]) == ("images/n01440764_tench.JPEG", 0)
    assert sorted(item["label"] for item in items) == list(range(0, 1000, 5))


def test_a_list_is_the_same_dataset_as_a_tar_gz(
    at_hand: Path | None, listed: Path, read_folder: Callable, ingested: Callable
) -> None:
    folder = at_hand / "datasets" / "imagenet200" if at_hand else listed
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
        archive.add(folder, folder.name)

    assert ingested({f"{folder.name}.tgz": file.getvalue()}) == ingested(read_folder(folder))


@pytest.fixture
def listed(tmp_path: Path, image: Callable) -> Path:
    """Twenty images of noise, a list of them, and the names of its classes."""
    folder = tmp_path / "listed"
    (folder / "images").mkdir(parents=True)
    for number in range(20):
        (folder / "images" / f"{number:02d}.jpg").write_bytes(image(number, size=(420, 600)))
    (folder / "val.txt").write_text("".join(f"{number:02d}.jpg {number % 4}\n" for number in range(20)))
    (folder / "synsets.txt").write_text("n1 cat\nn2 dog\nn3 fox\nn4 owl\n")
    return folder


def test_imagenet200_as_class_folders_is_recognised(datasets: Path, read_folder: Callable, ingested: Callable) -> None:
    images = read_folder(datasets / "imagenet200" / "images")

    facts, items = ingested({f"{name.split('_')[0]}/{name}": data for name, data in images.items()})

    assert facts["format"] == "imagenet-folders"
    assert len(facts["labels"]) == 200
    assert facts["labels"][0] == "n01440764"
    assert [item["label"] for item in items] == list(range(200))


def test_a_set_with_one_photo_missing_names_the_line(listed: Path, read_folder: Callable, ingested: Callable) -> None:
    files = read_folder(listed)
    del files["images/02.jpg"]

    with pytest.raises(InvalidDataset) as refused:
        ingested(files)

    assert refused.value.facts["faults"] == [
        {"file": "val.txt", "line": 3, "reason": "the image 02.jpg is not in the upload"}
    ]


def test_tinycoco_gives_the_boxes_of_its_val_part(datasets: Path, read_folder: Callable, ingested: Callable) -> None:
    facts, items = ingested(read_folder(datasets / "tinycoco"))

    assert (facts["format"], facts["tasks"], facts["items"]) == (
        "coco",
        ["instance-segmentation", "object-detection"],
        6,
    )
    assert len(facts["classes"]["object-detection"]) == 80
    assert facts["warnings"][0].endswith("left out were annotations/instances_train2017.json")
    assert all(item["name"].startswith("images/val2017/") for item in items)


def test_voc7_gives_its_photos_alone_where_a_person_wants_no_masks(
    datasets: Path, read_folder: Callable, ingested: Callable
) -> None:
    facts, items = ingested(read_folder(datasets / "voc7"), {"format": "unannotated"})

    assert (facts["format"], facts["items"]) == ("unannotated", 7)
    assert facts["warnings"][1] == "14 masks were left out."
    assert all(item["name"].startswith("JPEGImages/") for item in items)


def test_voc7_and_tinycoco_share_the_parts_of_the_pictures_they_share(
    datasets: Path, read_folder: Callable, ingested: Callable
) -> None:
    facts, voc = ingested(read_folder(datasets / "voc7"), {"format": "voc-segmentation"})
    _, coco = ingested(read_folder(datasets / "tinycoco"), {"format": "unannotated"})

    splits = {item["sha256"]: item["split"] for item in coco}
    shared = [item for item in voc if item["sha256"] in splits]
    assert shared
    elsewhere = [item["name"] for item in shared if item["split"] != splits[item["sha256"]]]
    assert all(any(name in warning for warning in facts["warnings"]) for name in elsewhere)
    assert len(elsewhere) < 2


LAYOUTS = {
    "imagenet200": "imagenet-list",
    "tinycoco": "coco",
    "sr8": "common-super-resolution",
    "face_pairs": "unannotated",
    "format_samples/imagenet_txt_dataset/basic": "imagenet-list",
    "format_samples/imagenet_dataset": "unannotated",
    "format_samples/coco_dataset/coco": "coco",
    "format_samples/camvid_dataset": "camvid",
    "format_samples/cityscapes_dataset/dataset": "cityscapes",
    "format_samples/common_semantic_segmentation_dataset/dataset": "common-semantic-segmentation",
    "format_samples/common_super_resolution_dataset": "common-super-resolution",
    "format_samples/lfw_dataset/test": "lfw",
    "landmarks_dlib68": "dlib-landmarks",
    "format_samples/vgg_face2_dataset": "vggface2",
    "format_samples/celeba_dataset/dataset": "celeba-landmarks",
    "format_samples/align_celeba_dataset/dataset": "celeba-landmarks",
    "format_samples/widerface_dataset": "wider-face",
    "format_samples/yolo_dataset/labels": "yolo",
    "format_samples/open_images_dataset/v6": "open-images",
}


def test_a_known_layout_is_recognised_or_taken_without_its_labels(datasets: Path, tmp_path: Path) -> None:
    found = {}
    for folder in LAYOUTS:
        with opened(datasets / folder, tmp_path) as entries:
            found[folder] = formats.choose(arrange(entries), None).NAME

    assert found == LAYOUTS


def test_masks_beside_their_pictures_are_not_taken_for_photos_unasked(datasets: Path, tmp_path: Path) -> None:
    with opened(datasets / "seg_coral", tmp_path) as entries:
        tree = arrange(entries)
        with pytest.raises(UnknownFormat, match="bird_mask.bmp is called a mask of another picture"):
            formats.choose(tree, None)

        assert formats.choose(tree, "unannotated").NAME == "unannotated"


def test_each_face_of_a_photo_is_an_image_of_its_own(datasets: Path, read_folder: Callable, ingested: Callable) -> None:
    facts, items = ingested(read_folder(datasets / "landmarks_dlib68"))

    assert (facts["tasks"], facts["items"], facts["warnings"]) == (["facial-landmarks"], 43, [])
    assert all(item["width"] <= item["height"] + 1 and item["height"] <= item["width"] + 1 for item in items)
    assert items[0]["name"] == "2007_007763.jpg-face1.png"


def test_boxes_and_masks_of_one_upload_are_both_offered(datasets: Path, tmp_path: Path) -> None:
    for folder in ("voc7", "format_samples/voc_dataset/voc_dataset1"):
        with (
            opened(datasets / folder, tmp_path) as entries,
            pytest.raises(UnknownFormat, match="voc-detection .* and voc-segmentation .*Choose the format by name"),
        ):
            formats.choose(arrange(entries), None)


def test_voc7_has_the_boxes_that_tinycoco_has(datasets: Path, read_folder: Callable, new_run: Callable) -> None:
    """They were made from these, in whole pixels."""
    kept = {}
    for name, given in (("voc7", {"format": "voc-detection"}), ("tinycoco", {"format": "coco"})):
        run = new_run(read_folder(datasets / name), given)
        ingest.run(run)
        kept |= {
            (name, Path(image).stem): known["things"]
            for image, known in read_annotations(run.outputs, "object-detection").items()
        }
    shared = [stem for name, stem in kept if name == "voc7" and ("tinycoco", stem) in kept]

    assert shared
    for stem in shared:
        known = [thing["box"] for thing in kept["tinycoco", stem]]
        for thing in kept["voc7", stem]:
            assert min(max(abs(a - b) for a, b in zip(thing["box"], box, strict=True)) for box in known) <= 1.01


def test_a_sample_list_with_two_missing_photos_names_both_lines(
    datasets: Path, read_folder: Callable, ingested: Callable
) -> None:
    with pytest.raises(InvalidDataset) as refused:
        ingested(read_folder(datasets / "format_samples" / "imagenet_txt_dataset" / "basic"))

    assert [fault["line"] for fault in refused.value.facts["faults"]] == [3, 4]


def test_one_image_at_a_time_is_in_memory(
    listed: Path, read_folder: Callable, new_run: Callable, tarred: Callable, image: Callable
) -> None:
    run = new_run({"a.tar.gz": tarred(read_folder(listed), "w:gz")})
    first = {f"{number}.png": image(number, kind="PNG") for number in range(2)}
    ingest.run(new_run({"a.tar.gz": tarred(first, "w:gz")}))  # what is loaded once is nothing of an image's

    tracemalloc.start()
    facts = ingest.run(run)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert facts["size_bytes"] > 3_000_000
    assert peak < 4_000_000
