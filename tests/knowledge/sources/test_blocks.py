"""What a page's blocks become."""

import pytest

from knowledge.types import Block, BlockKind
from tests.knowledge.sources.reading import kinds, only_block, texts


def test_links_and_images_become_their_text():
    assert texts(
        'See [the *guide*](../guide.md#top "Guide"), ![a robot](r.png) and <https://a.example>.\n'
    ) == ["See the *guide*, a robot and https://a.example."]


def test_emphasis_and_code_stay_markdown():
    text = "**bold** _it_ ~~old~~ `code` ``a`b`` \\*no\\* \\_\\_init\\_\\_"
    assert texts(text) == [text]


def test_a_paragraph_is_one_line_but_for_its_own_breaks():
    assert texts("one\ntwo  \nthree\\\nfour<br/>five") == ["one two  \nthree  \nfour  \nfive"]


def test_escapes_and_entities_are_what_they_show():
    assert texts("a \\# b \\<c> &lt;T&gt; &copy; \\[x]") == ["a # b <c> <T> © [x]"]


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        (":::note", "**Note**"),
        ("::: note", "**Note**"),
        (":::tip Use the force", "**Tip: Use the force**"),
        (":::danger[High `voltage`]", "**Danger: High `voltage`**"),
        (":::info[A [link](x.md)]{.wide}", "**Info: A link**"),
        (":::warning[**Hot**]", "**Warning: Hot**"),
        (":::best-practice", "**Best practice**"),
        ("::::::caution", "**Caution**"),
    ],
)
def test_an_admonition_begins_with_its_kind_and_title(opening, title):
    colons = opening[: len(opening) - len(opening.lstrip(":"))]
    assert only_block(f"{opening}\n\nText.\n\n{colons}\n") == Block(BlockKind.ADMONITION, f"{title}\n\nText.")


def test_admonitions_keep_all_that_is_in_them():
    block = only_block(
        "::::note\n\nA\n\n- b\n\n:::tip Inner\nC\n```js\nd()\n```\n:::\n\n| e |\n|---|\n| f |\n::::\n"
    )
    assert block == Block(
        BlockKind.ADMONITION,
        "**Note**\n\nA\n\n- b\n\n**Tip: Inner**\n\nC\n\n```js\nd()\n```\n\n| e |\n| --- |\n| f |",
    )


def test_an_admonition_in_one_of_as_many_colons_loses_nothing():
    assert texts(":::note\n:::tip\ninner\n:::\n:::\n\nafter") == ["**Note**\n\n**Tip**\n\ninner", "after"]


def test_an_admonition_that_nothing_closes_ends_at_the_next_heading():
    assert texts(":::note\na\n\nb\n\n## c\n\nd\n") == ["**Note**\n\na\n\nb", "c", "d"]
    assert texts("- :::note\n  a\n\nb") == ["- **Note**\n\n  a", "b"]


def test_a_table_is_one_block():
    block = only_block("a | b\n:-- | --:\n`x` | [y](z.md)\n\\| | **w**<br/>v\n")
    assert block == Block(BlockKind.TABLE, "| a | b |\n| --- | --- |\n| `x` | y |\n| \\| | **w** v |")


def test_a_fence_is_one_block_with_its_markers_language_and_title():
    block = only_block('```tsx {1,3-4} title="src/App.tsx" showLineNumbers\nlet a\n\n\nlet b\n```\n')
    assert block == Block(BlockKind.CODE, '```tsx title="src/App.tsx"\nlet a\n\n\nlet b\n```')


def test_comments_that_only_highlight_lines_are_no_code():
    code = (
        "```py\n# highlight-next-line\na = 1\n// highlight-start\nb = 2\n  {/* highlight-end */}\nc = 3\n```"
    )
    assert only_block(code).text == "```py\na = 1\nb = 2\nc = 3\n```"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("```js\nunclosed\n\n## no heading", "```js\nunclosed\n\n## no heading\n```"),
        ("~~~~\na\n~~~\n~~~~", "~~~~\na\n~~~\n~~~~"),
        ("    indented\n    ## no heading", "```\nindented\n## no heading\n```"),
        ("\tindented by a tab", "```\nindented by a tab\n```"),
        ("$$\nx = \\frac{1}{2}\n$$", "$$\nx = \\frac{1}{2}\n$$"),
    ],
)
def test_code_and_formulas_stay_as_they_are(markdown, text):
    assert only_block(markdown) == Block(BlockKind.CODE, text)


def test_lists_keep_their_markers_numbers_and_nesting():
    text = "3. three\n4. four\n   - nested `code`\n   - more"
    assert only_block(text) == Block(BlockKind.LIST, text)


def test_code_in_a_list_stays_with_its_step():
    block = only_block("1. Run\n\n   ```bash\n   ls\n\n   pwd\n   ```\n\n2. Look\n")
    assert block == Block(BlockKind.LIST, "1. Run\n\n   ```bash\n   ls\n\n   pwd\n   ```\n\n2. Look")


def test_a_quotation_is_cut_into_its_parts():
    markdown = "> said\n>\n> ```\n> code\n> ```\n>\n> - item\n"
    assert texts(markdown) == ["> said", "> ```\n> code\n> ```", "> - item"]
    assert kinds(markdown) == [BlockKind.PROSE, BlockKind.CODE, BlockKind.LIST]


def test_footnotes_stay_where_they_are_written():
    assert texts("Text[^1].\n\n[^1]: The *note*.\n\nMore[^missing].") == [
        "Text[^1].", "[^1]: The *note*.", "More[^missing].",
    ]  # fmt: skip


def test_formulas_in_a_line_are_no_markup():
    text = "Torque $\\tau_i * r_{i}$ and $a<b$, for $5 or $6."
    assert texts(text, mdx=True) == [text]


def test_rules_and_link_definitions_show_nothing():
    assert texts("a\n\n---\n\n[ref]: https://a.example\n\n***\n\nb") == ["a", "b"]
