"""The most that is looked at, so that no text holds a thread for long."""

from typing import Final

# What is asked after by a longer text is no term, and a pattern made of it would take long to compile.
TERM_CHARACTERS: Final = 200

# Of a page's front matter. The parser's time grows with what nests, too.
FRONT_MATTER_CHARACTERS: Final = 20_000
# How often each character of a page may be read, on an average, in search of the ends of tags and braces. In
# what people write it is hardly ever five times; but where all is opened and nothing closed, there is no end.
MARKUP_READINGS: Final = 20
# Of an attribute that a reader sees.
LABEL_CHARACTERS: Final = 1000
# Of a footnote's name, and marks such as ** that another stands in.
FOOTNOTE_CHARACTERS: Final = 200
INLINE_DEPTH: Final = 50
# Of a title or heading, which stands in each chunk below it, and of an anchor or a path in an address.
HEADING_CHARACTERS: Final = 300
ADDRESS_CHARACTERS: Final = 2000
# Elements that an HTML page's element stands in, and characters of a tag. What people write stays far below;
# parsers take time that grows with the square of either.
HTML_DEPTH: Final = 100
TAG_CHARACTERS: Final = 20_000
# A table's cells as a share of those that its author wrote: short rows are filled up, to the widest.
FILLED_CELLS: Final = 4
