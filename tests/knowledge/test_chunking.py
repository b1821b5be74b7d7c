import hashlib
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunking import LIMIT, TINY, chunk, count_tokens
from knowledge.sources.outline import source_document
from knowledge.types import Block, BlockKind, Section, SourceDocument, indexed_text

PROSE, LIST, CODE, TABLE = BlockKind.PROSE, BlockKind.LIST, BlockKind.CODE, BlockKind.TABLE


def page(
    *sections: Section, path: str = "docs/page.md", url: str = "https://site.example/page"
) -> SourceDocument:
    return source_document(path, title="Page", url=url, sections=sections)


def section(
    *blocks: Block, headings: tuple[str, ...] = ("Page", "Part"), anchor: str | None = "part"
) -> Section:
    return Section(headings=headings, anchor=anchor, blocks=blocks)


def prose(words: int, *, first: int = 0) -> str:
    """Sentences of ten words each, none of which occurs twice."""
    numbered = [f"word{first + number}" + ("." if number % 10 == 9 else "") for number in range(words)]
    return " ".join(numbered)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("marker", ["- ", "1. ", "- - - ", "> - "])
def test_a_long_fence_that_begins_an_item_is_not_cut(marker):
    indent = re.sub(r"[^>]", " ", marker)
    code = "\n".join(f"{indent}value{number} = {number}" for number in range(400))
    item = f"{marker}```py\n{code}\n{indent}```"
    [of_code] = [
        text
        for text in (
            each.text for each in chunk(page(section(Block(LIST, f"- {prose(600)}\n{item}\n- end"))))
        )
        if "value7 =" in text
    ]
    assert item in of_code


def test_a_section_is_a_chunk_with_its_place():
    document = page(
        section(Block(PROSE, "Intro."), headings=("Page",), anchor=None),
        section(Block(PROSE, "One."), Block(LIST, "- two\n- three")),
    )
    intro, part = chunk(document)
    assert (intro.url, intro.anchor, intro.position, intro.text) == (
        "https://site.example/page",
        None,
        0,
        "Intro.",
    )
    assert (part.url, part.anchor, part.position) == ("https://site.example/page#part", "part", 1)
    assert part.text == "One.\n\n- two\n- three"
    assert (part.document, part.title, part.headings) == ("docs/page.md", "Page", ("Page", "Part"))
    assert part.content_hash == hashlib.sha256(b"Page > Part\nOne.\n\n- two\n- three").hexdigest()
    assert part.tokens == count_tokens(indexed_text(part.headings, part.text))


def test_an_anchor_is_percent_encoded_in_the_address():
    [part] = chunk(page(section(Block(PROSE, "x"), anchor="café 1")))
    assert (part.url, part.anchor) == ("https://site.example/page#caf%C3%A9%201", "café 1")


def test_a_heading_without_text_is_no_chunk():
    assert chunk(page(section(), section(Block(PROSE, " \n")))) == []


def test_a_long_section_is_cut_between_its_blocks():
    blocks = [Block(PROSE, prose(100, first=100 * number)) for number in range(6)]
    parts = chunk(page(section(*blocks)))
    assert len(parts) > 1
    assert "\n\n".join(part.text for part in parts) == "\n\n".join(block.text for block in blocks)
    assert {part.url for part in parts} == {"https://site.example/page#part"}
    assert max(part.tokens for part in parts) <= LIMIT


def test_the_parts_of_a_long_section_are_of_about_equal_size():
    parts = chunk(page(section(*(Block(PROSE, prose(30, first=30 * number)) for number in range(9)))))
    sizes = [part.tokens for part in parts]
    assert min(sizes) > LIMIT / 3


def test_a_long_paragraph_is_cut_after_sentences():
    parts = chunk(page(section(Block(PROSE, prose(600)))))
    assert len(parts) > 1
    assert all(part.text.endswith(".") for part in parts)
    assert " ".join(part.text for part in parts) == prose(600)


def test_a_paragraph_without_sentences_is_cut_between_words():
    text = prose(600).replace(".", "")
    parts = chunk(page(section(Block(PROSE, text))))
    assert max(part.tokens for part in parts) <= LIMIT
    assert " ".join(part.text for part in parts) == text


def test_sentences_of_other_scripts_are_cut_too():
    text = "机器人走路的时候要保持平衡。" * 100
    parts = chunk(page(section(Block(PROSE, text))))
    assert max(part.tokens for part in parts) <= LIMIT
    assert "".join(part.text for part in parts) == text


def test_closing_quotes_stay_with_their_sentence():
    text = " ".join(
        f"He said (“word{number} and more of it, again and again.”) Then" for number in range(100)
    )
    for part in chunk(page(section(Block(PROSE, text)))):
        assert part.text.count("(") == part.text.count(")")


def test_a_long_list_is_cut_between_its_items():
    items = [f"- {prose(40, first=40 * number)}" for number in range(15)]
    parts = chunk(page(section(Block(LIST, "\n".join(items)))))
    assert len(parts) > 1
    assert all(line in items for part in parts for line in part.text.split("\n"))
    assert "\n".join(part.text for part in parts) == "\n".join(items)


