"""What is taken away from an upload before its layout is looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def test_the_litter_of_operating_systems_is_left_out(tree: Callable) -> None:
    arranged = tree(
        {
            "a.jpg": b"",
            "__MACOSX/._a.jpg": b"",
            ".DS_Store": b"",
            "b/Thumbs.db": b"",
            "b/c.jpg": b"",
            ".git/d.jpg": b"",
            "b/.hidden.jpg": b"",
            "README.md": b"",
            "b/readme": b"",
            "desktop.ini": b"",
        }
    )

    assert list(arranged.files) == ["a.jpg", "b/c.jpg"]
    assert arranged.folders == {"b"}


def test_an_image_called_readme_is_an_image(tree: Callable) -> None:
    assert list(tree({"readme.jpg": b"", "a.jpg": b""}).files) == ["a.jpg", "readme.jpg"]


@pytest.mark.parametrize(
    ("files", "arranged", "top"),
    [
        (["a.jpg", "b.jpg"], ["a.jpg", "b.jpg"], ""),
        (["ds/a.jpg", "ds/b.jpg"], ["a.jpg", "b.jpg"], "ds"),
        (["ds/v1/a.jpg", "ds/v1/b/c.jpg"], ["a.jpg", "b/c.jpg"], "v1"),
        (["ds/a.jpg", "README.md", "__MACOSX/ds/._a.jpg"], ["a.jpg"], "ds"),
        (["ds/a.jpg", "ds2/a.jpg"], ["ds/a.jpg", "ds2/a.jpg"], ""),
        (["a.jpg"], ["a.jpg"], ""),
        ([], [], ""),
    ],
)
def test_folders_that_only_wrap_everything_are_taken_away(
    tree: Callable, files: list[str], arranged: list[str], top: str
) -> None:
    result = tree(dict.fromkeys(files, b""))

    assert list(result.files) == arranged
    assert result.top == top


def test_the_same_files_give_the_same_tree_with_and_without_their_wrapping(tree: Callable) -> None:
    inside = tree({"images/a.jpg": b"", "images/b.jpg": b""})
    wrapped = tree({"ds/images/a.jpg": b"", "ds/images/b.jpg": b""})

    assert list(inside.files) == list(wrapped.files)


def test_an_empty_folder_is_kept_and_keeps_its_parent_from_being_wrapping(tree: Callable) -> None:
    arranged = tree({"ds/cats/1.jpg": b""}, folders=("ds/dogs",))

    assert arranged.folders == {"cats", "dogs"}
    assert list(arranged.files) == ["cats/1.jpg"]


def test_an_upload_of_only_empty_folders_does_not_lose_them(tree: Callable) -> None:
    assert tree({}, folders=("a/b",)).folders == {"b"}


def test_files_come_in_name_order_whatever_order_they_had(tree: Callable) -> None:
    assert list(tree({"b.jpg": b"", "a.jpg": b"", "B.jpg": b""}).files) == ["B.jpg", "a.jpg", "b.jpg"]


def test_images_are_told_by_their_suffix_in_any_case(tree: Callable) -> None:
    arranged = tree(dict.fromkeys(["a.JPEG", "b.Png", "c.txt", "d", "e.jpg.zip", "f.webp"], b""))

    assert [entry.name for entry in arranged.images] == ["a.JPEG", "b.Png", "f.webp"]


def test_a_moved_file_still_reads_its_own_bytes(tree: Callable) -> None:
    arranged = tree({"ds/a.jpg": b"A", "ds/b.jpg": b"B"})

    assert arranged.files["b.jpg"].read() == b"B"


def test_thumbnails_of_storage_boxes_are_no_photos_and_are_known(tree: Callable) -> None:
    small = "cat/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg"

    found = tree({"cat/1.jpg": b"", "dog/2.jpg": b"", small: b"", "#recycle/3.jpg": b"", "__MACOSX/cat/._1.jpg": b""})

    assert list(found.files) == ["cat/1.jpg", "dog/2.jpg"]
    assert found.passed_over == ("#recycle/3.jpg", small)
