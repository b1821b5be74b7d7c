"""The most that is looked at, so that no text holds a thread for long."""

from typing import Final

# What is asked after by a longer text is no term, and a pattern made of it would take long to compile.
TERM_CHARACTERS: Final = 200

# Of a page's front matter. The parser's time grows with what nests, too.
FRONT_MATTER_CHARACTERS: Final = 20_000
# Elements that an HTML page's element stands in, and characters of a tag. What people write stays far below;
# parsers take time that grows with the square of either.
HTML_DEPTH: Final = 100
TAG_CHARACTERS: Final = 20_000
# A table's cells as a share of those that its author wrote: short rows are filled up, to the widest.
FILLED_CELLS: Final = 4
