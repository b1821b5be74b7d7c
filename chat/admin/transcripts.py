"""A conversation as its owner reads it: who said what, from which passages, and how it came about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.text import Truncator

from chat.models import Citation, Conversation, Message
from knowledge.links import as_link
from knowledge.neutralising import plain_text

PATH_SEPARATOR = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of an answer: plain text, or a `[n]` with the address of what it cites."""

    text: str
    link: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class CitedPassage:
    number: int
    path: str
    link: str | None  # None: the address is not one to click
    url: str
    excerpt: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    heading: str
    link: str | None
    score: float | None
    similarity: float | None
    bm25: float | None


@dataclass(frozen=True, slots=True)
class Trace:
    """What retrieval looked for, what it found, and the evidence that it was judged by."""

    question: str
    evidence: float | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    message: Message
    page: str | None
    fragments: tuple[Fragment, ...]
    citations: tuple[CitedPassage, ...]
    measures: tuple[tuple[str, str], ...]
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: Conversation
    visitor: str
    page: str | None
    entries: tuple[Entry, ...]


def transcript_of(conversation: Conversation) -> Transcript:
    """Reads all messages with their citations and feedback in two queries, however many there are."""
    messages = conversation.messages.select_related("feedback").prefetch_related("citations")
    return Transcript(
        conversation=conversation,
        visitor=short_id(conversation.visitor) if conversation.visitor else "",
        page=as_link(conversation.page_url),
        entries=tuple(_entry(message) for message in messages.order_by("position")),
    )


def _entry(message: Message) -> Entry:
    citations = tuple(_cited(citation) for citation in message.citations.all())
    return Entry(
        message=message,
        page=as_link(message.page_url),
        fragments=tuple(_fragments(message, citations)),
        citations=citations,
        measures=tuple(_measures(message)),
        trace=_trace(message.trace),
    )


def _cited(citation: Citation) -> CitedPassage:
    return CitedPassage(
        number=citation.number,
        path=PATH_SEPARATOR.join(map(str, citation.path)) or citation.title,
        link=as_link(citation.url),
        url=citation.url,
        excerpt=citation.excerpt,
        similarity=citation.similarity,
    )


def _fragments(message: Message, citations: tuple[CitedPassage, ...]) -> Iterator[Fragment]:
    # Only the book cites: a "[1]" that a reader typed is text.
    cited = {citation.number: citation for citation in citations}
    text = plain_text(message.content) if message.role == Message.Role.ASSISTANT else message.content
    start = 0
    for marker in MARKER.finditer(text):
        citation = cited.get(int(marker[1]))
        if citation is None or citation.link is None:
            continue
        yield Fragment(text[start : marker.start()])
        yield Fragment(marker[0], link=citation.link, title=citation.path)
        start = marker.end()
    yield Fragment(text[start:])


def _measures(message: Message) -> Iterator[tuple[str, str]]:
    if message.model:
        yield "model", f"{message.model} ({message.provider})" if message.provider else message.model
    timings = {
        "retrieval": message.retrieval_ms,
        "first token": message.first_token_ms,
        "total": message.total_ms,
    }
    yield from ((name, f"{value:,} ms") for name, value in timings.items() if value is not None)
    tokens = {"prompt": message.prompt_tokens, "completion": message.completion_tokens}
    yield from ((name, f"{value:,} tokens") for name, value in tokens.items() if value is not None)
    shares = {"valid citations": message.valid_citations, "uncited sentences": message.uncited_sentences}
    yield from ((name, f"{value:.0%}") for name, value in shares.items() if value is not None)


def _trace(trace: Mapping[str, Any] | None) -> Trace | None:
    if not trace:
        return None
    return Trace(
        question=str(trace.get("question", "")),
        evidence=trace.get("evidence"),
        candidates=tuple(_candidate(candidate) for candidate in trace.get("candidates", ())),
    )


def _candidate(candidate: Mapping[str, Any]) -> Candidate:
    return Candidate(
        heading=str(candidate.get("heading") or candidate.get("id", "")),
        link=as_link(str(candidate.get("url", ""))),
        score=candidate.get("score"),
        similarity=candidate.get("similarity"),
        bm25=candidate.get("bm25"),
    )


def one_line(text: str | None, *, length: int) -> str:
    """The beginning of a text, for a list; "" where there is none."""
    return Truncator(" ".join((text or "").split())).chars(length)


def short_id(visitor: UUID) -> str:
    """Enough of a visitor's id to tell people apart on a page."""
    return visitor.hex[:8]


def transcript_url(conversation: UUID, *, message: UUID) -> str:
    """Where a message can be read among those around it."""
    return f"{reverse('admin:chat_conversation_change', args=[conversation])}#message-{message}"
