"""A model that is to be converted once it is here: what the converter is asked, of which the source may say a part."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.fields.conversion import ConversionOptions
from workbench.model_registry.converting import requested

TOLD = {
    "inputs": {"x": {"shape": [1, 3, 8, 8], "layout": "NCHW"}},
    "outputs": ["y"],
    "recipe": {"mean": [1.0, 2.0, 3.0], "scale": [255.0], "color": "RGB"},
}
BUILT_IN = {"layout": "NCHW", "mean": [1.0, 2.0, 3.0], "scale": [255.0] * 3}


def model(source: Any = None, shape: Any = (1, 3, 8, 8), layout: str | None = "NCHW") -> dict[str, Any]:
    picture = {"name": "x", "shape": list(shape), "element_type": "f32", "layout": layout}
    return {"inputs": [picture], "outputs": [], **({"source": source} if source else {})}


def asked(facts: dict[str, Any], **convert: Any) -> dict[str, Any]:
    return requested(ConversionOptions().load(convert), facts)


def test_nothing_that_nobody_says_is_asked_for() -> None:
    assert asked(model()) == {"precision": "FP16", "inputs": {}, "outputs": [], "batch": None}


def test_what_the_zoo_says_is_built_in() -> None:
    assert asked(model(TOLD), precision="FP32") == {
        "precision": "FP32",
        "inputs": {"x": BUILT_IN},
        "outputs": ["y"],
        "batch": None,
    }


def test_what_the_model_leaves_open_the_zoo_settles() -> None:
    assert asked(model(TOLD, shape=("N", 3, 8, 8), layout=None))["inputs"]["x"] == {**BUILT_IN, "shape": [1, 3, 8, 8]}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"mean": [9.0, 9.0, 9.0]}, {"mean": [9.0, 9.0, 9.0]}),
        ({"scale": [2.0, 2.0, 2.0]}, {"scale": [2.0, 2.0, 2.0]}),
        ({"shape": [1, 3, 16, 16]}, {**BUILT_IN, "shape": [1, 3, 16, 16]}),
    ],
)
def test_one_s_own_words_come_first(own: dict[str, Any], expected: dict[str, Any]) -> None:
    assert (
        asked(
            model({**TOLD, "recipe": {**TOLD["recipe"], "color": None}}),  # type: ignore[dict-item]
            inputs={"x": own},
        )["inputs"]["x"]
        == expected
    )


def test_one_s_own_outputs_replace_the_zoo_s() -> None:
    assert asked(model(TOLD), outputs=["z"])["outputs"] == ["z"]


def test_a_network_of_bgr_gets_its_channels_turned() -> None:
    told = {**TOLD, "recipe": {"color": "BGR"}}

    assert asked(model(told))["inputs"]["x"] == {"layout": "NCHW", "reverse_channels": True}
