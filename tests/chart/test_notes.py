"""What helm prints after an installation: the first five minutes, with names that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chart.rendering import CHART, VARIANTS, Render, of_kind

Notes = Callable[[str], str]
# `helm template` does not print the notes: as a ConfigMap of a copy of the chart it does.
WRAPPED = """{{- define "notes" -}}
%s
{{- end -}}
{kind: ConfigMap, apiVersion: v1, metadata: {name: notes}, data: {notes: {{ include "notes" . | toJson }}}}
"""


@pytest.fixture
def notes(helm: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> Notes:
    """Of one of the ways to install it."""
    chart = Path(shutil.copytree(CHART, tmp_path / "chart"))
    written = (chart / "templates" / "NOTES.txt").read_text()
    (chart / "templates" / "notes.yaml").write_text(WRAPPED % written)

    def rendered(variant: str) -> str:
        files = [word for file in VARIANTS[variant] for word in ("-f", file)]
        done = helm("template", "wb", chart, "--namespace", "lab", "--show-only", "templates/notes.yaml", *files)
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = yaml.safe_load(done.stdout)
        return str(document["data"]["notes"])

    return rendered


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_they_name_exists(render: Render, notes: Notes, variant: str) -> None:
    manifests, said = render(VARIANTS[variant]), notes(variant)

    for kind, pattern in (("Service", r"svc/([\w-]+)"), ("Deployment", r"deploy/([\w-]+)")):
        assert set(re.findall(pattern, said)) <= of_kind(manifests, kind).keys()
    assert "tokens create my-team me --role member" in said


def test_a_first_look_forwards_the_gateway_and_the_store(notes: Notes) -> None:
    said = notes("small")

    assert "port-forward svc/wb-gateway 8080:80" in said
    assert "port-forward svc/wb-store 8333:8333" in said
    assert "export WORKBENCH_SERVER=http://127.0.0.1:8080" in said
    assert "kubectl -n lab-runners get pods" in said


def test_without_a_way_in_they_say_which_paths_to_route(notes: Notes) -> None:
    assert "/v1/targets /v1/profiles /v1/tensors /v1/profiler-runs → wb-profiler" in notes("defaults")
    assert "export WORKBENCH_SERVER=https://workbench.example.com" in notes("everything")
