"""helm, the test cluster's or the machine's; it is not built for these tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml
from cluster.lab import binaries

from chart.rendering import CHART, VARIANTS, Manifest, Render


@pytest.fixture(scope="session")
def helm() -> Callable[..., subprocess.CompletedProcess[str]]:
    """A command of helm with its arguments."""
    built = binaries.cache() / "helm"
    program = str(built) if built.exists() else shutil.which("helm")
    if not program:
        missing = "helm is not here; `make test-cluster` builds it"
        # `make test` comes before it on a machine that has not built it yet, and `make test-cluster` asks all of this.
        (pytest.fail if os.environ.get("WORKBENCH_TEST_CLUSTER") == "1" else pytest.skip)(missing)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *map(str, arguments), "--kube-version", binaries.VERSION],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture(scope="session")
def render(helm: Callable[..., subprocess.CompletedProcess[str]]) -> Render:
    """All manifests of release `wb` in namespace `lab`, with these files of values and single ones."""

    @cache
    def run(files: tuple[Path, ...] = (), *settings: str) -> list[Manifest]:
        given = [word for file in files for word in ("-f", file)]
        given += [word for setting in settings for word in ("--set-json", setting)]
        done = helm("template", "wb", CHART, "--namespace", "lab", *given)
        assert done.returncode == 0, done.stderr
        return [manifest for manifest in yaml.load_all(done.stdout, yaml.CSafeLoader) if manifest]

    return run


@pytest.fixture(params=VARIANTS)
def manifests(request: pytest.FixtureRequest, render: Render) -> list[Manifest]:
    """Of each of the ways to install it."""
    return render(VARIANTS[request.param])
