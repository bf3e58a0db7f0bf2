"""How far a classifier still says what it said: the score of the class that was best."""

from __future__ import annotations

from workbench.tasks.classification.heads.scores import chosen_scores
from workbench.tasks.classification.result import Ranking
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


def still(outputs: Outputs, recipe: Recipe, whole: Ranking) -> float:
    """The model's own score, a logit or a probability. Raises ValueError as ``class_scores``."""
    return float(chosen_scores(outputs, recipe)[whole.first + recipe.options["label_offset"]])
