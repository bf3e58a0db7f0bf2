"""Which format a model is in, by the name its main file is kept under; and what OpenVINO is given to read it.

Whoever takes an upload recognises it by its content (the model registry) and gives it the name that says so here.
"""

from __future__ import annotations

from pathlib import Path

SAVED_MODEL = "saved_model.pb"
_BY_SUFFIX = {
    ".xml": "ir",
    ".onnx": "onnx",
    ".tflite": "tflite",
    ".pb": "tensorflow-graph",
    ".pbtxt": "tensorflow-graph",
    ".meta": "tensorflow-checkpoint",
    ".pdmodel": "paddle",
    ".keras": "keras",
    ".h5": "keras",
    ".caffemodel": "caffe",
    ".params": "mxnet",
    ".pt2": "pytorch",
}

# Formats read in an environment apart: its name.
APART = {"keras": "keras", "caffe": "legacy", "mxnet": "legacy", "pytorch": "torch"}


def format_of(main: Path) -> str:
    """The word for it in facts; what has no other name is ONNX."""
    if main.name == SAVED_MODEL:
        return "tensorflow-saved-model"
    return _BY_SUFFIX.get(main.suffix, "onnx")


def readable(main: Path) -> Path:
    """What OpenVINO reads: the file, or the folder that the file lies in."""
    return main.parent if main.name == SAVED_MODEL else main
