"""Code and formulas within a line: as every reader of Markdown takes them, or none."""

import re

from knowledge.neutralising.addresses import ADDRESS, hosts_in
from knowledge.neutralising.words import COMMAND

FORMULA_ENDS = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}  # by what a formula begins with

# One reader looks for this element before it looks for code.
_NO_CODE = re.compile(r"<code\b|\\\\\|", re.IGNORECASE)
_ONE_TICK = re.compile("(?<!`)`(?!`)")
_LONG_TICKS = re.compile("``")
# Where code has ticks inside, not everybody finds its end.
_ACTS = re.compile(r"[\[\]<@]|://|www\.", re.IGNORECASE)
# Not everybody looks for code before brackets.
_CLOSES_A_LINK = re.compile(r"\]\s*[(:]")

# Not everybody looks for code before formulas either.
_ENDS_A_FORMULA = re.compile(r"\$|\\[)\]]")

# In a formula these would be more than letters.
_NO_FORMULA = re.compile(r"[`@]|!\[|\][ \t]*\(")
_ESCAPED = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_TAG_IN_FORMULA = re.compile(r"<(?=\\?[A-Za-z/!?%])")


def code_span(code: str, *, in_brackets: bool, near_formula: bool) -> str | None:
    """The code between ticks; None where some reader may see something else there.

    `in_brackets`: a bracket before it is not closed. `near_formula`: a formula may have begun before it.
    """
    ticks = "``" if _ONE_TICK.search(code) else "`"
    is_taken_apart = (
        _NO_CODE.search(code)
        or (ticks == "``" and _LONG_TICKS.search(code))
        or ("`" in code and _ACTS.search(code))
        or (in_brackets and _CLOSES_A_LINK.search(code))
        or (near_formula and (_ENDS_A_FORMULA.search(code) or COMMAND.search(code)))
    )
    return None if is_taken_apart or not code.strip() else f"{ticks}{code}{ticks}"


def formula_span(opener: str, formula: str, *, after: str) -> str | None:
    """The formula on one line; None where it is none, or may act. `after` is the character behind its end."""
    is_price = opener == "$" and (formula != formula.strip() or "\n" in formula or after.isdigit())
    if not formula.strip() or is_price or _NO_FORMULA.search(formula) or COMMAND.search(formula):
        return None
    if any(map(_holds_address, (formula, _ESCAPED.sub("", formula)))):
        return None
    line = _TAG_IN_FORMULA.sub("< ", formula.replace("\n", " "))
    return f"{opener}{line}{FORMULA_ENDS[opener]}"


def _holds_address(text: str) -> bool:
    return ADDRESS.search(text) is not None or any(hosts_in(text))
