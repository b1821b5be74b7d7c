"""A conversation as its owner reads it: who said what, from which passages, and how it came about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
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
    messages = messages.order_by("position")
    sent = frozenset([conversation.page_url, *(message.page_url for message in messages)])
    return Transcript(
        conversation=conversation,
        visitor=short_id(conversation.visitor) if conversation.visitor else "",
        page=_link(conversation.page_url, sent=sent),
        entries=tuple(_entry(message, sent=sent) for message in messages),
    )


def _link(url: str, *, sent: frozenset[str]) -> str | None:
    """`url` as a link; one of those that the visitor `sent` only where it is on the book's own site.

    A passage that the visitor marked has the address that came with it.
    """
    return as_link(url) if url not in sent or _on_own_site(url) else None


def _on_own_site(url: str) -> bool:
    # An entry with a * is no beginning of an address, and its sites may be anyone's.
    sites = [*settings.FRAMING_ORIGINS, settings.CONTENT_BASE_URL or ""]
    return url.startswith(tuple(f"{site.rstrip('/')}/" for site in sites if site))


def _entry(message: Message, *, sent: frozenset[str]) -> Entry:
    citations = tuple(_cited(citation, sent=sent) for citation in message.citations.all())
    return Entry(
        message=message,
        page=_link(message.page_url, sent=sent),
        fragments=tuple(_fragments(message, citations)),
        citations=citations,
        measures=tuple(_measures(message)),
        trace=_trace(message.trace, sent=sent),
    )


def _cited(citation: Citation, *, sent: frozenset[str]) -> CitedPassage:
    return CitedPassage(
        number=citation.number,
        path=PATH_SEPARATOR.join(map(str, citation.path)) or citation.title,
        link=_link(citation.url, sent=sent),
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


def _trace(trace: Mapping[str, Any] | None, *, sent: frozenset[str]) -> Trace | None:
    if not trace:
        return None
    return Trace(
        question=str(trace.get("question", "")),
        evidence=trace.get("evidence"),
        candidates=tuple(_candidate(candidate, sent=sent) for candidate in trace.get("candidates", ())),
    )


def _candidate(candidate: Mapping[str, Any], *, sent: frozenset[str]) -> Candidate:
    return Candidate(
        heading=str(candidate.get("heading") or candidate.get("id", "")),
        link=_link(str(candidate.get("url", "")), sent=sent),
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
