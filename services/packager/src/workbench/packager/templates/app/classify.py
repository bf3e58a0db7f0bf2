"""Run the packaged model on image files: the best classes with their scores, or the outputs' shapes.

An example to build on: preprocessing, configuration and labels are those its accuracy was measured with.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import inference
from imaging.postprocess import classify
from imaging.recipe import Recipe
from package import find_variant, manifest


def main() -> int:
    """Returns the exit code: 0 when every image was read, else 1."""
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--variant", help="another model of the package than the recommended one")
    options = parser.parse_args()
    try:
        variant = find_variant(options.variant)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    loaded = inference.load(variant, Recipe.from_json(manifest()["recipe"]))
    return max([_show(loaded, image) for image in options.images])


def _show(loaded: inference.Loaded, image: Path) -> int:
    try:
        outputs = inference.infer(loaded, image.read_bytes())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"{image}: {reason}", file=sys.stderr)
        return 1
    print(image)
    if loaded.recipe.task == "classification":
        for class_id, score in classify(outputs[inference.score_output(loaded)], loaded.recipe):
            print(f"  {score:10.4f}  {loaded.recipe.label(class_id) or f'class {class_id}'}")
        return 0
    for port, output in zip(loaded.compiled.outputs, outputs, strict=True):
        name = port.get_any_name() if port.get_names() else "output"
        print(f"  {name}: shape {list(output.shape)}, {output.dtype}")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after everything is done.
    os._exit(code)
