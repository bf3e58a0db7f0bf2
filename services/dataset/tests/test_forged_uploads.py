"""Any damage to an upload ends in a dataset or in a refusal, never in a traceback."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.archives.entries import BrokenArchive, Entry, Limits, UnsafeUpload
from workbench.archives.unpack import opened
from workbench.dataset import formats
from workbench.dataset.formats import UnknownFormat
from workbench.dataset.masks import class_map
from workbench.dataset.pictures import look_at
from workbench.dataset.reading.coding import Coding, Mask
from workbench.dataset.upload.tree import Tree, arrange

REFUSALS = (BrokenArchive, UnsafeUpload, UnknownFormat)
FILES = {
    "ds/cat/1.jpg": b"some bytes " * 30,
    "ds/dog/1.jpg": b"others " * 30,
    "ds/labels.txt": b"cat\ndog\n",
    "ds/a name of more than one hundred bytes/" + "x" * 80 + ".jpg": b"z",
}
# What damage finds: bytes set to a value, at a place given as a share of the length.
DAMAGE = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return file.getvalue()


def _tar(mode: str, style: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=style) as archive:
        for name, data in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


ARCHIVES = {
    "zip": _zip(),
    "gnu": _tar("w", tarfile.GNU_FORMAT),
    "pax": _tar("w", tarfile.PAX_FORMAT),
    "tgz": _tar("w:gz", tarfile.GNU_FORMAT),
}


def _read_all(archive: bytes) -> Iterator[object]:
    """Everything an ingestion reads of an upload but the images' pixels."""
    with tempfile.TemporaryDirectory() as folder:
        upload = Path(folder, "upload")
        upload.mkdir()
        (upload / "data").write_bytes(archive)
        with opened(upload, Path(folder), Limits(expanded_bytes=10**7, harmless_bytes=10**6)) as entries:
            arranged = arrange(entries)
            yield formats.choose(arranged, None).read(arranged)
            yield [entry.read() for entry in arranged.files.values()]
        assert [path.name for path in Path(folder).iterdir()] == ["upload"]


def _damaged(archive: bytes, damage: list[tuple[float, int]]) -> bytes:
    changed = bytearray(archive)
    for place, value in damage:
        changed[int(place * len(changed))] = value
    return bytes(changed)


@pytest.mark.parametrize("kind", list(ARCHIVES))
@settings(max_examples=150, deadline=None)
@given(damage=DAMAGE)
def test_an_archive_with_damaged_bytes_is_read_or_refused(kind: str, damage: list[tuple[float, int]]) -> None:
    try:
        list(_read_all(_damaged(ARCHIVES[kind], damage)))
    except REFUSALS as refused:
        assert str(refused).isprintable()


@pytest.mark.parametrize("kind", list(ARCHIVES))
def test_an_archive_cut_anywhere_is_refused(kind: str) -> None:
    archive = ARCHIVES[kind]
    padding = 10_240 if kind in ("gnu", "pax") else 0
    whole = len(archive.rstrip(b"\0")) + 1024 if padding else len(archive)

    for length in range(min(600, whole // 2), whole - 513 if padding else whole, 97):
        with pytest.raises(REFUSALS):
            list(_read_all(archive[:length]))


@given(st.binary(max_size=2000))
def test_any_list_and_any_class_names_are_read_or_faulted(text: bytes) -> None:
    files = {
        name: Entry(name, len(data), lambda data=data: data)
        for name, data in {"a.jpg": b"", "labels.txt": text, "val.txt": b"a.jpg 0\n" + text}.items()
    }

    for each in formats.FORMATS:
        reading = each.read(Tree(files, frozenset()))
        assert reading.annotations.keys() <= set(each.TASKS)
        assert {name for known in reading.annotations.values() for name in known} <= {e.name for e in reading.images}


# Whatever a text of a layout with masks says; the start steers some of it behind the first checks.
STARTS = [b"", b"a", b"x:1,2,3\n", b"1 2 3 x\n", b'{"labels": ["a"], ']


@settings(deadline=None)
@given(st.builds(bytes.__add__, st.sampled_from(STARTS), st.binary()))
def test_any_text_of_a_layout_with_masks_is_read_or_faulted(text: bytes) -> None:
    names = [
        "JPEGImages/a.jpg",
        "SegmentationClass/a.png",
        "Images/a.jpg",
        "Masks/a.png",
        "val/a.png",
        "valannot/a.png",
        "LabeledApproved_full/a_L.png",
    ]
    texts = {
        "labelmap.txt": text,
        "label_colors.txt": text,
        "dataset_meta.json": text,
        "val.txt": b"val/a.png valannot/a.png\n" + text,
        "ImageSets/Segmentation/val.txt": text,
    }
    files = {
        name: Entry(name, len(data), lambda data=data: data)
        for name, data in {**dict.fromkeys(names, b""), **texts}.items()
    }
    folders = frozenset({"JPEGImages", "SegmentationClass"})

    for each in formats.FORMATS:
        for fault in each.read(Tree(files, folders)).faults:
            assert "\n" not in str(fault)


@settings(max_examples=150, deadline=None)
@given(damage=DAMAGE, kind=st.sampled_from(["PNG", "BMP", "GIF", "TIFF", "WEBP"]), mode=st.sampled_from(["L", "RGB"]))
def test_a_mask_with_damaged_bytes_is_taken_or_refused_in_a_line(
    image: object, damage: list[tuple[float, int]], kind: str, mode: str
) -> None:
    data = _damaged(image(kind=kind, size=(24, 24), mode=mode), damage)
    every = Coding(["a"], dict.fromkeys(range(256), 0), {(0, 0, 0): 0})
    try:
        assert class_map(Mask(Entry("a", len(data), lambda: data), every)).ndim == 2
    except ValueError as refused:
        assert "\n" not in str(refused)


@settings(max_examples=150, deadline=None)
@given(damage=DAMAGE, kind=st.sampled_from(["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"]))
def test_an_image_with_damaged_bytes_is_taken_or_refused_in_a_line(
    image: object, damage: list[tuple[float, int]], kind: str
) -> None:
    data = _damaged(image(kind=kind, size=(24, 24)), damage)
    try:
        assert look_at(Entry("a", len(data), lambda: data)).width > 0
    except ValueError as refused:
        assert "\n" not in str(refused)
