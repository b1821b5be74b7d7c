"""The sanitizer leaves ordinary answers as they are: each reader sees the same text and the same code."""

import pytest

from tests.markdown_readers import READERS, acting, rendered
from tests.markdown_readers.filtering import sanitized
from tests.markdown_readers.nasty import ALLOWED
from tests.markdown_readers.ordinary import ordinary_answers
from tests.markdown_readers.reading import same_reading

CITABLE = 9


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return [(answer, sanitized(answer, citable=CITABLE)) for answer in ordinary_answers()]


def test_every_reader_sees_the_same(pairs):
    differing = [difference for differences in same_reading(pairs) for difference in differences]
    assert not differing, f"{len(differing)} differences:\n" + "\n\n".join(differing[:5])


def test_nothing_in_them_acts(pairs):
    htmls = rendered([answer for _, answer in pairs])
    acts = [
        (answer, reader, found)
        for (_, answer), html in zip(pairs, htmls, strict=True)
        for reader in READERS
        if (found := acting(html[reader], ALLOWED))
    ]
    assert not acts


@pytest.mark.parametrize(
    ("original", "changed"),
    [
        ("Two *words* [1].", "Two *words*."),
        ("a `b c` d", "a b c d"),
        ("a\n\n    b\n     c\n", "a\n\n    b\n    c\n"),
        ("a\n\n```\nb\n```\n", "a\n\nb\n"),
        ("a\n\n    b\n\nc `d`", "a\n\n`d`\n\nc b"),
        ("3 < 4", "3 &amp;lt; 4"),
        ("an *emphasis*", "an emphasis"),
        ("a [link](https://book.example/a)", "a link"),
    ],
)
def test_a_reading_that_differs_is_seen(original, changed):
    [differences] = same_reading([(original, changed)])
    assert len(differences) == len(READERS)
