"""Questions after a term, and sentences that say what it is.

Both are told by the wording of English; a text in another language is simply never taken for either.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from knowledge.bounds import TERM_CHARACTERS
from knowledge.sentences import Sentence, sentences
from knowledge.types import BlockKind, Chunk, ScoredChunk
from knowledge.words import content_word_count

MOST_MOVED = 3  # passages

_ARTICLE = r"(?:(?:an?|the)\s+)?"
_TERM = r"(?P<term>[^?]+?)"
_QUESTIONS = tuple(
    re.compile(rf"\W*(?:(?:and|but|so|then|please)\b\W*)*{form}\s*(?:\?|[.!](?!\w)|\Z)", re.IGNORECASE)
    for form in (
        rf"what\s+(?:does|do)\s+{_ARTICLE}{_TERM}\s+(?:mean|do|stand\s+for)",
        rf"wh(?:at|o)(?:['’]s|\s+(?:is|are|was|were))\s+(?:meant\s+by\s+)?{_ARTICLE}{_TERM}",
        rf"(?:define|explain|describe|(?:the\s+)?(?:definition|meaning)\s+of)\s+{_ARTICLE}{_TERM}",
    )
)
_MOST_WORDS_ALONE = 3
_SHORTEST_PLURAL = 3
_PLURAL = re.compile(r"(?:(?<=[^s])s|(?<=[xs])es)\Z")
_FIRST_LETTERS = re.compile(r"[^\W_]+")
# "What is a topic in ROS 2?" asks after the topic.
_PLACE = re.compile(r"\s+(?:in|within|for)\s+.*", re.IGNORECASE | re.DOTALL)
_IDENTIFIER = re.compile(r"[a-z][A-Z]|_|\(\)|\w\.\w")
_AROUND = " \t\n?.!\"'`*_“”‘’"  # noqa: RUF001

_LINK_TARGET = re.compile(r"(?<=\])\([^()\s]*\)")
_MARKUP = re.compile(r"(?<!\w)_+|_+(?!\w)|[*`>\[\]\"“”]+")

_LEAD_IN = rf"(?:(?:in|for)(?:\s+\w+){{1,3}},\s*)?(?:(?:each|every)\s+|{_ARTICLE})(?:(?:term|word)\s+)?"
# "The combineReducers helper function turns …" says what combineReducers does, "a reducer enhancer is …"
# nothing of reducers.
_NOUNS = "utility|helper|function|method|hook|component|parameter|option|class|api|library|command"
_ROLE = rf"(?:\s+(?:{_NOUNS})){{0,2}}"
_PARENTHESES = r"(?:\s*\([^)]*\))?"
_ASIDE = r"(?:\s*\([^)]*\)|\s*,[^,.;]{1,80},)?"
_ADVERBS = r"(?:(?:\w+ly|just|also)\s+)*"
_IS = rf"\s+{_ADVERBS}(?:is|are|was|were)\s+{_ADVERBS}"
_A_KIND = r"(?:an?|any|one|the(?!\s+(?:most|only|main|same|best|first)\b))\b"
_EQUATES = rf"(?:{_IS}{_A_KIND}|\s+(?:means?|refers?\s+to|stands?\s+for)\b|\s*[:–—]\s)"
_THIRD_PERSON = r"(?:lets?|allows?|describes?|specif(?:y|ies)|\w+[^\Wsu]s)\b(?!\s+(?:is|are|can|must)\b)"
_TELLS = rf"(?:{_IS}(?!not\b)|\s+{_ADVERBS}{_THIRD_PERSON})"


@lru_cache(maxsize=256)
def terms(question: str) -> tuple[str, ...]:
    """What the question asks the meaning of: as it stands, and without where it belongs; else nothing."""
    question = " ".join(question.split())
    for form in _QUESTIONS:
        if found := form.match(question):
            term = found["term"].strip(_AROUND)
            if len(term) > TERM_CHARACTERS:
                return ()
            return tuple(dict.fromkeys(filter(None, (term, _PLACE.sub("", term)))))
    words = question.split()
    is_bare = 0 < content_word_count(question) == len(words) <= _MOST_WORDS_ALONE
    return (question.strip(_AROUND),) if is_bare else ()


def definition(sentence: Sentence, headings: Sequence[str], question: str) -> float:
    """How far the sentence, under its headings, says what the question asks after.

    1.0 for "A term is a …", and under a heading that is the term for whatever tells of it; elsewhere 0.5 for
    that; 0.0 for everything else.
    """
    if sentence.kind in (BlockKind.CODE, BlockKind.TABLE):
        return 0.0
    plain = _plain(sentence.text)
    return max((_definition(plain, headings, term) for term in terms(question)), default=0.0)


def defining_first(question: str, found: Sequence[ScoredChunk]) -> list[ScoredChunk]:
    """The passages as found, but the best MOST_MOVED of those that say what is asked after come first."""
    if not terms(question):
        return list(found)
    moved = [scored for scored in found if _defines(scored.chunk, question)][:MOST_MOVED]
    return [*moved, *(scored for scored in found if scored not in moved)]


def _defines(chunk: Chunk, question: str) -> bool:
    text = chunk.text.lower()
    if not any(_beginning(term) in text for term in terms(question)):
        return False
    return any(definition(found, chunk.headings, question) == 1.0 for found in sentences(chunk.text))


def _definition(sentence: str, headings: Sequence[str], term: str) -> float:
    named, equates, tells = _patterns(term)
    if equates.match(sentence):
        return 1.0
    if not tells.match(sentence):
        return 0.0
    return 1.0 if any(named.fullmatch(_plain(heading)) for heading in headings) else 0.5


@lru_cache(maxsize=256)
def _patterns(term: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A heading that is the term, a sentence that equates it with something, and one that tells of it."""
    any_number = _any_number(term)
    subject = _LEAD_IN + any_number + (_ROLE if _IDENTIFIER.search(term) else "") + _ASIDE
    forms = (_ARTICLE + any_number + _PARENTHESES, subject + _EQUATES, subject + _TELLS)
    named, equates, tells = (re.compile(form, re.IGNORECASE) for form in forms)
    return named, equates, tells


def _any_number(term: str) -> str:
    """A pattern for the term's singular and plural."""
    *before, stem = map(re.escape, _singular(term))
    return r"\s+".join([*before, rf"{stem}(?:e?s)?"])


@lru_cache(maxsize=256)
def _beginning(term: str) -> str:
    """What a text must hold, in lower case, to have the term in either number and whatever markup."""
    first = _FIRST_LETTERS.search(term)
    return _stem(first.group()).lower() if first else ""


def _singular(term: str) -> list[str]:
    """The term's words, the last one without the ending of a plural."""
    *before, last = _plain(term).split() or [term]
    return [*before, _stem(last)]


def _stem(word: str) -> str:
    return _PLURAL.sub("", word) if len(word) > _SHORTEST_PLURAL else word


@lru_cache(maxsize=50_000)  # the same sentences are met with question after question
def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub("", _LINK_TARGET.sub("", text)).split())
