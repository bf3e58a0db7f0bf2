"""Settings from `WORKBENCH_*` environment variables, checked at start: a wrong one is one clear line.

Which there are, `setting_table` declares. A secret may come from a file instead: `WORKBENCH_X_FILE` names it, as
mounted secrets are used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.runner.device_time import DeviceTime
from workbench.runner.pools import Pools
from workbench.targets.placement import Placement
from workbench.webapp.setting_table import SETTINGS, TEAM_STORAGE_GIB, Setting


class WrongSetting(ValueError):
    """The message names the variable, its value and what is accepted."""


@dataclass(frozen=True)
class Settings:
    """The parsed values, in the units of the table."""

    home: Path
    host: str
    port: int
    slots: int
    lease_s: int
    upload_limit_mib: int
    idle_exit_s: int
    allowed_hosts: tuple[str, ...]
    source_hosts: frozenset[str]
    huggingface_url: str
    huggingface_tokens: dict[str, str] = field(repr=False)
    zoo_url: str
    zoo_files_url: str
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    s3_endpoint: str
    s3_public_endpoint: str
    s3_region: str
    s3_bucket: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    launcher: str
    sandbox: str
    pools_file: Pools | None
    runs_url: str
    api_urls: dict[str, str]
    session_key: str = field(repr=False)
    runs_port: int
    health_port: int
    least_kib_s: int
    drain_s: int
    grace_s: int
    device_minutes: int
    conductors: int
    team_storage_gib: int | None

    @property
    def placement(self) -> Placement:
        """Where what is asked of a process with these settings runs."""
        return Placement(self.pools_file, DeviceTime(self.device_minutes))

    @property
    def team_storage_bytes(self) -> int:
        """The default limit, 0 for none. Embedded, the disk is its owner's, who is told when it is full."""
        given = self.team_storage_gib
        default = TEAM_STORAGE_GIB if self.s3_endpoint else 0
        return (default if given is None else given) << 30


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises WrongSetting for the first value that cannot be used."""
    values = {}
    for setting in SETTINGS:
        text = _given(setting, environment)
        try:
            values[setting.name.lower()] = setting.parse(text)
        except ValueError as error:
            shown = "…" if setting.secret else repr(text)
            raise WrongSetting(f"WORKBENCH_{setting.name}={shown} cannot be used: give {error}.") from None
    if values["s3_endpoint"] and not (values["s3_access_key"] and values["s3_secret_key"]):
        raise WrongSetting("WORKBENCH_S3_ENDPOINT needs WORKBENCH_S3_ACCESS_KEY and WORKBENCH_S3_SECRET_KEY too.")
    needed = ("s3_endpoint", "pools_file", "runs_url")
    if values["launcher"] == "kubernetes" and not all(values[name] for name in needed):
        names = ", ".join(f"WORKBENCH_{name.upper()}" for name in needed)
        raise WrongSetting(f"WORKBENCH_LAUNCHER=kubernetes needs {names} too.")
    return Settings(**values)


def _given(setting: Setting, environment: Mapping[str, str]) -> str:
    name = f"WORKBENCH_{setting.name}"
    path = environment.get(f"{name}_FILE") if setting.secret else None
    if path is None:
        return environment.get(name, _home() if setting.name == "HOME" else setting.default)
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{name}_FILE={path!r} cannot be read: {error}.") from None


def _home() -> str:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(data) / "workbench")


def load_or_exit() -> Settings:
    """For programs: a wrong setting is one line on standard error and exit code 2."""
    try:
        return load()
    except WrongSetting as error:
        print(f"workbench: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
