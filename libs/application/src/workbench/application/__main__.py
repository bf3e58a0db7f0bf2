"""Run the packaged model on images, folders of them, videos or a camera: what it says of each, or the outputs' shapes.

An example to build on: preprocessing, configuration and labels are those its accuracy was measured with.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from workbench.application import masks
from workbench.application.drawings import Drawings
from workbench.application.frames import Frame, frames
from workbench.application.loading import Loaded, infer, prepare_picture
from workbench.application.package import Package
from workbench.application.running import running_of
from workbench.imaging.preprocess import picture


def main(package: Package) -> int:
    """Returns the exit code: 0 when every picture was read, else 1."""
    parser = _parser()
    options = parser.parse_args()
    try:
        variant = package.variant(options.variant)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    running = running_of(package.recipe.task)
    if options.draw is not None and running.draw is None:
        parser.error(f"--draw: there is nothing to draw for the task {package.recipe.task}")
    drawings = Drawings(options.draw, running, options.inputs) if options.draw is not None else None
    loaded = package.load(variant)
    if loaded.difference is not None:
        print(f"note: {loaded.difference}: speed and answers may differ from the record", file=sys.stderr)
    try:
        return max([_show_all(loaded, given, options, drawings) for given in options.inputs])
    except KeyboardInterrupt:  # how people end a camera
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="an image, a folder of images, a video, or a camera: camera:0 is /dev/video0",
    )
    parser.add_argument("--variant", help="another model of the package than the recommended one")
    parser.add_argument("--draw", type=Path, metavar="DIR", help="where each picture goes, with what is said of it")
    parser.add_argument("--every", type=_count, default=1, metavar="N", help="of a video or camera, each N-th frame")
    parser.add_argument("--most", type=_count, metavar="N", help="of a video or camera, no more frames than N")
    return parser


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not int(word):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {word!r}")
    return int(word)


def _show_all(loaded: Loaded, given: str, options: argparse.Namespace, drawings: Drawings | None) -> int:
    """What is wrong with one picture of a folder is told; the others follow."""
    codes = [0]
    try:
        look = partial(picture, preparation=loaded.recipe.preparation)
        masked = running_of(loaded.recipe.task).masked
        for frame in frames(given, options.every, options.most, look, masked=masked):
            codes.append(_show(loaded, frame, drawings))
    except (OSError, ValueError) as error:
        codes.append(_tell(given, error))
    return max(codes)


def _show(loaded: Loaded, frame: Frame, drawings: Drawings | None) -> int:
    try:
        lines = _lines(loaded, frame, drawings)
    except (OSError, ValueError) as error:
        return _tell(frame.name, error)
    print("\n".join([frame.name, *(f"  {line}" for line in lines)]), flush=True)
    return 0


def _tell(name: str, error: OSError | ValueError) -> int:
    print(f"{name}: {error.strerror if isinstance(error, OSError) and error.strerror else error}", file=sys.stderr)
    return 1


def _lines(loaded: Loaded, frame: Frame, drawings: Drawings | None) -> list[str]:
    recipe, shown = loaded.recipe, frame.picture()
    running = running_of(recipe.task)
    mask = masks.read(frame.mask, shown) if frame.mask is not None else None
    arrays, fitted = prepare_picture(shown, loaded, mask)
    outputs = infer(loaded, arrays)
    head = running.head(recipe)
    if head is None:
        return [f"{name}: shape {list(array.shape)}, {array.dtype}" for name, array in outputs.items()]
    result = head.read(outputs, recipe, fitted)
    drawn = [f"drawn: {drawings.add(frame.stem, shown, result, recipe)}"] if drawings else []
    return [*result.lines(recipe), *drawn]


if __name__ == "__main__":
    code = main(Package.around())
    sys.stdout.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after everything is done.
    os._exit(code)
