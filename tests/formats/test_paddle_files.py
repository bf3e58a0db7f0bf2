"""A PaddlePaddle program, made here, and its broken twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import paddle_files
import pytest
from workbench.ir import BrokenModel, MissingFile, UnsupportedOperations
from workbench.model_registry.values import NotTaken
from workbench.runner.core import Refusal

Refused = Callable[[], Refusal]


@pytest.fixture
def program(upload: Path) -> Path:
    """The .pdmodel in the upload; its weights lie beside it."""
    (upload / "net.pdiparams").write_bytes(paddle_files.parameters())
    (upload / "net.pdmodel").write_bytes(paddle_files.program())
    return upload / "net.pdmodel"


def test_it_converts_and_computes(
    program: Path, imported: Callable[[], dict[str, Any]], converted: Callable[..., Any]
) -> None:
    source = imported()
    facts, written = converted("model.pdmodel")

    assert (source["format"], source["source_files"]) == ("paddle", ["net.pdiparams", "net.pdmodel"])
    assert ov.Core().compile_model(written, "CPU")(np.ones((1, 4), np.float32))[0].tolist() == [[24, 28, 32, 36]]
    assert "no PaddlePaddle is here" in facts["conversion"]["checked"]["reason"]


def test_without_its_weights(program: Path, refusal: Refused) -> None:
    program.with_suffix(".pdiparams").unlink()

    refused = refusal()

    assert isinstance(refused, MissingFile)
    assert refused.facts["missing"] == "net.pdiparams"


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights[:-1],
        lambda weights: weights * 2,
        lambda weights: weights[:30],
        lambda weights: b"x" * 90,
    ],
)
def test_with_weights_that_are_not_its_own(program: Path, refusal: Refused, change: Callable[[bytes], bytes]) -> None:
    program.with_suffix(".pdiparams").write_bytes(change(paddle_files.parameters()))

    refused = refusal()

    assert isinstance(refused, BrokenModel)
    assert "net.pdiparams does not hold the 1 weights that the program names" in str(refused)


def test_cut_off_anywhere(program: Path, refusal: Refused) -> None:
    for length in range(20, len(paddle_files.program()) - 8, 20):
        program.write_bytes(paddle_files.program()[:length])

        assert isinstance(refusal(), BrokenModel)


def test_an_operation_that_nobody_knows_is_named(program: Path, refusal: Refused) -> None:
    program.write_bytes(paddle_files.program("my_own_op"))

    refused = refusal()

    assert isinstance(refused, UnsupportedOperations)
    assert refused.facts["operations"] == ["my_own_op"]


def test_the_newer_json_is_refused_with_the_way_round(upload: Path, refusal: Refused) -> None:
    (upload / "net.json").write_text('{"base_code":{"magic":"pir","trainable":true,"version":1},"program":{}}')

    refused = refusal()

    assert isinstance(refused, NotTaken)
    assert "FLAGS_enable_pir_api=0" in str(refused)
