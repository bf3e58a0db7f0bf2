"""Numbers with their uncertainty: the one place where an interval is computed."""

from workbench.figures.figure import FEWEST_LAUNCHES, Figure
from workbench.figures.ratios import ratio
from workbench.figures.shares import paired_change, wilson

__all__ = ["FEWEST_LAUNCHES", "Figure", "paired_change", "ratio", "wilson"]
