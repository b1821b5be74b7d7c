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
from chat.visitors import new_visitor


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

    @property
    def idempotency_digests(self) -> tuple[str, ...]:
        """What the key is stored as, the request's own form first; none without a key.

        Of a newcomer, a UUID as the key is a secret that tells them from everybody else until they have
        their token. Once they have it, they may come back with the same key.
        """
        if not self.idempotency_key:
            return ()
        own = _digest(str(self.visitor), self.idempotency_key)
        secret = _as_uuid(self.idempotency_key)
        if secret is None:
            return (own,)
        newcomers = _digest("newcomer", str(secret))
        return (newcomers,) if self.visitor_is_new else (own, newcomers)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is asked: under one idempotency key it must stay the same."""
        asked = [self.query, self.top_k, str(self.conversation_id), self.selected_text, self.page_url]
        return _digest(json.dumps(asked))


def turn_request(
    fields: Mapping[str, Any], *, caller: Caller, channel: Channel, request_id: str, key: str = ""
) -> TurnRequest:
    """The question in `fields` (a validated QuerySerializer's), asked by the caller or by a new visitor."""
    key = key or fields.get("idempotency_key") or ""
    return TurnRequest(
        query=fields["query"],
        channel=channel,
        visitor=caller.visitor or new_visitor(),
        visitor_is_new=caller.visitor is None,
        top_k=fields.get("top_k"),
        conversation_id=fields.get("conversation_id"),
        selected_text=fields.get("selected_text") or "",
        page_url=fields.get("page_url") or "",
        idempotency_key=key,
        request_id=request_id,
    )


def _as_uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _digest(*parts: str) -> str:
    return sha256(":".join(parts).encode()).hexdigest()
