"""Greetings, thanks and goodbyes: answered kindly by rule, without a search or a model."""

import re

_GREETING = r"hi|hello|hey|hi there|hello there|hey there|greetings|good (?:morning|afternoon|evening|day)"
_ADDRESSEE = r"(?:[\s,]+(?:there|everyone|all|book|bot|robot|friend|again))?"
_HOW_ARE_YOU = r"how are you(?: doing)?(?: today)?"
_REPLIES = (
    (
        rf"(?:{_GREETING}){_ADDRESSEE}(?:[\s,.!]+{_HOW_ARE_YOU})?|{_HOW_ARE_YOU}",
        "Hello! Ask me anything about this book, and I will answer from its text.",
    ),
    (
        r"(?:ok(?:ay)?|great|perfect|cool|nice)?[\s,.!]*(?:many )?(?:thanks|thank you|thx|cheers)"
        r"(?:[\s,]+(?:a lot|so much|very much|again|for (?:your|the) help))*"
        r"|ok(?:ay)?|great|perfect|cool|nice",
        "You are welcome! Is there anything else that you would like to know from this book?",
    ),
    (
        r"(?:good)?\s?bye(?:[\s-]bye)?|see you(?: later| soon)?|good night|farewell",
        "Goodbye! Come back whenever you have a question about this book.",
    ),
    (
        r"(?:who|what) are you|what (?:can|do) you do|what can i ask(?: you)?|(?:can you )?help(?: me)?",
        "I answer questions about this book from its text and show you where each answer stands. "
        "Ask me about any of its topics.",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), reply) for pattern, reply in _REPLIES)


def reply_to(text: str) -> str | None:
    """The reply to a message that is nothing but a pleasantry; None for anything that may be a question."""
    words = text.strip().rstrip("!?. \N{SLIGHTLY SMILING FACE}\N{WAVING HAND SIGN}")
    return next((reply for pattern, reply in _COMPILED if pattern.fullmatch(words)), None)
