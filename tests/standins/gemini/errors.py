"""Google's errors as they come over the wire."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Refusal:
    """An HTTP error with a body of google.rpc.Status."""

    code: int
    status: str
    message: str
    details: list[dict[str, Any]] = field(default_factory=list)

    @property
    def body(self) -> dict[str, Any]:
        error = {"code": self.code, "message": self.message, "status": self.status}
        return {"error": error | ({"details": self.details} if self.details else {})}

    def response(self) -> web.Response:
        return web.Response(
            status=self.code, text=json.dumps(self.body, indent=2), content_type="application/json"
        )


def _reason(reason: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }


KEY_INVALID = Refusal(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    [_reason("API_KEY_INVALID")],
)
KEY_MISSING = Refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
KEY_BLOCKED = Refusal(
    403,
    "PERMISSION_DENIED",
    "Requests to this API are blocked.",
    [_reason("API_KEY_SERVICE_BLOCKED")],
)
REGION = Refusal(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")
MALFORMED = Refusal(400, "INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name.")
INTERNAL = Refusal(500, "INTERNAL", "An internal error has occurred. Please retry.")
OVERLOADED = Refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
DEADLINE = Refusal(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")


def retired(model: str) -> Refusal:
    return Refusal(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version v1beta, or is not supported for generateContent. "
        "Call ListModels to see the list of available models and their supported methods.",
    )


def quota(retry_delay: str | None = None, *, period: str = "PerMinute") -> Refusal:
    """`retry_delay` as protobuf writes durations: "27s"."""
    violation = {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": f"GenerateRequests{period}PerProjectPerModel-FreeTier"}],
    }
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry_delay}
    return Refusal(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
        [violation, *([retry] if retry_delay else [])],
    )


def thinking_unsupported(level: str) -> Refusal:
    return Refusal(
        400,
        "INVALID_ARGUMENT",
        f"Thinking level {level} is not supported for this model. Please retry with other thinking level.",
    )
