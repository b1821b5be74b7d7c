"""Texts of any length, each made to be hard for something that reads text."""

from collections.abc import Callable, Iterator
from itertools import count

Family = Callable[[int], str]  # about so many characters


def _repeated(unit: str, before: str = "") -> Family:
    return lambda length: before + unit * max(1, (length - len(before)) // len(unit))


def _numbered(unit: str, before: str = "") -> Family:
    """With a number in place of each #."""
    return lambda length: before + "".join(_until(length, (unit.replace("#", str(n)) for n in count())))


def _growing(unit: str, between: str) -> Family:
    return lambda length: between.join(_until(length, (unit * n for n in count(1))))


def _nested(opening: str, closing: str) -> Family:
    def nested(length: int) -> str:
        depth = length // (len(opening) + len(closing))
        return opening * depth + "a" + closing * depth

    return nested


def _until(length: int, pieces: Iterator[str]) -> Iterator[str]:
    while length > 0:
        piece = next(pieces)
        length -= len(piece) + 1
        yield piece


_UNITS = (
    *("[", "]", "![", "[a](", "[a](b)", "![a](b)", "[^a", "[^a]", "[a]: b\n", "[[", "](", "(", ")"),
    *("*", "**a", "*a* ", "*_", "_", "_a_", "~~", "`", "`a", "``a`", "$", "$a ", "$$\n", "$$a\n\n"),
    *("<", "<a ", "<a b='", "<a b={", "</a>", "<A b='c'>", "<!--", "<?", "<!A", "<![CDATA[", "<a><b>"),
    *("<style>", "<div>\n", "<p>", "<li>", "<td>", "<table>", "<h2>a", "&", "&#1", "&lt", "&amp;"),
    *("{", "}", "{{", "{/*", "*/", "{'", "{`", "{'a'}", "'", '\\"', "“", '"a" '),
    *("\\", "\\a", "\\`", "\\[", ":::", "::: a\n", ": ", "a: ", "a:\n", "- ", "---\n", "- a\n", "- a\n  "),
    *("1. ", "1) a\n", "> ", "> a\n", "# ", "## a\n", "===\n", "```\n", "```a\n```\n", "|", "|a", "|-", "|\n|"),
    *(" ", "\t", "\n", " \n", "a\n", "a\n\n", "    a\n", "\r\n", "\u00a0", "\u2028", "\u200b"),
    *("a", "A", "0", "1, ", "1-", "[1, ", "[1]", "[1†", "【1", "é", "中", "。", "\u0301", "a.", "A. ", "?", "…", "!"),
    *("a, ", "a b ", "aly ", "the ", "is a ", "and, ", "what is ", "thanks ", "of this ", "max. 1 "),
    *("import ", "import a from 'a'\n", "export ", "export const a = {\n\n", "http://a ", "www.", "a@", "/", "%2f"),
    *("[[not-in-book", "< /passage", "%3c", "[passage ", "title='", "highlight-start "),
)  # fmt: skip
# What brings a reader into the state in which a unit is hard.
_AFTER = {
    "[": ("1, ", " "),
    "[a](": (" ", "a", "(", "\\"),
    "[1": (", 1", ",", " and 1"),
    "see. ": ('"', " ", "*"),
    "<a": (" ", " b", " b='c'"),
    "<A b=": ("{", "{'", '"'),
    "{/*": ("*", " "),
    "{": (" ", "'", "`\\`"),
    "`": ("a", "\n"),
    "a `": ("`", "``"),
    "```": ("a", "`"),
    "# ": ("{#", "<!-- #", " ", "# "),
    "a {#": ("a", "{#"),
    "## a <!-- #": (" a", "-"),
    "| a | b |\n|---|---|\n": ("|", "a\n", "| a "),
    "---\n": ("- ", "---", "a: b\n", "[", "? "),
    "---\na: ": ("[", '"', "&a ", "|", "- "),
    '---\na: "': ("\\", " "),
    ":::note": (" ", "[", "{", "[a]{"),
    "import": (" ", " a", "{", ","),
    "import a from ": (" ", "'"),
    "export const": (" a", "="),
    "export const a = ": ("{", '"\\', "`", "/*", "( "),
    "[a]: ": (" ", "<", "\n"),
    "[a]: b ": ("'", "(", '"\n'),
    "What is ": ("a ", "a", "the ", "in a "),
    "What does ": ("do ", "mean "),
    "And ": ("and ", ", "),
    "Thanks": (" ", ",", " a lot"),
    "The reducer": (" ", " is", " quickly ", " ("),
    "The ": ("a ly ", "a in "),
    "http://": ("a.", ".", "a/", ":"),
    "a\n": (" ", "\t"),
    ".": ("*", '"', "\n"),
    "<pre>": ("`", "<br>"),
    "<table><tr>": ("<td>", "<td><table><tr>"),
    "<title>": ("a | ", " "),
    "<ul>": ("<li>", "<li><ul>"),
    "<div class='": ("a ", "language-"),
    "    ": ("a", "`"),
}
_SPECIAL: dict[str, Family] = {
    **{f"growing {unit}": _growing(unit, between) for unit, between in (("`", " "), ("*", "a"), ("_", " a"), ("~", "\n"), ("$", "a"), ("> ", "a\n"), ("  ", "- a\n"), ("- ", "a\n"), (":", "a\n"), ("#", " a\n"))},
    **{f"nested {opening}": _nested(opening, closing) for opening, closing in (("[", "]"), ("(", ")"), ("{", "}"), ("[a", "](b)"), ("![a", "](b)"), ("*a ", " b*"), ("**", "**"), ("<div>", "</div>"), ("<b>", "</b>"), ("<ul><li>", "</ul>"), ("<table><tr><td>", "</table>"), ("<blockquote>", "</blockquote>"), ("<pre>", "</pre>"), ("> ", "\n"), ("- ", "\n"), ("{a: ", "}"))},
    "blanks before a letter": lambda length: " " * length + "a",
    "attributes": _numbered("a#=b ", before="<div "),
    "different tags": _numbered("<a#>"),
    "different elements": _numbered("<x#>a</x#>"),
    "formatting with attributes": lambda length: _numbered("<b a=#>")(length // 2) + "<p>" * (length // 6),
    "definitions": _numbered("[#]: /a\n"),
    "a definition used often": lambda length: f"[a]: /{'a' * (length // 2)}\n\n" + "[a] " * (length // 8),
    "footnotes": lambda length: _numbered("[^#]: a\n\n")(length // 2) + _numbered("[^#] ")(length // 2),
    "a wide table with short rows": lambda length: f"|{'a|' * (length // 6)}\n|{'-|' * (length // 6)}\n" + "|b\n" * (length // 9),
    "many tables": lambda length: (f"|{'a|' * 9}\n|{'-|' * 9}\n" + "b\n" * 9 + "\n") * (length // 60),
    "a wide row of HTML among short ones": lambda length: f"<table><tr>{'<td>a' * (length // 10)}" + "<tr><td>b" * (length // 18),
    "different words": _numbered("w# "),
    "different sentences": _numbered("The w# is a b. "),
    "different headings": _numbered("## a #\n\nb\n\n"),
    "headings that take each other's ids": _numbered("## a\n## a #\n"),
    "a long heading over many": lambda length: f"# {'a ' * (length // 4)}\n" + "## a\n\nb\n\n" * (length // 20),
    "long items": _numbered("- a # " + "b " * 20 + "\n"),
    "YAML keys": _numbered("k#: v\n", before="---\n"),
    "YAML aliases": _numbered("k#: &k# [*k, *k]\n", before="---\nk: &k [a]\n"),
    "YAML that nests": lambda length: "---\n" + "\n".join(_until(length, (f"{' ' * n}a:" for n in count()))) + "\n---\n",
    "JSX props": _numbered("a#={b} ", before="<A "),
    "placeholders": _numbered("<file-# "),
    "generic types": _repeated("Promise<Response> "),
    "short sections of HTML": _repeated("<section id=a><h3>a</h3></section>"),
    "headings in one section of HTML": lambda length: "<div id=a>" + "<h2>a</h2>" * (length // 20) + "<h3>a</h3>" * (length // 20),
    "addresses": _numbered("10.0.0.#, "),
    "hops": _repeated("1.1.1.1, "),
}  # fmt: skip

FAMILIES: dict[str, Family] = {
    **{repr(unit): _repeated(unit) for unit in _UNITS},
    **{
        f"{before!r} + {unit!r}": _repeated(unit, before)
        for before, units in _AFTER.items()
        for unit in units
    },
    **_SPECIAL,
}
