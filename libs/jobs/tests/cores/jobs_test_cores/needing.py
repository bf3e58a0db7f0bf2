"""Needs an environment apart: says where its interpreter lies, or which is missing."""

from workbench.runner.core import Refusal
from workbench.runner.environments import interpreter_of, seen_by_a_core


class EnvironmentMissing(Refusal):
    """As the library that reads models refuses."""


def run(run):
    folder = seen_by_a_core(run.spec["environment"])
    if folder is None:
        raise EnvironmentMissing("It is not installed.", environment=run.spec["environment"])
    return {"said": interpreter_of(folder).read_text()}
