"""Make environments beside our own libraries, for an image: ``python -m workbench.converter.environments NAME …``."""

from __future__ import annotations

import sys

from workbench.converter.environments.making import NotMade, make
from workbench.converter.environments.recipes import RECIPES
from workbench.runner.environments import beside_us


def main() -> int:
    """The exit code."""
    wanted = sys.argv[1:]
    known = {recipe.name: recipe for recipe in RECIPES}
    if not wanted or set(wanted) - set(known):
        sys.stderr.write(f"Usage: python -m workbench.converter.environments NAME …, of {', '.join(known)}\n")
        return 2
    for name in wanted:
        sys.stderr.write(f"{known[name].told}, in {beside_us()}\n")
        try:
            make(known[name], beside_us(), lambda _done, _what: None)
        except NotMade as error:
            sys.stderr.write(f"Error: {name} could not be made: {error}\n")
            return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
