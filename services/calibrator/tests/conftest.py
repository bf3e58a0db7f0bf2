"""Datasets of drawn pictures and of shared photos, a network for each, and cores run under the runner contract."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import colours
import described
import forked
import numpy as np
import openvino as ov
import pytest
from numpy.typing import NDArray
from PIL import Image
from workbench.shards import AnnotationWriter, ShardWriter, split_of
from workbench.tasks.semantic_segmentation import annotation as masks

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"

SQUEEZENET_RECIPE = {
    "task": "classification",
    "labels": None,
    "input": {"name": "data_0", "width": 224, "height": 224, "channels": 3, "layout": "NCHW"},
    "resize": "crop",
    "short_side": None,
    "interpolation": "bilinear",
    "color": "BGR",
    "mean": [104, 117, 123],
    "scale": None,
    "output": None,
    "label_offset": 0,
    "top_k": 5,
}


# What their results become.
FACTS = {"quantize": "ModelFacts", "evaluate": "EvaluationFacts", "try_images": "TrialFacts"}


@dataclass(frozen=True)
class Ended:
    """What a core left in its folder."""

    folder: Path
    code: int

    @property
    def document(self) -> dict[str, Any]:
        return json.loads((self.folder / "result.json").read_text())

    @property
    def result(self) -> dict[str, Any]:
        assert "result" in self.document, (self.folder / "log.txt").read_text()
        return self.document["result"]

    @property
    def refusal(self) -> dict[str, Any]:
        assert self.code == 1, (self.folder / "log.txt").read_text()
        return self.document["refusal"]

    @property
    def progress(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "progress.jsonl").read_text().splitlines()]

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "outputs" / name).read_text().splitlines()]


@pytest.fixture(scope="session")
def squeezenet(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with model.xml and model.bin, FP32."""
    folder = tmp_path_factory.mktemp("squeezenet")
    for suffix in (".xml", ".bin"):
        source = shared / "models" / "squeezenet1.1" / "ir_fp32" / f"squeezenet1.1{suffix}"
        shutil.copyfile(source, folder / f"model{suffix}")
    return folder


@pytest.fixture
def squeezenet_recipe() -> dict[str, Any]:
    """What SqueezeNet 1.1 needs; a test may change its copy."""
    return json.loads(json.dumps(SQUEEZENET_RECIPE))


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the classifier of colours, FP32."""
    folder = tmp_path_factory.mktemp("colours")
    ov.save_model(colours.network(), folder / "model.xml", compress_to_fp16=False)
    return folder


@pytest.fixture
def recipe() -> dict[str, Any]:
    """What the classifier of colours needs; a test may change its copy."""
    return json.loads(json.dumps(colours.RECIPE))


@pytest.fixture(scope="session")
def make_annotated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A folder in the canonical form, of (name, bytes, what is known of it for the task)."""

    def make(task: str, images: Iterable[tuple[str, bytes, dict[str, Any] | None]], split: str | None = None) -> Path:
        folder = tmp_path_factory.mktemp("dataset")
        with ShardWriter(folder) as writer, AnnotationWriter(folder, [task]) as annotations:
            for name, data, annotation in images:
                width, height = _size(data)
                part = split or split_of(hashlib.sha256(data).hexdigest())
                writer.add(name, data, split=part, width=width, height=height)
                if annotation is not None:
                    annotations.add(name, {task: annotation})
            annotations.close({})
        return folder

    return make


@pytest.fixture(scope="session")
def make_dataset(make_annotated: Callable[..., Path]) -> Callable[..., Path]:
    """The same of (name, bytes, label)."""

    def make(images: Iterable[tuple[str, bytes, int | None]], split: str | None = None) -> Path:
        known = ((name, data, None if label is None else {"label": label}) for name, data, label in images)
        return make_annotated("classification", known, split)

    return make


@pytest.fixture(scope="session")
def make_masked(make_annotated: Callable[..., Path]) -> Callable[..., Path]:
    """The same of (name, bytes, mask)."""

    def make(images: Iterable[tuple[str, bytes, NDArray[np.uint8] | None]], split: str | None = None) -> Path:
        known = (
            (name, data, None if mask is None else masks.to_json(masks.Annotation.of(mask)))
            for name, data, mask in images
        )
        return make_annotated("semantic-segmentation", known, split)

    return make


def _size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except OSError:
        return 1, 1


@pytest.fixture(scope="session")
def imagenet(shared: Path, make_dataset: Callable[..., Path]) -> Path:
    """200 labelled images, split by digest."""
    folder = shared / "datasets" / "imagenet200"
    listed = [line.split() for line in (folder / "val.txt").read_text().splitlines()]
    return make_dataset((name, (folder / "images" / name).read_bytes(), int(label)) for name, label in listed)


@pytest.fixture(scope="session")
def photos(shared: Path, make_dataset: Callable[..., Path]) -> Path:
    """Photos without labels, none of them in imagenet."""
    files = sorted(path for folder in ("tinycoco", "voc7") for path in (shared / "datasets" / folder).rglob("*.jpg"))
    return make_dataset((f"{index:03d}.jpg", path.read_bytes(), None) for index, path in enumerate(files))


@pytest.fixture(scope="session")
def few_images(make_dataset: Callable[..., Path]) -> Path:
    """Twelve labelled pictures of colours, all in the evaluation part."""
    return make_dataset(
        [(f"{label:02d}.png", colours.picture(label), label) for label in range(0, 60, 5)], split="evaluation"
    )


@pytest.fixture(scope="session")
def both_parts(make_dataset: Callable[..., Path]) -> Path:
    """Sixty labelled pictures of colours, split by digest."""
    return make_dataset([(f"{label:02d}.png", colours.picture(label, 1), label) for label in range(colours.CLASSES)])


@pytest.fixture(scope="session")
def unlabelled(make_dataset: Callable[..., Path]) -> Path:
    """Twenty pictures of colours without labels, none of them in another dataset; split by digest."""
    return make_dataset([(f"{label:02d}.png", colours.picture(label, 2), None) for label in range(20)])


@pytest.fixture
def run_core(in_processes: None, tmp_path: Path) -> Callable[..., Ended]:
    """Run a core in a process of its own; inputs are folders by the name they get."""
    count = 0

    def start(core: str, spec: dict[str, Any], **inputs: Path) -> Ended:
        nonlocal count
        count += 1
        folder = tmp_path / f"run{count}"
        for name, source in inputs.items():
            shutil.copytree(source, folder / "inputs" / name)
        (folder / "spec.json").write_text(json.dumps({"main_file": "model.xml"} | spec))
        ended = Ended(folder, forked.run_core(f"workbench.calibrator.{core}", folder))
        assert described.faults(FACTS[core], ended.document.get("result") or {}) == []
        return ended

    return start


@pytest.fixture
def save_model(tmp_path: Path) -> Callable[[ov.Model], Path]:
    """A folder with model.xml and model.bin of a model made in the test."""

    def save(model: ov.Model) -> Path:
        folder = tmp_path / "made"
        folder.mkdir(exist_ok=True)
        ov.save_model(model, folder / "model.xml", compress_to_fp16=False)
        return folder

    return save
