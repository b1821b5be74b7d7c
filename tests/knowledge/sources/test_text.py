import pytest

from knowledge.types import Block, BlockKind
from tests.knowledge.sources.reading import paths


@pytest.mark.parametrize(
    "text", ["The Robot\n\nIt walks.\n", "The Robot\n=========\nIt walks.", "\n\nThe Robot\n\nIt walks."]
)
def test_a_first_line_that_stands_alone_is_the_title(read_page, text):
    document = read_page(text, name="notes/the-robot.txt")
    assert (document.title, paths(document)) == ("The Robot", [("The Robot",)])
    assert document.sections[0].blocks == (Block(BlockKind.PROSE, "It walks."),)
    assert document.url == "https://site.example/notes/the-robot.txt"


@pytest.mark.parametrize("text", ["It walks\nand talks.\n\nMore.", "It walks.", f"{'long ' * 30}\n\nMore."])
def test_text_without_such_a_line_is_called_after_its_file(read_page, text):
    document = read_page(text, name="01-the-robot.txt")
    assert document.title == "The robot"
    assert document.sections[0].blocks[0].text == text.split("\n\n")[0].rstrip()


def test_nothing_in_plain_text_is_markup(read_page):
    document = read_page("Title\n\n# a <b>\nimport x from 'y'\n\n## c {d}", name="a.txt")
    assert [block.text for block in document.sections[0].blocks] == ["# a <b>\nimport x from 'y'", "## c {d}"]


def test_a_fence_in_plain_text_is_one_block(read_page):
    document = read_page("Title\n\nbefore\n```\na\n\nb\n```\nafter\n\n~~~\nunclosed\n\nrest", name="a.txt")
    assert document.sections[0].blocks == (
        Block(BlockKind.PROSE, "before"),
        Block(BlockKind.CODE, "```\na\n\nb\n```"),
        Block(BlockKind.PROSE, "after"),
        Block(BlockKind.PROSE, "~~~\nunclosed\nrest"),
    )


def test_an_empty_text_is_left_out(read_pages):
    assert list(read_pages({"a.txt": " \n\n", "b.txt": "text"})) == ["b.txt"]
