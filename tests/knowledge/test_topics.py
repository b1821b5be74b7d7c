from datetime import UTC, datetime

import pytest

from knowledge.topics import topics
from knowledge.types import IndexedDocument, Manifest


def manifest(*titles: str) -> Manifest:
    documents = [
        IndexedDocument(f"{number:02}.md", title, f"/{number}", "hash", 1)
        for number, title in enumerate(titles)
    ]
    # A manifest has them in any order.
    return Manifest("b", datetime.now(UTC), None, "english", "f", (), tuple(reversed(documents)))


def test_they_are_in_the_books_order():
    assert topics(manifest("Balance", "Hands"), limit=4) == ["Balance", "Hands"]


def test_they_are_spread_over_the_whole_book():
    titles = [f"Chapter {number}" for number in range(10)]
    assert topics(manifest(*titles), limit=2) == ["Chapter 2", "Chapter 7"]
    assert topics(manifest(*titles), limit=10) == titles


@pytest.mark.parametrize("title", ["Introduction", "README", "FAQ", "", "Balance"])
def test_titles_that_tell_nothing_or_come_twice_are_left_out(title):
    assert topics(manifest("Balance", title), limit=4) == ["Balance"]
