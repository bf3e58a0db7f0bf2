"""`workbench environments`: those apart, that read models which only their own framework reads; list, install, remove.

They lie below the home, where the embedded workbench makes one when a model first needs it. From then on nothing of
the network is needed.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from workbench.client.embedded import home_folder
from workbench.converter.environments.making import NotMade, is_current, make, remove
from workbench.converter.environments.recipes import RECIPES, Recipe, named
from workbench.runner.environments import below, found

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Environments that read models of other frameworks.",
)

_NAMES = ", ".join(recipe.name for recipe in RECIPES)
Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {_NAMES}.", show_default=False)]
_FAILED = 3


@app.command("list")
def show() -> None:
    """Those there are, and whether they are installed."""
    for recipe in RECIPES:
        typer.echo(f"{recipe.name}  {recipe.reads}  {recipe.size_mb} MB  {_state(recipe)}")


def _state(recipe: Recipe) -> str:
    folder = found(recipe.name, below(home_folder()))
    if folder is None:
        return "not installed"
    return "installed" if is_current(recipe, folder) else "of another release: install it again"


@app.command()
def install(name: Name) -> None:
    """Make an environment; needs the package index once."""
    recipe = _known(name)
    folder = found(name, below(home_folder()))
    if folder is None or not is_current(recipe, folder):
        typer.echo(f"{recipe.told}, in {below(home_folder())}", err=True)
        try:
            folder = make(recipe, below(home_folder()), _tell)
        except NotMade as error:
            typer.echo(f"Error: {name} could not be made: {error}", err=True)
            raise typer.Exit(_FAILED) from error
    typer.echo(f"{name} is installed: {folder}")


@app.command()
def rm(name: Name) -> None:
    """Remove an environment."""
    _known(name)
    folder = found(name, below(home_folder()))
    if folder is None:
        raise typer.BadParameter(f"{name} is not installed")
    remove(folder)


def _tell(done: float, what: str) -> None:
    """On one line, where somebody looks."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done:4.0%}  {what}\033[K", err=True, nl=False)


def _known(name: str) -> Recipe:
    recipe = named(name)
    if recipe is None:
        raise typer.BadParameter(f"{name!r} is not one of {_NAMES}")
    return recipe
