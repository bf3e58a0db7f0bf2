"""MXNet: parameters (.params) and their graph (-symbol.json) beside them, read in an environment of their own."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.formats._beside import beside, missing
from workbench.model_registry.formats._mxnet_files import is_graph, is_parameters
from workbench.model_registry.values import Found

ACCEPTED = "MXNet (-0000.params with its -symbol.json)"

_EPOCH = re.compile(r"-\d+$")


def claims(path: Path) -> bool:
    """Whether it is a list of arrays; the graph is found beside it."""
    return is_parameters(path)


def gather(main: Path, upload: Path) -> Found:
    """The parameters, and the graph of the same name or the only one."""
    found = beside(main, is_graph)
    wanted = f"{_EPOCH.sub('', main.stem)}-symbol.json"
    fitting = [path for path in found if path.name == wanted] or found
    if len(fitting) != 1:
        raise missing(main.relative_to(upload).as_posix(), "its graph was", wanted)
    return Found({"model-0000.params": main, "model-symbol.json": fitting[0]}, {"producer": "mxnet"})
