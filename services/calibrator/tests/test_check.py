"""What manifests already say of an evaluation is said before it is accepted."""

from __future__ import annotations

from typing import Any

import pytest
from fresh import embedded
from workbench.calibrator.kinds import CALIBRATION, EVALUATION
from workbench.calibrator.problems import NothingToScoreBy, QuantizedAlready
from workbench.jobs import Jobs
from workbench.store import Manifest, Manifests

FIRST_RELEASE: dict[str, Any] = {"annotated": True, "labels": ["a", "b"]}


@pytest.fixture
def jobs(tmp_path: Any) -> Any:
    adapters = embedded(tmp_path / "home")
    yield adapters.record("calibrator")
    adapters.close()


def submit(jobs: Jobs, task: str, dataset: dict[str, Any], reference: str | None = None) -> Any:
    facts = {"model": {}, "recipe": {"recipe": {"task": task}}, "dataset": dataset}
    for kind, known in facts.items():
        Manifests(jobs.store, "a").write(Manifest(kind, kind, "a", "", (), known).text())
    return jobs.submit(
        EVALUATION,
        "a",
        {
            "model_id": "model",
            "dataset_id": "dataset",
            "recipe_id": "recipe",
            "reference_model_id": reference,
            "target": None,
        },
    )


@pytest.mark.parametrize(
    ("task", "dataset", "said"),
    [
        (
            "classification",
            {"tasks": ["semantic-segmentation"], "annotated": True},
            "is annotated for semantic-segmentation, not for classification, and no reference model was given",
        ),
        (
            "semantic-segmentation",
            FIRST_RELEASE,
            "is annotated for classification, not for semantic-segmentation, and no",
        ),
        (
            "semantic-segmentation",
            {"tasks": ["classification", "generic"]},
            "is annotated for classification, generic, no",
        ),
        ("classification", {"tasks": [], "annotated": False}, "is not annotated for classification, and no reference"),
    ],
)
def test_a_dataset_that_cannot_tell_what_is_right_is_refused_with_what_it_serves(
    jobs: Jobs, task: str, dataset: dict[str, Any], said: str
) -> None:
    with pytest.raises(NothingToScoreBy) as refused:
        submit(jobs, task, dataset)

    assert f"dataset_id: the dataset {said}" in refused.value.detail
    assert refused.value.document()["field"] == "dataset_id"
    assert jobs.active() == 0
    assert Manifests(jobs.store, "a").holders("dataset") == []


@pytest.mark.parametrize(
    ("task", "dataset", "reference"),
    [
        ("classification", FIRST_RELEASE, None),
        ("semantic-segmentation", {"tasks": ["classification", "semantic-segmentation"]}, None),
        ("classification", {"tasks": []}, "model"),
        ("classification", {"tasks": ["semantic-segmentation"]}, "model"),
        ("inpainting", {"tasks": ["object-detection"]}, None),
    ],
)
def test_annotations_for_the_task_or_a_reference_are_enough(
    jobs: Jobs, task: str, dataset: dict[str, Any], reference: str | None
) -> None:
    assert submit(jobs, task, dataset, reference).request["dataset_id"] == "dataset"


@pytest.mark.parametrize(("precision", "refused"), [("INT8", True), ("FP16", False), (None, False)])
def test_a_model_that_is_int8_already_is_not_calibrated(precision: str | None, refused: bool) -> None:
    model = Manifest("model", "m", "a", "", (), {"precision": precision})
    try:
        CALIBRATION.check({}, [model])
    except QuantizedAlready as problem:
        assert refused
        assert problem.document()["field"] == "model_id"
    else:
        assert not refused
