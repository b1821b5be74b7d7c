"""Sentences are whole, verbatim and in order, whatever the Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentences
from knowledge.types import BlockKind


def texts_of(markdown: str) -> list[str]:
    return [sentence.text for sentence in sentences(markdown)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It weighs 3.5 kg, e.g. with a battery. See Fig. 3 for more.", 2),
        ("Dr. Smith of the U.S. Army came. He left.", 2),
        ("It takes approx. 5 minutes. Wait.", ["It takes approx. 5 minutes.", "Wait."]),
        (
            "Call `robot.walk(). Then()` first. Then stop.",
            ["Call `robot.walk(). Then()` first.", "Then stop."],
        ),
        ("See [the docs](https://a.b/c.html?q=1. 2). Then go.", 2),
        ("This is **done.** The next.", ["This is **done.**", "The next."]),
        ("He said “Stop.” She stopped.", ["He said “Stop.”", "She stopped."]),
        ("Version 2.0. is out. Get it.", ["Version 2.0. is out.", "Get it."]),
        ("Begun here,\nended here. Next.", ["Begun here,\nended here.", "Next."]),
        ("机器人是什么？它是一种机器。", ["机器人是什么？", "它是一种机器。"]),  # noqa: RUF001
        ("یہ کیا ہے؟ یہ روبوٹ ہے۔", ["یہ کیا ہے؟", "یہ روبوٹ ہے۔"]),  # noqa: RUF001
        ("First\r\nline. Second\r\nline.", ["First\r\nline.", "Second\r\nline."]),
    ],
)
def test_prose_is_split_where_its_sentences_end(text: str, expected: list[str] | int) -> None:
    found = texts_of(text)

    assert (len(found) if isinstance(expected, int) else found) == expected


def test_list_items_are_apart_and_know_their_markers() -> None:
    found = sentences("- Stand up. Balance.\n  Slowly.\n- Walk\n\n1. First\n   - Nested")

    assert [(sentence.marker, sentence.text) for sentence in found] == [
        ("- ", "Stand up."),
        ("", "Balance."),
        ("", "Slowly."),
        ("- ", "Walk"),
        ("1. ", "First"),
        ("- ", "Nested"),
    ]
    assert {sentence.kind for sentence in found} == {BlockKind.LIST}
    assert len({sentence.block for sentence in found}) == 4


@pytest.mark.parametrize(
    ("whole", "kind"),
    [
        ("```python\nx = 1. \n\n# A comment. Two.\n```", BlockKind.CODE),
        ("    indented. Code.", BlockKind.CODE),
        ("$$\nx = 1. Y = 2.\n$$", BlockKind.CODE),
        ("| a. B. | c |\n|---|---|\n| 1. 2. | 3 |", BlockKind.TABLE),
        ("> It was said. Twice.\n> Thrice.", BlockKind.PROSE),
    ],
)
def test_code_tables_and_quotations_stay_in_one_piece(whole: str, kind: BlockKind) -> None:
    before, found, after = sentences(f"Before.\n\n{whole}\n\nAfter.")

    assert (before.text, after.text) == ("Before.", "After.")
    assert (found.text, found.kind) == (whole, kind)


def test_headings_rules_and_labels_are_no_sentences() -> None:
    assert texts_of("# Heading. Two.\n\n**Note: Beware**\n\n---\n\nText.") == ["Text."]


def test_an_empty_text_has_none() -> None:
    assert sentences(" \n\n") == ()


PIECES = (
    *("Robots walk. ", "e.g. ", "3.5 ", "(Or so.) ", "🤖. ", "什么?", "`a. B.` ", "**Bold.** ", "[l](u.v) "),
    *("- ", "1. ", "> ", "# ", "    ", "```\n", "$$\n", "| a | b |\n|--|--|\n", "\n", "\n\n", "\r\n"),
)
MARKDOWN = st.lists(st.sampled_from(PIECES)).map("".join)


@given(MARKDOWN | st.text())
def test_every_sentence_stands_in_the_text_once_and_in_order(markdown: str) -> None:
    end = 0
    for sentence in sentences(markdown):
        assert markdown[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip()
        assert sentence.start >= end
        end = sentence.end


@given(st.lists(st.from_regex(r"[A-Z][a-z]{1,8}( [a-z]{1,8}){0,5}[.!?]", fullmatch=True), min_size=1))
def test_nothing_of_plain_prose_is_lost(written: list[str]) -> None:
    prose = " ".join(written)

    assert " ".join(texts_of(prose)) == prose
