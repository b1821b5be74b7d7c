"""A question as every transport hands it to the turn engine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from chat.access import Caller
from chat.models import Channel
from chat.visitors import new_visitor, visitor_of_key


@dataclass(frozen=True)
class TurnRequest:
    query: str
    channel: str
    visitor: UUID | None  # None: the conversation has no owner
    visitor_is_new: bool = False  # the caller sent no token
    top_k: int | None = None
    conversation_id: UUID | None = None
    selected_text: str = ""
    page_url: str = ""
    idempotency_key: str = ""
    request_id: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is asked: under one idempotency key it must stay the same."""
        asked = [self.query, self.top_k, str(self.conversation_id), self.selected_text, self.page_url]
        return sha256(json.dumps(asked).encode()).hexdigest()


def turn_request(
    fields: Mapping[str, Any], *, caller: Caller, channel: Channel, request_id: str, key: str = ""
) -> TurnRequest:
    """The question in `fields` (a validated QuerySerializer's), asked by the caller or by a new visitor."""
    key = key or fields.get("idempotency_key") or ""
    return TurnRequest(
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
