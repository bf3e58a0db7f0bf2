"""What a conversion's model is said to be: what its parent was taken for, and what is inside it already."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fresh import embedded
from workbench.converter.kinds import KINDS, publish
from workbench.converter.schemas import ConversionRequest
from workbench.jobs import Adapters
from workbench.store import Manifest, Manifests

GUESSES = [{"task": "classification", "head": "scores", "options": {}, "sure": "likely", "why": "a softmax"}]


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path / "home")
    yield made
    made.close()


def published(adapters: Adapters, inputs: dict[str, Any], **parent: Any) -> dict[str, Any]:
    manifests, id = Manifests(adapters.store, "a"), str(uuid.uuid4())
    manifests.write(Manifest("model", "m", "a", "", (), {"name": "net", **parent}).text())
    request = ConversionRequest().load({"model_id": "m", "inputs": inputs})
    job = adapters.record("converter").submit(KINDS[0], "a", request, job_id=id)
    return publish(job, {"precision": "FP16"}, (), manifests).facts


def test_it_does_what_its_parent_does(adapters: Adapters) -> None:
    assert published(adapters, {}, guesses=GUESSES)["guesses"] == GUESSES
    assert published(adapters, {})["guesses"] is None


def test_what_was_built_in_is_told_the_first_step_first(adapters: Adapters) -> None:
    earlier = {"input": "x", "reverse_channels": None, "mean": None, "scale": [255.0]}

    facts = published(adapters, {"x": {"mean": [1, 2, 3], "layout": "NCHW"}, "y": {"shape": [1]}}, built_in=[earlier])

    assert facts["built_in"] == [
        {"input": "x", "reverse_channels": False, "mean": [1.0, 2.0, 3.0], "scale": None},
        earlier,
    ]


def test_a_conversion_that_builds_nothing_in_says_so(adapters: Adapters) -> None:
    assert published(adapters, {"x": {"layout": "NCHW"}})["built_in"] == []
