"""What every rendering of the chart keeps to: the API's schema, Pod Security `restricted`, and who may do what."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from kubernetes_validate import utils as kubernetes_validate

from chart.rendering import CHART, VARIANTS, Manifest, Render, of_kind, pods_of

# Of the Prometheus operator: no schema of it comes with Kubernetes.
CUSTOM = {"PodMonitor"}
kubernetes_validate.schema_contents = cache(kubernetes_validate.schema_contents)  # else a megabyte for each manifest
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


@pytest.mark.parametrize("version", ["1.29", "1.34"])
def test_every_manifest_is_one_of_kubernetes(manifests: list[Manifest], version: str) -> None:
    for manifest in manifests:
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_nothing_is_there_twice(manifests: list[Manifest]) -> None:
    names = Counter((each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in manifests)

    assert [name for name, times in names.items() if times > 1] == []


def test_every_pod_keeps_to_pod_security_restricted(manifests: list[Manifest]) -> None:
    for name, pod in pods_of(manifests):
        spec = pod["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for volume in spec.get("volumes", ()):
            assert volume.keys() - {"name"} <= VOLUMES, name
        for container in [*spec["containers"], *spec.get("initContainers", ())]:
            _keeps_to_restricted(container)


def _keeps_to_restricted(container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }, container["name"]
    assert not any("hostPort" in port for port in container.get("ports", ())), container["name"]
    assert {"requests", "limits"} <= container["resources"].keys(), container["name"]


def test_a_token_of_the_cluster_have_only_workers_that_launch(manifests: list[Manifest]) -> None:
    launching = {
        name
        for name, pod in pods_of(manifests)
        if _setting(pod, "WORKBENCH_LAUNCHER") == "kubernetes" and name.endswith("-worker")
    }
    for name, pod in pods_of(manifests):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is (name in launching), name
        assert spec.get("serviceAccountName") == ("wb-worker" if name in launching else None), name
    assert "wb-project-worker" not in launching
    assert len(launching) in (0, 6)


def _setting(pod: Manifest, name: str) -> str | None:
    given = {each["name"]: each.get("value") for each in pod["spec"]["containers"][0].get("env", ())}
    return given.get(name)


def test_kubernetes_jobs_makes_only_the_workers_account_and_only_where_runs_are(manifests: list[Manifest]) -> None:
    for role in of_kind(manifests, "Role").values():
        assert role["metadata"]["namespace"] != "lab"
    for kind in ("Role", "ClusterRole"):
        for role in of_kind(manifests, kind).values():
            for rule in role["rules"]:
                writes = set(rule["verbs"]) - {"get", "list", "watch"}
                assert not writes or (kind, rule["resources"], writes) == ("Role", ["jobs"], {"create", "delete"})
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in of_kind(manifests, kind).values():
            assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "wb-worker", "namespace": "lab"}]


def test_in_the_whole_cluster_workers_only_read_nodes(render: Render) -> None:
    (role,) = of_kind(render(), "ClusterRole").values()

    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]}]


@pytest.mark.parametrize("variant", ["small", "everything"])
def test_no_secret_is_anywhere_but_in_the_secret(render: Render, variant: str) -> None:
    manifests = render(VARIANTS[variant])
    secrets = of_kind(manifests, "Secret")
    secret = secrets["wb-bundled"]

    others = repr([each for each in manifests if each["kind"] != "Secret"])

    assert len(secret["stringData"]) == 7
    for each in secrets.values():
        assert [name for name, value in each["stringData"].items() if value in others] == []


def test_the_console_has_no_secret_but_its_own_and_reaches_every_api(render: Render) -> None:
    manifests = render()
    pods = dict(pods_of(manifests))
    settings = {each["name"] for each in pods["wb-console"]["spec"]["containers"][0]["env"]}
    mounted = [volume["secret"]["secretName"] for volume in pods["wb-console"]["spec"]["volumes"] if "secret" in volume]

    assert mounted == ["wb-console"]
    assert {"wb-console-worker"} & pods.keys() == set()
    assert not [name for name in settings if "S3" in name or "DATABASE" in name or "BROKER" in name]
    urls = _setting(pods["wb-console"], "WORKBENCH_API_URLS") or ""
    assert {f"http://wb-{name}.lab.svc" for name in ("project", "dataset", "profiler")} <= {
        each.partition("=")[2] for each in urls.split(",")
    }


def test_a_session_key_that_exists_is_taken(render: Render) -> None:
    manifests = render(VARIANTS["everything"])

    assert "wb-console" not in of_kind(manifests, "Secret")
    assert "our-console" in repr(dict(pods_of(manifests))["wb-console"])


def test_the_paths_of_runs_are_never_routed(manifests: list[Manifest]) -> None:
    routed = repr([each for each in manifests if each["kind"] in ("Ingress", "ConfigMap")])

    assert "/internal" not in routed


@pytest.mark.parametrize("variant", VARIANTS)
def test_lint_has_nothing_to_say(helm: Callable[..., subprocess.CompletedProcess[str]], variant: str) -> None:
    files = [word for file in VARIANTS[variant] for word in ("-f", file)]

    linted = helm("lint", "--strict", CHART, *files)

    assert linted.returncode == 0, linted.stdout


def test_probes_and_scrapes_ask_where_no_request_can_be_in_their_way(manifests: list[Manifest]) -> None:
    for name, pod in pods_of(manifests):
        for container in pod["spec"]["containers"]:
            if container["name"] not in ("api", "worker"):
                continue
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            assert ports["health"] == 9090 == int(_setting(pod, "WORKBENCH_HEALTH_PORT") or 0), name
            probes = [probe["httpGet"] for kind, probe in container.items() if kind.endswith("Probe")]
            assert probes, name
            assert {probe["port"] for probe in probes} == {"health"}, name
    for monitor in of_kind(manifests, "PodMonitor").values():
        assert [each["port"] for each in monitor["spec"]["podMetricsEndpoints"]] == ["health"]


def test_whoever_answers_requests_has_time_to_leave_in_order(manifests: list[Manifest]) -> None:
    for name, pod in pods_of(manifests):
        if pod["spec"]["containers"][0]["name"] == "api":
            needed = int(_setting(pod, "WORKBENCH_DRAIN_S") or 0) + int(_setting(pod, "WORKBENCH_GRACE_S") or 0)
            assert needed > 0, name
            assert pod["spec"]["terminationGracePeriodSeconds"] >= needed + 5, name


def test_no_pod_may_fill_its_nodes_disk(manifests: list[Manifest]) -> None:
    for name, pod in pods_of(manifests):
        written = [volume for volume in pod["spec"].get("volumes", ()) if "emptyDir" in volume]
        for volume in written:
            assert volume["emptyDir"].get("sizeLimit"), f"{name}: {volume['name']}"
        if not written:
            continue
        for container in [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]:
            for side in ("requests", "limits"):
                assert container["resources"][side].get("ephemeral-storage"), f"{name}: {container['name']} {side}"
