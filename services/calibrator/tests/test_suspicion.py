"""Near chance, the cause is named by trying others on a few images: colour, mean and scale, boxes, labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Core = Callable[..., Any]


@pytest.fixture(scope="module")
def some_images(shared: Path, make_dataset: Core) -> Path:
    """Sixty labelled images, all in the evaluation part."""
    folder = shared / "datasets" / "imagenet200"
    listed = [line.split() for line in (folder / "val.txt").read_text().splitlines()][:60]
    return make_dataset([(name, (folder / "images" / name).read_bytes(), int(label)) for name, label in listed],
                        split="evaluation")  # fmt: skip


def test_a_wrong_scale_and_colour_are_named_with_what_to_type(run_core: Core, squeezenet: Path, some_images: Path,
                                                             squeezenet_recipe: dict[str, Any]) -> None:
    wrong = squeezenet_recipe | {"color": "RGB", "mean": None, "scale": [255, 255, 255]}

    ended = run_core("evaluate", {"recipe": wrong}, model=squeezenet, dataset=some_images)

    top1, cause = ended.result["metrics"][0], ended.result["metrics"][0]["likely_cause"]
    assert top1["value"] < 0.1
    assert cause["n"] == 24
    assert cause["value"] > cause["before"] + 0.2
    assert "--mean" in cause["remedy"]
    assert "--color BGR" in cause["remedy"]
    (warning,) = ended.result["warnings"]
    assert warning.startswith("top1 is near chance.")
    assert warning.endswith(f"{cause['words']}: {cause['remedy']}.")


def test_a_score_above_chance_arouses_no_suspicion(run_core: Core, network: Path, both_parts: Path,
                                                   recipe: dict[str, Any]) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=both_parts)

    assert ended.result["warnings"] == []
    assert "likely_cause" not in ended.result["metrics"][0]


def test_where_nothing_explains_it_how_much_was_tried_is_told(
        run_core: Core, squeezenet: Path, shared: Path, make_dataset: Core, squeezenet_recipe: dict[str, Any]) -> None:
    files = sorted((shared / "datasets" / "imagenet200" / "images").iterdir())[:40]
    strange = make_dataset([(file.name, file.read_bytes(), 37 * number % 1000) for number, file in enumerate(files)],
                           split="evaluation")  # fmt: skip

    ended = run_core("evaluate", {"recipe": squeezenet_recipe}, model=squeezenet, dataset=strange)

    assert ended.result["metrics"][0]["likely_cause"] is None
    (warning,) = ended.result["warnings"]
    assert "none of 10 other ways" in warning
