"""The Gemini API's client, as the embedder and the language model use it."""

import asyncio
import importlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from django.conf import settings

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from google.genai import Client
    from google.genai.client import AsyncClient


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
        except Exception as exc:  # whose text may name a host
            raise into(
                f"The SDK of Gemini cannot be opened ({type(exc).__name__}). "
                "Check SSL_CERT_FILE and the proxies, if the environment names any.",
                permanent=True,
            ) from exc
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
        failed = opening.cancelled() or opening.exception() is not None
        if failed and self._opening is opening:
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
