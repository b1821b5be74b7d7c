"""Who is calling, as far as the network can tell: the address that throttles count by."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(peer: str | None, forwarded_for: str | None, trusted_proxies: int) -> str:
    """The caller's IP address, or "unknown".

    Each proxy appends the address that it saw to X-Forwarded-For, so only its last `trusted_proxies`
    entries are believed: whatever stands further left, the caller may have written.
    """
    entries = forwarded_for.split(",") if forwarded_for else []
    vouched_for = [*entries, peer or ""][-1 - trusted_proxies :]
    # A hop that is no address gives way to the next one that a trusted proxy vouches for.
    return next(filter(None, map(_parsed, vouched_for)), UNKNOWN)


def address_of_request(request: HttpRequest) -> str:
    return client_address(
        request.META.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For"), settings.TRUSTED_PROXIES
    )


def address_of_scope(scope: Mapping[str, Any]) -> str:
    """The same of an ASGI connection scope."""
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    peer = scope["client"][0] if scope.get("client") else None
    return client_address(peer, ",".join(forwarded), settings.TRUSTED_PROXIES)


def throttle_key_of(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def _parsed(entry: str) -> str | None:
    """The address in `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:5678`."""
    entry = entry.strip().strip('"')
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        address = ipaddress.ip_address(entry.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
