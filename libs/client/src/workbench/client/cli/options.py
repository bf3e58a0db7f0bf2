"""Commands from rows: an option is one row that says its name, its help, how its text is read, and its place
in the request. So the request's body, the help and the reference page cannot drift apart.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from keyword import iskeyword
from typing import Annotated, Any

import typer
from workbench.client.cli.readers import Reader, server_url
from workbench.client.cli.session import Session
from workbench.client.cli.wording import as_typed
from workbench.client.errors import JobFailed, Refused

Values = dict[str, Any]


@dataclass(frozen=True)
class Option:
    """``--name VALUE``. ``place`` is where the value goes in the request, dotted; empty: nowhere.

    A place that ends in ``*`` takes a JSON object, whose members lie there under their own names.
    """

    name: str
    help: str
    read: Reader[Any] = str
    metavar: str = "TEXT"
    place: str = ""
    repeat: bool = False
    required: bool = False
    flag: bool = False
    envvar: str | None = None

    @property
    def key(self) -> str:
        """Its name among the values; Python has words that can't be one."""
        key = self.name.strip("-").replace("-", "_")
        return f"{key}_" if iskeyword(key) else key

    def parameter(self) -> inspect.Parameter:
        """As typer reads it from a signature."""
        kind: Any = bool if self.flag else list[str] if self.repeat else str
        info = typer.Option(
            self.name,
            help=self.help,
            show_default=False,
            envvar=self.envvar,
            metavar=None if self.flag else self.metavar,
            parser=None if self.flag or self.read is str else self.read,
        )
        default = inspect.Parameter.empty if self.required else False if self.flag else None
        return _parameter(self.key, default, kind if self.required or self.flag else kind | None, info)


@dataclass(frozen=True)
class Argument:
    """A positional word."""

    name: str
    help: str
    place: str = ""
    required: bool = True
    repeat: bool = False

    @property
    def key(self) -> str:
        """Its name among the values."""
        return self.name.lower()

    def parameter(self) -> inspect.Parameter:
        """As typer reads it from a signature."""
        kind: Any = list[str] if self.repeat else str
        default = inspect.Parameter.empty if self.required else None
        info = typer.Argument(help=self.help, metavar=self.name, show_default=False)
        return _parameter(self.key, default, kind if self.required else kind | None, info)


JSON = Option("--json", "Write JSON for programs instead of text for people.", flag=True)
SERVER = Option(
    "--server",
    "URL of a running workbench; its token in WORKBENCH_TOKEN. Without it, the "
    "workbench of this machine, started if needed.",
    server_url,
    "URL",
    envvar="WORKBENCH_SERVER",
)
HOME = Option(
    "--home",
    "Where the workbench of this machine keeps everything (default: WORKBENCH_HOME, or ~/.local/share/workbench).",
    metavar="FOLDER",
)


def add_command(
    app: typer.Typer,
    name: str,
    run: Callable[[Session, Values], None],
    help: str,
    parameters: Sequence[Option | Argument] = (),
) -> None:
    """Give ``app`` a command that calls ``run`` with the session and the values by key."""
    everywhere = (JSON, SERVER, HOME)

    def command(**values: Any) -> None:
        session = Session(*(values.pop(option.key) for option in everywhere))
        try:
            run(session, values)
        except Refused as refused:
            raise Refused(as_typed(refused.problem, parameters)) from None
        except JobFailed as failed:
            failed.say(as_typed(failed.problem, parameters))
            raise
        finally:
            session.close()

    signature = [row.parameter() for row in (*parameters, *everywhere)]
    command.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in signature}
    app.command(name, help=help)(command)


def body(rows: Iterable[Option | Argument], values: Values) -> dict[str, Any]:
    """The request's JSON: each given value at its place; what was not given is the server's to decide."""
    request: dict[str, Any] = {}
    for row in rows:
        value = values.get(row.key)
        if row.place and value is not None and value is not False and value != []:  # 0 was given, too
            _put(request, row.place.split("."), value)
    return request


def wrong(option: str, message: str) -> typer.BadParameter:
    """A usage error (exit code 2) that names its option or argument."""
    return typer.BadParameter(message, param_hint=f"'{option}'")


def chosen(option: str, known: Sequence[dict[str, Any]], member: str, text: str) -> dict[str, Any]:
    """The one whose ``member`` is the text. Raises a usage error that lists those there are."""
    for each in known:
        if each[member] == text:
            return each
    there = ", ".join(dict.fromkeys(str(each[member]) for each in known)) or "any"
    raise wrong(option, f"{text!r} is not one of {there}")


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    if isinstance(value, dict) and path:  # such as crop:256, which is two members of its parent
        tree.update(value)
    else:
        tree[path[-1]] = value


def _parameter(key: str, default: Any, annotation: Any, info: Any) -> inspect.Parameter:
    make = partial(inspect.Parameter, key, inspect.Parameter.KEYWORD_ONLY)
    return make(default=default, annotation=Annotated[annotation, info])
