"""Nasty answers, each from its seed: what could act, placed where readers of Markdown disagree."""

from random import Random

from tests.markdown_readers.ordinary import ordinary_answers
from tests.markdown_readers.vocabulary import (
    AROUND,
    BLANKS,
    DROPPED,
    GUIDE,
    INDENTS,
    INFOS,
    INVISIBLE,
    LINES,
    MARKS,
    PAYLOADS,
    WORDS,
)

# Passages of the book; what an answer may link is what stands in them.
PASSAGES = (
    f"As in [the guide]({GUIDE}), on robots.org and https://wiki.example/Robot_(machine).",
    "See https://docs.robots.org/en/humble/Tutorials.html#create-a_package for more.",
)
ALLOWED = frozenset(
    [
        GUIDE,
        "https://wiki.example/Robot_(machine)",
        "https://docs.robots.org/en/humble/Tutorials.html#create-a_package",
        "robots.org",
    ]
)


def answer(seed: int | str) -> str:
    """The same for the same seed; of some 10 to 600 characters."""
    random = Random(seed)
    [write] = random.choices((_in_contexts, _lines, _document, _spliced, _soup), (30, 25, 20, 15, 10))
    text = write(random)
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 4))):
        text = _mutated(random, text)
    return text


def _payload(random: Random) -> str:
    payload = random.choice(random.choice(PAYLOADS))
    if random.random() < 0.12:
        place = random.randint(0, len(payload))
        payload = payload[:place] + _small(random) + payload[place:]
    return payload


def _small(random: Random) -> str:
    """A piece that is taken away, misread or not seen."""
    return random.choice(random.choice((DROPPED, BLANKS, INVISIBLE, MARKS)))


def _in_contexts(random: Random) -> str:
    """A payload within, beside and behind what would make something else of it."""
    text = _payload(random)
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        before, after = random.choice(AROUND)
        if random.random() < 0.2:
            after = random.choice(AROUND)[1]
        text = random.choice(("", "", "", " ", _small(random))).join((before, text, after))
        if random.random() < 0.25:
            text = random.choice(("\n", "\n\n", " ", "")).join((text, _payload(random)))
    if random.random() < 0.4:
        text = random.choice(("X ", "X\n", "X\n\n", random.choice(LINES) + "\n", _small(random))) + text
    if random.random() < 0.3:
        text += random.choice(("\n", "\n\n", "")) + random.choice(LINES)
    return text


def _lines(random: Random) -> str:
    """Lines out of a small pool, so that they meet their other halves, with a payload between them."""
    pool = [random.choice(random.choice((LINES, LINES, LINES, DROPPED, WORDS))) for _ in range(5)]
    lines = [random.choice(INDENTS) + random.choice(pool) for _ in range(random.randint(2, 8))]
    for _ in range(random.choice((1, 1, 2))):
        lines.insert(random.randint(1, len(lines)), random.choice(INDENTS) + _payload(random))
    if random.random() < 0.3:
        place = random.randrange(len(lines))
        lines[place] = random.choice(DROPPED) + lines[place]
    return "\n".join(lines)


def _spliced(random: Random) -> str:
    """A part of an ordinary answer, or of two, with a payload and more put anywhere."""
    text = "\n".join(_part(random) for _ in range(random.choice((1, 1, 2))))
    for piece in (_payload(random), *(_small(random) for _ in range(random.choice((0, 1, 3))))):
        place = random.randint(0, len(text))
        if random.random() < 0.5:
            place = text.rfind("\n", 0, place) + 1
        text = text[:place] + piece + random.choice(("", "", "\n", " ")) + text[place:]
    return text


def _part(random: Random) -> str:
    lines = random.choice(ordinary_answers()).split("\n")
    first = random.randrange(len(lines))
    return "\n".join(lines[first : first + random.randint(1, 8)])


def _soup(random: Random) -> str:
    pieces = [random.choice(random.choice((MARKS, MARKS, LINES, DROPPED, WORDS))) for _ in range(12)]
    pieces += [_payload(random), random.choice(random.choice(AROUND))]
    return "".join(random.choice(pieces) for _ in range(random.randint(4, 24)))


def _document(random: Random) -> str:
    return "\n".join(_blocks(random, random.randint(1, 3)))


def _blocks(random: Random, depth: int) -> list[str]:
    lines: list[str] = []
    for _ in range(random.randint(1, 3)):
        containers = (_quote, _list, _list) if depth else ()
        write = random.choice(
            (*containers, _paragraph, _paragraph, _fence, _indented, _table, _heading, _raw)
        )
        lines += [*write(random, depth - 1), *random.choice(([], [""], [""], [random.choice(BLANKS)]))]
    return lines


