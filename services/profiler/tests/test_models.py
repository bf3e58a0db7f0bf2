"""Shapes, inputs and compilation over real models: exactly as asked, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openvino as ov
import openvino.opset13 as ops
import pytest
from workbench.application.executed import plain
from workbench.fields import BadSpec
from workbench.profiler.devices.compiled import compile_for, compiled_facts, configuration
from workbench.profiler.measuring.inputs import arrays_for, fill, is_image
from workbench.profiler.measuring.shapes import make_static
from workbench.profiler.refusals import (
    BatchNotSupported,
    DynamicShape,
    ImpossibleStreams,
    InputNotSupported,
    PrecisionNotSupported,
    ShapeNotSupported,
    UnknownDevice,
    UnknownInput,
)
from workbench.profiler.spec import read_spec
from workbench.profiler.values import ProfileSpec

Make = Callable[..., ov.Model]


def spec(**fields: Any) -> ProfileSpec:
    return read_spec({"main_file": "model.xml", **fields})


def shape_of(model: ov.Model) -> list[int]:
    return list(model.input(0).get_shape())


@pytest.fixture(scope="module")
def core() -> ov.Core:
    return ov.Core()


def test_a_static_model_stays_as_it_is(convolutions: Make) -> None:
    make_static(model := convolutions(), spec())

    assert shape_of(model) == [1, 3, 32, 32]


def test_a_batch_is_put_first(convolutions: Make) -> None:
    make_static(model := convolutions(), spec(batch=4))

    assert shape_of(model) == [4, 3, 32, 32]
    assert model.output(0).get_shape()[0] == 4


def test_an_open_batch_becomes_the_one_asked_for(dynamic: Make) -> None:
    make_static(model := dynamic(-1, 3, 8, 8), spec(batch=2))

    assert shape_of(model) == [2, 3, 8, 8]


def test_a_layout_says_where_the_batch_is(dynamic: Make) -> None:
    model = dynamic(8, 3, -1)
    model.get_parameters()[0].set_layout(ov.Layout("HWN"))

    make_static(model, spec(batch=5))

    assert shape_of(model) == [8, 3, 5]


def test_a_layout_without_a_batch_takes_none(dynamic: Make) -> None:
    model = dynamic(8, 8, 3)
    model.get_parameters()[0].set_layout(ov.Layout("HWC"))

    with pytest.raises(BatchNotSupported) as refused:
        make_static(model, spec(batch=2))
    assert refused.value.facts == {"batch": 2}


def test_a_matrix_without_a_layout_has_no_batch(dynamic: Make) -> None:
    with pytest.raises(BatchNotSupported, match="no input has a batch dimension"):
        make_static(dynamic(10, 10), spec(batch=2))


def test_open_dimensions_need_shapes_and_are_named(dynamic: Make) -> None:
    with pytest.raises(DynamicShape) as refused:
        make_static(dynamic(1, 3, -1, -1), spec())

    assert refused.value.facts == {"input": "x", "shape": "[1,3,?,?]"}
    assert "shapes.x" in str(refused.value)


def test_shapes_close_open_dimensions(dynamic: Make) -> None:
    make_static(model := dynamic(-1, 3, -1, -1), spec(shapes={"x": [1, 3, 10, 20]}))

    assert shape_of(model) == [1, 3, 10, 20]


def test_a_shape_of_no_input_is_refused_with_those_there_are(dynamic: Make) -> None:
    with pytest.raises(UnknownInput) as refused:
        make_static(dynamic(1, 3), spec(shapes={"y": [1, 3]}))

    assert refused.value.facts == {"field": "shapes.y", "inputs": ["x"]}


def test_a_shape_of_another_rank_is_refused(dynamic: Make) -> None:
    with pytest.raises(BadSpec, match="must have 4 dimensions"):
        make_static(dynamic(-1, 3, -1, -1), spec(shapes={"x": [1, 3, 10]}))


def test_a_shape_that_contradicts_the_batch_is_refused(dynamic: Make) -> None:
    with pytest.raises(BadSpec, match="has a batch of 2, but batch is 1"):
        make_static(dynamic(-1, 3, -1, -1), spec(shapes={"x": [2, 3, 10, 10]}))


def test_a_shape_the_model_cannot_take_is_refused_in_one_line(convolutions: Make) -> None:
    with pytest.raises(ShapeNotSupported) as refused:
        make_static(convolutions(), spec(shapes={"image": [1, 5, 32, 32]}))

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((1, 3, 8, 8), True),
        ((1, 8, 8, 3), True),
        ((1, 1, 8, 8), True),
        ((1, 4, 8, 8), True),
        ((1, 2, 8, 8), False),
        ((3, 8, 8), False),
        ((1, 3), False),
        ((), False),
        ((1, 3, 8, 8, 8), False),
    ],
)
def test_what_looks_like_an_image(shape: tuple[int, ...], image: bool) -> None:
    assert is_image(shape) is image


def one_input(kind: str, *shape: int) -> ov.Model:
    x = ops.parameter(list(shape), getattr(ov.Type, kind), name="x")
    return ov.Model([ops.result(x)], [x], "one")


@pytest.mark.parametrize("kind", ["f16", "f32", "f64", "i8", "i32", "i64", "u8", "boolean"])
def test_inputs_of_every_element_type(kind: str) -> None:
    [array] = arrays_for(one_input(kind, 2, 50), {}, seed=1)

    assert array.shape == (2, 50)
    assert array.dtype == (np.bool_ if kind == "boolean" else getattr(ov.Type, kind).to_dtype())
    assert array.min() >= 0
    assert array.max() <= 1
    assert len(np.unique(array)) > 1


@pytest.mark.parametrize(("kind", "largest"), [("f32", 255), ("u8", 255), ("i8", 127), ("f16", 255)])
def test_images_have_whole_numbers_up_to_white(kind: str, largest: int) -> None:
    [array] = arrays_for(one_input(kind, 1, 3, 40, 40), {}, seed=1)

    assert (array.min(), array.max()) == (0, largest)
    assert np.array_equal(array, np.round(array))


def test_the_same_seed_makes_the_same_inputs(convolutions: Make) -> None:
    first, second = (arrays_for(convolutions(), {}, seed=5)[0] for _ in range(2))

    assert np.array_equal(first, second)
    assert not np.array_equal(first, arrays_for(convolutions(), {}, seed=6)[0])


def test_an_element_type_without_values_is_refused_by_name() -> None:
    with pytest.raises(InputNotSupported) as refused:
        arrays_for(one_input("dynamic", 2, 2), {}, seed=0)

    assert refused.value.facts["element_type"] == "dynamic"


def test_a_request_keeps_what_it_was_filled_with(core: ov.Core, dynamic: Make) -> None:
    model = dynamic(1, 3, 4, 4)
    arrays = arrays_for(model, {}, seed=2)
    request = core.compile_model(model, "CPU").create_infer_request()

    fill(request, arrays)
    request.infer()
    request.infer()

    assert np.array_equal(request.get_output_tensor(0).data, arrays[0])


def test_what_was_asked_for_is_what_runs(core: ov.Core, convolutions: Make) -> None:
    compiled = compile_for(core, convolutions(), spec(hint=None, streams=2))

    found = configuration(compiled, spec(hint=None, streams=2), 4)
    assert found["NUM_STREAMS"] == 2
    assert found["INFERENCE_PRECISION_HINT"] == "f32"
    assert found["requests"] == 4
    assert compiled_facts(compiled)["EXECUTION_DEVICES"] == ["CPU"]
    assert compiled_facts(compiled)["PERF_COUNT"] in (False, "NO")


def test_a_configuration_that_was_read_back_can_be_compiled_again(core: ov.Core, convolutions: Make) -> None:
    first = configuration(compile_for(core, convolutions(), spec()), spec(), 2)
    again = {name: value for name, value in first.items() if name not in ("requests", "executed")}

    second = core.compile_model(convolutions(), "CPU", again)

    assert configuration(second, spec(), 2) == first


@pytest.mark.parametrize("device", ["GPU.7", "MYRIAD", "cpu", "AUTO:CPU,FPGA", "CPU.3"])
def test_a_device_that_is_not_here_is_refused_with_those_that_are(
    core: ov.Core, convolutions: Make, device: str
) -> None:
    with pytest.raises(UnknownDevice) as refused:
        compile_for(core, convolutions(), spec(device=device))

    assert refused.value.facts["available"] == list(core.available_devices)
    assert refused.value.facts["field"] == "device"


def test_more_streams_than_the_device_runs_are_refused_with_the_most(core: ov.Core, convolutions: Make) -> None:
    _, most = core.get_property("CPU", "RANGE_FOR_STREAMS")

    with pytest.raises(ImpossibleStreams) as refused:
        compile_for(core, convolutions(), spec(streams=most + 1))

    assert refused.value.facts == {"field": "streams", "most": most}


@pytest.mark.parametrize("device", ["CPU", "AUTO", "MULTI:CPU", "HETERO:CPU"])
def test_f16_on_a_cpu_is_refused_through_whatever_name(core: ov.Core, convolutions: Make, device: str) -> None:
    with pytest.raises(PrecisionNotSupported) as refused:
        compile_for(core, convolutions(), spec(device=device, inference_precision="f16"))

    assert refused.value.facts["field"] == "inference_precision"
    assert refused.value.facts["instead"] in ("f32", "bf16")


@pytest.mark.parametrize("device", ["AUTO", "MULTI:CPU", "HETERO:CPU"])
def test_a_virtual_device_tells_what_it_executes_and_can_be_compiled_again(
    core: ov.Core, convolutions: Make, device: str
) -> None:
    asked = spec(device=device)

    found = configuration(compile_for(core, convolutions(), asked), asked, 1)

    assert found["INFERENCE_PRECISION_HINT"] == "f32"  # it does not say: as asked, which makes the same again
    assert (found["executed"]["precision"], found["executed"]["devices"]) == ("f32", ["CPU"])
    assert set(found["executed"]["layers"]) == {"f32"}


@pytest.mark.parametrize("precision", ["f8", "int8", "u1"])
def test_a_precision_that_is_none_is_refused(core: ov.Core, convolutions: Make, precision: str) -> None:
    with pytest.raises(PrecisionNotSupported) as refused:
        compile_for(core, convolutions(), ProfileSpec("model.xml", inference_precision=precision))

    assert refused.value.facts["field"] == "inference_precision"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1),
        (1.5, 1.5),
        (True, True),
        ("x", "x"),
        (None, None),
        (ov.Type.f32, "f32"),
        ((1, 2), [1, 2]),
        ([ov.Type.f16], ["f16"]),
    ],
)
def test_property_values_become_json(value: Any, expected: Any) -> None:
    assert plain(value) == expected
