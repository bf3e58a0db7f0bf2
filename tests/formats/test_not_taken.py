"""Formats that are known and not read: nothing of them is loaded, and the refusal says how to bring the model."""

from __future__ import annotations

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorflow_files import matmul_graph
from workbench.model_registry.values import NotTaken
from workbench.runner.core import Refusal

Refused = Callable[[], Refusal]


class _Touches:
    """A pickle that leaves a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def refused_as(refusal: Refused, *words: str) -> None:
    refused = refusal()
    assert isinstance(refused, NotTaken)
    assert [word for word in words if word not in str(refused)] == []


def test_a_pickle_is_refused_unread_with_the_lines_that_export(upload: Path, refusal: Refused, tmp_path: Path) -> None:
    harm = tmp_path / "harm"
    for protocol in (2, 3, 4, 5):
        (upload / "net.pth").write_bytes(pickle.dumps(_Touches(harm), protocol))
        refused_as(refusal, "file of Python pickles", "`import torch`", "`model.eval()`", "`torch.onnx.export(")
    (upload / "net.pth").unlink()
    with zipfile.ZipFile(upload / "net.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(_Touches(harm)))
    refused_as(refusal, "file of Python pickles")

    assert not harm.exists()


def test_torchscript_is_told_from_other_pickles(upload: Path, refusal: Refused) -> None:
    with zipfile.ZipFile(upload / "net.pt", "w") as archive:
        for name in ("net/data.pkl", "net/code/__torch__.py", "net/constants.pkl"):
            archive.writestr(name, b"")

    refused_as(refusal, "TorchScript", "`torch.onnx.export(")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("tiny_vit_digits/tiny_vit_digits.safetensors", ["weights without a network", "torch.onnx.export"]),
    ],
)
def test_real_files_are_told_what_converts_them(
    models: Path, upload: Path, refusal: Refused, file: str, words: list[str]
) -> None:
    shutil.copy(models / file, upload)

    refused_as(refusal, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[\n {\n "custom_attributes": {"start_points": []}, "id": "ObjectDetectionAPISSD"}]', "transformations"),
        ("# SSD\nmodel {\n  ssd {\n    num_classes: 90\n  }\n}", "Object Detection API pipeline"),
    ],
)
def test_configurations_of_the_old_converter_are_no_models(
    upload: Path, refusal: Refused, content: str, words: str
) -> None:
    (upload / "pipeline.config").write_text(content)

    refused_as(refusal, words, "the SavedModel folder or the frozen graph")


def test_what_is_not_taken_does_not_stand_in_the_way_of_what_is(
    upload: Path, imported: Callable[[], dict[str, Any]]
) -> None:
    (upload / "net.pth").write_bytes(pickle.dumps({}, 2))
    (upload / "net.pb").write_bytes(matmul_graph())

    assert imported()["ignored_files"] == ["net.pth"]
