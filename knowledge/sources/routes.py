"""Where a file is published: the path below its root -> the path on the site, as Docusaurus has it."""

import posixpath
import re
from urllib.parse import quote

from knowledge.sources.frontmatter import FrontMatter

DOCS = "docs"  # the folder of a Docusaurus site whose pages live below a route of the same name
# Dates and versions, which are no ordering prefixes: 2024-01-31-notes, 7.0-changes.
_DATE_OR_VERSION = re.compile(r"^(?:(?:\d{2}|\d{4})[-_.]\d{2}(?:[-_.](?:\d{2}|\d{4}))?|\d+[-_.]\d+)")
_NUMBER_PREFIX = re.compile(r"^\d+\s*[-_.]+\s*(?=[^-_.\s])")
# What encodeURI leaves alone, without the characters that end a path.
_URL_SAFE = "/;,:@&=+$!~*'()"


def page_url(base_url: str, route: str) -> str:
    """The address of the page at `route` ("" for the root) below `base_url`."""
    return f"{base_url.rstrip('/')}/{quote(route, safe=_URL_SAFE)}"


def with_fragment(url: str, anchor: str | None) -> str:
    return f"{url}#{quote(anchor, safe=_URL_SAFE + '?')}" if anchor else url


def markdown_route(path: str, front_matter: FrontMatter) -> str:
    """The site path of the Markdown page in the file `path`; a folder's own page ends with a slash."""
    docs_route, path = _split_docs_route(path)
    slug = front_matter.slug
    if slug is not None and slug.startswith("/"):
        return _join(docs_route, slug)
    folder, file_name = posixpath.split(path)
    name = posixpath.splitext(file_name)[0]
    if front_matter.parse_number_prefixes:
        site_folder = "/".join(strip_number_prefix(part) for part in folder.split("/"))
        page = strip_number_prefix(name)
    else:
        site_folder, page = folder, name
    if slug is None and is_folder_page(path):
        return _join(docs_route, site_folder, "")
    return _join(docs_route, site_folder, slug or front_matter.id or page)


def file_route(path: str) -> str:
    """The site path of a file that is published as it is; `index.html` is its folder's page."""
    folder, name = posixpath.split(path)
    return _join(folder, "") if name.lower() in ("index.html", "index.htm") else path


def is_folder_page(path: str) -> bool:
    """Whether the file speaks for its folder: index, README, or named like the folder."""
    folder, file_name = posixpath.split(path)
    name = posixpath.splitext(file_name)[0].lower()
    return name in ("index", "readme") or (folder != "" and name == posixpath.basename(folder).lower())


def strip_number_prefix(name: str) -> str:
    return name if _DATE_OR_VERSION.match(name) else _NUMBER_PREFIX.sub("", name)


def readable_name(path: str) -> str:
    """A title for a page that names none: from its file, or from its folder where it speaks for that."""
    stem = posixpath.splitext(path)[0]
    if is_folder_page(path) and posixpath.dirname(stem):
        stem = posixpath.dirname(stem)
    words = strip_number_prefix(posixpath.basename(stem)).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _split_docs_route(path: str) -> tuple[str, str]:
    top, _, rest = path.partition("/")
    return (DOCS, rest) if top == DOCS and rest else ("", path)


def _join(*parts: str) -> str:
    """The parts below one another, ".." resolved but never above the root; a last "" makes a folder."""
    joined = "/".join(parts)
    route = posixpath.normpath(f"/{joined}").lstrip("/")
    return f"{route}/" if route and joined.endswith("/") else route
