"""The YAML between two lines of dashes at the top of a page."""

import logging
import re
from dataclasses import dataclass

import yaml

from knowledge.bounds import ADDRESS_CHARACTERS, FRONT_MATTER_CHARACTERS
from knowledge.storable import storable

logger = logging.getLogger(__name__)

_FENCED = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_PAIR = re.compile(r"^(\w+):[ \t](.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields that Docusaurus gives a meaning here; blank ones are None."""

    title: str | None = None
    slug: str | None = None
    id: str | None = None
    sidebar_label: str | None = None
    description: str | None = None
    published: bool = True  # neither a draft nor unlisted
    parse_number_prefixes: bool = True


def split_front_matter(text: str, *, file: str) -> tuple[FrontMatter, str]:
    """A page's front matter and the Markdown below it; `file` is for the log."""
    match = _FENCED.match(text)
    if match is None:
        return FrontMatter(), text
    fields = _fields(match["yaml"], file=file)
    if fields is None:
        return FrontMatter(), text  # two rules with prose between them
    return _front_matter(fields), text[match.end() :]


def _fields(source: str, *, file: str) -> dict[object, object] | None:
    try:
        if len(source) > FRONT_MATTER_CHARACTERS:
            raise yaml.YAMLError(f"It is longer than {FRONT_MATTER_CHARACTERS} characters")
        # BaseLoader makes only strings, lists and dicts: `title: 1.10` stays "1.10", no tag runs code.
        fields = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    # The parser has no errors of its own for values that nest too deep and escapes of no character.
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as exc:
        pairs = {name: value.strip(" \t") for name, value in _PAIR.findall(source) if value.strip(" \t")}
        if not pairs:
            return None
        logger.warning(
            "%s: the front matter is not valid YAML (%s); quote its values.", file, _first_line(exc)
        )
        return pairs
    if fields is None or fields == "":
        return {}
    return fields if isinstance(fields, dict) else None


def _front_matter(fields: dict[object, object]) -> FrontMatter:
    def text(name: str) -> str | None:
        value = fields.get(name)
        return " ".join(storable(value).split()) or None if isinstance(value, str) else None

    def address(name: str) -> str | None:
        value = text(name)
        return value if len(value or "") <= ADDRESS_CHARACTERS else None

    def flag(name: str) -> bool:
        return (text(name) or "").lower() in ("true", "yes", "on")

    return FrontMatter(
        title=text("title"),
        slug=address("slug"),
        id=address("id"),
        sidebar_label=text("sidebar_label"),
        description=text("description"),
        published=not (flag("draft") or flag("unlisted")),
        parse_number_prefixes=(text("parse_number_prefixes") or "").lower() != "false",
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
