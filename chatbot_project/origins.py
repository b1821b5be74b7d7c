"""Which sites' pages may call the API: one list, read by CORS and by the WebSocket.

An entry of ALLOWED_ORIGINS is an origin (`https://a.example`, `http://localhost:3000`), a pattern whose
`*` stands for one label of the host or a part of one (`https://*.vercel.app`), or `*` for any site.
"""

import re
from collections.abc import Iterable

from django.conf import settings
from django.http.request import split_domain_port, validate_host

# A lone * as the host would match no site that has a dot in its name, which nobody means.
ENTRY = re.compile(r"[a-z][a-z0-9+.-]*://(?!\*+(:|\Z))([a-z0-9_.*-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
FRAMING = re.compile(r"\*|[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9_.-]+(:\d{1,5})?/?")
ANY_SITE = r"https?://[^/]+\Z"  # but not "null", which sandboxed frames and local files send


def as_patterns(origins: Iterable[str]) -> list[str]:
    """Anchored regular expressions, as CORS_ALLOWED_ORIGIN_REGEXES wants them.

    Raises ValueError for the first entry that is no origin.
    """
    return [_pattern(position, origin) for position, origin in enumerate(origins, start=1)]


def as_framing_origins(origins: Iterable[str]) -> list[str]:
    """Those of the entries that a Content-Security-Policy can express, as it writes them.

    It has a `*` only in place of the whole first label, and no IPv6 addresses.
    """
    return [origin.lower().removesuffix("/") for origin in origins if FRAMING.fullmatch(origin.lower())]


def _pattern(position: int, origin: str) -> str:
    origin = origin.lower().removesuffix("/")
    if origin == "*":
        return ANY_SITE
    if not ENTRY.fullmatch(origin):
        raise ValueError(
            f"entry {position} is not an origin. Write it as https://example.com or https://*.example.com, "
            "without a path, or write * for any site"
        )
    return re.escape(origin).replace(r"\*", "[a-z0-9-]+") + r"\Z"


def origin_allowed(origin: str | None, host: str) -> bool:
    """Whether a page of `origin` may call the server that it knows as `host` (its Host header).

    The server's own pages may. So may a caller without an Origin: that is no browser, and can do no more
    on a visitor's behalf than the visitor.
    """
    if origin is None:
        return True
    origin = origin.lower()
    return _is_own(origin, host.lower()) or any(
        re.match(pattern, origin) for pattern in settings.CORS_ALLOWED_ORIGIN_REGEXES
    )


def _is_own(origin: str, host: str) -> bool:
    # A host that is not ours must not vouch for itself: an attacker's name may resolve to this address.
    scheme, separator, netloc = origin.partition("://")
    if not separator or scheme not in ("http", "https") or netloc != host:
        return False
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
