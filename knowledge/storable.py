"""Text that every database can hold."""

import re

_REFUSED = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with a U+FFFD in place of what escapes can bring in: NUL and halves of surrogate pairs."""
    return _REFUSED.sub("\ufffd", text)
