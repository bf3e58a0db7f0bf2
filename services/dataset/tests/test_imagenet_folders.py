"""A folder for each class."""

from __future__ import annotations

from collections.abc import Callable

from workbench.dataset.formats import imagenet_folders
from workbench.dataset.reading.found import Reading


def _labels(reading: Reading) -> dict[str, int | None]:
    known = reading.annotations["classification"]
    labels = {name: noted.document["label"] for name, noted in known.items()}
    return {image.name: labels.get(image.name) for image in reading.images}


def test_label_ids_follow_the_sorted_folder_names(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"dog/1.jpg": b"", "cat/2.jpg": b"", "cat/1.jpg": b""}))

    assert reading.classes["classification"] == ["cat", "dog"]
    assert _labels(reading) == {"cat/1.jpg": 0, "cat/2.jpg": 0, "dog/1.jpg": 1}
    assert not reading.faults


def test_a_text_of_class_names_sets_their_order(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"cat/1.jpg": b"", "dog/1.jpg": b"", "labels.txt": b"dog\ncat\n"}))

    assert reading.classes["classification"] == ["dog", "cat"]
    assert _labels(reading) == {"cat/1.jpg": 1, "dog/1.jpg": 0}


def test_folders_named_by_wnid_get_the_names_of_the_synsets(tree: Callable) -> None:
    synsets = b"n01440764 tench, Tinca tinca\nn01443537 goldfish\n"

    reading = imagenet_folders.read(
        tree({"n01443537/1.JPEG": b"", "n01440764/1.JPEG": b"", "synset_words.txt": synsets})
    )

    assert reading.classes["classification"] == ["tench, Tinca tinca", "goldfish"]
    assert _labels(reading) == {"n01440764/1.JPEG": 0, "n01443537/1.JPEG": 1}


def test_a_single_class_whose_folder_wraps_all_is_read_when_asked_for(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"tench/1.jpg": b"", "tench/2.jpg": b""}))

    assert reading.classes["classification"] == ["tench"]
    assert _labels(reading) == {"1.jpg": 0, "2.jpg": 0}


def test_a_class_without_an_image_keeps_its_id_and_is_told(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"cat/1.jpg": b"", "dog/1.jpg": b"", "labels.txt": b"cat\nfox\ndog\n"}))

    assert not reading.faults
    assert _labels(reading) == {"cat/1.jpg": 0, "dog/1.jpg": 2}
    assert reading.warnings == ("No image is of fox (id 1): each keeps its id, and its accuracy is not known.",)


def test_a_folder_that_is_not_a_named_class_is_a_fault(tree: Callable) -> None:
    reading = imagenet_folders.read(
        tree({"cat/1.jpg": b"", "dog/1.jpg": b"", "fox/1.jpg": b"", "labels.txt": b"cat\ndog\n"})
    )

    assert [str(fault) for fault in reading.faults] == ["fox/: this class is not named in labels.txt"]


def test_an_empty_folder_is_a_class_without_images(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"cat/1.jpg": b"", "fox/1.jpg": b""}, folders=("dog",)))

    assert not reading.faults
    assert _labels(reading) == {"cat/1.jpg": 0, "fox/1.jpg": 2}
    assert reading.warnings == ("No image is of dog (id 1): each keeps its id, and its accuracy is not known.",)


def test_files_that_are_no_images_are_told(tree: Callable) -> None:
    reading = imagenet_folders.read(
        tree(
            {
                "cat/1.jpg": b"",
                "dog/1.jpg": b"",
                "dog/1.jpg~": b"",
                "dog/a.crdownload": b"",
                "labels.txt": b"cat\ndog\n",
            }
        )
    )

    assert reading.warnings == ("2 files are no images and were left out: dog/1.jpg~, dog/a.crdownload",)


def test_numbers_that_are_sorted_as_text_are_told_with_what_sets_another_order(tree: Callable) -> None:
    folders = {f"{name}/1.jpg": b"" for name in ("1", "2", "10")}

    [warning] = imagenet_folders.read(tree(folders)).warnings

    assert "10 comes before 2" in warning
    assert "labels.txt" in warning
    assert not imagenet_folders.read(tree({**folders, "labels.txt": b"1\n2\n10\n"})).warnings
    assert not imagenet_folders.read(tree({"01/1.jpg": b"", "02/1.jpg": b"", "10/1.jpg": b""})).warnings


def test_names_of_classes_and_folders_may_be_composed_and_decomposed(tree: Callable) -> None:
    reading = imagenet_folders.read(
        tree({"gru\u0308n/1.jpg": b"", "rot/1.jpg": b"", "labels.txt": "rot\ngr\u00fcn\n".encode()})
    )

    assert not reading.faults
    assert _labels(reading) == {"gru\u0308n/1.jpg": 1, "rot/1.jpg": 0}


def test_images_beside_or_below_the_class_folders_are_faults(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"cat/1.jpg": b"", "dog/1.jpg": b"", "0.jpg": b"", "dog/puppies/1.jpg": b""}))

    assert [fault.file for fault in reading.faults] == ["0.jpg", "dog/puppies/1.jpg"]


def test_a_blank_line_among_the_names_is_a_fault(tree: Callable) -> None:
    reading = imagenet_folders.read(tree({"cat/1.jpg": b"", "dog/1.jpg": b"", "labels.txt": b"cat\n\ndog\n"}))

    assert ("labels.txt", 2) in [(fault.file, fault.line) for fault in reading.faults]


def test_a_tree_that_is_not_this_is_told_why(tree: Callable) -> None:
    why = {
        "there are no images": {"a.txt": b""},
        "0.jpg does not lie directly": {"0.jpg": b"", "cat/1.jpg": b"", "dog/1.jpg": b""},
        "a/b/1.jpg does not lie directly": {"a/b/1.jpg": b"", "c/1.jpg": b""},
        "JPEGImages is the name of a part": {"JPEGImages/1.jpg": b"", "SegmentationClass/1.png": b""},
        "only one folder has images": {"cat/1.jpg": b"", "notes.csv": b""},
    }

    for reason, files in why.items():
        assert (imagenet_folders.recognise(tree(files)) or "").startswith(reason)
