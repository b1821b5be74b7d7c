"""What MDX adds to Markdown goes; the text in it stays."""

import pytest

from tests.knowledge.sources.reading import paths, texts, whole_text


@pytest.mark.parametrize(
    "statement",
    [
        "import Tabs from '@theme/Tabs'",
        'import Tabs from "@theme/Tabs";',
        "import '../styles.css'",
        "import * as React from 'react'",
        "import A, { B as C } from './x'",
        "import {\n  A,\n  B,\n} from './x'",
        "import{A}from'./x'",
        "export const version = '2.0'",
        "export const toc = [\n  { a: '}' },\n\n  { b: `]` },\n]",
        "export default function Layout({ children }) {\n  return <div>{children}</div>\n\n}",
        "export { a } from './b'",
        "export function Box(props) {\n\n  // it's a box\n\n  return <b>{props.x}</b>\n}",
    ],
)
@pytest.mark.parametrize("mdx", [True, False])
def test_imports_and_exports_go(statement, mdx):
    assert texts(f"Before.\n\n{statement}\n\nAfter.", mdx=mdx) == ["Before.", "After."]


def test_imports_need_no_blank_line_after_them():
    assert texts("import A from 'a'\nimport B from 'b'\n## Text\n\nmore") == ["Text", "more"]


@pytest.mark.parametrize(
    "prose",
    [
        "import the package first, from 'npm' or a mirror.",
        "export class diagrams as PDF.",
        "export default settings to a file.",
        "Then import A from 'a'",
        "importing is easy.",
    ],
)
def test_prose_about_imports_stays(prose):
    assert texts(prose) == [prose]


def test_statements_in_code_stay():
    code = "```js\nimport A from 'a'\n\nexport const b = 1\n```"
    assert texts(f"{code}\n\n- item\n\n  import A from 'a'", mdx=True)[0] == code


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<Tabs>\n<TabItem>\n\nInner **text**.\n\n</TabItem>\n</Tabs>", ["Inner **text**."]),
        ('<div className="a">\ninner\n</div>', ["inner"]),
        ("<Box a={x > 1 ? '}' : \"{\"} b={{ c: `>` }} {...rest}\n  d='1 > 2'\n  e\n/>", []),
        ('a <Icon name="x > y" /> b', ["a b"]),
        ("a <Box\n  width={2}>c</Box> d", ["a c d"]),
        ("<>\nfragment\n</>", ["fragment"]),
        ("<Foo.Bar x='1'>text</Foo.Bar>", ["text"]),
        ("<style>{`\n.a > b { color: red }\n`}</style>\n\nafter", ["after"]),
        ("<script>\nlet a = '<b>'\n\nlet c\n</script>\n\nafter", ["after"]),
        ("a <svg viewBox='0 0 1 1'><text>x</text></svg> b", ["a b"]),
        ("<iframe src='x'class=\"y\" allow=z></iframe>", []),
        ('<a id="old-anchor"></a>\n\ntext', ["text"]),
        ("H<sub>2</sub>O and x<sup>2</sup>", ["H2O and x2"]),
        ("<ul><li>one</li><li>two</li></ul>", ["one two"]),
        ("<details>\n<summary>More</summary>\n\nhidden\n\n</details>", ["More", "hidden"]),
        ('<img src="x.png" alt="A robot" width={20} />', ["A robot"]),
    ],
)
@pytest.mark.parametrize("mdx", [True, False])
def test_tags_go_and_their_text_stays(markup, text, mdx):
    assert texts(markup, mdx=mdx) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<TabItem value="linux" label="Linux">\n\nUse apt.\n\n</TabItem>', ["**Linux**", "Use apt."]),
        ('<Details title={`It\'s a "recap"`} >\n\nx\n\n</Details>', ['**It\'s a "recap"**', "x"]),
        ("<Video id='1' title='Learn &amp; use' />", ["**Learn & use**"]),
        ('<div title="a tooltip">\n\nx\n\n</div>', ["x"]),
        ("<Box title={variable} />", []),
    ],
)
def test_a_component_s_label_or_title_stays(markup, text):
    assert texts(markup, mdx=True) == text


@pytest.mark.parametrize("mdx", [True, False])
@pytest.mark.parametrize(
    "comment", ["<!-- gone -->", "<!--\ngone\n\n## gone\n-->", "{/* gone */}", "{\n/* gone\n\n} */\n}"]
)
def test_comments_go(comment, mdx):
    assert texts(f"before\n\n{comment}\n\nafter", mdx=mdx) == ["before", "after"]


