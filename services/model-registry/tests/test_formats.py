"""The table of formats: who claims what, and that a new module is all a new format takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workbench.model_registry import formats
from workbench.model_registry.appearance import appearance


def test_every_module_of_the_package_is_a_format() -> None:
    names = [module.__name__.rpartition(".")[2] for module in formats.formats()]

    assert names == [
        "caffe",
        "caffe_network",
        "ir",
        "keras",
        "mxnet",
        "mxnet_graph",
        "onnx",
        "paddle",
        "paddle_json",
        "pytorch",
        "pytorch_program",
        "pytorch_weights",
        "tensorflow_checkpoint",
        "tensorflow_configs",
        "tensorflow_graph",
        "tensorflow_saved_model",
        "tflite",
    ]
    taken = {format_.__name__.rpartition(".")[2] for format_ in formats.formats() if format_.ACCEPTED}
    assert set(names) - taken == {"caffe_network", "mxnet_graph", "paddle_json", "pytorch", "tensorflow_configs"}


def test_adding_one_file_adds_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "poem.py").write_text(
        '"""Poems."""\nACCEPTED = "a poem"\ndef claims(path): return path.read_bytes()[:4] == b"Rose"\n'
        "def gather(main, upload): ...\n"
    )
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    file = tmp_path / "verse"
    file.write_text("Roses are red")

    assert [f.ACCEPTED for f in formats.formats() if f.claims(file)] == ["a poem"]


def test_no_sample_is_claimed_by_a_format_it_is_not_in(published: Path) -> None:
    claimed = {
        path.relative_to(published).as_posix(): [
            f.__name__.rpartition(".")[2] for f in formats.formats() if f.claims(path)
        ]
        for path in published.rglob("*")
        if path.is_file()
    }

    misnamed = {"negative/lfs_pointer.onnx": [], "negative/wrong_extension.onnx": ["tflite"]}
    saved = "mobilenet_v1_0.25_224/saved_model/"
    named = {
        ".onnx": ["onnx"],
        ".xml": ["ir"],
        ".tflite": ["tflite"],
        ".pb": ["tensorflow_graph"],
        ".h5": ["keras"],
        ".keras": ["keras"],
        ".caffemodel": ["caffe"],
        ".prototxt": ["caffe_network"],
        ".params": ["mxnet"],
        ".pt2": ["pytorch_program"],
        ".safetensors": ["pytorch"],
    }
    others = {f"{saved}saved_model.pb": ["tensorflow_saved_model"], f"{saved}fingerprint.pb": []}
    others |= {name: ["mxnet_graph"] for name in claimed if name.endswith("-symbol.json")}
    assert claimed == {name: named.get(Path(name).suffix, []) for name in claimed} | misnamed | others


def test_an_image_or_a_text_never_passes_for_a_model(published: Path) -> None:
    for path in published.rglob("*"):
        if path.suffix in (".md", ".jpg", ".png", ".names", ".prototxt"):
            assert appearance(path) in ("text", "a JPEG image", "a PNG image"), path


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"", "an empty file"),
        ("é".encode() * 3000, "text"),  # the head ends inside a character
        (b"x" + "é".encode() * 3000, "text"),
        (b"\xef\xbb\xbf  <HTML>", "a web page"),
        (b"text with \x00 in it", "binary data of no kind we know"),
        ("текст".encode("cp1251"), "binary data of no kind we know"),
    ],
)
def test_appearances_at_the_edge(tmp_path: Path, content: bytes, looks: str) -> None:
    (tmp_path / "file").write_bytes(content)

    assert appearance(tmp_path / "file") == looks


def test_the_core_reaches_no_web_or_database_and_no_protobuf_before_it_meets_an_onnx_model() -> None:
    program = "import workbench.model_registry.inspect, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()

    assert not {"flask", "marshmallow", "sqlalchemy", "kombu", "onnx", "google.protobuf"} & set(loaded)
