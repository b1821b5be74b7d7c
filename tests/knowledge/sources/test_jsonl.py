import json
import re

import pytest

from knowledge.errors import SourceUnreadable
from knowledge.sources import load
from knowledge.types import Block, BlockKind


@pytest.fixture
def read_lines(tmp_path):
    def read(*lines):
        path = tmp_path / "book.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return load([path], base_url="https://site.example/book")

    return read


def test_each_line_is_a_document(read_lines):
    titled, bare = read_lines(
        {"id": "a#1", "title": "Balance", "text": "One.\n\nTwo.", "url": "https://a.example/x#y", "extra": 1},
        {"id": 7, "text": "Seven."},
    )
    assert (titled.path, titled.title, titled.url) == ("a#1", "Balance", "https://a.example/x#y")
    assert titled.sections[0].headings == ("Balance",)
    assert titled.sections[0].blocks == (Block(BlockKind.PROSE, "One."), Block(BlockKind.PROSE, "Two."))
    assert (bare.path, bare.title, bare.url) == ("7", "7", "https://site.example/book/7")
    assert bare.sections[0].headings == ()


def test_an_id_is_escaped_in_its_address(read_lines):
    assert read_lines({"id": "a/b c#1", "text": "x"})[0].url == "https://site.example/book/a/b%20c%231"


def test_blank_lines_and_empty_texts_are_left_out(read_lines):
    assert [d.path for d in read_lines("", {"id": "a", "text": "x"}, "  ", {"id": "b", "text": " "})] == ["a"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is not JSON"),
        ('"text"', "is not an object"),
        ('{"text": "x"}', 'has no "id"'),
        ('{"id": "", "text": "x"}', 'has no "id"'),
        ('{"id": true, "text": "x"}', '"id" must be a string'),
        ('{"id": "b"}', 'has no "text"'),
        ('{"id": "b", "text": ["x"]}', '"text" must be a string'),
        ('{"id": "b", "text": "x", "url": 1}', '"url" must be a string'),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_line_is_named(read_lines, line, problem):
    with pytest.raises(SourceUnreadable, match=rf"book\.jsonl, line 3.*{re.escape(problem)}"):
        read_lines({"id": "a", "text": "x"}, "", line)


def test_two_lines_with_one_id_are_named(read_lines):
    with pytest.raises(SourceUnreadable, match=r"line 3 has the same id as .*, line 1: 'a'"):
        read_lines({"id": "a", "text": "x"}, {"id": "b", "text": "x"}, {"id": "a", "text": "y"})


def test_line_separators_within_a_text_do_not_end_its_line(read_lines):
    assert read_lines('{"id": "a", "text": "x\u2028y"}')[0].sections[0].blocks[0].text == "x\u2028y"


def test_what_no_database_keeps_is_replaced(read_lines):
    (document,) = read_lines('{"id": "a", "text": "x\\u0000\\ud800y"}')
    assert document.sections[0].blocks[0].text == "x\ufffd\ufffdy"
