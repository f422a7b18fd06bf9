"""The guard: into which networks a feed may make us connect. Address → nothing | raises ``ForbiddenAddressError``.

A feed's address comes from a stranger, so it must not reach the machines behind our own firewall (server-side request
forgery). The check stands in the connector's ``socket_factory``: the last step before the connect, which sees every
address as a number, whether it stood in the URL, came from DNS (each record, each time) or from a redirect. So there
is no gap between what was checked and what is connected to.

IPv4 is open but for a list of networks; of IPv6 only the global unicast block is open, less a list. Sources: the IANA
special-purpose registries (RFC 6890 and later), and the addresses at which cloud providers serve secrets.
"""

import errno
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""One answer of ``getaddrinfo``: family, type, protocol, canonical name, socket address."""

FORBIDDEN_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598); Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's wire server, reachable from every virtual machine
        "169.254.0.0/16",  # link-local; metadata of AWS, GCP, Azure, …
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn (RFC 7526)
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking (RFC 2544)
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

GLOBAL_IPV6 = IPv6Network("2000::/3")
"""Everything outside is loopback, mapped, compatible, NAT64, discard-only, ULA, link-local, site-local or multicast."""

FORBIDDEN_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo (embeds IPv4), ORCHID, benchmarking, …
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: embeds IPv4
        "3fff::/20",  # documentation (RFC 9637)
    )
)


class ForbiddenAddressError(OSError):
    """The guard refuses this address; an ``OSError``, so that the connector goes on to the name's next address.

    The text is the same for every address: asyncio and aiohttp keep the class of the error only if all texts agree.
    """

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address is inside a network that feeds may not reach")


def unguarded_socket(info: AddressInfo) -> socket.socket:
    """A socket for an address that the administrator named: nobody else's word reaches it."""
    family, kind, protocol, _, _ = info
    return socket.socket(family=family, type=kind, proto=protocol)


class Guard:
    """Decides by number alone. ``allowed_networks`` are opened although they are private (feeds at home)."""

    def __init__(self, allowed_networks: Iterable[Network] = ()) -> None:
        self._allowed = tuple(_plain_network(network) for network in allowed_networks)

    def check(self, address: str) -> None:
        """Raise ``ForbiddenAddressError`` unless feeds may connect to this numeric address."""
        if not self.allows(address):
            raise ForbiddenAddressError

    def allows(self, address: str) -> bool:
        """Say whether feeds may connect to this numeric address; what cannot be read may not."""
        try:
            number = ip_address(address)
        except ValueError:
            return False
        if isinstance(number, IPv6Address):
            return self._allows_ipv6(number)
        return self._is_opened(number) or not any(number in network for network in FORBIDDEN_IPV4)

    def has_opened(self, address: str) -> bool:
        """Say whether the operator opened this numeric address, be it public or private."""
        try:
            number = ip_address(address)
        except ValueError:
            return False
        mapped = number.ipv4_mapped if isinstance(number, IPv6Address) else None
        return self._is_opened(mapped or number)

    def socket(self, info: AddressInfo) -> socket.socket:
        """The connector's socket factory: a socket for an address that was checked, else ``ForbiddenAddressError``."""
        self.check(str(info[4][0]))
        return unguarded_socket(info)

    def _allows_ipv6(self, number: IPv6Address) -> bool:
        if number.scope_id is not None:
            return False
        if number.ipv4_mapped is not None:
            return self._is_opened(number.ipv4_mapped)
        if self._is_opened(number):
            return True
        return number in GLOBAL_IPV6 and not any(number in network for network in FORBIDDEN_IPV6)

    def _is_opened(self, number: Address) -> bool:
        return any(number in network for network in self._allowed)


def _plain_network(network: Network) -> Network:
    """A network of mapped addresses (``::ffff:10.0.0.0/104``) as the IPv4 network it means."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < 96:
        return network
    return ip_network(f"{mapped}/{network.prefixlen - 96}")
