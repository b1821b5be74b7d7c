"""How judgements name pages and sections."""

from pathlib import Path

from knowledge.chunking import chunk
from knowledge.evaluation.units import Unit, Units
from knowledge.sources import load
from tests.knowledge.books import write_book

PAGE = "Before any heading.\n\n# Walking\n\nText.\n\n## Balance\n\nText.\n\n## Balance\n\nText.\n"


def test_a_page_goes_by_its_file_with_or_without_ending_and_folder(tmp_path: Path) -> None:
    book = write_book(tmp_path / "docs", {"walking.md": PAGE})
    units = Units(load([book], base_url="/book"), sources=[book])

    names = ("walking.md", "walking", "docs/walking.md", "docs/walking")
    assert {units.named(name) for name in names} == {Unit("walking.md")}
    assert units.named("running") is None


def test_a_section_goes_by_its_number_or_its_anchor(tmp_path: Path) -> None:
    book = write_book(tmp_path / "docs", {"walking.md": PAGE})
    units = Units(load([book], base_url="/book"), sources=[book])

    assert units.named("walking#2") == units.named("docs/walking.md#balance") == Unit("walking.md", 2)
    assert units.named("walking#balance-1") == Unit("walking.md", 3)


def test_a_chunk_is_of_its_section(tmp_path: Path) -> None:
    book = write_book(tmp_path / "docs", {"walking.md": PAGE})
    [document] = load([book], base_url="/book")
    units = Units([document], sources=[book])

    # What stands before the title has the title's address.
    assert [units.of(one).section for one in chunk(document)] == [0, 0, 2, 3]
    assert units.named("walking#0") == units.named("walking#1")


def test_a_line_whose_id_looks_like_a_section_is_that_line(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"id": "page", "text": "One."}\n{"id": "page#0", "text": "Two."}\n')
    units = Units(load([corpus], base_url="/book"), sources=[corpus])

    assert units.named("page#0") == Unit("page#0")
    assert units.named("page") == Unit("page")
