"""The most that is looked at, so that no text holds a thread for long."""

from typing import Final

# What is asked after by a longer text is no term, and a pattern made of it would take long to compile.
TERM_CHARACTERS: Final = 200
