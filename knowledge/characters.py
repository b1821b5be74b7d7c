"""Characters that nobody sees, and that hide from readers what they change for machines."""

import re

# Zero-width spaces, bidirectional overrides and isolates, tags, further variation selectors. Not the joiners
# U+200C and U+200D, which scripts and emoji need.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """The text without what is invisible; blanks, tabs and line breaks stay."""
    return _INVISIBLE.sub("", text)
