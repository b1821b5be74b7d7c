"""HTML without the tags that nest too deep: parsers walk through all open elements at each new one."""

import re
from collections import Counter

from knowledge.bounds import HTML_DEPTH, TAG_CHARACTERS
from knowledge.sources.elements import HTML, names

_TAG = re.compile(r"<!--|<(?P<closing>/?)(?P<name>[A-Za-z][^\s/>]*)")
_UNCOUNTED = names(
    "area base br col embed hr img input link meta param source track wbr",  # that have no end
    "html head body",
)
_RAW = frozenset({"script", "style", "textarea", "title"})
_CELLS = ("td", "th")
_ROWS = ("tr", *_CELLS)
_ROW_GROUPS = ("thead", "tbody", "tfoot")
# The elements that another's beginning ends, though nothing closes them.
_ENDED_BY = {
    "p": ("p",),
    "li": ("li", "p"),
    **dict.fromkeys(("dt", "dd"), ("dt", "dd", "p")),
    "option": ("option",),
    **dict.fromkeys(_CELLS, (*_CELLS, "p")),
    "tr": (*_ROWS, "p"),
    **dict.fromkeys(_ROW_GROUPS, (*_ROW_GROUPS, *_ROWS, "p")),
}


def shallow(html: str) -> str:
    """The page with its text, and without the tags of elements that stand in HTML_DEPTH others."""
    pieces, place, position = [], 0, 0
    opened = _OpenElements()
    while tag := _TAG.search(html, position):
        if tag["name"] is None:
            position = html.find("-->", tag.end())
        else:
            position = html.find(">", tag.end()) + 1
            kept = opened.take(tag, self_closing=html[position - 2 : position] == "/>")
            if position and not (kept and position - tag.start() <= TAG_CHARACTERS):
                pieces.append(html[place : tag.start()])
                place = position
            if position and tag["name"].lower() in _RAW and not tag["closing"]:
                raw_end = re.compile(f"</{tag['name']}", re.IGNORECASE).search(html, position)
                position = raw_end.start() if raw_end else 0
        if position <= 0:  # what has begun there goes on to the end
            break
    return "".join(pieces) + html[place:]


class _OpenElements:
    """Follows which elements are open, roughly as a parser does."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._counts: Counter[str] = Counter()

    def take(self, tag: re.Match[str], *, self_closing: bool) -> bool:
        """Whether the element that the tag opens or closes stands in less than HTML_DEPTH others."""
        name = tag["name"].lower()
        if name in _UNCOUNTED or (self_closing and name not in HTML):
            return len(self._names) < HTML_DEPTH
        if not tag["closing"]:
            while self._names and self._names[-1] in _ENDED_BY.get(name, ()):
                self._pop()
            self._names.append(name)
            self._counts[name] += 1
            return len(self._names) <= HTML_DEPTH
        if self._counts[name]:
            while self._pop() != name:
                pass
        return len(self._names) < HTML_DEPTH

    def _pop(self) -> str:
        name = self._names.pop()
        self._counts[name] -= 1
        return name
