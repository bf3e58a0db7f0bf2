"""Addresses, and one network namespace for each node, joined by a bridge that only this machine sees."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass

BRIDGE = "wbench0"
HOST = "10.77.0.1"  # the control plane and the servers
SERVICES = "10.79.0.0/16"
KUBERNETES = "10.79.0.1"
DOMAIN = "cluster.local"


@dataclass(frozen=True)
class Address:
    """Where a node and its pods live. ``number`` from 1."""

    number: int

    @property
    def namespace(self) -> str:
        """Of the node's network."""
        return f"wbench-{self.number}"

    @property
    def node(self) -> str:
        """The node's own address."""
        return f"10.77.0.{10 + self.number}"

    @property
    def pods(self) -> str:
        """The range of its pods."""
        return f"10.78.{self.number}.0/24"


def up(addresses: list[Address]) -> None:
    """The bridge, the namespaces, and routes to every node's pods."""
    down(addresses)
    _ip(f"link add {BRIDGE} type bridge")
    _ip(f"addr add {HOST}/24 dev {BRIDGE}")
    _ip(f"link set {BRIDGE} up")
    for address in addresses:
        _node(address)
    for address in addresses:
        _services(address)
        _ip(f"route add {address.pods} via {address.node}")
        for other in addresses:
            if other != address:
                _ip(f"-n {address.namespace} route add {other.pods} via {other.node}")


def down(addresses: list[Address]) -> None:
    """Nothing of it is left."""
    for address in addresses:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip(f"netns delete {address.namespace}")
    with contextlib.suppress(subprocess.CalledProcessError):
        _ip(f"link delete {BRIDGE}")


def cut(address: Address) -> None:
    """The node's cable is pulled: its programs and pods go on, and reach nobody."""
    _ip(f"link set {_outside(address)} down")
    # The machine reaches services through the first node that it has.
    _ip(f"route delete {SERVICES} via {address.node}")


def mend(address: Address) -> None:
    """And is put back."""
    _ip(f"link set {_outside(address)} up")
    _services(address)


def _services(address: Address) -> None:
    _ip(f"route replace {SERVICES} via {address.node} metric {address.number}")


def _outside(address: Address) -> str:
    return f"{BRIDGE}-{address.number}"


def _node(address: Address) -> None:
    outside = _outside(address)
    _ip(f"netns add {address.namespace}")
    _ip(f"link add {outside} type veth peer name eth0 netns {address.namespace}")
    _ip(f"link set {outside} master {BRIDGE} up")
    _ip(f"-n {address.namespace} link set lo up")
    _ip(f"-n {address.namespace} addr add {address.node}/24 dev eth0")
    _ip(f"-n {address.namespace} link set eth0 up")
    _ip(f"-n {address.namespace} route add default via {HOST}")
    subprocess.run(["ip", "netns", "exec", address.namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1"], check=True)


def _ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)
