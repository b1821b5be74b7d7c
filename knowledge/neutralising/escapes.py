"""Backslashes and character references in Markdown: what they stand for, and text written as only text."""

import html
import re

from knowledge.characters import visible

_ESCAPE_OR_ENTITY = re.compile(
    r"\\([!-/:-@\[-`{-~])|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKUP = re.compile(r"[\\`*_{}\[\]()#+\-.!|~:=]")
_BEGINS_A_BLOCK = re.compile(r"(\d{1,9})([.)])|[-+*>#=~|:_.)]")
# A character reference to anything else in ASCII only hides it from those who look at the source.
_HARMLESS = {'"': '"', "'": "'", "|": "\\|", ">": "&gt;", "<": "&lt;", "&": "&amp;"}


def unescaped(text: str) -> str:
    """The text as a reader sees it; character references stay."""
    return _ESCAPE.sub(r"\1", text)


def decoded(text: str) -> str:
    """The text as a reader sees it, character references included."""
    return html.unescape(unescaped(text))


def normalised(text: str) -> str:
    """The same Markdown with what its character references stand for, or with themselves as text."""
    return _ESCAPE_OR_ENTITY.sub(_normal, text)


def _normal(match: re.Match[str]) -> str:
    if match[1]:
        return "&lt;" if match[1] == "<" else match[0]
    character = html.unescape(match[0])
    if character.isascii() and character != match[0]:
        return _HARMLESS.get(character) or f"&amp;{match[0][1:]}"
    return visible(character)


def escaped(text: str) -> str:
    """Markdown that shows the text."""
    return _MARKUP.sub(r"\\\g<0>", text.replace("&", "&amp;").replace("<", "&lt;"))


def harmless_start(text: str) -> str:
    """The Markdown, unable to begin a heading, list, quotation, fence or table where it begins a line."""
    text = text.lstrip(" \t")
    match = _BEGINS_A_BLOCK.match(text)
    if match is None:
        return text
    return f"{match[1]}\\{text[len(match[1]) :]}" if match[1] else f"\\{text}"
