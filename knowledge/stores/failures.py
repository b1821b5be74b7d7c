"""Where the errors of a Qdrant server, and of the way to it, become ours: sentences that say what to do.

No sentence holds the key, the server's address or what was asked.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from knowledge.errors import (
    VectorStoreDenied,
    VectorStoreFailing,
    VectorStoreRefused,
    VectorStoreSuspended,
    VectorStoreTimeout,
    VectorStoreUnavailable,
    VectorStoreUnreachable,
)

LONGEST_REASON: Final = 300  # characters of the server's own words
PASSING: Final = (VectorStoreTimeout, VectorStoreUnreachable, VectorStoreFailing)  # worth another attempt

DENIED = (
    "Qdrant does not accept the API key ({status}). Set QDRANT_API_KEY to a key of this cluster that has not "
    "expired; to build the index it needs one that may write."
)
SUSPENDED = (
    "There is no Qdrant at QDRANT_URL (404): the cluster is suspended or deleted, or the address is wrong. "
    "Resume the cluster in Qdrant Cloud's console, or correct QDRANT_URL."
)
UNREACHABLE = (
    "Qdrant cannot be reached ({reason}). Check that the server runs, and that QDRANT_URL has its scheme, "
    "host and port (6333, unless it names another)."
)
BROKEN = "The connection to Qdrant broke ({reason}). Try again; if it goes on, look at the server's log."
TIMED_OUT = "Qdrant did not answer in time. Check the server's load, and the network on the way to it."
FAILING = "Qdrant reports an error of its own ({reason}). Look at the server's log or the cluster's status."
GARBLED = (
    "What answers at QDRANT_URL does not speak Qdrant's language. Check that no proxy answers in its place."
)
LIMITED = "Qdrant refuses more requests for now (429). Wait, or give the cluster a larger quota."
UNINDEXED = (
    "Qdrant's strict mode refuses a filter on a field without an index ({reason}). "
    "Run: manage.py reindex --full"
)
MISSING = "{reason} (404) It may have been deleted by hand. Run: manage.py reindex"
REFUSED = "Qdrant refused a request ({status}: {reason})."


class CollectionMissing(VectorStoreUnavailable):
    """There is no such collection or alias on a server that otherwise answers."""


class CollectionExists(VectorStoreUnavailable):
    """There is such a collection already."""


class ConnectionBroken(VectorStoreUnreachable):
    """A connection ended amid a request: perhaps one that had been kept open for too long."""


@contextmanager
def translated() -> Iterator[None]:
    """Raises VectorStoreUnavailable, as one of the kinds above or those of `knowledge.errors`."""
    try:
        yield
    except ResponseHandlingException as exc:
        raise _of_transport(exc.source) from exc
    except UnexpectedResponse as exc:
        raise _of_response(exc) from exc
    except ResourceExhaustedResponse as exc:
        raise VectorStoreFailing(LIMITED, retry_after=exc.retry_after_s) from exc
    except QdrantException as exc:
        raise VectorStoreFailing(LIMITED) from exc
    except TimeoutError as exc:
        raise VectorStoreTimeout(TIMED_OUT) from exc
    # The client reads an answer without JSON, and one without a result, like this.
    except (json.JSONDecodeError, UnicodeDecodeError, AssertionError) as exc:
        raise VectorStoreFailing(GARBLED) from exc


def _of_transport(source: Exception) -> VectorStoreUnavailable:
    reason = type(source).__name__
    match source:
        case httpx.ConnectTimeout() | httpx.ConnectError() | httpx.UnsupportedProtocol() | httpx.ProxyError():
            return VectorStoreUnreachable(UNREACHABLE.format(reason=reason))
        case httpx.TimeoutException():
            return VectorStoreTimeout(TIMED_OUT)
        case httpx.TransportError():
            return ConnectionBroken(BROKEN.format(reason=reason))
    return VectorStoreFailing(GARBLED)


def _of_response(response: UnexpectedResponse) -> VectorStoreUnavailable:
    status, reason = response.status_code or 0, _reason(response)
    if status in (401, 403):
        return VectorStoreDenied(DENIED.format(status=status))
    if status == 404:
        # Qdrant's own 404 is JSON; the gateway in front of a suspended cluster knows nothing of that.
        return CollectionMissing(MISSING.format(reason=reason)) if reason else VectorStoreSuspended(SUSPENDED)
    if status == 409 or "already exists" in reason:
        return CollectionExists(REFUSED.format(status=status, reason=reason))
    if status == 429:
        return VectorStoreFailing(LIMITED)
    if status >= 500:
        return VectorStoreFailing(FAILING.format(reason=f"{status} {reason}".strip()))
    if "Index required" in reason:
        return VectorStoreRefused(UNINDEXED.format(reason=reason))
    return VectorStoreRefused(REFUSED.format(status=status, reason=reason or "no reason given"))


def _reason(response: UnexpectedResponse) -> str:
    """What Qdrant says of its refusal; empty where it was not Qdrant that answered."""
    try:
        error = response.structured()["status"]["error"]
    except (ValueError, LookupError, TypeError):
        return ""
    return str(error)[:LONGEST_REASON]
