"""Addresses in an answer: only those that the passages hold may become links."""

import html
import re
from collections.abc import Iterable, Iterator

_WEB = re.compile(r"https?://[^\s<>\"`|\\\[\]{}^]+", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^!-~]")
# Whatever a front end may make a link of by itself. The quantifiers are bounded, so that no scan is long.
_ADDRESS = re.compile(
    r"[a-z0-9+.-]{1,20}://"
    r"|//(?=[^\s/])"
    r"|www\."
    r"|\b(?:mailto|xmpp|tel|sms|javascript|vbscript|data|file|blob|ftp):(?=\S)"
    r"|(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}\.[a-z]"
    r"|(?<![a-z0-9-])(?:[a-z0-9-]{1,63}\.){1,8}"
    r"(?:[a-z]{2,24}(?=:\d|[/?#])|(?:com|net|org|edu|gov|info|biz|io|dev|app|xyz|site|online|shop|top|club)(?![a-z0-9]))"
    r"|(?<![a-z0-9-])(?:[a-z0-9-]{1,63}\.){2,8}[a-z]{2}(?![a-z0-9(])",
    re.IGNORECASE,
)
_WORTH_A_LOOK = re.compile(r"[.:/@]")
_SCHEME = re.compile(r"[a-z0-9+.-]*:(?://)?|//", re.IGNORECASE)
_SLASHES = re.compile(r"(?:[a-z0-9+.-]*:)?//|mailto:", re.IGNORECASE)
_URL_END = re.compile(r"[\"|{}^]")
_LEAD = re.compile(r"[A-Za-z0-9]+")
_SCHEMES = " http https ftp www mailto xmpp tel sms javascript vbscript data file blob"
_TRAILING = ".,;:!?'\"*_~"
_SHOWN = 80  # code points


class Addresses:
    """Those of the given texts: the http(s) addresses that may be linked, and hosts that stand there bare."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._text = "\n".join(texts)
        self._allowed = frozenset(_web_addresses(self._text))

    def allow_link(self, url: str) -> bool:
        return url in self._allowed

    def allow_bare(self, address: str) -> bool:
        """Whether it may stay as it is, though a front end may make a link of it."""
        if _SCHEME.match(address) or "@" in address:
            return self.allow_link(address)
        return re.search(rf"(?<![\w.-]){re.escape(address)}(?![\w-])", self._text) is not None


def _web_addresses(text: str) -> Iterator[str]:
    """Those in the text, with and without what may belong to the sentence around them."""
    for match in _WEB.finditer(text):
        for url in {match[0], html.unescape(match[0])}:
            yield from (url, trimmed(url), trimmed(_NOT_ASCII.split(url, maxsplit=1)[0]))


def find(word: str, start: int = 0) -> tuple[int, int] | None:
    """Where in a word without blanks the first address from `start` on begins and ends."""
    if not _WORTH_A_LOOK.search(word, start):
        return None
    address = _ADDRESS.search(word, start)
    if address is None:
        return None
    end = _URL_END.search(word, address.start())
    url = trimmed(word[address.start() : end.start() if end else len(word)])
    return address.start(), address.start() + max(len(url), 1)


def lead(word: str) -> str:
    """The word's first letters and digits, unless they may begin what makes an address of it.

    What follows them can still be taken away: without it they are none.
    """
    letters = _LEAD.match(word)
    if letters is None or f" {letters[0].lower()}" in _SCHEMES:
        return ""
    return letters[0]


def trimmed(url: str) -> str:
    """Without the punctuation of the sentence that it ends, and a bracket that was opened before it."""
    while True:
        shorter = url.rstrip(_TRAILING)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def shown(url: str) -> str:
    """An address that must not be a link, as code: without its scheme, query and fragment."""
    rest = re.split(r"[?#\s`|<>]", url[match.end() if (match := _SLASHES.match(url)) else 0 :], maxsplit=1)[0]
    return f"`{rest[:_SHOWN]}`" if rest else ""


def spans(before: str, after: str) -> bool:
    """Whether what is written after a word would become a part of an address in it, or make one with it."""
    found = find(before + after)
    return found is not None and found[0] < len(before) and (found[1] > len(before) or not after)
