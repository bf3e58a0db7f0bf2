"""Every option of a conversion over every format: it does what its name says, or is refused by its field.

What comes out is held against the source's own network, fed with what was done by hand. Each front end of OpenVINO
names, shapes and lays out what it reads in its own way, so a format may not have what another has: that is in
``REFUSED``. A format more, or an option more, is a row more: the last two tests fail without it. What an environment
apart reads is an IR before anything is done to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import paddle_files
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from protobuf_writing import block, number
from tensorflow_files import averaging_graph, meta_graph, node, saved_model, shape
from workbench import ir
from workbench.converter.convert import convert
from workbench.converter.finishing import finish
from workbench.converter.spec import read_spec
from workbench.fields.conversion import ConversionOptions, InputSchema
from workbench.ir.formats import APART, format_of
from workbench.model_registry.formats import formats
from workbench.runner.core import Refusal

Numbers = NDArray[np.float32]
F32 = {"INFERENCE_PRECISION_HINT": "f32"}
FACTOR = "factor"


def onnx_file(folder: Path) -> Path:
    """A picture times a number, through a convolution."""
    weights = np.random.default_rng(3).normal(size=(4, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Mul", ["image", FACTOR], ["scaled"], name="scale"),
        helper.make_node("Conv", ["scaled", "w"], ["conv"], pads=[1, 1, 1, 1], name="convolve"),
        helper.make_node("Relu", ["conv"], ["y"], name="relu"),
    ]
    takes = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8]),
        helper.make_tensor_value_info(FACTOR, TensorProto.FLOAT, [1]),
    ]
    makes = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "g", takes, makes, [numpy_helper.from_array(weights, "w")])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "model.onnx"
    )
    return folder / "model.onnx"


def ir_file(folder: Path) -> Path:
    ov.save_model(ov.Core().read_model(onnx_file(folder)), folder / "model.xml", compress_to_fp16=False)
    return folder / "model.xml"


def paddle_file(folder: Path) -> Path:
    (folder / "model.pdiparams").write_bytes(paddle_files.parameters())
    return written(folder / "model.pdmodel", paddle_files.program())


def tensorflow_graph() -> bytes:
    """The mean of each channel of a picture, times a number."""
    kind = number(6, 1)
    factor = node(FACTOR, "Placeholder", dtype=kind, shape=block(7, shape(1)))
    product = node("y", "Mul", "scores", FACTOR, T=kind)
    return averaging_graph({"shape": block(7, shape(1, 8, 8, 3))}) + factor + product


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


MADE: dict[str, Callable[[Path], Path]] = {
    "ir": ir_file,
    "onnx": onnx_file,
    "paddle": paddle_file,
    "tensorflow-checkpoint": lambda folder: written(folder / "model.meta", meta_graph(tensorflow_graph())),
    "tensorflow-graph": lambda folder: written(folder / "model.pb", tensorflow_graph()),
    "tensorflow-saved-model": lambda folder: written(folder / "saved_model.pb", saved_model(tensorflow_graph())),
}
PUBLISHED = {"tflite": "mobilenet_v1_0.25_224/mobilenet_v1_0.25_224.tflite"}
FORMATS = [*MADE, *(pytest.param(name, marks=pytest.mark.shared) for name in PUBLISHED)]
LAYOUTS = {"ir": "NCHW", "onnx": "NCHW", "paddle": "NC"}  # of what TensorFlow makes it is NHWC
# What a format's network cannot have, and the field that says so.
REFUSED = {
    ("paddle", "inputs.resize"): "inputs.x.resize",
    ("paddle", "inputs.value"): "inputs.x.value",
    ("tflite", "inputs.value"): "inputs.input.value",
}


@dataclass(frozen=True)
class Subject:
    """A network as it was read, and room for what is written of it."""

    format: str
    model: ov.Model
    folder: Path

    @cached_property
    def names(self) -> list[str]:
        """Of the inputs: that of the picture, then that of the number where there is one."""
        return sorted(map(ir.tensor_name, self.model.inputs), key=lambda name: name.startswith(FACTOR))

    @cached_property
    def name(self) -> str:
        """Of the input that is a picture."""
        return self.names[0]

    @cached_property
    def compiled(self) -> ov.CompiledModel:
        """The source's network, with what is behind its first operation on the picture as its last output."""
        seen = self.model.clone()
        seen.add_outputs([(self.first, 0)])
        return ov.Core().compile_model(seen, "CPU", F32)

    @cached_property
    def first(self) -> str:
        """The first operation on the picture."""
        node: ov.Node = next(iter(self.given(self.model).get_target_inputs())).get_node()
        return str(node.get_friendly_name())

    @cached_property
    def layout(self) -> str:
        """Of that input."""
        return LAYOUTS.get(self.format, "NHWC")

    @cached_property
    def sizes(self) -> list[int]:
        """Of that input."""
        [port] = [port for port in self.model.inputs if ir.tensor_name(port) == self.name]
        return [1 if size.is_dynamic else size.get_length() for size in port.get_partial_shape()]

    @cached_property
    def picture(self) -> Numbers:
        """Whole numbers, so that bytes hold them."""
        drawn = np.random.default_rng(1).integers(0, 9, self.sizes)
        return drawn.astype(np.float32)

    @cached_property
    def channels(self) -> int:
        """Which dimension they are."""
        return self.layout.index("C")

    @cached_property
    def of_each(self) -> list[float]:
        """A number for every channel, each another."""
        return [2.0 + place for place in range(self.sizes[self.channels])]

    def along_channels(self, values: list[float]) -> Numbers:
        """As they are broadcast over the picture."""
        places = [1] * len(self.sizes)
        places[self.channels] = -1
        return np.array(values, np.float32).reshape(places)

    def converted(self, **asked: Any) -> ov.Model:
        """The network with what is asked of a conversion."""
        options = read_spec({"main_file": self.format, "precision": "FP32", **asked}).options
        return finish(convert(self.model.clone(), options), options)

    def with_input(self, **asked: Any) -> ov.Model:
        """With what is asked of the picture."""
        return self.converted(inputs={self.name: {"layout": self.layout, **asked}})

    def fed(self, picture: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """What goes in, by name."""
        return dict(zip(self.names, (picture, np.array([3], np.float32)), strict=False))

    def expected(self, picture: Numbers, place: int = 0) -> Numbers:
        """What the source computes of it."""
        fed = self.fed(picture)
        found = self.compiled([fed[ir.tensor_name(port)] for port in self.model.inputs])
        return np.array(list(found.values())[place])

    def computed(self, model: ov.Model, picture: NDArray[Any]) -> Numbers:
        """The first output of what was converted."""
        fed = self.fed(picture)
        names = [ir.tensor_name(port) for port in model.inputs]
        return np.array(ov.Core().compile_model(model, "CPU", F32)([fed[name] for name in names])[0])

    def holds(self, model: ov.Model, taking: NDArray[Any], does: Numbers, within: float = 1e-4) -> None:
        """What was converted computes of ``taking`` what the source does of ``does``."""
        expected = self.expected(does)
        largest = np.abs(expected).max()
        assert largest > 0
        np.testing.assert_allclose(self.computed(model, taking), expected, within, within * largest)

    def given(self, model: ov.Model) -> ov.Output:
        """The picture's input of what was converted."""
        [port] = [port for port in model.inputs if ir.tensor_name(port) == self.name]
        return port


def precision(subject: Subject) -> None:
    ir.save(subject.converted(precision="FP16"), subject.folder, fp16=True)
    stored = ir.read(subject.folder / "model.xml")

    assert ir.describe(stored, subject.folder / "model.xml")["precision"] == "FP16"
    subject.holds(stored, subject.picture, subject.picture, within=0.02)


def new_shape(subject: Subject) -> None:
    for asked in (subject.sizes, [[1, 4], *subject.sizes[1:]], [-1, *subject.sizes[1:]]):
        model = subject.with_input(shape=asked)
        assert ir.shape_json(subject.given(model).get_partial_shape()) == asked
    subject.holds(model, subject.picture, subject.picture)


def layout(subject: Subject) -> None:
    assert ir.tensor_json(subject.given(subject.with_input()), is_input=True)["layout"] == subject.layout


def mean(subject: Subject) -> None:
    by_hand = subject.picture - subject.along_channels(subject.of_each)
    subject.holds(subject.with_input(mean=subject.of_each), subject.picture, by_hand)


def scale(subject: Subject) -> None:
    by_hand = subject.picture / subject.along_channels(subject.of_each)
    subject.holds(subject.with_input(scale=subject.of_each), subject.picture, by_hand)


def reverse_channels(subject: Subject) -> None:
    """With a mean, which is in the network's own order."""
    by_hand = np.flip(subject.picture, subject.channels) - subject.along_channels(subject.of_each)
    subject.holds(subject.with_input(reverse_channels=True, mean=subject.of_each), subject.picture, by_hand)


def element_type(subject: Subject) -> None:
    model = subject.with_input(element_type="u8")

    assert subject.given(model).get_element_type() == ov.Type.u8
    subject.holds(model, subject.picture.astype(np.uint8), subject.picture)


def tensor_layout(subject: Subject) -> None:
    """The other way round, every dimension."""
    backwards = subject.layout[::-1]
    subject.holds(subject.with_input(tensor_layout=backwards), subject.picture.transpose(), subject.picture)


def resize(subject: Subject) -> None:
    """Of a picture in which each pixel is four."""
    model = subject.with_input(resize="nearest")
    larger = subject.picture.repeat(2, subject.layout.index("H")).repeat(2, subject.layout.index("W"))

    assert subject.given(model).get_partial_shape().is_dynamic
    subject.holds(model, larger, subject.picture)


def value(subject: Subject) -> None:
    """The number is frozen, or the picture where that is all there is."""
    model = subject.converted(inputs={subject.names[-1]: {"value": [3]}})

    assert [ir.tensor_name(port) for port in model.inputs] == [subject.name]
    subject.holds(model, subject.picture, subject.picture)


def outputs(subject: Subject) -> None:
    """Cut behind the first operation on the picture."""
    model = subject.converted(outputs=[subject.first])

    assert len(model.outputs) == 1
    found = subject.computed(model, subject.picture)
    np.testing.assert_allclose(found, subject.expected(subject.picture, -1), 1e-4, 1e-4)


def batch(subject: Subject) -> None:
    model = subject.converted(batch=2, inputs={subject.name: {"layout": subject.layout}})
    one, other = subject.picture, subject.picture[..., ::-1] + 1
    expected = [subject.expected(one), subject.expected(np.ascontiguousarray(other))]

    found = subject.computed(model, np.concatenate([one, other]))

    np.testing.assert_allclose(found, np.concatenate(expected), 1e-4, 1e-4)


OPTIONS: dict[str, Callable[[Subject], None]] = {
    "precision": precision,
    "outputs": outputs,
    "batch": batch,
    "inputs.shape": new_shape,
    "inputs.layout": layout,
    "inputs.mean": mean,
    "inputs.scale": scale,
    "inputs.reverse_channels": reverse_channels,
    "inputs.element_type": element_type,
    "inputs.tensor_layout": tensor_layout,
    "inputs.resize": resize,
    "inputs.value": value,
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], Subject]:
    """The network of a format; each is read once."""
    known: dict[str, Subject] = {}

    def once(name: str) -> Subject:
        if name not in known:
            made, folder = MADE.get(name), tmp_path_factory.mktemp("source")
            path = made(folder) if made else request.getfixturevalue("models") / PUBLISHED[name]
            assert format_of(path) == name
            known[name] = Subject(name, ir.read(path), tmp_path_factory.mktemp("written"))
        return known[name]

    return once


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", FORMATS)
def test_an_option_does_what_it_says_or_is_refused_by_its_field(
    name: str, option: str, read: Callable[[str], Subject]
) -> None:
    if (name, option) not in REFUSED:
        OPTIONS[option](read(name))
        return

    with pytest.raises(Refusal) as refused:
        OPTIONS[option](read(name))

    assert refused.value.facts["field"] == REFUSED[name, option]


def test_every_option_there_is_has_a_row() -> None:
    own = {name for name in ConversionOptions().fields if name != "inputs"}

    assert {*own, *(f"inputs.{name}" for name in InputSchema().fields)} == {*OPTIONS}


def test_every_format_that_openvino_reads_itself_has_a_row() -> None:
    taken: list[Any] = [format_ for format_ in formats() if format_.ACCEPTED]
    words = {format_.__name__.rpartition(".")[2].replace("_", "-") for format_ in taken}
    apart = {"pytorch-program", "pytorch-weights", *APART}

    assert words - apart == {*MADE, *PUBLISHED}
