"""Cores in processes forked from one that has imported what they import: a test waits for the core, not for imports.

A launcher starts each core anew (libs/runner has the tests of that); here what counts is what the core does.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

from workbench.runner import variables

# All that cores import of weight; what a module needs besides, it imports itself.
_IMPORTED = ("workbench.calibrator.quantize", "workbench.calibrator.evaluate", "workbench.packager.pack")


def run_core(module: str, folder: Path, timeout_s: float = 240, env: Mapping[str, str] | None = None) -> int:
    """Run one core over a folder that a launcher would give it; its exit code. ``env``: what its device type sets.
    Raises TimeoutError."""
    process = _context().Process(target=_main, args=(module, str(folder), variables.told(env or {})))
    process.start()
    process.join(timeout_s)
    if process.is_alive():
        process.kill()
        process.join()
        raise TimeoutError(f"{module} took more than {timeout_s} s.")
    code = process.exitcode
    process.close()
    assert code is not None
    return code


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _main(module: str, folder: str, env: dict[str, str]) -> None:
    """As ``python -m workbench.runner MODULE FOLDER``; never returns."""
    os.environ.update(env)
    sys.argv = ["workbench.runner", module, folder]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    runpy.run_module("workbench.runner", run_name="__main__")