@pytest.mark.parametrize("kind", [CODE, TABLE, BlockKind.ADMONITION])
def test_code_tables_and_admonitions_are_never_cut(kind):
    long = Block(kind, "\n".join(f"| {prose(10, first=10 * number)} |" for number in range(80)))
    parts = chunk(
        page(section(Block(PROSE, prose(200, first=5000)), long, Block(PROSE, prose(200, first=6000))))
    )
    assert [part.text for part in parts] == [prose(200, first=5000), long.text, prose(200, first=6000)]


def test_code_and_tables_within_a_list_are_never_cut():
    code = (
        "   ```bash\n"
        + "\n\n".join(f"   {prose(10, first=10 * number)}" for number in range(80))
        + "\n   ```"
    )
    table = "\n".join(f"   | {prose(10, first=10 * number)} |" for number in range(200, 280))
    parts = chunk(
        page(section(Block(LIST, f"1. Run this:\n\n{code}\n\n2. Read this:\n\n{table}\n\n3. Done.")))
    )
    assert any(code in part.text for part in parts)
    assert any(table in part.text for part in parts)


def test_a_sentence_that_leads_in_goes_with_what_it_leads_to():
    code = Block(CODE, f"```\n{prose(60)}\n```")
    blocks = [
        Block(PROSE, prose(90, first=1000)),
        Block(PROSE, f"{prose(50, first=2000)} For example:"),
        code,
    ]
    last = chunk(page(section(*blocks)))[-1]
    assert last.text.endswith(f"For example:\n\n{code.text}")


def test_a_few_words_beside_a_long_block_are_not_left_alone():
    code = Block(CODE, f"```\n{prose(400)}\n```")
    [part] = chunk(page(section(Block(PROSE, "See here:"), code, Block(PROSE, "That was all."))))
    assert part.text == f"See here:\n\n{code.text}\n\nThat was all."


def test_equal_documents_have_equal_chunks():
    def make() -> SourceDocument:
        return page(section(Block(PROSE, prose(700))), section(Block(CODE, "```\nx\n```"), anchor="other"))

    assert chunk(make()) == chunk(make())


def test_equal_texts_under_one_heading_have_ids_of_their_own():
    twice = Block(CODE, f"```\n{prose(400)}\n```")
    first, second = chunk(page(section(twice, twice)))
    assert first.content_hash == second.content_hash
    assert first.id != second.id


def test_an_id_says_where_and_what():
    [original] = chunk(page(section(Block(PROSE, "x"))))
    others = [
        page(section(Block(PROSE, "y"))),
        page(section(Block(PROSE, "x"), anchor="elsewhere")),
        page(section(Block(PROSE, "x"), headings=("Page", "Other"))),
        page(section(Block(PROSE, "x")), path="docs/other.md"),
    ]
    assert original.id not in {part.id for other in others for part in chunk(other)}
    assert original.id.version == 5


def test_a_change_leaves_the_ids_of_other_sections_alone():
    def ids(first: str) -> list[object]:
        kept = section(Block(PROSE, prose(700)), headings=("Page", "B"), anchor="b")
        return [part.id for part in chunk(page(section(Block(PROSE, first)), kept))]

    before, after = ids("One."), ids("Another one.")
    assert before[0] != after[0]
    assert before[1:] == after[1:]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [  # counted by the tokenizer of all-MiniLM-L6-v2
        ("", 0),
        ("The zero-moment point is the place on the floor where the robot's weight acts.", 19),
        ("A humanoid keeps its balance by moving its feet, its hips and its arms.", 16),
        ("const store = configureStore({ reducer: rootReducer })", 20),
        ("| Loop | Rate |\n| --- | --- |\n| Joint control | 1 kHz |", 21),
        ("def f(x: int) -> int:\n    return x * 2  # twice", 17),
    ],
)
def test_tokens_are_counted_about_as_a_tokenizer_does(text, tokens):
    assert tokens * 0.9 <= count_tokens(text) <= tokens * 1.2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(BlockKind), st.integers(1, 700), st.booleans(), st.integers(0, 2)),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_no_word_of_any_block_is_lost_and_no_chunk_is_too_long(shapes, rng: random.Random):
    sections: list[list[Block]] = [[], [], []]
    for number, (kind, words, breaks, place) in enumerate(shapes):
        text = prose(words, first=1000 * number)
        if breaks:
            text = re.sub(r" ", lambda _: rng.choice([" ", "  \n", "\n- ", "\n\n", ": "]), text)
        sections[place].append(Block(kind, text))
    headings = [("Page",), ("Page", "A"), ("Page", "A", "B")]
    document = page(
        *(section(*blocks, headings=path) for blocks, path in zip(sections, headings, strict=True))
    )
    parts = chunk(document)

    assert [part.position for part in parts] == list(range(len(parts)))
    assert len({part.id for part in parts}) == len(parts)
    for blocks, path in zip(sections, headings, strict=True):
        read = words_of("\n".join(part.text for part in parts if part.headings == path))
        assert read == words_of("\n".join(block.text for block in blocks))
    uncut = [block.text for block in (b for blocks in sections for b in blocks) if not block.kind.divisible]
    assert all(any(text in part.text for part in parts) for text in uncut)
    for part in parts:
        if part.tokens > LIMIT:
            [long] = [text for text in uncut if text in part.text and count_tokens(text) > LIMIT - 20]
            assert part.tokens < count_tokens(long) + 2 * TINY + 20
