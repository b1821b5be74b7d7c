"""Which addresses may become links: a book's front matter, or a visitor, may have written anything."""

from urllib.parse import urlsplit


def as_link(url: str) -> str | None:
    """`url` where it is http(s) or begins at the site's own root; None for everything else.

    Browsers drop tabs and line breaks from an address and read a backslash as a slash, so that an
    address with any of these is not what it seems.
    """
    if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        return None
    if url.startswith("/"):
        return None if url.startswith("//") else url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
