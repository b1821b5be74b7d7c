"""A question as every transport hands it to the turn engine."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True)
class Ask:
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
