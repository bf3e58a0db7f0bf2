"""What an API and a worker load is declared by their distribution: their images hold nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(
    path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml") if path.parent.name != "standalone"
)
LOADED = """
import json, sys
import importlib.util
for room in ("app", "worker"):
    if importlib.util.find_spec("workbench.{name}." + room):  # pages have no worker
        importlib.import_module("workbench.{name}." + room)
names = {{".".join(name.split(".")[:1 + name.startswith("workbench.")]) for name in sys.modules}}
print(json.dumps(sorted(names)))
"""
OPTIONAL = {"_distutils_hack", "rich", "zstandard"}  # of the environment; structlog and httpx use the others if there


def declared(distribution: str, seen: set[str]) -> set[str]:
    """The distribution with all that it needs without any extra, by their normal names."""
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    if name in seen:
        return seen
    seen.add(name)
    needed = requires(name)
    for each in needed:
        if "extra ==" not in each:
            declared(re.split(r"[^\w.-]", each, maxsplit=1)[0], seen)
    # An extra of another distribution counts where it is asked for, as in package[extra].
    for each in needed:
        for extra in re.findall(r"\[([\w,-]+)\]", each.partition(";")[0]):
            inner = re.split(r"[^\w.-]", each, maxsplit=1)[0]
            for more in requires(inner):
                if any(f"extra == {quote}{one}{quote}" in more for one in extra.split(",") for quote in "'\""):
                    declared(re.split(r"[^\w.-]", more, maxsplit=1)[0], seen)
    return seen


def requires(distribution: str) -> list[str]:
    """As its metadata has them; nothing of one that is not installed, as of another platform."""
    try:
        return metadata.requires(distribution) or []
    except (metadata.PackageNotFoundError, ValueError):
        return []


@cache
def loaded(service: str) -> list[str]:
    """Packages of ours with their first two names, of others with one."""
    code = LOADED.format(name=service.replace("-", "_"))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    names: list[str] = json.loads(ended.stdout)
    return names


@pytest.mark.parametrize("service", SERVICES)
def test_its_image_holds_every_package_that_an_api_loads(service: str) -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    of_all = recipe.partition("# What every API is made of.")[2].partition("FROM ")[0]
    of_one = recipe.partition(f"FROM api AS {service}\n")[2].partition("FROM ")[0]
    of_build = recipe.partition(f"FROM build AS build-{service}\n")[2].partition("FROM ")[0]
    resolved = re.findall(r"workbench_(\w+)-", of_all + of_build)  # with all they need
    held = {*resolved, *re.findall(r"/services/(\w+) ", of_one)}
    others = installed([*(f"workbench-{name}" for name in resolved), *of_all.split()])

    needed = loaded(service)
    assert {name.removeprefix("workbench.") for name in needed if name.startswith("workbench.")} <= held
    assert [name for name in strangers(needed, others) if name not in OPTIONAL] == []


def installed(words: list[str]) -> set[str]:
    """All that the distributions among these words bring, extras of ours included."""
    found: set[str] = set()
    for word in words:
        name, _, extra = word.strip('"').partition("[")
        if not re.fullmatch(r"[a-z][\w-]*", name):
            continue
        declared(name, found)
        for more in requires(name) if extra else []:
            if f"extra == '{extra.rstrip(']')}'" in more.replace('"', "'"):
                declared(re.split(r"[^\w.-]", more, maxsplit=1)[0], found)
    return found


@cache
def brought() -> Mapping[str, list[str]]:
    """The distributions that bring a module."""
    return metadata.packages_distributions()


def strangers(modules: list[str], known: set[str]) -> list[str]:
    """Those of other people's modules that none of the distributions brings."""
    owners = brought()
    missing = []
    for module in modules:
        if module in owners and module not in sys.stdlib_module_names:
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in owners[module]}
            missing += [module] if not names & known else []
    return missing


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_and_a_worker_load_what_is_declared(service: str) -> None:
    known, modules = declared(f"workbench-{service}", set()), loaded(service)

    ours = [name for name in modules if name.startswith("workbench.")]
    missing = [name for name in ours if "workbench-" + name.removeprefix("workbench.").replace("_", "-") not in known]
    missing += strangers(modules, known)

    assert [module for module in missing if module not in OPTIONAL] == []
