"""What an uninstallation leaves, and the cluster on the machine: the data, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cluster.installation import Release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KINDS = (
    "deployments,statefulsets,services,jobs,poddisruptionbudgets,networkpolicies,ingresses,configmaps,secrets,"
    "serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,namespaces"
)


def test_an_uninstallation_leaves_the_data_and_nothing_else(release: Release) -> None:
    release.token("stays")

    release.helm("uninstall", release.name, "--wait")

    left = release.cluster.get(KINDS, "--all-namespaces", "-l", "app.kubernetes.io/part-of=dl-workbench")["items"]
    assert [item["metadata"]["name"] for item in left] == []
    release.cluster.until(lambda: not release.pods(), 60)
    again = release.installation.install(release.name)
    assert "stays" in again.admin("teams", "list")


@pytest.mark.usefixtures("cluster")
def test_the_kernel_of_the_machine_is_set_as_before(
    kernel_before: dict[str, str], kernel: Callable[[], dict[str, str]]
) -> None:
    assert kernel() == kernel_before
