"""Where a download may go: to the public, and to hosts that the operator allows; looked at once, and then used."""

from __future__ import annotations

import socket

import pytest
from workbench.model_registry.sources.addresses import Addresses
from workbench.model_registry.sources.problems import AddressNotAllowed, SourceUnavailable

NOT_PUBLIC = {
    "127.0.0.1": "loopback",
    "127.8.8.8": "loopback",
    "::1": "loopback",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "private",
    "169.254.169.254": "link-local",
    "fe80::1": "link-local",
    "fd00:ec2::254": "private",
    "0.0.0.0": "machine",
    "::": "machine",
    "224.0.0.1": "machine",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:169.254.169.254": "link-local",
    "64:ff9b::a00:1": "private",
    "2002:7f00:1::": "loopback",
    "192.0.2.1": "private",
    "255.255.255.255": "private",
}


def named(*addresses: str) -> Addresses:
    return Addresses(resolve=lambda _host, _port: addresses)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused_with_what_it_is(address: str) -> None:
    with pytest.raises(AddressNotAllowed) as refused:
        named(address).of("models.example.com", 443)

    assert NOT_PUBLIC[address] in refused.value.detail
    assert f"models.example.com is at {address}" in refused.value.detail
    assert "WORKBENCH_SOURCE_HOSTS" in refused.value.remedy()


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_taken(address: str) -> None:
    assert named(address).of("example.com", 443) == [address]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressNotAllowed):
        named("93.184.215.14", "10.0.0.1").of("example.com", 443)


@pytest.mark.parametrize("spelling", ["127.1", "0x7f000001", "2130706433", "017700000001", "localhost", "LOCALHOST."])
def test_other_spellings_of_this_machine_are_refused(spelling: str) -> None:
    with pytest.raises((AddressNotAllowed, SourceUnavailable)):
        Addresses().of(spelling, 80)


@pytest.mark.parametrize(
    ("allowed", "host", "port"),
    [
        ("mirror", "mirror", 80),
        ("mirror:8080", "mirror", 8080),
        ("mirror", "MIRROR", 443),
    ],
)
def test_a_host_that_the_operator_allows_may_be_private(allowed: str, host: str, port: int) -> None:
    addresses = Addresses(frozenset([allowed]), lambda _host, _port: ["10.0.0.1"])

    assert addresses.of(host, port) == ["10.0.0.1"]


def test_another_port_and_another_name_of_an_allowed_host_are_not_allowed() -> None:
    addresses = Addresses(frozenset(["mirror:8080"]), lambda _host, _port: ["10.0.0.1"])

    for host, port in (("mirror", 80), ("mirror.example.com", 8080), ("10.0.0.1", 8080)):
        with pytest.raises(AddressNotAllowed):
            addresses.of(host, port)


def test_a_name_that_nobody_knows_is_told() -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(SourceUnavailable, match="no such host"):
        Addresses(resolve=nobody).of("models.invalid", 443)
