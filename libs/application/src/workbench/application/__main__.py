"""Run the packaged model on image files: what it says of each, or the outputs' shapes.

An example to build on: preprocessing, configuration and labels are those its accuracy was measured with.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workbench.application.loading import Loaded, Outputs, infer, prepare
from workbench.application.package import Package
from workbench.application.running import running_of
from workbench.imaging.preprocess import Fitted


def main(package: Package) -> int:
    """Returns the exit code: 0 when every image was read, else 1."""
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--variant", help="another model of the package than the recommended one")
    options = parser.parse_args()
    try:
        variant = package.variant(options.variant)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    loaded = package.load(variant)
    return max([_show(loaded, image) for image in options.images])


def _show(loaded: Loaded, image: Path) -> int:
    try:
        arrays, fitted = prepare(image.read_bytes(), loaded)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"{image}: {reason}", file=sys.stderr)
        return 1
    print("\n".join([str(image), *(f"  {line}" for line in _lines(loaded, infer(loaded, arrays), fitted))]))
    return 0


def _lines(loaded: Loaded, outputs: Outputs, fitted: Fitted) -> list[str]:
    recipe = loaded.recipe
    head = running_of(recipe.task).head(recipe)
    if head is None:
        return [f"{name}: shape {list(array.shape)}, {array.dtype}" for name, array in outputs.items()]
    lines: list[str] = head.read(outputs, recipe, fitted).lines(recipe)
    return lines


if __name__ == "__main__":
    code = main(Package.around())
    sys.stdout.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after everything is done.
    os._exit(code)
