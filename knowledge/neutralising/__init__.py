"""An answer's Markdown, stripped of what could act on the reader while it streams."""

from knowledge.neutralising.addresses import Addresses
from knowledge.neutralising.blocks import NeutralFilter

__all__ = ["Addresses", "NeutralFilter"]
