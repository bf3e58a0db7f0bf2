"""The command line in this process. Its commands are made once, which takes longer than most of them do."""

from __future__ import annotations

from functools import cache

from typer import testing
from typer.testing import CliRunner, Result

__all__ = ["CliRunner", "Result"]

testing._get_command = cache(testing._get_command)
