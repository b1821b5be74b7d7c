"""Markdown and MDX, as Docusaurus writes them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from knowledge.sources.folder import MARKDOWN, SourceFile, read_text
from knowledge.sources.frontmatter import FrontMatter, split_front_matter
from knowledge.sources.mdx import read_import
from knowledge.sources.outline import Element, Heading, sections, source_document
from knowledge.sources.parser import parse
from knowledge.sources.routes import markdown_route, page_url, readable_name
from knowledge.sources.writer import Writer
from knowledge.types import Block, BlockKind, SourceDocument

_DEFAULT_IMPORT = re.compile(r"[\w$]+")
_SITE_ALIAS = "@site/"


def read_markdown(file: SourceFile, *, base_url: str) -> SourceDocument | None:
    """The page of a Markdown file; None for a draft, an unlisted or an empty one. Raises SourceUnreadable."""
    front_matter, text = split_front_matter(read_text(file.location), file=file.path)
    if not front_matter.published:
        return None
    elements = _elements(text, file, including=(file.location,))
    if not any(isinstance(element, Block) for element in elements) and front_matter.description:
        elements.insert(_after_title(elements), Block(BlockKind.PROSE, front_matter.description))
    if not elements:
        return None
    title = _title(front_matter, elements, file)
    return source_document(
        file.path,
        title=title,
        url=page_url(base_url, markdown_route(file.path, front_matter)),
        sections=sections(elements, title=title),
    )


def markdown_elements(text: str, *, mdx: bool = False) -> list[Element]:
    """The headings and blocks of a text that stands alone."""
    return list(Writer(lambda component: []).elements(parse(text, mdx=mdx)))


def _elements(text: str, file: SourceFile, *, including: tuple[Path, ...]) -> list[Element]:
    """A page's headings and blocks; `including` are the files from the page itself down to this text's."""
    root = parse(text, mdx=including[-1].suffix.lower() == ".mdx")
    imports = dict(_imports(node.content for node in root.children if node.type == "esm"))

    @cache
    def included(component: str) -> tuple[Element, ...]:
        path = _imported_file(imports.get(component, ""), file, importer=including[-1])
        if path is None or path in including:
            return ()
        _, partial_text = split_front_matter(read_text(path), file=str(path))
        return tuple(_elements(partial_text, file, including=(*including, path)))

    return list(Writer(included).elements(root))


def _imports(statements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(component, module) of each default import of a Markdown file."""
    for statement in statements:
        found = read_import(statement)
        name = _DEFAULT_IMPORT.match(found.names) if found else None
        if found and name and Path(found.module).suffix.lower() in MARKDOWN:
            yield name[0], found.module


def _imported_file(module: str, file: SourceFile, *, importer: Path) -> Path | None:
    """The file that a module's name stands for; None where it is not below the root."""
    if module.startswith(_SITE_ALIAS):
        path = file.root / module.removeprefix(_SITE_ALIAS)
    elif module.startswith("."):
        path = importer.parent / module
    else:
        return None
    path = path.resolve()
    return path if path.is_file() and path.is_relative_to(file.root.resolve()) else None


def _title(front_matter: FrontMatter, elements: Sequence[Element], file: SourceFile) -> str:
    level_one = (element.text for element in elements if isinstance(element, Heading) and element.level == 1)
    return (
        front_matter.title
        or next(filter(None, level_one), None)
        or front_matter.sidebar_label
        or readable_name(front_matter.id or file.path)
    )


def _after_title(elements: Sequence[Element]) -> int:
    return int(bool(elements) and isinstance(elements[0], Heading) and elements[0].level == 1)
