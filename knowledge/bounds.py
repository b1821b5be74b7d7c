"""The most that is looked at of a question or a page, so that none holds up the others."""

from typing import Final

# What a reader may send. A selection is a page or two; what is longer is no longer one question.
QUESTION_CHARACTERS: Final = 4000
SELECTION_CHARACTERS: Final = 8000

# Passages to answer from. More of them answer no better, and a language model is paid for each.
PASSAGES: Final = 20
# The search's best, kept for the trace, which tells why the passages were chosen.
CANDIDATES: Final = 20
# Looked through for those that define what is asked after. Each is split into sentences.
LOOKED_THROUGH: Final = 60
# What is asked after by a longer text is no term, and a pattern made of it would take long to compile.
TERM_CHARACTERS: Final = 100

# Of a question or a selection so much is embedded. The local model reads 256 tokens, some 1,000 characters of
# English; the beginning tells a longer text's subject, and its length no longer decides about the time.
EMBEDDED_CHARACTERS: Final = 2048
# Words that are searched for: each is a search of its own where it is asked how much of them the book has.
# A question in English has up to 260, a selection up to 410.
TERMS: Final = 400

# Sentences that a passage is split into. A chunk of a book has some twenty, a selection of ordinary prose up
# to a hundred; scoring them takes time with their number, in long lists with its square.
SENTENCES: Final = 150
# Sentences that are embedded: those that score best without it; more of them gain nothing.
EMBEDDED_SENTENCES: Final = 5
# Tokens, padding included, that the local model reads at a time for a question: 25 ms on two cores, after
# which another question may have its turn. Larger batches are hardly faster.
QUESTION_BATCH_TOKENS: Final = 256

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
