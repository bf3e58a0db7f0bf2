"""An environment apart is made when a job first needs it: told how large it is, with progress, once for all jobs."""

from __future__ import annotations

from pathlib import Path

from workbench.converter.environments.making import NotMade, make
from workbench.converter.environments.recipes import named
from workbench.jobs import Conduct
from workbench.runner.environments import below
from workbench.standalone.problems import EnvironmentNotMade


class FirstUse:
    """See Adapters.provide. ``home``: where it is kept."""

    def __init__(self, home: Path) -> None:
        self._place = below(home)

    def __call__(self, name: str, conduct: Conduct) -> None:
        """Raises EnvironmentNotMade, Cancelled, LeaseLost."""
        recipe = named(name)
        if recipe is None:
            raise EnvironmentNotMade(name, "there is none of that name")
        if not recipe.on_first_use:
            raise EnvironmentNotMade(name, f"{recipe.told}, which is only taken when somebody asks for it")
        conduct.log(f"It is read in an environment apart, made now and once. {recipe.told}, in {self._place}")

        def tell(done: float, what: str) -> None:
            conduct.report({"stage": "environment", "fraction": round(done, 3), "message": what})

        try:
            make(recipe, self._place, tell)
        except NotMade as error:
            raise EnvironmentNotMade(name, str(error)) from error
