"""What goes wrong with a Qdrant server: each with its code, and a sentence that says what to do."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace

import pytest

from knowledge import errors
from knowledge.errors import VectorStoreUnavailable
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.conftest import OLD, Impatient
from tests.knowledge.stores.contract import near, texts, words
from tests.knowledge.stores.corpus import NORTH, put
from tests.standins.qdrant.faults import SUSPENDED, Fault, error_body
from tests.standins.qdrant.server import KEY, QdrantServer

# (what goes wrong, the code, what the operator is told)
FAULTS = {
    "a suspended cluster": (SUSPENDED, "vector_store_suspended", "Resume the cluster"),
    "an empty 404": (Fault(status=404), "vector_store_suspended", "or correct QDRANT_URL"),
    "no key": (
        Fault(status=401, body=b"Must provide an API key"),
        "vector_store_denied",
        "Set QDRANT_API_KEY",
    ),
    "a key of others": (Fault(status=403, body=b"forbidden"), "vector_store_denied", "(403)"),
    "an error": (
        Fault(status=500, body=error_body("Service internal error: out of disk")),
        "vector_store_failing",
        "500 Service internal error: out of disk",
    ),
    "a gateway's error": (
        Fault(status=503, body=b"<html>"),
        "vector_store_failing",
        "Look at the server's log",
    ),
    "too many requests": (Fault(status=429), "vector_store_failing", "(429)"),
    "too many requests for now": (
        Fault(status=429, headers=(("Retry-After", "7"),), body=error_body("slow down")),
        "vector_store_failing",
        "(429)",
    ),
    "a date to wait for": (
        Fault(status=429, headers=(("Retry-After", "Fri, 31 Dec 2027 23:59:59 GMT"),)),
        "vector_store_failing",
        "(429)",
    ),
    "a bad request": (
        Fault(status=400, body=error_body("Wrong input: no")),
        "vector_store_refused",
        "(400: Wrong input: no)",
    ),
    "a page": (Fault(status=200, body=b"<html>Welcome</html>"), "vector_store_failing", "no proxy answers"),
    "noise": (Fault(status=200, body=b"\xff\x00"), "vector_store_failing", "no proxy answers"),
    "another JSON": (Fault(status=200, body=b"[1]"), "vector_store_failing", "no proxy answers"),
    "no result": (Fault(status=200, body=b"{}"), "vector_store_failing", "no proxy answers"),
    "a broken connection": (Fault(drops=True), "vector_store_unreachable", "connection to Qdrant broke"),
    "silence": (Fault(delay=30.0), "vector_store_timeout", "did not answer in time"),
}


def assert_discreet(error: VectorStoreUnavailable, qdrant: QdrantServer) -> None:
    assert error.detail == VectorStoreUnavailable.detail
    for secret in (KEY, "127.0.0.1", qdrant.url.rpartition(":")[2], "balancing"):
        assert secret not in str(error)


@pytest.mark.parametrize(("fault", "code", "told"), FAULTS.values(), ids=FAULTS)
async def test_each_failure_has_a_code_and_says_what_to_do(
    reader: ServerStore, qdrant: QdrantServer, impatient: Impatient, fault: Fault, code: str, told: str
) -> None:
    qdrant.faults.append(replace(fault))

    for asking in (reader.manifest(), reader.search(words("balancing"))):
        with impatient() if fault.delay else nullcontext(), pytest.raises(VectorStoreUnavailable) as caught:
            await asking
        assert caught.value.code == code
        assert told in str(caught.value)
        assert_discreet(caught.value, qdrant)

    qdrant.faults.clear()
    assert texts(await reader.search(words("legs"))) == ["the old legs"]


async def test_how_long_to_wait_is_told(reader: ServerStore, qdrant: QdrantServer) -> None:
    qdrant.faults.append(replace(FAULTS["too many requests for now"][0]))

    with pytest.raises(errors.VectorStoreFailing) as caught:
        await reader.manifest()

    assert caught.value.retry_after == 7


async def test_a_server_that_is_away_is_found_again(reader: ServerStore, qdrant: QdrantServer) -> None:
    await qdrant.stop()
    with pytest.raises(errors.VectorStoreUnreachable, match="Check that the server runs") as caught:
        await reader.search(words("legs"))
    assert_discreet(caught.value, qdrant)

    await qdrant.start()

    assert texts(await reader.search(words("legs"))) == ["the old legs"]


@pytest.mark.parametrize("url", ["http://qdrant.invalid:6333", "https://127.0.0.1:9", "http://127.0.0.1:9"])
async def test_an_address_where_nobody_is(url: str) -> None:
    store = ServerStore(url, api_key=KEY, name="book", language="english")

    with pytest.raises(errors.VectorStoreUnreachable, match="QDRANT_URL has its scheme"):
        await store.manifest()

    await store.aclose()


async def test_a_wrong_key_is_denied(qdrant: QdrantServer) -> None:
    store = ServerStore(qdrant.url, api_key="another", name="book", language="english")

    with pytest.raises(errors.VectorStoreDenied):
        await store.manifest()

    await store.aclose()


async def test_a_connection_that_breaks_once_is_no_failure(reader: ServerStore, qdrant: QdrantServer) -> None:
    qdrant.faults.append(Fault(where="query/batch", drops=True, times=1))

    assert texts(await reader.search(words("legs"))) == ["the old legs"]


async def test_all_who_ask_meanwhile_wait_no_longer_than_one(
    reader: ServerStore, qdrant: QdrantServer, impatient: Impatient
) -> None:
    qdrant.faults.append(Fault(delay=30.0))

    async with asyncio.timeout(5):  # each for itself they would take 10
        with impatient():
            answers = await asyncio.gather(*(reader.manifest() for _ in range(20)), return_exceptions=True)

    assert all(isinstance(answer, errors.VectorStoreTimeout) for answer in answers)


async def test_strict_mode_s_missing_index(reader: ServerStore, qdrant: QdrantServer) -> None:
    for indexed in qdrant.engine.indexed.values():
        indexed.discard("document")

    with pytest.raises(errors.VectorStoreRefused, match=r'"document".*Run: manage\.py reindex --full'):
        await reader.search(near(NORTH, "legs", document="docs/a.md"))

    await put(reader, OLD, number=2)
    assert texts(await reader.search(words("legs", document="docs/a.md"))) == ["the old legs"]