def _quote(random: Random, depth: int) -> list[str]:
    marker = random.choice(("> ", "> ", ">", ">  ", " > ", ">\t"))
    return [_lazy(random, marker) + line for line in _blocks(random, depth)]


def _list(random: Random, depth: int) -> list[str]:
    marker = random.choice(
        ("- ", "* ", "+ ", "1. ", "2. ", "10) ", "-   ", "-\t", "1.  ", " - ", "   - ", "-     ")
    )
    first, *others = _blocks(random, depth)
    # Writers of Markdown indent an item's other lines by a number of their own.
    indent = " " * random.choice((len(marker), len(marker), 2, 3, 4, 1, 0))
    indent = random.choice((indent, indent, indent, "\t"))
    return [marker + first, *(_lazy(random, indent) + line for line in others)]


def _lazy(random: Random, marker: str) -> str:
    return marker if random.random() < 0.85 else random.choice(("", "", marker.strip(), marker + " ", "    "))


def _paragraph(random: Random, _: int) -> list[str]:
    return _inline(random).split("\n")


def _inline(random: Random) -> str:
    pieces = []
    for _ in range(random.randint(1, 6)):
        kind = random.random()
        if kind < 0.35:
            pieces.append(random.choice(WORDS))
        elif kind < 0.55:
            pieces.append(_payload(random))
        elif kind < 0.7:
            pieces.append(_small(random))
        elif kind < 0.9:
            before, after = random.choice(AROUND)
            pieces.append(before + random.choice((_payload(random), random.choice(WORDS))) + after)
        else:
            pieces.append("\n")
    return random.choice((" ", " ", "")).join(pieces)


def _fence(random: Random, _: int) -> list[str]:
    fence = random.choice(("```", "```", "~~~", "````", " ```", "   ~~~"))
    closing = random.choice((fence, fence, fence, "", fence + "`", fence[:-1], "    " + fence, fence + " x"))
    return [fence + random.choice(INFOS), *_content(random), closing]


def _indented(random: Random, _: int) -> list[str]:
    indent = random.choice(("    ", "    ", "\t", "     ", "   ", "  \t"))
    return [indent + line for line in _content(random)]


def _content(random: Random) -> list[str]:
    return [
        random.choice((_payload(random), random.choice(LINES), "", "# x", "  if a < b:", "`x`", "```", "[9]"))
        for _ in range(random.randint(1, 4))
    ]


def _table(random: Random, _: int) -> list[str]:
    edge = random.choice(("|", "|", ""))
    rows = [edge + "|".join(_cell(random) for _ in range(2)) + edge for _ in range(random.randint(1, 3))]
    return [rows[0], random.choice(("|---|---|", "|-|-|", ":-:|--:", "---|---", "|---|")), *rows[1:]]


def _cell(random: Random) -> str:
    cell = random.choice((" a ", "`x`", "`", "\\|", "`a\\|b`", " ", _small(random), _payload(random)))
    return cell.replace("\n", " ")


def _heading(random: Random, _: int) -> list[str]:
    text = _inline(random)
    return random.choice(([f"# {text}"], [f"### {text} ###"], [text, "==="], [text, "---"], [f"#{text}"]))


def _raw(random: Random, _: int) -> list[str]:
    return (_payload(random) + random.choice(("", "", "\n", "\n\n")) + random.choice(LINES)).split("\n")


def _mutated(random: Random, text: str) -> str:
    first, last = sorted(random.randint(0, len(text)) for _ in range(2))
    near = min(last, first + 6)
    return random.choice(
        (
            text[:first] + _small(random) + text[first:],
            text[:first] + _small(random) + text[first:],
            text[:first] + _payload(random) + text[first:],
            text[:first] + text[near:],
            text[:first] + text[first:near] + text[first:],
            text[:first] + text[last:],
            text[:last],
            text[first:last] + "\n" + text,
            text.replace("\n", random.choice(("\r\n", "\r", "\n\n", "\n ", "\n> ", "\x0b"))),
            text.replace(" ", random.choice(("\t", "\u00a0", "  "))),
            text.replace("`", random.choice(("``", "~", "\\`"))),
            text[:first] + text[first:].replace("\n", " ", 1),
            text[:first] + chr(random.randint(32, 126)) + text[first + 1 :],
        )
    )
