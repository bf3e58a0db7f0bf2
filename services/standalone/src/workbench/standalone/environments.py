"""`workbench environments`: those apart, that read models which only their own framework reads; list, install, remove.

Made beside our own libraries, from a lock with hashes: afterwards nothing of the network is needed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer
from workbench.ir.environments import folder_of, interpreter_of

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True,
                  help="Environments that read models of other frameworks.")

# What is downloaded and what lies on the disk afterwards, in MB.
SIZES = {"keras": (110, 390), "legacy": (170, 620)}
READS = {"keras": ".keras and .h5 files", "legacy": "Caffe and MXNet networks"}
PYTHONS = {"legacy": (3, 11)}  # the only one that its packages were made for
Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(SIZES)}.", show_default=False)]
_FAILED = 3


@app.command("list")
def show() -> None:
    """Those there are, and whether they are installed."""
    for name, (_, size) in SIZES.items():
        installed = "installed" if interpreter_of(name).exists() else "not installed"
        typer.echo(f"{name}  {READS[name]}  {size} MB  {installed}")


@app.command()
def install(name: Name) -> None:
    """Make an environment; needs the package index once."""
    _refuse_unknown(name)
    if interpreter_of(name).exists():
        typer.echo(f"{name} is installed: {folder_of(name)}")
        return
    download, size = SIZES[name]
    typer.echo(f"{name}: about {download} MB to download, {size} MB in {folder_of(name)}", err=True)
    folder_of(name).parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder_of(name).parent) as made:
        _make(name, Path(made, name))
        Path(made, name).rename(folder_of(name))  # whole, or not at all
    typer.echo(f"{name} is installed: {folder_of(name)}")


@app.command()
def rm(name: Name) -> None:
    """Remove an environment."""
    _refuse_unknown(name)
    if not folder_of(name).exists():
        raise typer.BadParameter(f"{name} is not installed")
    shutil.rmtree(folder_of(name))


def _make(name: str, folder: Path) -> None:
    with as_file(files("workbench.converter.environments") / name) as recipe:
        _run("making the environment", [_python(name), "-m", "venv", folder])
        # Compiled now: no core can leave compiled files there. The lock names all there is.
        install = ["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        _run("installing", [folder / "bin" / "python", *install, "-r", recipe / "requirements.lock"])
        for program in recipe.glob("*.py"):
            shutil.copyfile(program, folder / program.name)


def _python(name: str) -> str:
    wanted = PYTHONS.get(name)
    if wanted is None or sys.version_info[:2] == wanted:
        return sys.executable
    version = ".".join(map(str, wanted))
    if found := shutil.which(f"python{version}"):
        return found
    raise typer.BadParameter(f"{name} needs Python {version}: install it, so that there is a python{version}")


def _run(what: str, command: list[str | Path]) -> None:
    typer.echo(f"{what} …", err=True)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        typer.echo(f"Error: {what} failed: {said[-1] if said else 'without a word'}", err=True)
        raise typer.Exit(_FAILED)


def _refuse_unknown(name: str) -> None:
    if name not in SIZES:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(SIZES)}")
