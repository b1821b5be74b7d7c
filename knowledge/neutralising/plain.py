"""An answer for those who read its Markdown as plain text: without the escapes that keep it from acting."""

import re

_FENCE = re.compile(r"[ >]*(`{3,})")
_TOKEN = re.compile(r"\\([\\`*_\[\]()!~|$.:#>+=-])|&(lt|amp);|(`+)")
_CHARACTERS = {"lt": "<", "amp": "&"}


def plain_text(markdown: str) -> str:
    """The Markdown that NeutralFilter has written, with each escape as the character that it stands for."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        ticks = _FENCE.match(line)
        is_fence = ticks is not None and (not fence or line.strip(" >") == fence)
        lines.append(line if fence or is_fence else _unescaped(line))
        if ticks and is_fence:
            fence = "" if fence else ticks[1]
    return "\n".join(lines)


def _unescaped(line: str) -> str:
    open_ticks = ""

    def character(token: re.Match[str]) -> str:
        nonlocal open_ticks
        if token[3] and (not open_ticks or token[3] == open_ticks):
            open_ticks = "" if open_ticks else token[3]
        if open_ticks or token[3]:
            return token[0]
        return token[1] or _CHARACTERS[token[2]]

    return _TOKEN.sub(character, line)
