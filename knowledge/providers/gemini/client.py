"""The Gemini API's client as the embedder and the language model share it, and what its errors mean."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.client import AsyncClient
    from google.genai.errors import APIError

E = TypeVar("E", bound=KnowledgeError)

# google.rpc.RetryInfo's delay, a protobuf Duration: "27s", "0.5s".
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


class GeminiClient:
    """One SDK client, opened when it is first asked for. Belongs to the event loop that uses it."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[Client] | None = None

    async def get(self) -> "AsyncClient":
        if self._opening is None:
            # In a thread: importing the SDK and reading the certificates takes about a second.
            self._opening = asyncio.create_task(asyncio.to_thread(_open))
        client = await asyncio.shield(self._opening)
        return client.aio

    async def aclose(self) -> None:
        if self._opening is not None:
            client, self._opening = await self._opening, None
            await client.aio.aclose()
            client.close()


def configured() -> bool:
    return bool(settings.GEMINI_API_KEY)


def _open() -> "Client":
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

    # Without a retry policy of its own the SDK waits 1 to 9 seconds and retries lost connections.
    once = HttpRetryOptions(attempts=1)
    return Client(
        vertexai=False,
        api_key=settings.GEMINI_API_KEY,
        http_options=HttpOptions(base_url=settings.GEMINI_BASE_URL, retry_options=once),
    )


def sdk_failures() -> tuple[type[Exception], ...]:
    """All that a call may raise: the API's errors, the connection's, and those of an unreadable reply."""
    import aiohttp
    from google.genai.errors import APIError

    # A reply of another shape than the SDK expects ends in whichever of the last four meets it first;
    # ValueError includes the SDK's own UnknownApiResponseError, pydantic's error and bad UTF-8.
    return APIError, aiohttp.ClientError, OSError, ValueError, TypeError, AttributeError, KeyError


def translated(exc: Exception, into: type[E], *, model: str, setting: str) -> E:
    """One of `sdk_failures` as ours, with a sentence for the operator. Raise it `from exc`.

    `setting` names the environment variable that chose the model.
    """
    from google.genai.errors import APIError

    trouble = _refusal(exc, model, setting) if isinstance(exc, APIError) else _breakdown(exc, model)
    return into(trouble.sentence, permanent=trouble.permanent, retry_after=trouble.retry_after)


@dataclass(frozen=True, slots=True)
class _Trouble:
    sentence: str
    permanent: bool = False
    retry_after: float | None = None


def _breakdown(exc: Exception, model: str) -> _Trouble:
    """No reply, or none that can be read. The exception's own text may name the host."""
    if isinstance(exc, TimeoutError):
        return _Trouble(f"Gemini ({model}) did not answer in time.")
    if isinstance(exc, ValueError | TypeError | AttributeError | KeyError):
        return _Trouble(f"Gemini ({model}) sent a reply that cannot be read ({type(exc).__name__}).")
    return _Trouble(f"The connection to Gemini ({model}) failed ({type(exc).__name__}).")


def _refusal(exc: "APIError", model: str, setting: str) -> _Trouble:
    """https://ai.google.dev/gemini-api/docs/troubleshooting lists codes and causes."""
    details = _details(exc)
    if exc.code == 401 or any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return _Trouble(
            "Gemini does not accept the API key. Set GEMINI_API_KEY to a valid one.", permanent=True
        )
    if exc.code == 403:
        return _Trouble(
            f"Gemini's API key may not use {model}. Check its restrictions and whether it was revoked.",
            permanent=True,
        )
    if exc.code == 400 and exc.status == "FAILED_PRECONDITION":
        return _Trouble(
            "Gemini is not available in the region that this server runs in. Enable billing for the key's "
            "project where that helps, run elsewhere, or choose another provider.",
            permanent=True,
        )
    if exc.code == 404:
        return _Trouble(
            f"Gemini has no model {model}; it may be retired. Set {setting} to a current one.", permanent=True
        )
    if exc.code == 429:
        return _Trouble(f"Gemini's quota for {model} is used up.", retry_after=_retry_delay(details))
    if exc.code is not None and 400 <= exc.code < 500 and exc.code != 408:
        return _Trouble(f"Gemini ({model}) refused the request ({exc.code} {exc.status}).", permanent=True)
    return _Trouble(f"Gemini ({model}) is overloaded or failing ({exc.code} {exc.status}).")


def _details(exc: "APIError") -> list[Mapping[str, Any]]:
    """The google.rpc details of the error: ErrorInfo, RetryInfo, QuotaFailure…"""
    body = exc.details if isinstance(exc.details, Mapping) else {}
    error = body.get("error", body)
    details = error.get("details") if isinstance(error, Mapping) else None
    return [detail for detail in details if isinstance(detail, Mapping)] if isinstance(details, list) else []


def _retry_delay(details: list[Mapping[str, Any]]) -> float | None:
    """Seconds that RetryInfo asks to wait."""
    delays = (_DURATION.fullmatch(str(detail.get("retryDelay", ""))) for detail in details)
    return next((float(delay.group(1)) for delay in delays if delay), None)
