"""Which environment variables an operator may give to the cores of a device type. Standard library only.

A core inherits nothing: it has what its supervisor sets (``local.confine``), and what is given here, as the settings of
a driver or of OpenVINO are. They change figures, so a core can tell them: they are named to it in ``NAMES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = "WORKBENCH_RUN_ENV"  # the variable with the names of those that were given, a space between two
OURS = frozenset({"PATH", "HOME", "TMPDIR", "LANG", "NNCF_CI", "VIRTUAL_ENV", "PYTHONPATH"})
OUR_PREFIX = "WORKBENCH_"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def fault(name: str, value: object) -> str | None:
    """What is wrong with a variable, as what to give instead; None for one that may be given."""
    if not _NAME.fullmatch(name):
        return "give names of letters, digits and _, not beginning with a digit"
    if name in OURS or name.startswith(OUR_PREFIX):
        return "give another name: the workbench sets this one itself"
    if not isinstance(value, str) or "\0" in value:
        return "give a string"
    return None


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """Those that were given to the core whose whole environment this is."""
    names = environment.get(NAMES, "").split()
    return {name: environment[name] for name in names if name in environment}


def told(variables: Mapping[str, str]) -> dict[str, str]:
    """For a core's environment: these, and which they are."""
    return {**variables, NAMES: " ".join(variables)} if variables else {}
