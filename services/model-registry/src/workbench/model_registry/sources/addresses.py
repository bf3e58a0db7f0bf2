"""Which addresses may be connected to: public ones, and hosts that the operator allows.

A name is resolved once, and the connection goes to the address that was looked at: what the name says a moment later
changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.model_registry.sources.problems import AddressNotAllowed, SourceUnavailable

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


@dataclass(frozen=True)
class Addresses:
    """``allowed``: hosts of the operator's choice, each ``name`` or ``name:port``."""

    allowed: frozenset[str] = frozenset()
    resolve: Resolve = resolve

    def of(self, host: str, port: int) -> list[str]:
        """Those of the host that may be connected to. Raises AddressNotAllowed, SourceUnavailable."""
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError):
            raise SourceUnavailable(host, "no such host is known here") from None
        if host.lower() in self.allowed or f"{host.lower()}:{port}" in self.allowed:
            return list(found)
        for address in found:
            if why := _why_not(ipaddress.ip_address(address)):
                raise AddressNotAllowed(host, address, why)
        return list(found)


def _why_not(address: _Address) -> str | None:
    """What the address is, if not public; one that carries another is what that is."""
    inner = _carried(address)
    if inner is not None:
        return _why_not(inner)
    if address.is_loopback:
        return "this machine itself (loopback)"
    if address.is_link_local:
        return "link-local"
    if address.is_multicast or address.is_unspecified:
        return "no single machine"
    return None if address.is_global else "private"


def _carried(address: _Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
