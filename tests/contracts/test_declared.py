"""What an API and a worker load is declared by their distribution: their images hold nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/pyproject.toml")
                  if path.parent.name != "standalone")  # fmt: skip
LOADED = """
import json, sys
import workbench.{name}.app, workbench.{name}.worker
names = {{".".join(name.split(".")[:1 + name.startswith("workbench.")]) for name in sys.modules}}
print(json.dumps(sorted(names)))
"""
OPTIONAL = {"_distutils_hack", "rich"}  # of the environment; structlog uses the other where it is there


def declared(distribution: str, seen: set[str]) -> set[str]:
    """The distribution with all that it needs without any extra, by their normal names."""
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    if name in seen:
        return seen
    seen.add(name)
    try:
        needed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # of another platform
        return seen
    for each in needed:
        if "extra ==" not in each:
            declared(re.split(r"[^\w.-]", each, maxsplit=1)[0], seen)
    # An extra of another distribution counts where it is asked for, as in package[extra].
    for each in needed:
        for extra in re.findall(r"\[([\w,-]+)\]", each.partition(";")[0]):
            inner = re.split(r"[^\w.-]", each, maxsplit=1)[0]
            for more in metadata.requires(inner) or []:
                if any(f"extra == {quote}{one}{quote}" in more for one in extra.split(",") for quote in "'\""):
                    declared(re.split(r"[^\w.-]", more, maxsplit=1)[0], seen)
    return seen


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_and_a_worker_load_what_is_declared(service: str) -> None:
    code = LOADED.format(name=service.replace("-", "_"))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    known = declared(f"workbench-{service}", set())

    owners = metadata.packages_distributions()
    missing = []
    for module in json.loads(ended.stdout):
        if module.startswith("workbench."):
            owner = "workbench-" + module.removeprefix("workbench.").replace("_", "-")
            missing += [module] if owner not in known else []
        elif module in owners and module not in sys.stdlib_module_names:
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in owners[module]}
            missing += [module] if not names & known else []

    assert [module for module in missing if module not in OPTIONAL] == []
