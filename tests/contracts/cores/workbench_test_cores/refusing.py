"""Says no."""

from workbench.runner.core import Refusal


class NotToday(Refusal):
    """It is the wrong day."""


def run(run):
    raise NotToday("not on a Tuesday", day="Tuesday")
