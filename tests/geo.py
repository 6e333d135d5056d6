"""Writes a small file in MaxMind's format, for the countries of a few networks (MaxMind DB File Format 2.0)."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = 16


def write_places(path: Path, places: dict[str, Any]) -> None:
    """A file that knows for each network ("192.0.2.0/24") what is said of it."""
    nodes: list[list[int | None]] = [[None, None]]
    data = bytearray()
    leaves: dict[tuple[int, int], int] = {}
    for network, said in places.items():
        offset = len(data)
        data += _encoded(said)
        node = 0
        bits = _bits(network)
        for bit in bits[:-1]:
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit] or 0
        leaves[node, bits[-1]] = offset
    count = len(nodes)
    tree = bytearray()
    for number, pair in enumerate(nodes):
        for bit, target in enumerate(pair):
            leaf = leaves.get((number, bit))
            value = count + _SEPARATOR + leaf if leaf is not None else count if target is None else target
            tree += value.to_bytes(4, "big")
    about = {
        "binary_format_major_version": (5, 2), "binary_format_minor_version": (5, 0), "build_epoch": (9, 1),
        "ip_version": (5, 6), "database_type": "Test", "description": {"en": "Test"},
        "languages": [], "node_count": (6, count),
        "record_size": (5, 32),
    }  # fmt: skip
    path.write_bytes(bytes(tree) + b"\0" * _SEPARATOR + bytes(data) + _MARKER + _encoded(about))


def _bits(network: str) -> list[int]:
    """The bits of a network in a tree for IPv6, in which IPv4 stands below ::/96."""
    parsed = ip_network(network)
    shift = 96 if parsed.version == 4 else 0
    number = int(parsed.network_address)
    return [number >> (127 - bit) & 1 for bit in range(shift + parsed.prefixlen)]


def _encoded(value: Any) -> bytes:
    """A value in the data section's encoding; (type, number) is a number of that type."""
    if isinstance(value, str):
        return _control(2, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(_encoded(key) + _encoded(inner) for key, inner in value.items())
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(_encoded, value))
    kind, number = value
    written = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _control(kind, len(written)) + written


def _control(kind: int, size: int) -> bytes:
    assert size < 29
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
