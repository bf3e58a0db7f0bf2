"""A subset has each class by its share, the same images for the same seed, and their annotations and parts."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from workbench.dataset import ingest, subset
from workbench.dataset.kinds import DATASET, check
from workbench.dataset.subset import NothingChosen, choose
from workbench.dataset.values import Subset
from workbench.problems.common import InvalidRequest
from workbench.runner.core import Run
from workbench.shards import Item, read_annotations, read_bytes, read_index
from workbench.store import File, Manifest

NAMES = ("cat", "dog", "fox")


@dataclass
class Asked:
    """As much of a job as the making of a dataset looks at."""

    request: dict[str, Any]
    name: str = "some"


@dataclass
class Kept:
    """The one manifest that there is."""

    manifest: Manifest
    asked: list[str] = field(default_factory=list)

    def get(self, _kind: str, id: str) -> Manifest:
        self.asked.append(id)
        return self.manifest


@pytest.fixture(scope="module")
def pets(image: Callable) -> dict[str, bytes]:
    """Sixty pictures: forty cats, fifteen dogs, five foxes."""
    labels = [0] * 40 + [1] * 15 + [2] * 5
    return {f"{NAMES[label]}/{number:02}.jpg": image(number) for number, label in enumerate(labels)}


@pytest.fixture
def source(new_run: Callable, pets: dict[str, bytes]) -> Path:
    run = new_run(pets)
    ingest.run(run)
    return Path(run.outputs)


def taken(folder: Path, source: Path, **spec: Any) -> tuple[dict[str, Any], Path]:
    """The facts, and the new dataset with what it shares."""
    (folder / "outputs").mkdir(parents=True)
    shutil.copytree(source, folder / "inputs" / "dataset")
    (folder / "spec.json").write_text(json.dumps(spec))
    facts = subset.run(Run(folder))
    for shard in facts["shared"]:
        shutil.copy(source / shard, folder / "outputs" / shard)
    return facts, folder / "outputs"


def labels(folder: Path) -> dict[str, int]:
    return Counter(NAMES[known["label"]] for known in read_annotations(folder, "classification").values())


@pytest.mark.parametrize(("count", "kept"), [(12, False), (48, True)])
def test_each_class_has_its_share_and_each_image_its_bytes_and_part(
    tmp_path: Path, source: Path, pets: dict[str, bytes], count: int, kept: bool
) -> None:
    facts, folder = taken(tmp_path, source, count=count)

    items, parts = read_index(folder), {item.name: item.split for item in read_index(source)}
    assert (facts["items"], len(items), facts["format"]) == (count, count, "subset")
    assert bool(facts["shared"]) is kept
    assert labels(folder) == pytest.approx({"cat": count * 40 / 60, "dog": count / 4, "fox": count / 12}, abs=1)
    assert {item.name: read_bytes(folder, item) for item in items} == {item.name: pets[item.name] for item in items}
    assert all(item.split == parts[item.name] for item in items)
    assert json.loads((folder / "statistics.json").read_text())["images"] == count


def test_the_same_seed_takes_the_same_images_and_another_others(tmp_path: Path, source: Path) -> None:
    def names(number: int, seed: int) -> list[str]:
        return [item.name for item in read_index(taken(tmp_path / str(number), source, count=10, seed=seed)[1])]

    assert names(1, 7) == names(2, 7)
    assert names(3, 7) != names(4, 8)


def test_only_the_classes_that_were_asked_for(tmp_path: Path, source: Path) -> None:
    facts, folder = taken(tmp_path, source, classes=["dog", "fox"])

    assert labels(folder) == {"dog": 15, "fox": 5}
    assert facts["classes"] == {"classification": list(NAMES)}  # ids stay what they are


def test_all_of_one_part(tmp_path: Path, source: Path) -> None:
    facts, folder = taken(tmp_path, source, split="evaluation")

    assert {item.split for item in read_index(folder)} == {"evaluation"}
    assert facts["warnings"] == ["No image of the calibration part was chosen."]


def test_nothing_that_fits_is_refused(tmp_path: Path, source: Path) -> None:
    with pytest.raises(NothingChosen, match="No image"):
        taken(tmp_path, source, classes=["owl"])


def test_every_count_is_met_and_a_larger_one_takes_all() -> None:
    strata = {
        key: [Item(f"{key}{n}", "shards/00000.tar", n, 1, f"{n:064x}", "evaluation", 1, 1) for n in range(size)]
        for key, size in (("a", 7), ("b", 2), ("c", 1))
    }

    assert [len(choose(strata, Subset(count))) for count in (1, 2, 5, 9, 10, 99)] == [1, 2, 5, 9, 10, 10]
    assert choose({}, Subset(3)) == []


def test_a_pair_that_lost_an_image_is_told(new_run: Callable, image: Callable, tmp_path: Path) -> None:
    files = {f"p/n{n}/n{n}_000{one}.jpg": image(10 * n + one) for n in range(4) for one in (1, 2)}
    run = new_run(files | {"a/pairs.txt": b"1 4\n" + b"".join(b"n%d 1 2\n" % n for n in range(4))})
    ingest.run(run)

    facts, _ = taken(tmp_path / "some", run.outputs, count=4)

    assert any("ties to other images" in warning for warning in facts["warnings"])


def test_shared_shards_are_files_of_the_new_dataset_whose_parent_is_the_old_one() -> None:
    shard = File("shards/00000.tar", "0" * 64, 9)
    files, facts = (shard, File("index.jsonl", "1" * 64, 1)), {"warnings": ["It is odd."]}
    kept = Kept(Manifest("dataset", "old", "team", "", files, facts))
    job, made = Asked({"dataset_id": "old"}), (File("index.jsonl", "2" * 64, 1),)

    result = {"items": 1, "shared": ["shards/00000.tar"], "warnings": ["It is small."]}
    first, again = (DATASET.publish(job, result, made, kept) for _ in range(2))

    assert first == again
    assert (first.files, first.parents) == ((*made, shard), ("old",))
    assert "shared" not in first.facts
    assert first.facts["warnings"] == ["It is small.", "Of the whole dataset: It is odd."]


@pytest.mark.parametrize(
    ("request_", "field"),
    [({"task": None, "classes": ["owl"]}, "classes"), ({"task": "object-detection", "classes": []}, "task")],
)
def test_what_the_dataset_does_not_have_is_refused_before_the_job(request_: dict[str, Any], field: str) -> None:
    facts = {"tasks": ["classification"], "classes": {"classification": ["cat", "dog"]}}
    held = [Manifest("dataset", "old", "team", "", (), facts)]

    with pytest.raises(InvalidRequest) as refused:
        check({"dataset_id": "old", **request_}, held)

    assert list(refused.value.errors) == [field]
    assert "cat, dog" in refused.value.detail or "classification" in refused.value.detail
