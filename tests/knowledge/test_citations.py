"""Markers in a streamed answer: what reaches the reader, however the text is cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import (
    LONGEST_MARKER,
    Citations,
    marker_may_begin,
    read_marker,
    uncited_share,
    without_markers,
)
from knowledge.neutralising import Addresses, NeutralFilter
from tests.knowledge.neutral import neutral, prose

NUMBER = re.compile(r"\[(\d+)\]")


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
        ("```python\na[9] = [1]\n```\nAfter [3].", "```python\na[9] = [1]\n```\n\nAfter [1].", [3]),
        ("~~~\n[9]\n~~~\n[9] out", "````\n[9]\n````\n\nout", []),
        ("- item\n  ```\n  x[9]\n  ```\n", "- item\n\n    ```\n    x[9]\n    ```", []),
        ("Above.\n\n    x[9]\n\n[2]", "Above.\n\n```\nx[9]\n```\n\n[1]", [2]),
        ("````\n```\nx[9]\n````\n[1]", "````\n```\nx[9]\n````\n\n[1]", [1]),
        ("> ```\n> x[9]\nThen [9] [1].", "> ```\n> x[9]\n> ```\n\nThen [1].", [1]),
        ("An open fence:\n```\nx[9]", "An open fence:\n\n```\nx[9]\n```", []),
        ("A lone ` tick does not hide [9] this.", "A lone \\` tick does not hide this.", []),
        ("Wrapped `a[9]\nb` code [1].", "Wrapped `a[9] b` code [1].", [1]),
        ("A range [1-3].", "A range [1][2][3].", [1, 2, 3]),
        ("A range [2–9].", "A range [1][2].", [2, 3]),
        ("The interval [0-9].", "The interval [0-9].", []),
        ("A footnote [^1], [^9].", "A footnote [1],.", [1]),
        ("[Passage 2] and [passages 1 and 3]", "[1] and [2][3]", [2, 1, 3]),
        ("[cite: 1, 2] [Source 9] [doc #3]", "[1][2] [3]", [1, 2, 3]),
        ("[[1]], \\[2\\], 【3†source】", "[1], [2], [3]", [1, 2, 3]),
        ("\uff3b\uff12\uff3d and \u30141\u3015 and [\u0661]", "[1] and [2] and [2]", [2, 1]),
        ("Great![1]", "Great![1]", [1]),
        ("As a link [1](https://evil.example), [9](#nine).", "As a link [1],.", [1]),
        ("[1]: begins the line.", "[1]\\: begins the line.", [1]),
        ("Hidden [\u200b9] and [1\u2060].", "Hidden and [1].", [1]),
        ("A [note] stays.", "A [note] stays.", []),
        ("Cut off [1", "Cut off [1", []),
        ("In prose names[0] is the first [0].", "In prose names[0] is the first.", []),
    ],
)
def test_markers_are_checked_and_renumbered(text, expected, cited, size):
    assert neutral(text, sizes=(size,)) == (expected, cited)


@given(
    st.text(alphabet=st.sampled_from("ab [1]9,0`~\n【】-^("), max_size=60),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_how_the_text_is_cut_makes_no_difference(text, sizes):
    assert neutral(text, sizes=tuple(sizes)) == neutral(text)


@given(st.text(alphabet=st.sampled_from("ab [1]29,0`~\n【】-^> "), max_size=60))
def test_outside_of_code_the_numbers_count_up_from_one(text):
    answer, cited = neutral(text)
    numbers = [int(number) for number in NUMBER.findall(prose(answer))]
    assert set(numbers) <= set(range(1, len(cited) + 1))
    assert list(dict.fromkeys(numbers)) == sorted(set(numbers))


@pytest.mark.parametrize(
    ("text", "valid"), [("None.", None), ("[1] [2]", 1.0), ("[1, 9] [8]", 1 / 3), ("`[9]` [0]", 0.0)]
)
def test_the_share_of_valid_citations_is_known(text, valid):
    citations = Citations(3)
    stream = NeutralFilter(citations, Addresses())
    stream.feed(text)
    stream.flush()
    assert citations.valid_share == valid


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("", None),
        ("```\ncode\n```", None),
        ("It walks [1].", 0.0),
        ("It walks. [1] It runs.", 0.5),
        ("It walks.\n\nIt runs [1].", 0.5),
        ("It walks.\n\n```\nwalk()\n```\n\n[1]", 1.0),
        ("- It walks [1].\n- It runs [1].\n- It `falls[1]`.\n- It stands up.", 0.5),
    ],
)
def test_the_share_of_sentences_without_a_citation_is_known(answer, share):
    assert uncited_share(answer) == share


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("[1]", (1,)),
        ("[1, 7]", (1, 7)),
        ("[1-3; 12]", (1, 2, 3, 12)),
        ("[3-2]", ()),
        ("[1-900]", tuple(range(1, 22))),
        ("[^1^]", (1,)),
        ("[[1]]", (1,)),
        ("\\[[ Passages 1 and 2 ]\\]", (1, 2)),
        ("[cite: 1, 2 & #3]", (1, 2, 3)),
        ("【1†lines-20】", (1,)),
    ],
)
def test_a_marker_is_read_with_its_numbers_however_much_follows(text, numbers):
    marker = read_marker(f"See {text}], [2]", 4)
    assert marker is not None
    assert (marker.end, marker.numbers) == (4 + len(text), numbers)
    assert read_marker(f" {text}") is None
    assert all(marker_may_begin(text[:length], 0) for length in range(len(text)))
    assert not marker_may_begin(text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[note]",
        "[0-9]",
        "[1234]",
        "[1 2]",
        "[1,]",
        "[1-2-3]",
        "[passage2]",
        "[1 and2]",
        "[[1] ]",
        "[1†a b]",
        f"[{'1,' * (LONGEST_MARKER // 2)}1]",
    ],
)
def test_other_brackets_are_no_marker(text):
    assert read_marker(text) is None
    assert not marker_may_begin(text, 0)


def test_markers_can_be_taken_out():
    assert without_markers("A [1], \\[2\\] b[[3]] [x] [") == "A ,  b [x] ["
