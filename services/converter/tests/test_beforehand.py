"""What a model's facts already tell is refused before there is a job, by its field."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.converter.kinds import CONVERSION
from workbench.converter.problems import NoSuchInput, NothingLeftOpen
from workbench.converter.schemas import ConversionRequest
from workbench.problems import Problem
from workbench.store import Manifest


def checked(asked: dict[str, Any], **facts: Any) -> None:
    model = Manifest("model", "m", "a", "", (), {"name": "net", **facts})
    CONVERSION.check(ConversionRequest().load({"model_id": "m", "inputs": asked}), [model])


TWO = [{"name": "image"}, {"name": "factor"}]


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"photo": {"shape": [1]}}, NoSuchInput, "inputs.photo: the model has no such input; it has image, factor."),
        (
            {"image": {"value": [0]}, "factor": {"value": [1]}},
            NothingLeftOpen,
            "inputs.image.value: with every input frozen nothing is left to infer. Leave one open.",
        ),
    ],
)
def test_what_the_model_does_not_have(asked: dict[str, Any], kind: type[Problem], words: str) -> None:
    with pytest.raises(kind) as refused:
        checked(asked, inputs=TWO)

    assert refused.value.detail == words


def test_what_it_has_passes_and_so_does_a_model_of_which_nobody_knows() -> None:
    checked({"image": {"value": [0]}}, inputs=TWO)
    checked({"anything": {"value": [0]}})
