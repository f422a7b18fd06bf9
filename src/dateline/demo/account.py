"""The demo account: what `dateline demo` needs to know to set one up.

The password is no constant: the command makes one at each start and prints it. The sample feeds live on loopback,
which feeds may not reach unless the network is opened, so the settings that allow it stand here too.
"""

from ipaddress import IPv4Network

NAME = "demo"
"""The account's name."""

LANGUAGE = "en"
"""The account's language; the feeds speak eleven."""

TIME_ZONE = "Europe/Paris"
"""The account's zone."""

PREVIEW = True
"""Whether rows show the beginning of the text."""

PORT = 8701
"""Where the sample feeds are served unless told otherwise; fixed, so that a kept database finds them again."""

ADVANCE_AFTER = 300.0
"""Seconds after which the second edition comes out: a corrected article and a new one."""

ALLOWED_NETWORKS = (IPv4Network("127.0.0.1/32"),)
"""For the setting ``allowed_networks``."""

HOST_CONNECTIONS = 8
"""For the setting ``host_connections``: all sample feeds are on one host."""

HOST_SPACING = 0.0
"""For the setting ``host_spacing``."""
