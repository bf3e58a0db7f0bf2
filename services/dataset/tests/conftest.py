"""Fixtures of this folder: real images in small, uploads, and runs of the two cores."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import layouts
import numpy as np
import packing
import pytest
from PIL import Image
from workbench.archives.entries import Entries, Entry
from workbench.dataset import ingest
from workbench.dataset.upload.tree import Tree, arrange
from workbench.runner.core import Run
from workbench.shards import read_annotations

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.fixture(scope="session")
def datasets(shared: Path) -> Path:
    """The folder of real sample data sets."""
    return shared / "datasets"


@pytest.fixture(scope="session")
def image() -> Callable[..., bytes]:
    """``image(seed)``: the bytes of a small picture that no other seed gives."""

    def make(seed: int = 0, *, kind: str = "JPEG", size: tuple[int, int] = (20, 16), mode: str = "RGB") -> bytes:
        pixels = random.Random(seed).randbytes(size[0] * size[1] * len(Image.new(mode, (1, 1)).tobytes()))
        file = io.BytesIO()
        Image.frombytes(mode, size, pixels).save(file, kind)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """``png(rows)``: of gray levels, of colours, or, with a ``palette``, of indexes."""

    def make(rows: Any, palette: list[tuple[int, int, int]] | None = None, kind: str = "PNG") -> bytes:
        pixels = np.asarray(rows)
        image = Image.fromarray(pixels if pixels.dtype == np.uint16 else pixels.astype(np.uint8))
        if palette is not None:
            image = Image.fromarray(np.asarray(image), "L")
            image.putpalette([part for color in palette for part in color])
        file = io.BytesIO()
        image.save(file, kind)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def good(image: Callable[..., bytes], png: Callable[..., bytes]) -> dict[str, dict[str, bytes]]:
    """A small upload of each layout."""
    return layouts.good(image, png)


@pytest.fixture(scope="session")
def sample(
    at_hand: Path | None, read_folder: Callable[[Path], dict[str, bytes]], good: dict[str, dict[str, bytes]]
) -> Callable[[str, str], dict[str, bytes]]:
    """``sample(folder, layout)``: a shared data set, or the small one of its layout."""
    return lambda folder, layout: read_folder(at_hand / "datasets" / folder) if at_hand else good[layout]


@pytest.fixture(scope="session")
def zipped() -> Callable[..., bytes]:
    """``zipped({name: bytes})``."""
    return packing.zipped


@pytest.fixture(scope="session")
def tarred() -> Callable[..., bytes]:
    """``tarred({name: bytes}, "w:gz")``."""
    return packing.tarred


@pytest.fixture(scope="session")
def tree() -> Callable[..., Tree]:
    """``tree({name: bytes}, folders=…)``: an upload already arranged."""

    def build(files: dict[str, bytes], folders: tuple[str, ...] = ()) -> Tree:
        entries = Entries(None)
        for folder in folders:
            entries.add_folder(folder)
        for name, data in files.items():
            entries.add_file(name, len(data), lambda data=data: data)
        return arrange(entries)

    return build


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[..., Run]:
    """``new_run(files, spec)``: a run's folder with these files, or links to them, staged as the upload."""
    made = []

    def stage(files: dict[str, bytes], spec: dict[str, object] | None = None) -> Run:
        folder = tmp_path / f"run{len(made)}"
        made.append(folder)
        (folder / "inputs" / "upload").mkdir(parents=True)
        (folder / "outputs").mkdir()
        (folder / "spec.json").write_text(json.dumps(spec or {}))
        for name, data in files.items():
            path = folder / "inputs" / "upload" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return Run(folder)

    return stage


@pytest.fixture
def ingested(new_run: Callable[..., Run]) -> Callable[..., tuple[dict, list[dict]]]:
    """``ingested(files, spec)``: the facts, and the index's lines with the label of those that have one."""

    def ingest_files(files: dict[str, bytes], spec: dict[str, object] | None = None) -> tuple[dict, list[dict]]:
        run = new_run(files, spec)
        facts = ingest.run(run)
        lines = (run.outputs / "index.jsonl").read_text().splitlines()
        labels = read_annotations(run.outputs, "classification")
        return facts, [{**(item := json.loads(line)), **labels.get(item["name"], {})} for line in lines]

    return ingest_files


@pytest.fixture(scope="session")
def read_folder() -> Callable[[Path], dict[str, bytes]]:
    """``read_folder(path)``: every file below, by relative name."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    return read


@pytest.fixture(scope="session")
def entry() -> Callable[..., Entry]:
    """``entry(name, data)``: one file of an upload."""
    return lambda name, data: Entry(name, len(data), lambda: data)
