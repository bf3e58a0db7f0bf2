"""The nouns of the command line in the order in which help and reference show them.

A new resource is a constant in a file of `nouns` and a row here; a new option of a request is a row of its constant.
"""

from __future__ import annotations

from workbench.client.cli.description import Description
from workbench.client.cli.nouns.brought import DATASETS, EXPORTS, MODELS, TENSORS
from workbench.client.cli.nouns.kept import PROJECTS, TARGETS, TASKS
from workbench.client.cli.nouns.made import PACKAGES, RECIPES
from workbench.client.cli.nouns.worked import CALIBRATIONS, CONVERSIONS, EVALUATIONS, PROFILES, TRIALS

DESCRIPTIONS: list[Description] = [
    MODELS,
    DATASETS,
    EXPORTS,
    CONVERSIONS,
    PROFILES,
    TENSORS,
    CALIBRATIONS,
    EVALUATIONS,
    TRIALS,
    RECIPES,
    PACKAGES,
    PROJECTS,
    TARGETS,
    TASKS,
]
