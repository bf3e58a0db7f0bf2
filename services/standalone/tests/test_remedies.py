"""Every remedy, of a service and of a core, read at a terminal: what it says to do can be done there."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer
import workbench
from workbench.client.cli import app
from workbench.client.cli.options import Argument, Option
from workbench.client.cli.wording import as_typed
from workbench.problems import Problem, catalogue, type_name
from workbench.runner.core import Refusal

_QUOTED = re.compile(r"`([^`]+)`")
_DECLARED = re.compile(r"``([a-z_]+)``")
_OPTION = re.compile(r"--[a-z0-9-]+")
# Settings, files and calls that are the same wherever one is; a value of the chart is named as one.
_ANYWHERE = re.compile(r"(WORKBENCH_\S+|/readyz|numpy\.save|python -m workbench\.<service> migrate|zoo\.url)$")
_APART = (".__main__", ".recipes", ".environments.")  # what runs in other environments, or as soon as it is imported


@cache
def _said() -> dict[str, tuple[str, dict[str, Any]]]:
    """By name: each remedy there is, and what its problem carries."""
    for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
        if not any(part in f"{module.name}." for part in (f"{each.strip('.')}." for each in _APART)):
            importlib.import_module(module.name)
    said = {type_name(cls): (cls.remedy(), _members(cls)) for cls in catalogue() if cls.remedy()}
    return said | {cls.__name__: (cls.remedy(), _declared(cls)) for cls in _below(Refusal) if cls.remedy()}


def _below(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in cls.__subclasses__():
        yield each
        yield from _below(each)


def _members(cls: type[Problem]) -> dict[str, Any]:
    named = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    return dict.fromkeys((each.name for each in named), "device")


def _declared(cls: type[Refusal]) -> dict[str, Any]:
    """A core's refusal carries what its docstring names."""
    return dict.fromkeys(_DECLARED.findall((cls.__doc__ or "").partition("Remedy:")[0]), "device") | {"field": "device"}


@cache
def _commands() -> dict[str, set[str]]:
    """By full name: the options of each."""
    return dict(_walked(typer.main.get_command(app), "workbench"))


def _walked(command: Any, name: str) -> Iterator[tuple[str, set[str]]]:
    if hasattr(command, "list_commands"):
        for each in command.list_commands(None):
            yield from _walked(command.get_command(None, each), f"{name} {each}")
    yield name, {option for each in command.params for option in getattr(each, "opts", [])}


@cache
def _rows() -> list[Option | Argument]:
    """Of all commands, wherever they are declared."""
    modules = [
        importlib.import_module(f"workbench.client.cli.{each}") for each in ("optimize", "descriptions", "inputs")
    ]
    found = [row for module in modules for value in vars(module).values() for row in _inside(value)]
    return list(dict.fromkeys(found))


def _inside(value: Any) -> Iterator[Option | Argument]:
    if isinstance(value, Option | Argument):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _inside(each)
    elif hasattr(value, "parameters"):
        yield from _inside(value.parameters)


def _cannot_be_done(remedy: str) -> list[str]:
    """What it names that there is not at a terminal."""
    every_option = set.union(*_commands().values())
    unknown = [each for each in _OPTION.findall(remedy) if each not in every_option]
    for quoted in _QUOTED.findall(remedy):
        words = quoted.split()
        if words[0] == "workbench":
            said = " ".join(word for word in words if word.islower() and not word.startswith("-"))
            if said not in _commands() and "<resource>" not in said:
                unknown.append(quoted)
        elif not _ANYWHERE.match(quoted) and not _OPTION.fullmatch(words[0]):
            unknown.append(quoted)
    return unknown


def test_there_are_remedies_of_services_and_of_cores() -> None:
    assert {"invalid-request", "task-not-sure", "storage-limit", "DynamicShape", "EnvironmentMissing"} <= set(_said())


@pytest.mark.parametrize("name", sorted(_said()))
def test_a_remedy_can_be_followed_at_a_terminal(name: str) -> None:
    remedy, members = _said()[name]

    typed = as_typed({"detail": "No.", "remedy": remedy, **members}, _rows())["remedy"]

    assert not _cannot_be_done(typed), typed
    assert "/v1/" not in typed
    assert "``" not in typed


def test_what_cannot_be_done_is_seen() -> None:
    assert _cannot_be_done("give `fields`, `workbench models shew ID`, --sped or `workbench models show ID`") == [
        "--sped",
        "fields",
        "workbench models shew ID",
    ]
