"""Run the packaged model on image files: what it says of each, or the outputs' shapes.

An example to build on: preprocessing, configuration and labels are those its accuracy was measured with.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workbench.application.drawings import Drawings
from workbench.application.loading import Loaded, infer, prepare
from workbench.application.package import Package
from workbench.application.running import running_of


def main(package: Package) -> int:
    """Returns the exit code: 0 when every image was read, else 1."""
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--variant", help="another model of the package than the recommended one")
    parser.add_argument("--draw", type=Path, metavar="DIR", help="where each picture goes, with what is said of it")
    options = parser.parse_args()
    try:
        variant = package.variant(options.variant)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    running = running_of(package.recipe.task)
    if options.draw is not None and running.draw is None:
        parser.error(f"--draw: there is nothing to draw for the task {package.recipe.task}")
    drawings = Drawings(options.draw, running) if options.draw is not None else None
    loaded = package.load(variant)
    if loaded.difference is not None:
        print(f"note: {loaded.difference}: speed and answers may differ from the record", file=sys.stderr)
    return max([_show(loaded, image, drawings) for image in options.images])


def _show(loaded: Loaded, image: Path, drawings: Drawings | None) -> int:
    try:
        lines = _lines(loaded, image, drawings)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"{image}: {reason}", file=sys.stderr)
        return 1
    print("\n".join([str(image), *(f"  {line}" for line in lines)]))
    return 0


def _lines(loaded: Loaded, image: Path, drawings: Drawings | None) -> list[str]:
    recipe, data = loaded.recipe, image.read_bytes()
    arrays, fitted = prepare(data, loaded)
    outputs = infer(loaded, arrays)
    head = running_of(recipe.task).head(recipe)
    if head is None:
        return [f"{name}: shape {list(array.shape)}, {array.dtype}" for name, array in outputs.items()]
    result = head.read(outputs, recipe, fitted)
    drawn = [f"drawn: {drawings.add(image, data, result, recipe)}"] if drawings else []
    return [*result.lines(recipe), *drawn]


if __name__ == "__main__":
    code = main(Package.around())
    sys.stdout.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after everything is done.
    os._exit(code)
