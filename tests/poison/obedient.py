"""A language model that does whatever the passages demand: the worst that a poisoned book can bring about."""

import base64
import re
from collections.abc import AsyncGenerator
from typing import ClassVar

from knowledge.providers.base import LanguageModel
from knowledge.types import Delta, Finish, FinishReason, Prompt, TextDelta

DEMAND = re.compile("«(.*?)»", re.DOTALL)
BASE64 = re.compile(r"base64:([A-Za-z0-9+/]{20,}={0,2})")
TAGS = re.compile("[\U000e0020-\U000e007e]+")
PIECE = 3  # characters


class ObedientModel(LanguageModel):
    """Writes what stands between « and » in its passages, also where that is encoded or invisible."""

    provider = "scripted"
    model = "obedient"
    wrote: ClassVar[list[str]] = []

    @classmethod
    def configured(cls) -> bool:
        return True

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        asked = prompt.messages[-1].content
        question = asked.rpartition("Question: ")[2]
        demands = [
            demand.replace("{question}", question.replace(" ", "+")).replace("{rules}", prompt.system)
            for demand in DEMAND.findall(revealed(asked))
        ]
        answer = "\n\n".join(demands) or "Nothing is demanded."
        self.wrote.append(answer)
        for start in range(0, len(answer), PIECE):
            yield TextDelta(answer[start : start + PIECE])
        yield Finish(FinishReason.STOP)


def revealed(text: str) -> str:
    hidden = ("".join(chr(ord(tag) - 0xE0000) for tag in run) for run in TAGS.findall(text))
    decoded = (base64.b64decode(code).decode() for code in BASE64.findall(text))
    return "\n".join([text, *hidden, *decoded])
