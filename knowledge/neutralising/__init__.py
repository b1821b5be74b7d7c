"""An answer's Markdown, written anew while it streams, so that nothing in it can act on whoever reads it."""

from knowledge.neutralising.addresses import Addresses
from knowledge.neutralising.blocks import NeutralFilter
from knowledge.neutralising.plain import plain_text

__all__ = ["Addresses", "NeutralFilter", "plain_text"]
