"""Addresses in an answer: only those that the passages hold may become links."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WEB = re.compile(r"https?://[^\s<>\"`\\[\]{}^]+", re.IGNORECASE)
_SCHEME = re.compile(r"\A(?:(?:https?:)?//|mailto:)", re.IGNORECASE)
_REST = re.compile(r"[?#\s`|<>\\]")
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
_ENDS = (
    f"(?:{_TWO_LETTERS}|com|net|org|edu|gov|mil|int|info|biz|name|pro|web|xxx|aero|asia|coop|museum|shop|dev"
    "|app|xyz|site|online|store|tech|top|club|blog|cloud|рф)(?![^\\W_])"
)
# What may be a host's name with its full stops: symbols count as letters, punctuation does not.
_NAME = re.compile(r"[^\s\x00-#%-*,/:;<>?@\[\]\\_{}]+")
_TOP_LEVEL = re.compile(rf"\.{_ENDS}", re.IGNORECASE)
# Behind these no host begins, but for one that a symbol stands before.
_GOES_ON = re.compile(r"(?:[:/@]|[^\W_]_)\Z")
_SYMBOL = re.compile(r"[$+=^|~]")
# What a reader makes a link of by itself, whatever comes after it.
ADDRESS = re.compile(
    r"(?<![a-z0-9+.-])[a-z0-9+.-]{1,30}://"
    r"|://"
    r"|(?<![:/])//(?=localhost|[^\s/]{1,255}?\.)"
    r"|www\."
    r"|(?<![a-z])(?:mailto|xmpp|tel|sms|javascript|vbscript|data|file|blob|ftp):(?=\S)"
    r"|<[^\s<>@]+@(?=[^\s@])"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[^\s@]"
    r"|[\w.+!\"#$%&'*,/=?^{|}~;:-]@(?=[^\s@]{1,255}?\.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Host:
    """A name without a scheme that readers make a link of, and where it stands in the text."""

    name: str  # in lower case
    start: int
    end: int
    is_all: bool  # the address has no port, path or the like


class Addresses:
    """Those of the given texts: the http(s) addresses that may be linked, and hosts that stand there bare."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        text = "\n".join(texts)
        found = (url for url in _web_addresses(text) if _WRITABLE.fullmatch(url))
        self._links = frozenset(found)
        self._hosts = frozenset(host.name for host in hosts_in(text) if host.is_all)

    def allow_link(self, url: str) -> bool:
        return url in self._links

    def allow_host(self, host: Host) -> bool:
        """Whether it may stay as it is, though a reader may make a link of it."""
        return host.is_all and host.name in self._hosts


def hosts_in(text: str) -> Iterator[Host]:
    for found in _NAME.finditer(text):
        ends = [end.end() for end in _TOP_LEVEL.finditer(found[0])]
        if not ends or "." not in found[0][: ends[-1]].lstrip("."):
            continue
        start, end = found.start(), found.start() + ends[-1]
        if not _GOES_ON.search(text, max(0, start - 2), start) or _SYMBOL.search(found[0]):
            is_all = text[end : end + 1] not in tuple(":/?#@_-")
            yield Host(text[start:end].lower(), start, end, is_all)


def trimmed(url: str) -> str:
    """Without the punctuation of the sentence that it ends, and a bracket that was opened before it."""
    end, unopened = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def shown(url: str) -> str:
    """What stays of an address that must not be a link: its host and path, or a scheme that stands alone."""
    return _REST.split(_SCHEME.sub("", url, count=1), maxsplit=1)[0] or url.partition("`")[0]


def _web_addresses(text: str) -> Iterator[str]:
    """Those in the text, with and without what may belong to the sentence around them."""
    for match in _WEB.finditer(text):
        for url in {match[0], html.unescape(match[0])}:
            yield from (url, trimmed(url), trimmed(_NOT_ASCII.split(url, maxsplit=1)[0]))
