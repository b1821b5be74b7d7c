"""The Gemini API's client as the embedder and the language model share it, and what its errors mean."""

import asyncio
import importlib
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.request import getproxies

from django.conf import settings

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from google.genai import Client
    from google.genai.client import AsyncClient
    from google.genai.errors import APIError

E = TypeVar("E", bound=KnowledgeError)

# Seconds, at the least: a quota of the day is renewed at midnight in California, whatever RetryInfo says.
WAIT_FOR_DAILY_QUOTA = 3600.0

# google.rpc.RetryInfo's delay, a protobuf Duration: "27s", "0.5s".
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


_responses: ContextVar["list[ClientResponse]"] = ContextVar("gemini_responses")


def collect_responses() -> "list[ClientResponse]":
    """A list that gets the responses to all requests which this context makes from now on.

    The SDK's streams are reference cycles: one that is left before its end would keep its connection, and the
    model writing, until the garbage collector comes. Whoever leaves one closes its response.
    """
    collected: list[ClientResponse] = []
    _responses.set(collected)
    return collected


class GeminiClient:
    """One SDK client, opened when it is first asked for. Belongs to the event loop that uses it."""

    def __init__(self) -> None:
        self._opening: asyncio.Task[tuple[Client, ClientSession]] | None = None

    async def get(self, into: type[KnowledgeError]) -> "AsyncClient":
        """To be waited for before anything of the SDK is imported: two threads would see half of it.

        Raises `into` where the SDK cannot be opened, and tries again the next time.
        """
        if self._opening is None:
            self._opening = asyncio.create_task(_open())
            self._opening.add_done_callback(self._forget_failure)
        try:
            client, _ = await asyncio.shield(self._opening)
        except Exception as exc:  # whatever packages, certificates and proxies of this machine lead to
            raise into(f"The SDK of Gemini cannot be opened ({type(exc).__name__}: {exc}).") from exc
        return client.aio

    async def aclose(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None:
            return
        await asyncio.wait([opening])
        if opening.exception() is None:
            client, session = opening.result()
            await client.aio.aclose()
            client.close()
            await session.close()

    def _forget_failure(self, opening: "asyncio.Task[tuple[Client, ClientSession]]") -> None:
        if opening.cancelled() or opening.exception():
            self._opening = None


def configured() -> bool:
    return bool(settings.GEMINI_API_KEY)


async def _open() -> "tuple[Client, ClientSession]":
    # In threads, because importing the SDK and reading the certificates takes about a second.
    await asyncio.to_thread(importlib.import_module, "google.genai")
    session = _session()
    try:
        return await asyncio.to_thread(_client, session), session
    except BaseException:
        await session.close()
        raise


def _client(session: "ClientSession") -> "Client":
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

    return Client(
        vertexai=False,
        api_key=settings.GEMINI_API_KEY,
        http_options=HttpOptions(
            base_url=settings.GEMINI_BASE_URL,
            aiohttp_client=session,
            # Without a policy of its own the SDK waits 1 to 9 seconds and retries lost connections.
            retry_options=HttpRetryOptions(attempts=1),
        ),
    )


def _session() -> "ClientSession":
    """The SDK's own session but for a limit on connecting, for which the SDK has no option."""
    import aiohttp

    class Connector(aiohttp.TCPConnector):
        async def connect(
            self,
            req: aiohttp.ClientRequest,
            traces: list[Any],
            timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
        ) -> aiohttp.connector.Connection:
            limited = aiohttp.ClientTimeout(total=timeout.total, sock_connect=settings.LLM_CONNECT_TIMEOUT)
            return await super().connect(req, traces, limited)

    async def collect(session: object, context: object, ended: aiohttp.TraceRequestEndParams) -> None:
        if (collected := _responses.get(None)) is not None:
            collected.append(ended.response)

    collecting = aiohttp.TraceConfig()
    collecting.on_request_end.append(collect)
    # Looking for proxies in the environment takes milliseconds, at each call.
    behind_proxy = bool(getproxies())
    return aiohttp.ClientSession(
        connector=Connector(limit=0), trace_configs=[collecting], trust_env=behind_proxy
    )


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
