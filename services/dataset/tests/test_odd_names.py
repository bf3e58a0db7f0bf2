"""Names as people and their systems give them: every letter, blanks, cases that differ, zips of Windows."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench.dataset import ingest
from workbench.dataset.ingest import InvalidDataset
from workbench.shards import read_annotations, read_bytes, read_index

BOXES = "object-detection"
ODD = ["Straße 1/Äpfel & Birnen.jpg", "猫/写真 (2).jpg", "קטן/תמונה.jpg", "a  b/ÅÄÖ 'x'.jpg", "emoji 🐈/50%.jpg"]


@pytest.fixture
def kept(new_run: Callable) -> Callable[..., tuple[dict[str, Any], Path]]:
    """``kept(files)``: the facts and the folder."""

    def take(files: dict[str, bytes], **spec: Any) -> tuple[dict[str, Any], Path]:
        run = new_run(files, spec)
        return ingest.run(run), run.outputs

    return take


def coco(names: list[str]) -> bytes:
    """A box in each, its class the number of the image."""
    images = [{"id": n, "file_name": name, "width": 20, "height": 16} for n, name in enumerate(names)]
    boxes = [{"id": n, "image_id": n, "category_id": n, "bbox": [1, 1, 5, 5]} for n in range(len(names))]
    categories = [{"id": n, "name": f"c{n}"} for n in range(len(names))]
    return json.dumps({"images": images, "annotations": boxes, "categories": categories}).encode()


@pytest.mark.parametrize("packed", ["zip", "tar", "folder"])
def test_names_in_any_writing_are_kept_letter_by_letter(
    kept: Callable, image: Callable, zipped: Callable, tarred: Callable, packed: str
) -> None:
    files = {name: image(n) for n, name in enumerate(ODD)} | {"instances.json": coco(ODD)}
    given = files if packed == "folder" else {f"a.{packed}": zipped(files) if packed == "zip" else tarred(files, "w")}

    _, folder = kept(given, format="coco")

    assert {item.name: read_bytes(folder, item) for item in read_index(folder)} == {name: files[name] for name in ODD}
    known = read_annotations(folder, BOXES)
    assert [known[name]["things"][0]["class"] for name in ODD] == list(range(len(ODD)))


def test_a_list_in_composed_letters_finds_files_in_decomposed_ones(kept: Callable, image: Callable) -> None:
    """As a Mac names files, and everybody else writes lists."""
    names = ["Äpfel/é.jpg", "Birnen/ü.jpg"]
    files = {unicodedata.normalize("NFD", name): image(n) for n, name in enumerate(names)}

    _, folder = kept(
        files | {"instances.json": coco([unicodedata.normalize("NFC", name) for name in names])}, format="coco"
    )

    assert [known["things"][0]["class"] for known in read_annotations(folder, BOXES).values()] == [0, 1]


def test_names_that_differ_in_their_case_alone_are_two_images(
    kept: Callable, image: Callable, zipped: Callable
) -> None:
    names = ["photos/IMG.jpg", "photos/img.JPG", "Photos/img.jpg"]
    files = {name: image(n) for n, name in enumerate(names)} | {"instances.json": coco(names)}

    _, folder = kept({"a.zip": zipped(files)})

    known = read_annotations(folder, BOXES)
    assert {name: document["things"][0]["class"] for name, document in known.items()} == {
        name: n for n, name in enumerate(names)
    }


def test_a_list_that_could_mean_either_of_two_cases_is_told(kept: Callable, image: Callable, zipped: Callable) -> None:
    files = {"a/IMG.jpg": image(1), "b/img.JPG": image(2), "instances.json": coco(["Img.jpg"])}

    with pytest.raises(InvalidDataset) as refused:
        kept({"a.zip": zipped(files)}, format="coco")

    [fault] = [each for each in refused.value.facts["faults"] if each["reason"].startswith("images[0]")]
    assert "Img.jpg may be a/IMG.jpg or b/img.JPG; list the whole path" in fault["reason"]


def test_a_zip_of_windows_is_the_dataset_that_a_folder_is(kept: Callable, image: Callable) -> None:
    """Backslashes, a wrapping folder, and what Explorer and a Mac put beside people's own."""
    photos = {f"{kind}/{n}.jpg": image(n + 5 * (kind == "dog")) for kind in ("cat", "dog") for n in range(3)}
    litter = {
        "__MACOSX\\pets\\cat\\._0.jpg": b"\0",
        "pets\\cat\\Thumbs.db": b"\xd0\xcf",
        "pets\\desktop.ini": b"[x]",
        "pets\\.DS_Store": b"\0",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in {f"pets\\{name.replace('/', chr(92))}": data for name, data in photos.items()}.items():
            archive.writestr(windows(name), data)
        for name, data in litter.items():
            archive.writestr(windows(name), data)

    facts, folder = kept({"pets.zip": file.getvalue()})
    told, plain = kept(photos)

    assert facts == told
    assert {item.name: item.sha256 for item in read_index(folder)} == {
        item.name: item.sha256 for item in read_index(plain)
    }


def windows(name: str) -> zipfile.ZipInfo:
    """As .NET wrote names until 4.6: with backslashes, made on MS-DOS."""
    info = zipfile.ZipInfo("x")
    info.filename, info.create_system = name, 0
    return info
