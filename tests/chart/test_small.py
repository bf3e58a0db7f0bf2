"""The servers of a first look, as far as they run without a cluster: the store, its bucket, and the gateway."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import nginx, seaweedfs
from servers.process import free_port

from chart.rendering import VARIANTS, Manifest, Render, of_kind, pods_of

pytestmark = [pytest.mark.slow, pytest.mark.server]


class Store(seaweedfs.SeaweedFS):
    """With the options of the chart, on ports and in folders of a test."""

    def __init__(self, folder: Path, options: list[str], configuration: str) -> None:
        super().__init__(folder)
        self._options, self._configuration = options, configuration

    def prepare(self) -> None:
        """Who may do what is the chart's."""
        (self.folder / "data").mkdir()
        (self.folder / "s3.json").write_text(self._configuration)

    def command(self) -> list[str]:
        """Of an option that is there twice, the last one counts."""
        start, _, weed, *own = super().command()
        ours = [option for option in own if ".port" in option or "localSocket" in option]
        return [start, "--pdeathsig=KILL", weed, *self._options, "-dir=data", "-s3.config=s3.json", *ours]

    def ready(self) -> bool:
        """Whether it answers; what it holds is not touched."""
        try:
            with urllib.request.urlopen(f"{self.endpoint}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture
def small(render: Render) -> list[Manifest]:
    return render(VARIANTS["small"])


@pytest.fixture
def secret(small: list[Manifest]) -> dict[str, str]:
    """What the release made up."""
    content: dict[str, str] = of_kind(small, "Secret")["wb-bundled"]["stringData"]
    return content


@pytest.fixture
def store(small: list[Manifest], secret: dict[str, str], tmp_path: Path) -> Iterator[Store]:
    if reason := seaweedfs.available():
        pytest.skip(reason)
    _, *options = dict(pods_of(small))["wb-store"]["spec"]["containers"][0]["command"]
    server = Store(tmp_path, options, secret["s3.json"])
    server.access_key, server.secret_key = secret["access-key"], secret["secret-key"]
    server.start()
    yield server
    server.stop()


def test_the_store_starts_with_the_charts_options_and_its_bucket_is_made(
    small: list[Manifest], secret: dict[str, str], store: Store, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as database:
        prepare = _preparation(small, secret, store.endpoint, database.getsockname()[1], tmp_path)
        for _ in range(2):  # every upgrade does it again
            subprocess.run(**prepare, check=True, timeout=60)

    client = store.client()
    client.put_object(Bucket="workbench", Key="a", Body=b"b")
    assert [each["Key"] for each in client.list_objects_v2(Bucket="workbench")["Contents"]] == ["a"]


def _preparation(
    small: list[Manifest], secret: dict[str, str], endpoint: str, database: int, folder: Path
) -> dict[str, Any]:
    """The first container of the migration, its secrets as files."""
    (job,) = of_kind(small, "Job").values()
    (container,) = job["spec"]["template"]["spec"]["initContainers"]
    environment = {each["name"]: each["value"] for each in container["env"]} | {"WORKBENCH_S3_ENDPOINT": endpoint}
    here = re.sub(r"@.*/", f"@127.0.0.1:{database}/", secret["url"])
    files = {"S3_ACCESS_KEY": secret["access-key"], "S3_SECRET_KEY": secret["secret-key"], "DATABASE_URL": here}
    for name, content in files.items():
        (folder / name).write_text(content)
        environment[f"WORKBENCH_{name}_FILE"] = str(folder / name)
    return {"args": [sys.executable, "-c", *container["args"]], "env": environment}


def test_the_migration_is_no_hook_where_the_servers_are_of_the_release(render: Render, small: list[Manifest]) -> None:
    hooks = {each["metadata"]["name"] for each in small if "helm.sh/hook" in each["metadata"].get("annotations", {})}

    assert hooks == {"wb-ready"}  # `helm test`
    assert of_kind(small, "Job").keys() == {"wb-migrate-1"}
    assert (
        of_kind(render(), "Job")["wb-migrate"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    )


def test_every_address_of_a_server_is_a_service_of_the_release(small: list[Manifest], secret: dict[str, str]) -> None:
    environment = dict(pods_of(small))["wb-profiler"]["spec"]["containers"][0]["env"]
    endpoint = next(each["value"] for each in environment if each["name"] == "WORKBENCH_S3_ENDPOINT")

    for address in (endpoint, secret["url"], secret["broker-url"]):
        name, port = re.search(r"([\w-]+)\.lab\.svc:(\d+)", address).groups()
        (served,) = of_kind(small, "Service")[name]["spec"]["ports"]
        assert served["port"] == int(port)


def test_volumes_and_the_secret_that_opens_them_outlive_the_release(render: Render) -> None:
    manifests = render(VARIANTS["everything"])

    assert of_kind(manifests, "Secret")["wb-bundled"]["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    for server in of_kind(manifests, "StatefulSet").values():
        (claim,) = server["spec"]["volumeClaimTemplates"]
        assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"


def test_nginx_takes_the_gateways_configuration(small: list[Manifest], tmp_path: Path) -> None:
    if reason := nginx.available():
        pytest.skip(reason)
    text = of_kind(small, "ConfigMap")["wb-gateway"]["data"]["nginx.conf"]
    here = re.sub(r"server wb-[a-z-]+", "server 127.0.0.1:1", text).replace("/tmp/", f"{tmp_path}/")
    (tmp_path / "nginx.conf").write_text(here.replace("listen 8080", f"listen 127.0.0.1:{free_port()}"))

    command = ["nginx", "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert tried.returncode == 0, tried.stderr
    apis = {
        name
        for name, each in of_kind(small, "Service").items()
        if each["spec"]["selector"]["app.kubernetes.io/component"] == "api"
    }
    assert set(re.findall(r"server (wb-[\w-]+)", text)) == apis
