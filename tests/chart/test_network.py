"""What a hostile run could reach, and who reaches it: policies are judged as a network that enforces them judges."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from chart.rendering import VARIANTS, Manifest, Render, of_kind, pods_of

# Where clouds tell their keys to whoever asks: AWS, GCP and Azure, then AWS's other two, Alibaba, Azure; and a node.
METADATA = ("169.254.169.254", "fd00:ec2::254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fe80::1")
ELSEWHERE = ("93.184.216.34", "10.1.2.3", "2606:2800:220:1::1")
PORTS = (53, 80, 443, 3306, 5353, 5432, 5672, 6443, 8080, 8081, 8333, 9090, 10250)
BUNDLED = {"app.kubernetes.io/component": "bundled"}


def reaches(policy: Manifest, address: str, port: int) -> bool:
    """Whether the policy lets a run send to this address, which is no pod."""
    return any(_on(rule, port) and _to(rule, address) for rule in policy["spec"]["egress"])


def _on(rule: dict[str, Any], port: int) -> bool:
    return "ports" not in rule or any(each["port"] == port for each in rule["ports"])


def _to(rule: dict[str, Any], address: str) -> bool:
    return "to" not in rule or any(_inside(peer["ipBlock"], address) for peer in rule["to"] if "ipBlock" in peer)


def _inside(block: dict[str, Any], address: str) -> bool:
    there = ip_address(address)
    return there in ip_network(block["cidr"]) and not any(there in ip_network(each) for each in block.get("except", ()))


def of_runs(manifests: list[Manifest]) -> Manifest:
    """The policy of the runs' pods."""
    return of_kind(manifests, "NetworkPolicy")["wb-runner"]


@pytest.mark.parametrize("variant", ["defaults", "small", "everything"])
@pytest.mark.parametrize("address", METADATA)
def test_no_run_reaches_what_tells_a_clouds_keys(render: Render, variant: str, address: str) -> None:
    policy = of_runs(render(VARIANTS[variant]))

    assert [port for port in PORTS if reaches(policy, address, port)] == []


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_run_sends_to_an_unknown_address_only_where_the_store_could_be(render: Render, address: str) -> None:
    assert [port for port in PORTS if reaches(of_runs(render()), address, port)] == [443]


def test_a_store_whose_address_is_told_is_all_that_a_run_reaches_outside(render: Render) -> None:
    told = of_runs(
        render((), 'networkPolicy.store[0].ipBlock.cidr="10.1.2.0/24"', 'store.endpoint="http://10.1.2.3:9000"')
    )

    assert [port for port in PORTS if reaches(told, "10.1.2.3", port)] == []
    assert reaches(told, "10.1.2.3", 9000)
    assert not reaches(told, "10.1.3.3", 9000)
    assert not reaches(told, "93.184.216.34", 9000)


def test_names_are_asked_of_the_clusters_own_dns_alone(render: Render) -> None:
    names = of_runs(render())["spec"]["egress"][0]
    cached = of_runs(render((), 'networkPolicy.dns=[{"ipBlock": {"cidr": "169.254.20.10/32"}}]'))

    assert {each["port"] for each in names["ports"]} == {53, 5353}
    assert names["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]
    assert reaches(cached, "169.254.20.10", 53)
    assert not reaches(cached, "169.254.169.254", 53)


def test_of_the_apis_a_run_reaches_what_is_for_runs_and_nothing_that_is_for_people(render: Render) -> None:
    manifests = render()
    to_apis = of_runs(manifests)["spec"]["egress"][1]
    ports = dict(pods_of(manifests))["wb-profiler"]["spec"]["containers"][0]["ports"]

    assert [each["port"] for each in to_apis["ports"]] == [8081]
    assert to_apis["to"][0]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "lab"}}
    assert {"name": "runs", "containerPort": 8081} in ports
    from_runs = of_kind(manifests, "NetworkPolicy")["wb-api"]["spec"]["ingress"][-1]
    assert from_runs["ports"] == [{"port": "runs"}]
    assert from_runs["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "runner"


@pytest.mark.parametrize(
    ("settings", "port"),
    [
        ((), 443),
        (('store.endpoint="http://s3"',), 80),
        (('store.endpoint="http://[fd00::1]:9000"',), 9000),
        (('store.endpoint="http://s3:9000"', "networkPolicy.storePort=9001"), 9001),
        (("bundled.enabled=true",), 8333),
    ],
)
def test_a_run_reaches_the_store_by_its_port_and_nobody_reaches_a_run(
    render: Render, settings: tuple[str, ...], port: int
) -> None:
    policy = of_runs(render((), *settings))

    assert policy["metadata"]["namespace"] == "lab-runners"
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == []
    assert [rule["ports"] for rule in policy["spec"]["egress"]][2:] == [[{"port": port}]]


def test_servers_of_the_releases_own_are_found_by_their_labels(render: Render) -> None:
    store = of_runs(render((), "bundled.enabled=true"))["spec"]["egress"][2]

    (peer,) = store["to"]
    assert BUNDLED.items() <= peer["podSelector"]["matchLabels"].items()
    assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "lab"}}


def test_apis_that_are_closed_stay_open_for_runs_and_for_the_releases_own_pods(render: Render) -> None:
    people, _probes, runs = of_kind(render(VARIANTS["everything"]), "NetworkPolicy")["wb-api"]["spec"]["ingress"]

    given, own = people["from"]
    assert given["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}
    assert own == {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "dl-workbench"}}}
    assert runs["from"][0]["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "our-runs"}}
