"""What goes wrong in a call to Gemini, and what it means for whoever asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from google.genai.errors import APIError

E = TypeVar("E", bound=KnowledgeError)

# Seconds, at the least: a quota of the day is renewed at midnight in California, whatever RetryInfo says.
WAIT_FOR_DAILY_QUOTA = 3600.0

# google.rpc.RetryInfo's delay, a protobuf Duration: "27s", "0.5s".
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


def sdk_failures() -> tuple[type[Exception], ...]:
    """All that a call may raise: the API's errors, the connection's, and those of an unreadable reply."""
    import aiohttp
    from google.genai.errors import APIError

    # A reply of another shape than the SDK expects ends in whichever of the last four meets it first;
    # ValueError includes the SDK's own UnknownApiResponseError, pydantic's error and bad UTF-8.
    return APIError, aiohttp.ClientError, OSError, ValueError, TypeError, AttributeError, KeyError


@dataclass(frozen=True, slots=True)
class Trouble:
    """What one of `sdk_failures` means."""

    sentence: str  # for the operator: what to do, without the key or a host
    permanent: bool = False  # the same call will fail until somebody changes the configuration
    everywhere: bool = False  # and so will every other call to Gemini
    connecting: bool = False  # no connection was made in time
    retry_after: float | None = None  # seconds


def translated(exc: Exception, into: type[E], *, model: str, setting: str) -> E:
    """One of `sdk_failures` as our own error. Raise it `from exc`.

    `setting` names the environment variable that chose the model.
    """
    trouble = trouble_of(exc, model=model, setting=setting)
    return into(trouble.sentence, permanent=trouble.permanent, retry_after=trouble.retry_after)


def trouble_of(exc: Exception, *, model: str, setting: str) -> Trouble:
    from google.genai.errors import APIError

    return _refusal(exc, model, setting) if isinstance(exc, APIError) else _breakdown(exc, model)


def _breakdown(exc: Exception, model: str) -> Trouble:
    """No reply, or none that can be read. The exception's own text may name the host."""
    import aiohttp

    if isinstance(exc, aiohttp.ConnectionTimeoutError):
        return Trouble("Gemini could not be reached in time.", connecting=True)
    if isinstance(exc, TimeoutError):
        return Trouble(f"Gemini ({model}) did not answer in time.")
    if isinstance(exc, ValueError | TypeError | AttributeError | KeyError):
        return Trouble(f"Gemini ({model}) sent a reply that cannot be read ({type(exc).__name__}).")
    return Trouble(f"The connection to Gemini failed or broke off ({type(exc).__name__}).")


def _refusal(exc: "APIError", model: str, setting: str) -> Trouble:
    """https://ai.google.dev/gemini-api/docs/troubleshooting lists codes and causes."""
    details = _details(exc)
    if exc.code == 401 or any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return _never("Gemini does not accept the API key. Set GEMINI_API_KEY to a valid one.")
    if exc.code == 403:
        return _never(
            "Gemini does not allow this API key to be used. Check whether it is restricted or revoked."
        )
    if exc.code == 400 and exc.status == "FAILED_PRECONDITION":
        return _never(
            "Gemini is not available in the region that this server runs in. Enable billing for the key's "
            "project where that helps, run the server elsewhere, or use another provider."
        )
    if exc.code == 404 and exc.status != "NOT_FOUND":
        return _never("GEMINI_BASE_URL is not an address of the Gemini API (404).")
    if exc.code == 404:
        return Trouble(
            f"Gemini has no model {model}; it may be retired. Set {setting} to a current one.", permanent=True
        )
    if exc.code == 429 and _is_of_the_day(details):
        return Trouble(f"Gemini's quota for {model} is used up for today.", retry_after=WAIT_FOR_DAILY_QUOTA)
    if exc.code == 429:
        return Trouble(f"Gemini's quota for {model} is used up.", retry_after=_retry_delay(details))
    if exc.code is not None and 400 <= exc.code < 500 and exc.code != 408:
        return Trouble(f"Gemini ({model}) refused the request ({exc.code} {exc.status}).", permanent=True)
    return Trouble(f"Gemini ({model}) is overloaded or failing ({exc.code} {exc.status}).")


def _never(sentence: str) -> Trouble:
    return Trouble(sentence, permanent=True, everywhere=True)


def _details(exc: "APIError") -> list[Mapping[str, Any]]:
    """The google.rpc details of the error: ErrorInfo, RetryInfo, QuotaFailure…"""
    body = exc.details if isinstance(exc.details, Mapping) else {}
    error = body.get("error", body)
    details = error.get("details") if isinstance(error, Mapping) else None
    return [detail for detail in details if isinstance(detail, Mapping)] if isinstance(details, list) else []


def _is_of_the_day(details: list[Mapping[str, Any]]) -> bool:
    """Whether QuotaFailure names a quota that is renewed once a day."""
    return any("PerDay" in str(detail.get("violations", "")) for detail in details)


def _retry_delay(details: list[Mapping[str, Any]]) -> float | None:
    """Seconds that RetryInfo asks to wait."""
    delays = (_DURATION.fullmatch(str(detail.get("retryDelay", ""))) for detail in details)
    return next((float(delay.group(1)) for delay in delays if delay), None)
