"""No image, HTML or link to elsewhere reaches the reader, whatever is written and however it is cut."""

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from knowledge.citations import Citations
from knowledge.neutralising import Addresses, NeutralFilter, plain_text
from tests.knowledge.neutral import active_parts, code, links, neutral

ALLOWED = "https://book.example/a"
BOOK = (f"As in [the guide]({ALLOWED}), or https://wiki.example/Robot_(machine).",)
BOUNDED = settings(max_examples=100, deadline=None)

MARKUP = (
    "a", "b", " ", "\n", "\n\n", "`", "``", "```", "```py\n", "~~~", "[", "]", "(", ")", "![", "](",
    f"]({ALLOWED})",     "](https://evil.example/x)", ALLOWED, "https://evil.example/?q=1",
    f"<{ALLOWED}>", "<https://evil.example>", "<b>", "<img src=x>", "<!--", "-->", "<", "> ", "- ", "* ",
    "1. ", "    ", "  ", "\t", "# ", "[1]", "[9]", "[x]: ", "[x]", "\\", "|", "\n|a|b|\n|-|-|\n", "---",
    "===", "*", "_", "=", ":", "&#96;", "&lt;", "&#91;", "&amp;", "www.", "evil.com/x", "a@evil.com",
    "javascript:alert(1)", "\u200b", "\u202e", "é", "机", "!", '"', "'", "[^1]: ", "http:", "//",
    "evil.com", ".", "0", ". ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(MARKUP), max_size=30).map("".join)
BLOCKS = (
    "a", "b", " ", "\n", "\n\n", "`", "``", "```", "\n```\n", "\n~~~\n", "~~~~", "> ", ">", "- ", "-",
    "* ", "+ ",     "1. ", "2) ", "    ", "  ", "\t", "#", "# ", "[1]", "[9]", "\\", "\n---\n", "***",
    "x[9] = 1", "`a[9]`", "```py\n", "- \n", "* * *", "<b>`", "\n\n    ",
)  # fmt: skip


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"[the guide]({ALLOWED})", f"[the guide]({ALLOWED})"),
        (f'[the *guide*](<{ALLOWED}> "title")', f"[the *guide*]({ALLOWED})"),
        ("[wiki](https://wiki.example/Robot_(machine))", "[wiki](https://wiki.example/Robot_(machine))"),
        (f"{ALLOWED} and {ALLOWED}, and <{ALLOWED}>.", f"{ALLOWED} and <{ALLOWED}>, and <{ALLOWED}>."),
        (f"[{ALLOWED}]({ALLOWED})", f"[{ALLOWED}]({ALLOWED})"),
        ("[here](https://evil.example)!", "here!"),
        (f"[here]({ALLOWED}?q=secret)", "here"),
        (f"[here]({ALLOWED}/secret)", "here"),
        ("[a [nested] one](//evil.example)", "a [nested] one"),
        ("[a\nwrapped one](https://evil.example)", "a\nwrapped one"),
        ("[js](javascript:alert(1)) [data](data:text/html;base64,PHM+)", "js data"),
        ("[js](&#106;avascript:x) [js](java\u200bscript:x) [js](JaVaScRiPt:x)", "js js js"),
        ("[mail](mailto:a@evil.example) [page](/admin/) [part](#part)", "mail page part"),
        ("![a graph](https://evil.example/?q=secret)", "a graph"),
        ("![](https://evil.example/pixel.png)Text", "Text"),
        (f"![a graph]({ALLOWED})", f"[a graph]({ALLOWED})"),
        (f"![]({ALLOWED})", f"<{ALLOWED}>"),
        ("![a graph][ref]", "!\\[a graph][ref]"),
        ("[![badge](https://evil.example/b.svg)](https://evil.example)", "badge"),
        ("!\u200b[a](https://evil.example)", "a"),
        ("\\![a](https://evil.example)", "\\!a"),
        (f"[!](x)[a]({ALLOWED})", f"! [a]({ALLOWED})"),
        ("[see][ref] it", None),
        ("[ref]: https://evil.example", "[ref]\\: `evil.example`"),
        ("grid[i][j] = M[row][col][0]", None),
        ("[[`]](https://evil.example)`", "[\\`]\\`"),
        ("a[`x](//evil.example)`", "a\\`x\\`"),
        ("[a] and `f[0](x)`", None),
        ("It costs $5; run `echo $HOME`.", "It costs $5; run \\`echo $HOME\\`."),
        ("It costs $5; run `echo $HOME <b>`.", "It costs $5; run \\`echo $HOME &lt;b>\\`."),
        ("It costs $5; run `$A` and `<b>`.", "It costs $5; run \\`$A\\` and `<b>`."),
        ("With $x$ run `echo $A @b`", "With $x$ run \\`echo $A @b\\`"),
        ("The process $$ and\n$\nb", "The process \\$\\$ and\n\\$\nb"),
        (r"\(\href{/a}{x}\)", r"\(\\href{/a}{x}\)"),
        (r"$`\href{/a}{x}`$ \hrefs", r"$\`\\href{/a}{x}\`$ \hrefs"),
        (r"$www\.evil\.example$ $$\def\a{b}$$", r"$`www.evil.example`$ \$\$\\def\a{b}\$\$"),
        (r"$\newcommand\a{\Declarex}$", r"$\\newcommand\a{\\Declarex}$"),
        (r"$\displaystyle\frac{a}{b}$", None),
        ("9$.om]$ and $x$.com", "9 $.om]$ and $x$ .com"),
        ("```\na\n```\t\nb", "```\na\n```\n\nb"),
        ("\ufe0fC.co", "\ufe0f C\\.co"),
        ("[1[]()](https://book.example/a)i", "[1 ](https://book.example/a)i"),
        (r"\(\h[9]ref{x} \re[9]newcommand", r"\(\h ref{x} \re newcommand"),
        ("\\[\n\n```\n\\]\n```", "\\\\[\n\n```\n\\]\n```"),
        ("\\[ `a \\] @b`", "\\\\[ \\`a \\] @b\\`"),
        ("a[1]&#13;[1]:{", "a[1][1]:{"),
        ("evil.com[9]/x", "evil\\.com /x"),
        ("<^@v> <$@v> a<b", "`<^@v>` <$ @v> a&lt;b"),
        (".===evil.example", ".===evil.example"),
        (".===evil.com/x", "\\.===evil\\.com/x"),
        ("[&ZeroWidthSpace;^a]", "[ ^a]"),
        ("$m@\\href$", "$`m@`$"),
        ("www[9].`", "www .\\`"),
        ("![9]()[[g](x)", "!\\[g"),
        ("[^a@evil.example]", "[ ^`a@evil.example`]"),
        ('a"@evil.example', 'a`"@evil.example`'),
        (":::note\na", "\\:::note\na"),
        ("Names begin with http:// or file://.", "Names begin with `http://` or `file://`."),
        ("package://a/b.urdf", "package`://a/b.urdf`"),
        ("one\u2028two\x0cthree\x85four", "one two three four"),
        ("` `a`", "\\` \\`a\\`"),
        ("[[a]](x)(https://evil.example)", "[a]\\(`evil.example`)"),
        ("[[a]](x): https://evil.example", "[a]\\: `evil.example`"),
        ("See https://evil.example/x?q=secret#s.", "See `evil.example/x`."),
        ("See http://localhost:7860/docs now", "See `localhost:7860/docs` now"),
        ("See <https://evil.example/x>", "See `evil.example/x`"),
        ("See www.evil.example and evil.com/x", "See `www.evil.example` and evil\\.com/x"),
        ("evil.comwww.x and so on", "evil\\.com`www.x` and so on"),
        ("Write to me@evil.com", "Write to me`@evil.com`"),
        (
            "http\\://evil.example and http&#58;//evil.example",
            "`evil.example` and `evil.example`",
        ),
        ("x<script>alert(1)</script>", "x&lt;script>alert(1)&lt;/script>"),
        ("\\<b> and &lt;b&gt; and &#60;b>", "&lt;b> and &lt;b> and &lt;b>"),
        (
            "Il p\u00e8se 10\u00a0kg [1].\n\nSecond\u3000part [2].",
            "Il p\u00e8se 10\u00a0kg [1].\n\nSecond\u3000part [2].",
        ),
        ("# T\u2009x\n\nnext\u202f: yes [1]", "# T\u2009x\n\nnext\u202f: yes [1]"),
        ("https://evil.example/x\u00a0goes on", "`evil.example/x`\u00a0goes on"),
        ("- - \t[here](https://evil.example)", "```\n[here](https://evil.example)\n```"),
        ("- - [here](https://evil.example)", "- here"),
        ("a < b, a<3, x <- y, <!-- no -->", "a < b, a<3, x <- y, &lt;!-- no -->"),
        ("a &amp; b &copy; &nbsp;c &#x200b;d", "a &amp; b © \u00a0c d"),
        ("R\u202eevil\u202c t\U000e0041ag", "Revil tag"),
        ("`<b>` ![x](https://evil.example)", "`<b>` x"),
        ("``a ` x=1`` b", "``a ` x=1`` b"),
        ("``a ` <img src=x>`` b", "\\`\\`a \\` &lt;img src=x>\\`\\` b"),
        ("```html\n<img src=https://evil.example>\n```", "```html\n<img src=https://evil.example>\n```"),
        ("- a\n\n      <b>\n\n<b>", "- a\n\n    ```\n    <b>\n    ```\n\n&lt;b>"),
        ("Open ` and <b> and `", "Open ` and <b> and `"),
        ("[see `a`` b](https://evil.example)` c", "see \\`a\\`\\` b\\` c"),
        ("`a`` <i>`` and `b`` c`", "\\`a\\`\\` &lt;i>\\`\\` and \\`b\\`\\` c\\`"),
        ("~~~www.evil.com\na\n~~~", "````\na\n````"),
        (f"|a|b|\n|-|-|\n| {'c' * 1100} |", f"|a|b|\n|-|-|\n\n| {'c' * 1100} |"),
        ("Open ` and <b>", "Open \\` and &lt;b>"),
        ("| `a | <b>` |\n|---|---|\n", "| `a | <b>` |\n\\|---|---|"),
        ("[9] - no list", "\\- no list"),
        ("It's *fine*, 2*3=6, snake_case, e.g. this; and/or 12:30.", None),
        (
            "## Heading\n\n1. one\n2. two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n- [ ] x",
            None,
        ),
        ("Mit Umlauten: ä, 中文没有空格。العربية", None),
    ],
)
def test_what_becomes_of_it(written, read, size):
    assert neutral(written, passages=BOOK, sizes=(size,))[0] == (written if read is None else read)


