"""Pairs of faces: thresholds chosen on other folds, areas and rates held against their definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from workbench.tasks.face_recognition.metrics import METRICS
from workbench.tasks.face_recognition.result import Embedding
from workbench.tasks.face_recognition.verification import auc, hits, tar_at_far, threshold


def drawn(seed: int = 0, count: int = 200) -> tuple[Any, Any, Any]:
    """Nearness in tenths, so that there are ties; which pairs are of one person; folds."""
    random = np.random.default_rng(seed)
    same = random.random(count) < 0.4
    return np.round(random.normal(same, 0.7), 1), same, np.arange(count) % 10


@pytest.mark.parametrize("seed", range(4))
def test_the_area_is_how_often_a_pair_of_one_person_is_nearer(seed: int) -> None:
    near, same, _ = drawn(seed)
    one, two = near[same][:, None], near[~same][None, :]

    assert auc(near, same) == pytest.approx(np.mean((one > two) + 0.5 * (one == two)), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_no_threshold_tells_more_pairs_right_than_the_one_that_is_chosen(seed: int) -> None:
    near, same, _ = drawn(seed)
    every = [((near >= limit) == same).sum() for limit in np.arange(-4, 5, 0.05)]

    assert ((near >= threshold(near, same)) == same).sum() == max(every)


@pytest.mark.parametrize("far", [0, 0.01, 0.1, 1])
def test_no_looser_threshold_keeps_the_share_of_false_ones(far: float) -> None:
    near, same, _ = drawn()
    limits = np.concatenate([np.unique(near), [np.inf]])
    kept = [(near[same] >= limit).mean() for limit in limits if (near[~same] >= limit).mean() <= far]

    assert tar_at_far(near, same, far) == pytest.approx(max(kept))


def test_a_threshold_is_never_chosen_on_the_fold_it_judges() -> None:
    near = np.array([0.9, 0.1, 0.6, 0.4, 0.9, 0.1, 0.9, 0.1])
    same = np.array([True, False, False, True, True, False, True, False])
    folds = np.array([0, 0, 1, 1, 2, 2, 3, 3])

    assert hits(near, same, folds).tolist() == [True, True, False, False, True, True, True, True]


@pytest.mark.parametrize(("same", "near"), [([True, True], [0.1, 0.9]), ([False, False], [0.1, 0.9])])
def test_pairs_of_one_kind_are_all_told_right_by_some_threshold(same: list[bool], near: list[float]) -> None:
    limit = threshold(np.array(near), np.array(same))

    assert ((np.array(near) >= limit) == same).all()
    assert np.isnan(auc(np.array(near), np.array(same)))
    assert np.isnan(tar_at_far(np.array(near), np.array(same), 0.1))


def item(name: str, vector: list[float], pairs: list[Any], by: str = "cosine") -> dict[str, Any]:
    return {"name": name, "embedding": Embedding.of(np.array(vector)).text, "pairs": pairs, "settings": [by, 2, 0.1]}


def test_a_pair_whose_other_image_was_not_looked_at_says_nothing() -> None:
    alone = [item("a", [1, 0], [["b", True, 0]])]

    assert all(np.isnan(metric.total(alone).value) for metric in METRICS[:3])
    assert all(np.isnan(metric.change(alone, alone).value) for metric in METRICS[:3])


@pytest.mark.parametrize(("by", "area"), [("cosine", 1), ("l2", 0)])
def test_embeddings_are_compared_by_their_angle_or_their_distance(by: str, area: float) -> None:
    """The two of one person point the same way, far apart; the other person's lies beside the first."""
    faces = [
        item("a", [1, 0], [["b", True, 0], ["c", False, 0]], by),
        item("b", [9, 0], [], by),
        item("c", [0.9, 0.5], [], by),
    ]

    assert METRICS[1].total(faces).value == area
