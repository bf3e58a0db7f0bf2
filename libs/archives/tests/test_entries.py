"""Which names and amounts an upload may have."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.archives.entries import (
    LONGEST_NAME_BYTES,
    LONGEST_PART_BYTES,
    Entries,
    Limits,
    UnsafeUpload,
    readable,
    safe_name,
)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("images/a.jpg", "images/a.jpg"),
        ("./images/a.jpg", "images/a.jpg"),
        ("images//a.jpg", "images/a.jpg"),
        ("images/", "images"),
        ("images\\a.jpg", "images/a.jpg"),
        ("./", ""),
        ("Füße/猫 1.jpg", "Füße/猫 1.jpg"),
        ("..a/b..", "..a/b.."),
    ],
)
def test_a_plain_name_is_taken_and_written_in_one_way(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.jpg", "leads outside"),
        ("images/../../a.jpg", "leads outside"),
        ("images/..", "leads outside"),
        ("..\\a.jpg", "leads outside"),
        ("/etc/passwd", "absolute"),
        ("\\\\server\\share\\a.jpg", "absolute"),
        ("C:\\a.jpg", "drive letter"),
        ("c:a.jpg", "drive letter"),
        ("a.jpg\0.exe", r"U\+0000"),
        ("a\nb.jpg", r"U\+000A"),
        ("a\x1b[31m.jpg", r"U\+001B"),
        ("gpj\u202e.exe", r"U\+202E"),
        ("a\udcff.jpg", "not UTF-8"),
        ("x" * (LONGEST_PART_BYTES + 1), "too long"),
        ("猫" * 86, "too long"),
        ("/".join(["deep"] * LONGEST_NAME_BYTES), "too long"),
    ],
)
def test_a_harmful_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(UnsafeUpload, match=reason):
        safe_name(name)


@given(st.text(st.characters(codec=None), max_size=80))
def test_what_passes_is_always_a_plain_relative_printable_path(name: str) -> None:
    try:
        safe = safe_name(name)
    except UnsafeUpload as refused:
        assert str(refused).isprintable()
        assert str(refused).encode()
        return
    path = PurePosixPath(safe)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert safe.isprintable()
    assert "\\" not in safe
    assert str(path) == (safe or ".")
    assert safe_name(safe) == safe


def test_a_hostile_name_is_shown_escaped_and_cut() -> None:
    assert readable("a\n\x1b\udcffb") == r"a\n\x1b\udcffb"
    assert len(readable("x" * 10_000)) < 200


def test_a_refusal_carries_the_entry_as_a_fact() -> None:
    with pytest.raises(UnsafeUpload) as refused:
        safe_name("../evil\n.jpg")

    assert refused.value.facts == {"entry": r"../evil\n.jpg"}
    assert str(refused.value).startswith(r"../evil\n.jpg: ")


def test_a_second_entry_of_the_same_name_is_refused_however_it_is_spelt() -> None:
    entries = Entries(None)
    entries.add_file("images/a.jpg", 1, bytes)

    with pytest.raises(UnsafeUpload, match="two entries of this name"):
        entries.add_file("./images//a.jpg", 1, bytes)


def test_a_folder_may_be_named_twice() -> None:
    entries = Entries(None)
    entries.add_folder("images/")
    entries.add_folder("images")

    assert entries.folders == {"images"}


def test_a_file_without_a_name_is_refused() -> None:
    with pytest.raises(UnsafeUpload, match="can't name a file"):
        Entries(None).add_file("./", 1, bytes)


def test_too_many_files_are_refused_at_the_first_too_many() -> None:
    entries = Entries(None, Limits(files=2))
    entries.add_folder("a")
    entries.add_file("a/1.jpg", 1, bytes)

    with pytest.raises(UnsafeUpload, match=r"a/2\.jpg: .*more than 2 files"):
        entries.add_file("a/2.jpg", 1, bytes)


def test_too_many_bytes_in_all_are_refused_although_each_file_is_small() -> None:
    entries = Entries(None, Limits(expanded_bytes=100))
    entries.add_file("1.jpg", 60, bytes)

    with pytest.raises(UnsafeUpload, match=r"2\.jpg: .*expands to 120 bytes; at most 100"):
        entries.add_file("2.jpg", 60, bytes)


def test_an_expansion_that_only_a_bomb_has_is_refused() -> None:
    entries = Entries(10, Limits(expansion=5, harmless_bytes=20))
    entries.add_file("1.bmp", 50, bytes)

    with pytest.raises(UnsafeUpload, match=r"2\.bmp: .*bomb"):
        entries.add_file("2.bmp", 1, bytes)


def test_a_small_set_may_shrink_to_nearly_nothing() -> None:
    entries = Entries(1, Limits(expansion=2, harmless_bytes=1000))
    entries.add_file("1.bmp", 1000, bytes)

    assert entries.expanded_bytes == 1000
