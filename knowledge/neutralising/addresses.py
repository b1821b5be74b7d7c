"""Addresses in an answer: only those that the passages hold may become links."""

import html
import re
from collections.abc import Iterable, Iterator

_WEB = re.compile(r"https?://[^\s<>\"`\\[\]{}^]+", re.IGNORECASE)
_SCHEME = re.compile(r"\A(?:[a-z0-9+.-]*:?//|mailto:)", re.IGNORECASE)
_REST = re.compile(r"[?#\s`|<>]")
_NOT_ASCII = re.compile(r"[^!-~]")
# Written between the brackets of a link, or between < and >, every reader takes it for one address.
_WRITABLE = re.compile(
    r"https?://[^\s<>\"'`\\|()\[\]{}^]+(?:\([^\s<>\"'`\\|()\[\]{}^]*\)[^\s<>\"'`\\|()\[\]{}^]*)*"
)
_TRAILING = ".,;:!?'\"*_~"
_TWO_LETTERS = (
    "a[cdefgilmnoqrstuwxz]|b[abdefghijmnorstvwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]"
    "|g[abdefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]"
    "|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghklmnrstwy]|qa|r[eosuw]|s[abcdeghijklmnortuvxyz]"
    "|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw]"
)
# The ends of host names that readers make links of without a scheme: IANA's of two letters, and common ones.
_TOP_LEVEL = (
    f"(?:{_TWO_LETTERS}|com|net|org|edu|gov|mil|int|info|biz|name|pro|web|xxx|aero|asia|coop|museum|shop|dev"
    "|app|xyz|site|online|store|tech|top|club|blog|cloud|рф)(?![^\\W_])"
)
# What a reader takes for letters of a host's name: symbols, too, but no punctuation.
_LETTER = r"[^\s\x00-#%-*,-/:;<>?@\[\]\\_{}]"
_LABELS = rf"{_LETTER}+(?:[.-]+{_LETTER}+)*"
_HOST = re.compile(rf"(?<!{_LETTER}){_LABELS}\.{_TOP_LEVEL}(?P<more>[:/?#@_-])?", re.IGNORECASE)
# Behind these no host begins, but for one that a symbol stands before.
_GOES_ON = re.compile(r"(?:[.:/@-]|[^\W_]_)\Z")
_SYMBOL = re.compile(r"[$+=^|~]")
# What a reader makes a link of by itself, whatever comes after it.
ADDRESS = re.compile(
    r"[a-z0-9+.-]{0,30}://"
    r"|(?<![:/])//(?=localhost|[^\s/]{1,255}?\.)"
    r"|www\."
    r"|(?<![a-z])(?:mailto|xmpp|tel|sms|javascript|vbscript|data|file|blob|ftp):(?=\S)"
    r"|[\w.+-]{1,64}@[^\s@]"
    r"|[!#$%&'*,/=?^{|}~;:]@(?=[^\s@]{1,255}?\.)",
    re.IGNORECASE,
)


class Addresses:
    """Those of the given texts: the http(s) addresses that may be linked, and hosts that stand there bare."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        text = "\n".join(texts)
        found = (url for url in _web_addresses(text) if _WRITABLE.fullmatch(url))
        self._links = frozenset(found)
        self._hosts = frozenset(host[0].lower() for host in hosts_in(text) if not host["more"])

    def allow_link(self, url: str) -> bool:
        return url in self._links

    def allow_host(self, host: re.Match[str]) -> bool:
        """Whether what `hosts_in` has found may stay as it is, though a reader may make a link of it."""
        return host[0].lower() in self._hosts


def hosts_in(text: str) -> Iterator[re.Match[str]]:
    """The names without a scheme that readers make links of; `more`: the address goes on behind it."""
    for host in _HOST.finditer(text):
        if not _GOES_ON.search(text, max(0, host.start() - 2), host.start()) or _SYMBOL.search(host[0]):
            yield host


def trimmed(url: str) -> str:
    """Without the punctuation of the sentence that it ends, and a bracket that was opened before it."""
    end, unopened = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def shown(url: str) -> str:
    """What stays of an address that must not be a link: its host and path."""
    return _REST.split(_SCHEME.sub("", url, count=1), maxsplit=1)[0]


def _web_addresses(text: str) -> Iterator[str]:
    """Those in the text, with and without what may belong to the sentence around them."""
    for match in _WEB.finditer(text):
        for url in {match[0], html.unescape(match[0])}:
            yield from (url, trimmed(url), trimmed(_NOT_ASCII.split(url, maxsplit=1)[0]))
