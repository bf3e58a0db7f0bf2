"""Numbers with their uncertainty: the one place where an interval is computed."""

from workbench.figures.figure import FEWEST_IMAGES, FEWEST_LAUNCHES, Figure
from workbench.figures.ratios import ratio
from workbench.figures.shares import paired_change, wilson
from workbench.figures.units import as_change, in_unit, unit_of, with_interval

__all__ = [
    "FEWEST_IMAGES",
    "FEWEST_LAUNCHES",
    "Figure",
    "as_change",
    "in_unit",
    "paired_change",
    "ratio",
    "unit_of",
    "wilson",
    "with_interval",
]
