"""Which sites' pages may call the API: `https://a.example` exactly, or `https://*.example.com`."""

import re
from collections.abc import Iterable


def as_patterns(origins: Iterable[str]) -> list[str]:
    """Anchored regular expressions; `*` stands for one label or part of one, never for a dot."""
    return [
        "^" + re.escape(origin.rstrip("/").lower()).replace(r"\*", "[a-z0-9-]+") + "$" for origin in origins
    ]