def test_comments_within_a_line_go():
    assert texts("a <!-- x > y --> b {/* } */} c") == ["a b c"]


def test_a_comment_that_nothing_closes_is_text():
    assert texts("<!-- not\n\na comment") == ["<!-- not", "a comment"]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a {'b'} {\"c\"} {`d`}{' '}e", ["a b c d e"]),
        ("a {props.x} b", ["a b"]),
        ("{items.map(i => <li key={i}>{i}</li>)}\n\nafter", ["after"]),
        ("{\n  show && (\n    <b>x</b>\n  )\n}\n\nafter", ["after"]),
        ("a \\{b} `{c}` {d", ["a {b} `{c}` {d"]),
    ],
)
def test_expressions_of_mdx_go_but_for_literal_text(markdown, text):
    assert texts(markdown, mdx=True) == text


def test_braces_outside_of_mdx_are_text():
    assert texts("the set {a, b} and {x}") == ["the set {a, b} and {x}"]


def test_a_page_that_imports_is_mdx_whatever_its_suffix():
    assert texts("import A from 'a'\n\nx {props.y} z") == ["x z"]
    assert texts("```js\nimport A from 'a'\n```\n\nx {y} z")[1] == "x {y} z"


def test_indentation_means_nothing_in_mdx():
    page = """
<Tabs>
  <TabItem>
      Six spaces.

      ```js
      let a
      ```
  </TabItem>
</Tabs>
"""
    assert texts(page, mdx=True) == ["Six spaces.", "```js\nlet a\n```"]


@pytest.mark.parametrize(
    "text",
    [
        "Promise<Response> and List<String>",
        "run <file-name> or <your name here>",
        "a < b and c > d, 3 <4",
        "a <- b, x <= y",
        "an unclosed <Tag attribute='",
    ],
)
def test_what_only_looks_like_a_tag_is_text(text):
    assert texts(text) == [text]


def test_tags_in_code_are_code():
    assert texts("The `<Link>` and `{x}` of\n\n```jsx\n<Link to={x}>{/* y */}</Link>\n```", mdx=True) == [
        "The `<Link>` and `{x}` of",
        "```jsx\n<Link to={x}>{/* y */}</Link>\n```",
    ]


def test_markdown_in_a_fence_for_mdx_is_no_code():
    assert texts(
        "```mdx-code-block\nimport A from 'a'\n\n<A>\n```\n\ntext\n\n```mdx-code-block\n</A>\n```"
    ) == ["text"]


def test_an_imported_partial_stands_where_it_is_used(read_pages):
    page = "# T\n\nBefore.\n\n<Versions />\n\nAfter.\n\n:::note\n\n<Versions />\n\n:::\n"
    versions = "| v |\n|---|\n| 2 |\n\n## Notes\n\n<Inner/>\n"
    pages = read_pages(
        {
            "docs/guide/page.mdx": f"import Versions from '../_shared/_versions.mdx'\n\n{page}",
            "docs/_shared/_versions.mdx": f"---\nid: x\n---\nimport Inner from './_inner.md'\n\n{versions}",
            "docs/_shared/_inner.md": "Innermost.",
        }
    )
    assert list(pages) == ["docs/guide/page.mdx"]
    document = pages["docs/guide/page.mdx"]
    assert paths(document) == [("T",), ("T", "Notes")]
    assert whole_text(document) == (
        "Before.\n\n| v |\n| --- |\n| 2 |\n\nInnermost.\n\nAfter.\n\n"
        "**Note**\n\n| v |\n| --- |\n| 2 |\n\n**Notes**\n\nInnermost."
    )


def test_a_partial_may_be_named_from_the_site_s_root(read_pages):
    pages = {"docs/a.md": "import X from '@site/docs/_x.md'\n\n<X />", "docs/_x.md": "included"}
    assert whole_text(read_pages(pages)["docs/a.md"]) == "included"


def test_partials_that_include_each_other_come_to_an_end(read_pages):
    pages = {
        "a.md": "import B from './_b.md'\n\na\n\n<B />",
        "_b.md": "import C from './_c.md'\n\nb\n\n<C />",
        "_c.md": "import B from './_b.md'\n\nc\n\n<B />",
    }
    assert whole_text(read_pages(pages)["a.md"]) == "a\n\nb\n\nc"


def test_a_partial_outside_of_the_root_is_not_read(read_pages, tmp_path):
    (tmp_path / "_secret.md").write_text("secret")
    assert "secret" not in whole_text(
        read_pages({"a.md": "import S from '../_secret.md'\n\na\n\n<S />"})["a.md"]
    )
