"""The first five minutes, with all servers brought along: values-small.yaml, then the commands of the NOTES."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from answers import as_told
from servers.process import free_port

from cluster.installation import CHART
from cluster.lab import images
from cluster.lab.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
NAMESPACE = "first-look"


@dataclass(frozen=True)
class FirstLook:
    """What helm has printed, with the ports that are free here in place of its own."""

    cluster: Cluster
    notes: str
    gateway: str

    def command(self, *words: str) -> str:
        """The one command of the NOTES that has these words."""
        lines = [line.strip() for line in self.notes.splitlines() if line.startswith("     ")]
        (found,) = [line for line in lines if all(word in line for word in words)]
        return found

    def run(self, *words: str) -> str:
        """What that command prints."""
        done = subprocess.run(
            ["sh", "-c", self.command(*words)],
            env=self.cluster.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def look(cluster: Cluster) -> Iterator[FirstLook]:
    """Installed as the README says, with the images that it has built."""
    for archive in images.server_images().values():
        for node in cluster.nodes:
            node.import_image(archive)
    gateway, store = free_port(), free_port()
    try:
        notes = cluster.helm(
            "install",
            "look",
            str(CHART),
            "--namespace",
            NAMESPACE,
            "--create-namespace",
            "--wait",
            "--wait-for-jobs",
            "--timeout",
            "10m",
            "-f",
            str(CHART / "values-small.yaml"),
            "--set",
            "image.tag=lab",
            "--set",
            f"store.publicEndpoint=http://127.0.0.1:{store}",
        )
        yield FirstLook(
            cluster,
            notes.replace("8080:", f"{gateway}:").replace(" 8333:", f" {store}:"),
            f"http://127.0.0.1:{gateway}",
        )
    finally:
        cluster.helm("uninstall", "look", "--namespace", NAMESPACE, "--wait", check=False)
        cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")


@pytest.fixture(scope="module")
def reached(look: FirstLook) -> Iterator[FirstLook]:
    """While both port-forwards of the NOTES run."""
    with ExitStack() as stack:
        for service in ("gateway", "store"):
            command = look.command("port-forward", f"-{service} ").removesuffix("&")
            forward = subprocess.Popen(
                ["sh", "-c", f"exec {command}"], env=look.cluster.environment, stdout=subprocess.DEVNULL
            )
            stack.callback(forward.wait, 20)
            stack.callback(forward.send_signal, signal.SIGTERM)
        look.cluster.until(lambda: _answers(look.gateway))
        yield look


def _answers(gateway: str) -> bool:
    try:
        return urllib3.request("GET", f"{gateway}/healthz", timeout=5, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def test_it_says_itself_that_everything_is_ready(look: FirstLook) -> None:
    assert "successfully rolled out" in look.run("rollout status")
    assert "Succeeded" in look.run("helm -n", " test ")


def test_the_main_job_runs_from_the_notes_alone(reached: FirstLook, inputs: Path, tmp_path: Path) -> None:
    reached.run("teams create")
    token = reached.run("tokens create")
    model, dataset, report = inputs / "model.onnx", inputs / "digits", tmp_path / "report.json"
    command = reached.command("workbench optimize").replace("model.onnx", str(model)).replace("images/", str(dataset))
    environment = {
        **os.environ,
        "WORKBENCH_SERVER": reached.gateway,
        "WORKBENCH_TOKEN": token,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }

    ended = subprocess.run(
        ["sh", "-c", f"{command} --duration-s 0.2 --report {report}"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )

    told = json.loads(report.read_text())
    assert ended.returncode == as_told(told), ended.stdout
    assert [each["precision"] for each in told["variants"]] == ["FP32", "FP16", "INT8"]


def test_servers_whose_data_went_with_their_pods_are_made_ready_again_by_an_upgrade(look: FirstLook) -> None:
    assert "the data goes with the pods of the database and of the store" in " ".join(look.notes.split())
    look.cluster.kubectl("delete", "pod", "-n", NAMESPACE, "look-database-0", "look-store-0")

    look.cluster.helm(
        "upgrade",
        "look",
        str(CHART),
        "--namespace",
        NAMESPACE,
        "--reset-then-reuse-values",
        "--wait",
        "--wait-for-jobs",
        "--timeout",
        "5m",
    )

    look.run("teams create")
    assert look.run("tokens create")
