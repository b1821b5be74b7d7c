"""A word of prose as Markdown that every reader shows as that word: no HTML, no link, no reference."""

import html
import re
from html.entities import html5

from knowledge.characters import visible
from knowledge.neutralising.addresses import ADDRESS, Addresses, hosts_in, shown, trimmed

_UNIT = re.compile(
    r"\\[!-/:-@\[-`{-~]|&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|.", re.DOTALL
)
_NEEDS_A_LOOK = re.compile(r"[\\&<:/@.]")
# Punctuation that a backslash makes text of. The rest is text without one, but at a line's start.
_ESCAPABLE = frozenset("\\\\`*_[]()!~|$")
_BEGINS_A_TAG = re.compile(r"[A-Za-z/!?%]")
# Not every reader takes the bracket for text.
_BESIDE_BRACKET = re.compile(r"\\\](?=[(:])")
_LEAD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,29}")
_SCHEMES = " http https www mailto xmpp tel sms javascript vbscript data file blob ftp"
_BLANKS = ("", " ", "\t", "\n")
_REFERENCE = re.compile(r"&(?=#?\w{1,40};)")

# In a formula these make links and attributes, or other names for such commands.
COMMAND = re.compile(
    r"\\(?:href|url|html|class|cssId|style|data|includegraphics|require|csname|let|futurelet|[gex]?def"
    r"|(?:re)?new(?:command|environment)|(?:provide|Declare)[A-Za-z]*|bbox|mmlToken)(?![a-z])"
)

_LONGEST_COMMAND = 30

_RULE_OR_ITEM = re.compile(r"([-_*=~+$])\1*")
_BELOW_TEXT = re.compile(r"[-:|=]+")  # the dashes of a table
_BEGINS_A_BLOCK = re.compile(r"[#>]|~~~|:::")
_NUMBERED = re.compile(r"\d{1,9}[.)]?")

Units = list[
    str
]  # of a word: characters, and characters behind a backslash, which are nothing but themselves


def units_of(word: str) -> Units:
    """The word's units, with what its character references stand for."""
    if "\\" not in word and "&" not in word:
        return list(word)
    return [unit for match in _UNIT.finditer(word) for unit in _units(match[0])]


def _units(text: str) -> Units:
    if text[0] != "&" or len(text) == 1:
        return [text]
    if text[1] != "#" and text[1:] not in html5:
        return list(text)
    # No blank that is a reference is one for the reader of the Markdown.
    characters = visible(html.unescape(text)).replace(" ", "\u00a0")
    return [f"\\{each}" if each.isascii() else each for each in characters if each not in "\t\n\r"]


def begins_a_tag(text: str) -> bool:
    """Whether "<" and the text begin what readers take for HTML."""
    return _BEGINS_A_TAG.match(text) is not None


def plain(units: Units) -> str:
    return "".join(unit[-1] for unit in units)


def lead_of(text: str) -> str:
    """The first letters of a word, which stay whatever follows; "" where they may begin an address."""
    lead = _LEAD.match(text)
    return lead[0] if lead and f" {lead[0].lower()}" not in _SCHEMES else ""


def written(units: Units, allowed: Addresses, *, after: str, in_link: bool = False) -> str:
    """The word as Markdown; `after` is the character that follows it, "" where the line ends."""
    text = plain(units)
    if not _NEEDS_A_LOOK.search(text) and len(text) == sum(map(len, units)):
        return text
    pieces, place, lead = [], 0, len(lead_of(text))
    while found := ADDRESS.search(text, place):
        end = found.start() + len(trimmed(text[found.start() :]) or found[0])
        begin = max(found.start(), lead)
        url = text[begin:end]
        is_alone = end == len(text) and (after in _BLANKS or (in_link and after == "]"))
        address = _address(url, allowed, is_alone=is_alone, in_link=in_link)
        before = _escaped(units[place:begin], allowed, after=address[:1])
        pieces += [before, " " * joins_code(before, address), address]
        place = end
    return "".join(pieces) + _escaped(units[place:], allowed, after=after)


def joins_code(before: str, markdown: str) -> bool:
    """Whether code at the beginning of the Markdown would be something else directly behind `before`."""
    return before[-1:] in ("`", "\\") and markdown.startswith("`")


def makes_command(before: str, text: str) -> bool:
    """Whether the end of a word and what is written behind it make a command together."""
    found = COMMAND.search(before + text[:_LONGEST_COMMAND], max(0, len(before) - _LONGEST_COMMAND))
    return found is not None and found.start() < len(before) < found.end()


def _address(url: str, allowed: Addresses, *, is_alone: bool, in_link: bool) -> str:
    if allowed.allow_link(url):
        # Where more of the word follows, readers would take that for a part of it.
        return url if is_alone else f"`{url}`" if in_link else f"<{url}>"
    code = shown(url)
    return f"`{code}`" if code else ""


def _escaped(units: Units, allowed: Addresses, *, after: str) -> str:
    text = plain(units)
    hosts = (host for host in hosts_in(text) if not allowed.allow_host(host))
    dots = {place for host in hosts for place in range(host.start, host.end) if text[place] == "."}
    references = {match.start() for match in _REFERENCE.finditer(text)}
    commands = {match.start() for match in COMMAND.finditer(text)}
    following = text[1:] + after[:1]
    markdown = "".join(
        f"\\{text[place]}"
        if place in dots or place in commands
        else _unit(unit, following[place : place + 1], is_reference=place in references)
        for place, unit in enumerate(units)
    )
    return _BESIDE_BRACKET.sub(r"\\]\\", markdown)


def _unit(unit: str, following: str, *, is_reference: bool) -> str:
    character = unit[-1]
    if character == "<":
        return "&lt;" if unit != "<" or begins_a_tag(following) else "<"
    if character == "&":
        return "&amp;" if unit != "&" or is_reference else "&"
    if unit == "\\":
        return "\\" if following.isalnum() else "\\\\"
    return unit if character in _ESCAPABLE else character


def begins_block(markdown: str, text: str) -> bool:
    """Whether a line's first word begins a heading, a quotation or code; `text` is the word that it shows."""
    return markdown[0] != "\\" and _BEGINS_A_BLOCK.match(text) is not None


def is_mark(text: str, *, below_text: bool) -> bool:
    """Whether a line's first word begins a block before a blank or a line's end, or may come to do so."""
    is_one = _RULE_OR_ITEM.fullmatch(text) or _NUMBERED.fullmatch(text)
    return bool(is_one or (below_text and _BELOW_TEXT.fullmatch(text)))


def escaped_mark(text: str) -> str:
    if text.isdigit():
        return text
    return f"{text[:-1]}\\{text[-1]}" if text[0].isdigit() else f"\\{text}"
