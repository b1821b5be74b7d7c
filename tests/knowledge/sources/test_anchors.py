"""Every chunk's anchor against the headings of its file, read here in another way than by the parser."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

from knowledge.chunking import chunk
from knowledge.sources import load

REDUX = Path(__file__).parents[2] / "fixtures" / "redux"
SAMPLE_BOOK = Path(settings.BASE_DIR) / "knowledge" / "sample_book"


def headings_by_line(text: str) -> list[tuple[int, str]]:
    """(level, Markdown) of each line outside of fences that begins with hashes or is underlined."""
    found = []
    fence = previous = ""
    for line in re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).splitlines():
        marker = re.match(r"\s*(`{3,}|~{3,})", line)
        if fence:
            fence = "" if marker and marker[1].startswith(fence) and line.strip() == marker[1] else fence
        elif marker:
            fence = marker[1]
        elif heading := re.match(r"(#{1,6}) +(.*)", line):
            found.append((len(heading[1]), heading[2].strip()))
        elif previous and re.fullmatch(r"=+|-+", line):
            found.append((1 if line[0] == "=" else 2, previous.strip()))
        previous = line
    return found


def anchors_by_line(text: str) -> set[str]:
    """What Docusaurus makes of those lines, as its documentation says."""
    anchors = set()
    seen: Counter[str] = Counter()
    for level, heading in headings_by_line(text):
        explicit = re.search(r"\{(?:/\* *)?#([\w-]+)(?: *\*/)?\}$", heading)
        if explicit:
            anchors.add(explicit[1])
            continue
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        anchor = f"{slug}-{seen[slug]}" if seen[slug] else slug
        seen[slug] += 1
        if level > 1:
            anchors.add(anchor)
    return anchors


@pytest.mark.parametrize("root", [REDUX, SAMPLE_BOOK], ids=["redux", "sample book"])
def test_every_anchor_is_a_heading_of_its_page(root):
    unresolved = []
    anchored = 0
    for document in load([root], base_url="/book"):
        anchors = anchors_by_line((root / document.path).read_text(encoding="utf-8"))
        for part in chunk(document):
            anchored += part.anchor is not None
            address, _, fragment = part.url.partition("#")
            assert (address, unquote(fragment)) == (document.url, part.anchor or "")
            if part.anchor is not None and part.anchor not in anchors:
                unresolved.append(part.url)
    assert anchored > 50
    assert unresolved == []


@pytest.mark.parametrize("root", [REDUX, SAMPLE_BOOK], ids=["redux", "sample book"])
def test_every_heading_is_a_section_of_its_page(root):
    for document in load([root], base_url="/book"):
        expected = anchors_by_line((root / document.path).read_text(encoding="utf-8"))
        assert {section.anchor for section in document.sections} - {None} == expected, document.path


def test_the_tricky_addresses_of_the_redux_documentation():
    urls = {part.url for document in load([REDUX], base_url="https://r.example") for part in chunk(document)}
    assert urls >= {
        "https://r.example/docs/api/store#getstate",
        "https://r.example/docs/api/store#arguments",
        "https://r.example/docs/api/store#arguments-1",
        "https://r.example/docs/api/store#example",
        "https://r.example/docs/api/store#example-1",
        "https://r.example/docs/api/createstore#deprecation-and-alternate-legacy_createstore-export",
        "https://r.example/docs/introduction/",
        "https://r.example/docs/usage/",
        "https://r.example/docs/tutorials/index#redux-official-tutorials",
        "https://r.example/docs/tutorials/fundamentals/part-1-overview",
        "https://r.example/docs/usage/implementing-undo-history#containersundoredojs",
        "https://r.example/docs/usage/implementing-undo-history#containersundoredojs-1",
        "https://r.example/docs/tutorials/videos#confidently-testing-redux-applications-with-jest--typescript",
    }


def test_a_partial_of_the_redux_documentation_stands_where_it_is_used():
    documents = {document.path: document for document in load([REDUX], base_url="/book")}
    assert not [path for path in documents if "_Fundamentals" in path]
    overview = documents["docs/tutorials/fundamentals/part-1-overview.md"]
    blocks = [block.text for section in overview.sections for block in section.blocks]
    assert sum("intentionally shows older-style Redux logic patterns" in text for text in blocks) == 1


def test_no_tag_statement_or_comment_is_left_of_the_redux_documentation():
    debris = re.compile(r"</?[A-Za-z][^>]*>|^(?:import|export) .*from|^:::|\{/\*|-->|\]\(", re.MULTILINE)
    for document in load([REDUX], base_url="/book"):
        for section in document.sections:
            for block in section.blocks:
                prose = re.sub(r"^ *```.*?^ *```$|(`+).+?\1", "", block.text, flags=re.DOTALL | re.MULTILINE)
                assert not debris.search(prose), (document.path, block.text)
