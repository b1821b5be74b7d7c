"""Text that comes from elsewhere, made unable to leave its place in a prompt."""

import re
import unicodedata
from itertools import pairwise

from knowledge.characters import visible

# Letters of other alphabets that look like those of the tags.
_LOOK_ALIKES = str.maketrans("аеорсѕіԁɡոӏ‹〈⟨❮〈∕⁄⧸", "aeopcsidgnl<<<<<///")  # noqa: RUF001
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_LESS_THAN = r"(?:<|&lt;?|&#0*60;?|&#x0*3c;?|\\u003c|%3c)"
_SLASH = r"(?:/|&sol;|&#0*47;?|&#x0*2f;?|\\u002f|%2f)"
_BETWEEN = r"\W{0,9}"
_TAG = re.compile(rf"{_LESS_THAN}(?={_BETWEEN}{_SLASH}?{_BETWEEN}(?:passage|selection))", re.IGNORECASE)
_SENTINEL = re.compile(rf"\[(?={_BETWEEN}\[{_BETWEEN}not{_BETWEEN}in{_BETWEEN}book)", re.IGNORECASE)


def fenced(text: str) -> str:
    """The text without invisible characters, holding no tag of a passage or selection and no sentinel.

    What a model might take for one gets a backslash, in whatever case, spacing, encoding or alphabet.
    """
    text = visible(text)
    folded = _FOREIGN.sub(_folded, text)
    places = {match.end() for pattern in (_TAG, _SENTINEL) for match in pattern.finditer(folded)}
    bounds = pairwise([0, *sorted(places), len(text)])
    return "\\".join(text[begin:end] for begin, end in bounds)


def _folded(character: re.Match[str]) -> str:
    """The plain letter that the character looks like; always one character."""
    base = unicodedata.normalize("NFKD", character[0])[0]
    return base.translate(_LOOK_ALIKES)
