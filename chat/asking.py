"""From a validated request to the turn engine, alike for every transport."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chat.access import Caller
from chat.models import Channel
from chat.questions import Ask
from chat.visitors import new_visitor, visitor_of_key


def ask_of(
    fields: Mapping[str, Any], *, caller: Caller, channel: Channel, request_id: str, key: str = ""
) -> Ask:
    """The question in `fields` (a validated QuerySerializer's), asked by the caller or by a new visitor.

    Raises StaffOnlyRead.
    """
    caller.must_not_be_staff()
    key = key or fields.get("idempotency_key") or ""
    return Ask(
        query=fields["query"],
        channel=channel,
        visitor=caller.visitor or _visitor_for(key),
        visitor_is_new=caller.visitor is None,
        top_k=fields.get("top_k"),
        conversation_id=fields.get("conversation_id"),
        selected_text=fields.get("selected_text") or "",
        page_url=fields.get("page_url") or "",
        idempotency_key=key,
        request_id=request_id,
    )


def _visitor_for(key: str) -> UUID:
    """A UUID as the key is a secret that the caller can prove to be the same one by."""
    try:
        return visitor_of_key(UUID(key))
    except ValueError:
        return new_visitor()
