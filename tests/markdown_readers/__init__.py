"""Markdown readers of others, and a judge of what they make of an answer."""

from tests.markdown_readers.judging import acting, code, visible
from tests.markdown_readers.rendering import READERS, rendered

__all__ = ["READERS", "acting", "code", "rendered", "visible"]