@BOUNDED
@given(TEXTS)
def test_a_browser_sees_no_image_no_html_and_no_link_to_elsewhere(text):
    answer, _ = neutral(text, passages=BOOK)
    assert active_parts(answer) == []
    assert links(answer) <= {ALLOWED}


@BOUNDED
@given(TEXTS, st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_how_the_text_is_cut_makes_no_difference(text, sizes):
    assert neutral(text, passages=BOOK, sizes=tuple(sizes)) == neutral(text, passages=BOOK)


@BOUNDED
@given(st.lists(st.sampled_from(BLOCKS), max_size=25).map("".join))
def test_code_stays_code_and_nothing_else_becomes_code(text):
    """A block that holds a longer fence than its own goes on in another block from there on."""
    without_html = text.replace("<b>", "b")
    assume(not any("`" in each and "[" in each for each in code(without_html)))  # which becomes text
    assert " ".join(code(neutral(without_html)[0])).split() == " ".join(code(without_html)).split()


@BOUNDED
@given(st.text("ab<>&[]()!~|\\\n\t 9:/", max_size=80))
def test_a_code_block_passes_to_the_letter(content):
    block = f"```python\n{content}\n```\n"
    assert neutral(f"Before [9].\n\n{block}After.")[0] == f"Before.\n\n{block}\nAfter."


@pytest.mark.parametrize(
    "opening",
    ["[", "![", "`", "[a](", "[a](<", "<https:", "https://evil.example/", "a" * 9, "&", "\\", "- ", "``x`"],
)
def test_nothing_holds_a_stream_back_for_long(opening):
    stream = NeutralFilter(Citations(3), Addresses(BOOK))
    passed = stream.feed(opening) + "".join(stream.feed("word and ") for _ in range(400))
    assert len(passed) > 1500


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[a](", "[a](b) [", "`", "` ", "``a`", "<a", "<a:b", "&", "\\", "> ", "- ", "a.", "https://x/",
     "(", "\n", " ", "[1,", "[1-999]", "Robots walk [1]. ", "机"],
)  # fmt: skip
def test_the_time_grows_with_the_length_alone(piece):
    """8 KB of anything take a fraction of a second; what grows with the square takes many."""
    begun = time.process_time()
    neutral(piece * (8192 // len(piece)))
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("blank", [chr(code) for code in range(0x80, 0x3001) if chr(code).isspace()])
def test_no_blank_of_any_script_swallows_what_follows(blank: str) -> None:
    written = f"One{blank}two.\n\n- Three{blank}four\n\nFive{blank}six."
    words = re.findall("[A-Z]?[a-z]+", neutral(written)[0])
    assert "".join(words) == "OnetwoThreefourFivesix"


@pytest.mark.parametrize(
    "written",
    [
        "a < b, x <y>, R&D, #1 and 2*3",
        "Run manage.py, see evil.com.\n[x]: y",
        "- item <b>\n    - `<b>` and `\\*`\n\n        ```html\n        <b> &lt; \\*\n        ```",
        "`` ` `` <b>\n\n> ```\n> &lt;\n> ```\n>\n> <b>",
    ],
)
def test_as_plain_text_an_answer_has_no_escapes(written):
    answer, _ = neutral(written)
    assert answer != written
    assert plain_text(answer) == written
