"""Markers in a streamed answer: what reaches the reader, however the text is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import CitationFilter


def passed(text: str, *, available: int = 3, size: int = 1) -> tuple[str, list[int]]:
    citations = CitationFilter(available)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return "".join(map(citations.feed, pieces)) + citations.flush(), citations.cited


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "expected", "cited"),
    [
        ("A robot walks [1].", "A robot walks [1].", [1]),
        ("First [2], then [1], again [2].", "First [1], then [2], again [1].", [2, 1]),
        ("Not given [9].", "Not given.", []),
        ("A list [1, 7] of them [2; 3].", "A list [1] of them [2][3].", [1, 2, 3]),
        ("Side by side [1][9]【3】.", "Side by side [1][2].", [1, 3]),
        ("Never the last one [0].", "Never the last one.", []),
        ("Code `a[9]` stays, [9] goes.", "Code `a[9]` stays, goes.", []),
        ("```python\na[9] = [1]\n```\nAfter [3].", "```python\na[9] = [1]\n```\nAfter [1].", [3]),
        ("~~~\n[9]\n~~~\n[9] out", "~~~\n[9]\n~~~\n out", []),
        ("- item\n  ```\n  x[9]\n  ```\n", "- item\n  ```\n  x[9]\n  ```\n", []),
        ("A lone ` tick does not hide [9] this.", "A lone ` tick does not hide this.", []),
        ("A [note] and a [link](https://a.example).", "A [note] and a [link](https://a.example).", []),
        ("Cut off [1", "Cut off [1", []),
    ],
)
def test_markers_are_checked_and_renumbered(text, expected, cited, size):
    assert passed(text, size=size) == (expected, cited)


@given(
    st.text(alphabet=st.sampled_from("ab [1]9,0`~\n【】"), max_size=60),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_how_the_text_is_cut_makes_no_difference(text, sizes):
    whole = passed(text, size=max(len(text), 1))
    citations = CitationFilter(3)
    out, place, turn = [], 0, 0
    while place < len(text):
        size = sizes[turn % len(sizes)]
        out.append(citations.feed(text[place : place + size]))
        place, turn = place + size, turn + 1
    assert ("".join(out) + citations.flush(), citations.cited) == whole


@given(st.text(alphabet=st.sampled_from("ab [1]9,\n"), max_size=60))
def test_outside_of_code_no_number_beyond_the_passages_survives(text):
    out, _ = passed(text, available=1)
    assert "[9]" not in out
    assert "[19]" not in out
