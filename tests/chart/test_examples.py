"""What lies beside the chart: examples for a cluster in k8s/, and skaffold.yaml."""

from __future__ import annotations

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from chart.rendering import ROOT, Render, of_kind, pods_of
from chart.test_runs import pools_in

EXAMPLES = sorted((ROOT / "k8s").rglob("*.yaml"))
SKAFFOLD = ROOT / "skaffold.yaml"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*EXAMPLES, SKAFFOLD], ids=name_of)
def test_each_says_first_what_the_tests_do_with_it(path: Path) -> None:
    comment = path.read_text().partition("\napiVersion:")[0].partition("\nrunners:")[0]

    assert comment.startswith("# ")
    assert re.search(r"Not run by the tests, which|The tests render the chart", comment)


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_each_manifest_is_one_of_kubernetes_or_has_the_usual_shape(path: Path) -> None:
    for manifest in yaml.safe_load_all(path.read_text()):
        if manifest.get("kind") == "DaemonSet":
            kubernetes_validate.validate(manifest, "1.34", strict=True)
        elif path.name != "values.yaml":
            assert {"apiVersion", "kind"} <= manifest.keys()


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.name == "values.yaml"], ids=name_of)
def test_the_chart_takes_the_values_of_each_and_its_plugin_offers_what_they_ask_for(render: Render, path: Path) -> None:
    pools = pools_in(render((path,)))
    offered = path.with_name("generic-device-plugin.yaml").read_text()

    (resource,) = re.findall(r"resource: workbench.dev/(\w+)", path.read_text())
    assert f"workbench.dev/{resource}" in {kind.resource for kind in pools.deviceTypes.values()}
    assert "--domain=workbench.dev" in offered
    assert f'"name": "{resource}"' in offered


def test_the_labels_that_default_device_types_look_for_are_made(render: Render) -> None:
    rules = yaml.safe_load((ROOT / "k8s/device-plugins/labels.yaml").read_text())["spec"]["rules"]
    made = {label: value for rule in rules for label, value in rule["labels"].items()}

    wanted = {}
    for kind in pools_in(render()).deviceTypes.values():
        wanted |= kind.nodeSelector
    assert made == wanted


def test_skaffold_builds_every_image_of_the_chart_and_hands_it_over(render: Render) -> None:
    skaffold = yaml.safe_load(SKAFFOLD.read_text())
    (release,) = skaffold["deploy"]["helm"]["releases"]
    targets = set(re.findall(r"^FROM \w+ AS ([\w-]+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    containers = [each for _, pod in pods_of(render()) for each in pod["spec"]["containers"]]
    images = {each["image"].split("/")[-1].partition(":")[0] for each in containers}

    built = {each["image"]: each["docker"]["target"] for each in skaffold["build"]["artifacts"]}

    assert built == {f"workbench/{name}": name for name in images}
    assert images <= targets
    assert release["setValueTemplates"] == {
        f"image.references.{name}": f"{{{{.IMAGE_FULLY_QUALIFIED_workbench_{name.replace('-', '_')}}}}}"
        for name in images
    }
    services = of_kind(render(tuple(ROOT / file for file in release["valuesFiles"])), "Service")
    for forwarded in skaffold["portForward"]:
        (port,) = services[forwarded["resourceName"].replace("workbench", "wb", 1)]["spec"]["ports"]
        assert port["port"] == forwarded["port"]
