"""Conversations as files: JSON with all that is stored, CSV with a row for each message.

Written while they are read, a batch at a time, so that memory stays level however many are chosen.
"""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from chat.database import in_thread
from chat.models import Citation, Conversation, Feedback, Message
from knowledge.neutralising import plain_text

CONTROLS = ("\t", "\r", "\n")
# Before a formula's first character: the beginning of the cell, or what a spreadsheet may split the cell at,
# and then quotes, blanks, control characters and zero-width characters. These hold nothing to split at, so
# that a long run of them is read once.
FORMULA = re.compile(
    r'(?:\A|[;\t\r\n])["\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f'
    r"\u3000\ufeff]*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
BATCH = 100  # conversations
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as something else

CONVERSATION_FIELDS = ["id", "visitor", "title", "channel", "page_url", "created_at", "updated_at"]
MESSAGE_FIELDS = [
    "id",
    "position",
    "role",
    "content",
    "status",
    "answered",
    "degraded",
    "error_code",
    "selected_text",
    "page_url",
    "provider",
    "model",
    "prompt_tokens",
    "completion_tokens",
    "retrieval_ms",
    "first_token_ms",
    "total_ms",
    "valid_citations",
    "uncited_sentences",
    "created_at",
    "finished_at",
]
CITATION_FIELDS = ["number", "title", "path", "url", "file", "excerpt", "similarity"]
FEEDBACK_FIELDS = ["rating", "reason", "comment", "triage", "note", "created_at"]
CSV_COLUMNS = [
    *(f"conversation_{name}" for name in CONVERSATION_FIELDS),
    *MESSAGE_FIELDS,
    "citations",
    *(f"feedback_{name}" for name in FEEDBACK_FIELDS),
]


@admin.action(description="Export as CSV", permissions=["view"])
def export_as_csv(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Conversation]
) -> StreamingHttpResponse:
    return _download(csv_of(_keys(queryset)), content_type="text/csv; charset=utf-8", extension="csv")


@admin.action(description="Export as JSON", permissions=["view"])
def export_as_json(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Conversation]
) -> StreamingHttpResponse:
    return _download(json_of(_keys(queryset)), content_type="application/json", extension="json")


async def csv_of(keys: Sequence[UUID]) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + _lines([CSV_COLUMNS])
    async for conversations in _batches(keys):
        yield _lines([row for conversation in conversations for row in csv_rows(conversation)])


async def json_of(keys: Sequence[UUID]) -> AsyncIterator[str]:
    yield "["
    separator = "\n"
    async for conversations in _batches(keys):
        for conversation in conversations:
            yield separator + json.dumps(as_json(conversation), cls=DjangoJSONEncoder, ensure_ascii=False)
            separator = ",\n"
    yield "\n]\n"


def as_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation with its messages, and each of these with its citations, feedback and trace."""
    return {
        **_values(conversation, CONVERSATION_FIELDS),
        "messages": [
            {
                **_message_values(message),
                "citations": [_values(citation, CITATION_FIELDS) for citation in message.citations.all()],
                "feedback": _values(feedback, FEEDBACK_FIELDS) if (feedback := _feedback(message)) else None,
                "trace": message.trace,
            }
            for message in conversation.messages.all()
        ],
    }


def csv_rows(conversation: Conversation) -> list[list[object]]:
    """A row for each message, in the order of CSV_COLUMNS, safe to open in a spreadsheet."""
    return [
        [
            safe_cell(value)
            for value in [
                *_values(conversation, CONVERSATION_FIELDS).values(),
                *_message_values(message).values(),
                "\n".join(f"{citation} {citation.url}" for citation in message.citations.all()),
                *(getattr(_feedback(message), name, None) for name in FEEDBACK_FIELDS),
            ]
        ]
        for message in conversation.messages.all()
    ]


def safe_cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula, marked as text by an apostrophe before it.

    The characters are those of OWASP's page on CSV injection, with their full-width forms. Where Excel
    separates cells by semicolons, quotes do not hold a cell together, and its parts begin cells or rows.
    """
    if not isinstance(value, str):
        return value
    marked = FORMULA.sub(r"\g<0>'", value)
    return f"'{marked}" if marked.startswith(CONTROLS) else marked


async def _batches(keys: Sequence[UUID]) -> AsyncIterator[list[Conversation]]:
    for start in range(0, len(keys), BATCH):
        yield await in_thread(load)(keys[start : start + BATCH])


def load(keys: Sequence[UUID]) -> list[Conversation]:
    """The conversations in the order of their keys, with all that is exported of them, in three queries."""
    messages = Message.objects.select_related("feedback").prefetch_related("citations").order_by("position")
    found = Conversation.objects.prefetch_related(Prefetch("messages", messages)).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _keys(conversations: QuerySet[Conversation]) -> list[UUID]:
    return list(conversations.values_list("pk", flat=True))


def _values(row: Conversation | Message | Citation | Feedback, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _message_values(message: Message) -> dict[str, Any]:
    """An answer's text as plain text; what a reader wrote is that already."""
    values = _values(message, MESSAGE_FIELDS)
    is_answer = message.role == Message.Role.ASSISTANT
    return {**values, "content": plain_text(message.content)} if is_answer else values


def _feedback(message: Message) -> Feedback | None:
    return getattr(message, "feedback", None)


def _lines(rows: Sequence[Sequence[object]]) -> str:
    lines = io.StringIO()
    # All are quoted, because LibreOffice separates by commas, semicolons and tabs at the same time.
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows(rows)
    return lines.getvalue()


def _download(content: AsyncIterator[str], *, content_type: str, extension: str) -> StreamingHttpResponse:
    filename = f"conversations-{timezone.localdate():%Y-%m-%d}.{extension}"
    return StreamingHttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
